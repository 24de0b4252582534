"""The arithmetic of report II.06a/VPCP/KSTT: received, resolved, pending, each split, with its four sums always checked. Pure.

A dossier counts as it stood at the end of the period: one resolved afterwards is still pending. Lateness compares the local date of
the end of processing with the promised one; no promise is in time. Withdrawn ones are resolved on time; waiting and stopped ones
are pending in time. Read from a provincial system's own report, not from the text: to be confirmed by the province.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import NamedTuple

from appliance.advancing import advance
from appliance.clock import local_day
from appliance.dossier import Dossier, Status
from appliance.looking_back import Told
from appliance.registers import Span

ENDED = frozenset({Status.DONE, Status.WITHDRAWN})  # Entering one of these resolves a dossier; RETURNED comes after DONE.
PENDING_IN_TIME = frozenset({Status.SUPPLEMENT, Status.FINANCIAL, Status.STOPPED})


class Case(NamedTuple):
    """A dossier as the report sees it at the end of a period. Days are local; `ended` is None while it is pending."""

    sector: str
    online: bool
    accepted: date
    due: date | None
    ended: date | None
    withdrawn: bool
    excused: bool  # waits for the citizen, or is stopped


@dataclass(frozen=True)
class Row:
    """Columns 3 to 13 of one sector. A row that exists adds up (ValueError otherwise)."""

    sector: str
    received: int
    online: int
    direct: int
    carried_over: int
    resolved: int
    resolved_early: int
    resolved_on_time: int
    resolved_late: int
    pending: int
    pending_in_time: int
    pending_late: int

    def __post_init__(self) -> None:
        if wrong := [words for words, whole, parts in self.sums() if whole != sum(parts)]:
            raise ValueError(f"report row {self.sector} does not add up: {wrong}")

    def sums(self) -> tuple[tuple[str, int, tuple[int, ...]], ...]:
        """Give the four sums by the numbers of their columns: words, the whole, its parts."""
        resolved = (self.resolved_early, self.resolved_on_time, self.resolved_late)
        return (
            ("3 = 4 + 5 + 6", self.received, (self.online, self.direct, self.carried_over)),
            ("3 = 7 + 11", self.received, (self.resolved, self.pending)),
            ("7 = 8 + 9 + 10", self.resolved, resolved),
            ("11 = 12 + 13", self.pending, (self.pending_in_time, self.pending_late)),
        )


COLUMNS = tuple(field.name for field in fields(Row) if field.name != "sector")  # Columns 3 to 13, in their order.


def case_of(every: Iterable[Told], sectors: Mapping[str, str], last: date) -> Case | None:
    """Fold a dossier's events up to the end of a local day; None when it was not accepted by then.

    `sectors`: names by procedure code.
    """
    dossier: Dossier | None = None
    ended = None
    for told in every:
        if local_day(told.truly_at) > last:
            break
        before, dossier = dossier, advance(dossier, told.event, told.personal)
        if dossier and not before and dossier.finished_at:  # Came from another system with its result.
            ended = local_day(dossier.finished_at)
        if dossier and before and dossier.status != before.status:
            ended = _ended(before, dossier, local_day(told.truly_at), ended)
    return _case(dossier, sectors, ended) if dossier and dossier.accepted_at else None


def case_now(dossier: Dossier, sectors: Mapping[str, str]) -> Case:
    """Give the same of a dossier that nothing happened to after the period, from its row. Not for one that was withdrawn."""
    return _case(dossier, sectors, local_day(dossier.finished_at) if dossier.finished_at else None)


def _ended(before: Dossier, after: Dossier, day: date, ended: date | None) -> date | None:
    """Give the day a dossier was resolved; an end that was taken back is none."""
    if after.status in ENDED:
        return day
    return ended if after.status == Status.RETURNED else None


def _case(dossier: Dossier, sectors: Mapping[str, str], ended: date | None) -> Case:
    due = (dossier.due or {}).get("at")
    return Case(
        sector=sectors.get(dossier.procedure, ""),
        online=dossier.channel == "online",
        accepted=local_day(dossier.accepted_at),
        due=datetime.fromisoformat(due).date() if due else None,
        ended=ended,
        withdrawn=dossier.status == Status.WITHDRAWN,
        excused=dossier.status in PENDING_IN_TIME,
    )


def rows(cases: Iterable[Case], span: Span) -> list[Row]:
    """Count a period by sector, sectors in their order of name; cases are as they stood at its end."""
    by_sector: dict[str, list[Case]] = {}
    for case in cases:
        if _counts(case, span):
            by_sector.setdefault(case.sector, []).append(case)
    return [_row(sector, by_sector[sector], span) for sector in sorted(by_sector)]


def total(every: Iterable[Row]) -> Row:
    """Add rows up; a total adds up too."""
    found = list(every)
    return Row("", **{name: sum(getattr(row, name) for row in found) for name in COLUMNS})


def _counts(case: Case, span: Span) -> bool:
    """Say whether a case belongs to a period: accepted by its end, and not resolved before it began."""
    return case.accepted <= span.last and (case.ended is None or case.ended >= span.first)


def columns_of(case: Case, span: Span) -> frozenset[str]:
    """Name the columns in which a case is counted; none when it does not belong to the period."""
    if not _counts(case, span):
        return frozenset()
    came = ("online" if case.online else "direct") if case.accepted >= span.first else "carried_over"
    if case.ended:
        return frozenset({"received", came, "resolved", f"resolved_{_punctuality(case)}"})
    return frozenset({"received", came, "pending", "pending_late" if _is_overdue(case, span.last) else "pending_in_time"})


def _row(sector: str, cases: list[Case], span: Span) -> Row:
    counted = Counter(column for case in cases for column in columns_of(case, span))
    return Row(sector, **{column: counted[column] for column in COLUMNS})


def _punctuality(case: Case) -> str:
    """Say how a resolved case compares with its promised day."""
    if case.withdrawn or case.due is None or case.ended == case.due:
        return "on_time"
    return "early" if case.ended and case.ended < case.due else "late"


def _is_overdue(case: Case, last: date) -> bool:
    return not case.excused and case.due is not None and case.due < last
