"""What is wrong with an internal process, everything at once, and what a person should know before approving it. Pure.

`faults` forbid an approval; `doubts` are what could not be understood or proved: they are shown and do not forbid it.
"""

from collections.abc import Iterable, Iterator, Mapping

from appliance.catalogue_sheets import Process, Step
from appliance.dossier import Status
from appliance.internal_process import GENERAL
from appliance.moves import BACK, ROWS, STAY
from appliance.procedures import Procedure
from appliance.rights import Role
from appliance.text import Line
from appliance.workdays import Limit, Unit

DAY_MINUTES = 480
ROLES = frozenset(Role) - {Role.PROVINCE_OPERATOR, Role.PROVINCE_AUDITOR, Role.AUDITOR, Role.ADMIN}
NATIONAL = frozenset(str(int(status)) for status in Status)
READ_BASES = frozenset({"published"})  # Times and steps stand in a decision; anything else is somebody's design.
WORK_DAYS_PER_WEEK, WEEK = 5, 7


def faults(process: Process, procedures: Mapping[str, Procedure]) -> tuple[Line, ...]:
    """List all mistakes of a process, in the order of its steps, then its times."""
    return (*_names(process, procedures), *_steps(process), *_statuses(process), *_times(process, procedures))


def doubts(process: Process, procedures: Mapping[str, Procedure]) -> tuple[Line, ...]:
    """List what was not understood or cannot be proved about a process."""
    return (*_origin(process), *_open_end(process), *_unread(process), *_limits(process, procedures))


def _names(process: Process, procedures: Mapping[str, Procedure]) -> Iterator[Line]:
    if process.code == GENERAL:
        return
    if process.code not in procedures:
        yield Line("process_procedure_unknown", {"procedure": process.code})
        return
    cases = {case.id for case in procedures[process.code].cases}
    for case in process.case_ids or ():
        if case not in cases:
            yield Line("process_case_unknown", {"case": case})


def _steps(process: Process) -> Iterator[Line]:
    if not process.steps:
        yield Line("process_no_steps")
    if [step.no for step in process.steps] != list(range(1, len(process.steps) + 1)):
        yield Line("process_numbers_wrong", {"numbers": [step.no for step in process.steps]})
    for step in process.steps:
        if step.role not in ROLES:
            yield Line("process_role_unknown", {"step": step.no, "role": step.role})
        if not step.task.strip():
            yield Line("process_task_missing", {"step": step.no})
        if step.planned_minutes is not None and step.planned_minutes < 0:
            yield Line("process_minutes_wrong", {"step": step.no, "minutes": step.planned_minutes})


def _statuses(process: Process) -> Iterator[Line]:
    """Follow the statuses from acceptance on: each change must be a move of the printed table."""
    at = Status.ACCEPTED
    for step in process.steps:
        if step.status_after not in NATIONAL:
            yield Line("process_status_unknown", {"step": step.no, "status": step.status_after})
            continue
        after = Status(int(step.status_after))
        if after != at and after not in LEADS[at]:
            code = "process_status_backwards" if after < at else "process_status_unreachable"
            yield Line(code, {"step": step.no, "before": int(at), "after": int(after)})
        at = after


def _times(process: Process, procedures: Mapping[str, Procedure]) -> Iterator[Line]:
    total, stated = planned_minutes(process.steps), process.planned_total_minutes
    if stated is not None and total is not None and stated != total:
        yield Line("process_sum_wrong", {"stated": stated, "sum": total})
    limit = most_minutes(process.legal_limit or _catalogue_limit(process, procedures))
    if limit is not None and (total or 0) > limit:
        yield Line("process_over_limit", {"sum": total, "limit": limit})


def planned_minutes(steps: Iterable[Step]) -> int | None:
    """Add up planned working minutes; None where a step states none."""
    times = [step.planned_minutes for step in steps]
    return None if None in times else sum(time or 0 for time in times)


def most_minutes(limit: Limit | None) -> int | None:
    """Give the working minutes a legal limit leaves; calendar days without their weekends; None where it is not known.

    A limit without a unit is read as working days.
    """
    if limit is None or limit.value is None:
        return None
    if limit.unit == Unit.HOUR:
        return limit.value * 60
    if limit.unit == Unit.CALENDAR_DAY:
        return limit.value * WORK_DAYS_PER_WEEK // WEEK * DAY_MINUTES
    return limit.value * DAY_MINUTES


def _origin(process: Process) -> Iterator[Line]:
    if process.basis not in READ_BASES:
        yield Line("process_not_published", {"basis": process.basis})
    elif process.note:
        yield Line("process_note", {"note": process.note})


def _open_end(process: Process) -> Iterator[Line]:
    """A process whose last step leaves the dossier in work: its result comes from somewhere else."""
    last = process.steps[-1].status_after if process.steps else ""
    if last in NATIONAL and int(last) < Status.DONE:
        yield Line("process_ends_open", {"status": int(last)})


def _unread(process: Process) -> Iterator[Line]:
    for step in process.steps:
        if step.planned_minutes is None:
            yield Line("process_time_missing", {"step": step.no})
        if step.condition:
            yield Line("process_condition", {"step": step.no, "condition": step.condition})


def _limits(process: Process, procedures: Mapping[str, Procedure]) -> Iterator[Line]:
    own, catalogue = process.legal_limit, _catalogue_limit(process, procedures)
    if process.code == GENERAL:
        return
    if most_minutes(own or catalogue) is None:
        yield Line("process_limit_unknown")
    elif own is not None and own.unit is None:
        yield Line("process_limit_without_unit", {"value": own.value})
    if own and catalogue and (own.value, own.unit) != (catalogue.value, catalogue.unit):
        yield Line("process_limit_differs", {"own": _words(own), "catalogue": _words(catalogue)})


def _words(limit: Limit) -> str:
    return f"{limit.value if limit.value is not None else '–'} {limit.unit or ''}".strip()


def _catalogue_limit(process: Process, procedures: Mapping[str, Procedure]) -> Limit | None:
    """Give the limit of the case in the catalogue; of the first case where the process is for all."""
    procedure = procedures.get(process.code)
    if procedure is None:
        return None
    named = [case for case in procedure.cases if process.case_ids is None or case.id in process.case_ids]
    return named[0].limit if named else None


def _leads() -> dict[Status, frozenset[Status]]:
    """Read from the table of moves which status one act leads to from which; a wait leads back to where it may have begun."""
    pairs = {
        (Status[begin.upper()], Status[row.to.upper()])
        for row in ROWS
        if row.to not in (STAY, BACK)
        for begin in row.from_
        if begin != "none"
    }
    back = {
        (Status[begin.upper()], came) for row in ROWS if row.to == BACK for begin in row.from_ for came, to in pairs
        if to == Status[begin.upper()]
    }  # fmt: skip
    return {status: frozenset(to for begin, to in pairs | back if begin == status) for status in Status}


LEADS = _leads()
