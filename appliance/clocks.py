"""A dossier's clock: when it is due after waits, by which days, and whether it was ever late. By the dated rules alone.

The due date is kept in the dossier as {"at", "provisional", "lines"}, besides "appointed" where a person named the day
({"at", "from"}) and "passed", the due dates that had passed before the present one took their place.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlite_utils.db import Database

from appliance import clock, rows
from appliance.catalogue import Catalogue
from appliance.dossier import Dossier, Status
from appliance.procedures import get, limit_for
from appliance.rules import ClockPolicy, Rules
from appliance.text import Line, day_text
from appliance.workdays import Due, Limit, Pause, Unit, due_after_pauses, is_late
from appliance.working_calendar import (
    WEEK,
    Calendar,
    SpecialDay,
    at,
    working_day_on_or_after,
    working_days_between,
)

DECLARED_OFF, DECLARED_WORK = "DECLARED_OFF", "DECLARED_WORK"
EventDue = dict[str, Any]


def calendar_of(catalogue: Catalogue, db: Database, without: date | None = None) -> Calendar:
    """Give the calendar of a catalogue with the days the province announced and those this office declared itself.

    The office's own word on a day stands before the province's, and that before the bundle's. `without`: as if the office
    had said nothing of that day.
    """
    announced = db.conn.execute("SELECT day, name, basis, working FROM province_day ORDER BY day")
    fed = [{"day": day, "name": name, "basis": basis, "working": bool(working)} for day, name, basis, working in announced]
    own = [body for _, _, body in rows.office_facts(db, "calendar") if without is None or body["day"] != without.isoformat()]
    return with_days(catalogue.calendar, map(declared_day, [*fed, *own]))


def with_days(calendar: Calendar, days: Iterable[SpecialDay]) -> Calendar:
    """Give a calendar in which these days stand instead of what it said of them."""
    if not (new := {special.day: special for special in days}):
        return calendar
    records = {special.day: special for special in calendar.records} | new
    return Calendar(calendar.about, tuple(records[day] for day in sorted(records)))


def declared_day(body: dict[str, Any]) -> SpecialDay:
    """Read a day as calendar.day_declared says it: day (ISO), name, basis, working."""
    day = date.fromisoformat(body["day"])
    return SpecialDay(
        day=day,
        weekday=WEEK[day.weekday()],
        kind=DECLARED_WORK if body["working"] else DECLARED_OFF,
        name=body["name"],
        counts_for_deadline=body["working"],
        swapped_with=None,
        confirmed=True,
        confidence="declared",
        source=body["basis"],
        note=None,
    )


def due_after_wait(catalogue: Catalogue, dossier: Dossier, brought: datetime, calendar: Calendar) -> EventDue | None:
    """Give the due date when the open wait (papers, money, a stop) ends at a local moment; None before acceptance.

    `catalogue` is the one the dossier was accepted under, `calendar` that of `calendar_of`. Without an open wait it is the
    due date as it would be counted now. The clock rules are those in force on the day of acceptance.
    Raises Refused `procedure_unknown`, `channel_not_offered`.
    """
    if not dossier.accepted_at:
        return None
    rules = rules_of(catalogue, dossier)
    limit = limit_for(get(catalogue, dossier.procedure), dossier.case, dossier.channel, rules)
    appointed = _appointed(dossier, limit)
    due = _counted(rules, calendar, dossier, limit, appointed, brought)
    return event_due(due, dossier, stopped_at(dossier) or brought, appointed)


def stopped_at(dossier: Dossier) -> datetime | None:
    """Give the local moment at which the clock stopped: the beginning of the open wait, or of the first it followed on."""
    if dossier.pause is None:
        return None
    asked = dossier.pause.asked
    for pause in reversed(dossier.pauses):
        if pause.brought == asked:
            asked = pause.asked
    return clock.local(asked)


def rules_of(catalogue: Catalogue, dossier: Dossier) -> Rules:
    """Give the rules a dossier runs under: those in force on the day it was accepted."""
    return catalogue.rules_on(clock.local_day(dossier.accepted_at))


def event_due(due: Due, dossier: Dossier, stopped: datetime, appointed: dict[str, str] | None = None) -> EventDue:
    """Write a due date that takes the place of another. `stopped`: the local moment at which the old one ceased to count."""
    passed = passed_by(dossier, stopped.date())
    return written(due) | ({"appointed": appointed} if appointed else {}) | ({"passed": passed} if passed else {})


def written(due: Due) -> EventDue:
    """Write a due date as an event keeps it."""
    lines = [{"code": x.code, "facts": {k: str(v) for k, v in x.facts.items()}} for x in due.lines]
    return {"at": due.at.isoformat() if due.at else None, "provisional": due.provisional, "lines": lines}


def passed_by(dossier: Dossier, day: date) -> list[str]:
    """List the due dates (local ISO text) that passed while they counted, up to and without this local day."""
    due = dossier.due or {}
    missed = due.get("at") and is_late(day, datetime.fromisoformat(due["at"]))
    return [*due.get("passed", []), *([due["at"]] if missed and due["at"] not in due.get("passed", []) else [])]


def _appointed(dossier: Dossier, limit: Limit) -> dict[str, str] | None:
    """Give the day a person named and the moment it was counted from: an extension, or a promise where no limit is stated."""
    due = dossier.due or {}
    if limit.value is None and due.get("at"):
        return due.get("appointed") or {"at": due["at"], "from": dossier.accepted_at}
    return due.get("appointed")


def _counted(
    rules: Rules, calendar: Calendar, dossier: Dossier, limit: Limit, appointed: dict[str, str] | None, until: datetime
) -> Due:
    if appointed is None:
        started = clock.local(dossier.accepted_at)
        return due_after_pauses(rules, calendar, started, limit, pauses_since(rules, dossier, started, until))
    started, day = clock.local(appointed["from"]), datetime.fromisoformat(appointed["at"])
    promise = Limit(working_days_between(calendar, started.date(), day.date()), Unit.WORK_DAY)
    whole = promise if limit.value is None else limit
    pauses = pauses_since(rules, dossier, started, until)
    if any(pause.restarts(whole) for pause in pauses):
        due = due_after_pauses(rules, calendar, started, whole, pauses)
    else:
        due = due_after_pauses(rules, calendar, started, promise, pauses)
        due = due._replace(lines=(Line("due_appointed", {"day": day_text(day.date())}), *due.lines[1:]))
    return _not_before(rules, calendar, due, day)


def _not_before(rules: Rules, calendar: Calendar, due: Due, appointed: datetime) -> Due:
    """A day that a person named to the citizen is never moved forward; on a day off it becomes the next working day."""
    day = working_day_on_or_after(calendar, appointed.date())
    if due.at and due.at.date() >= day:
        return due
    return Due(at(appointed, day, rules.day_end()), due.provisional, (Line("due_appointed", {"day": day_text(day)}),))


def pauses_since(rules: Rules, dossier: Dossier, started: datetime, until: datetime) -> list[Pause]:
    """Give the waits that began after a local moment, each with its policy; the open one ends at `until`."""
    policies = policies_of(rules)
    every = [(clock.local(p.asked), clock.local(p.brought) if p.brought else until, policies[p.status]) for p in dossier.pauses]
    return [Pause(*one) for one in every if one[0] >= started]


def policies_of(rules: Rules) -> dict[Status, ClockPolicy]:
    """Say what each kind of wait does to the due date."""
    return {
        Status.SUPPLEMENT: rules.supplement_clock,
        Status.FINANCIAL: rules.payment_clock,
        Status.STOPPED: rules.stop_clock,
    }
