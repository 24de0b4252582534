"""Due dates and what is left of them, from a dated calendar and dated rules. Never asks the clock or the disk."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

from appliance.rules import ClockPolicy, HourMinute, Rules
from appliance.text import Line, day_text, moment_text
from appliance.working_calendar import (
    ONE_DAY,
    Calendar,
    SpecialDay,
    add_work_minutes,
    at,
    minutes_between,
    nth_working_day,
    work_minutes_between,
    working_day_on_or_after,
    working_days_between,
)


class Unit(StrEnum):
    """In what a limit is measured."""

    SAME_DAY = "same_day"
    WORK_DAY = "work_day"
    CALENDAR_DAY = "calendar_day"
    HOUR = "hour"


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A time limit as the catalogue gives it; None is "not stated".

    `basis` says where it was read, `raw` what is printed; `round_the_clock` hours run at night and on days off.
    """

    value: int | None
    unit: Unit | None
    cutoff: HourMinute | None = None
    basis: str | None = None
    note: str | None = None
    verification: str | None = None
    raw: str | None = None
    round_the_clock: bool = False


class Due(NamedTuple):
    """When the result is due (local; None where the limit is unknown and an officer must say), and why.

    `provisional`: an unconfirmed day, or a year the calendar does not know, was counted.
    """

    at: datetime | None
    provisional: bool
    lines: tuple[Line, ...]


class Pause(NamedTuple):
    """The clock stood still: asked the citizen (for papers, for money), and got it; what that does to the due date."""

    asked: datetime
    brought: datetime
    policy: ClockPolicy

    def restarts(self, limit: Limit) -> bool:
        """Say whether the whole limit runs again from the end of this pause; nothing of a same-day limit can be left."""
        return self.policy is ClockPolicy.RESTART or (limit.unit == Unit.SAME_DAY and self.policy is ClockPolicy.CONTINUE)


class Count(NamedTuple):
    """A due moment, the first day whose being a day off mattered, and the sentence that says how."""

    at: datetime
    looked_from: date
    line: Line


def due_date(rules: Rules, calendar: Calendar, accepted_at: datetime, limit: Limit) -> Due:
    """Give the due date of a dossier accepted (status 2) at a local moment, and the sentences that explain it."""
    unit = limit.unit or Unit(rules.limit_without_unit)
    if limit.value is None:
        return Due(None, False, (Line("due_limit_unknown"),))
    started = _counted_from(rules, calendar, accepted_at)
    count = COUNTS[unit](rules, calendar, started, limit)
    doubts = () if limit.unit else (Line("due_unit_missing", {"value": limit.value}),)
    return _explained(calendar, count, doubts)


def due_after_pauses(rules: Rules, calendar: Calendar, started: datetime, limit: Limit, pauses: Sequence[Pause]) -> Due:
    """Give the due date after finished pauses, oldest first, each under its own clock policy.

    The last pause that restarts the clock makes everything before it irrelevant; then what is left of the limit goes on after
    the pauses that stop the clock; then the pauses that shift the due date shift it.
    """
    again = max((n for n, pause in enumerate(pauses) if pause.restarts(limit)), default=None)
    if again is not None:
        due = due_after_pauses(rules, calendar, pauses[again].brought, limit, pauses[again + 1 :])
        return due._replace(lines=(_pause_line("due_restarted", pauses[again]), *due.lines))
    due = due_date(rules, calendar, started, limit)
    if due.at is None:
        return due
    if stops := [pause for pause in pauses if pause.policy is ClockPolicy.CONTINUE]:
        due = _after_stops(rules, calendar, started, limit, stops, due)
    if shifts := [pause for pause in pauses if pause.policy is ClockPolicy.EXTEND_TH]:
        due = _again(calendar, due, _extended(rules, calendar, due.at or started, shifts), shifts)
    return due


def _after_stops(rules: Rules, calendar: Calendar, started: datetime, limit: Limit, stops: Sequence[Pause], due: Due) -> Due:
    left = _left_after(rules, calendar, started, limit, stops)
    if left < 0:
        return due  # It was late before anybody was asked: a pause does not make it punctual.
    return _again(calendar, due, _continued(rules, calendar, stops[-1].brought, limit, left), stops)


def _again(calendar: Calendar, before: Due, count: Count, pauses: Sequence[Pause]) -> Due:
    """Explain a due date that pauses moved: how it was counted first, each pause, how it goes on."""
    waits = tuple(_pause_line("due_waited", pause) for pause in pauses)
    doubts = tuple(line for line in before.lines if line.code == "due_unit_missing")
    after = _explained(calendar, count, doubts)
    return after._replace(lines=(before.lines[0], *waits, *after.lines))


def _pause_line(code: str, pause: Pause) -> Line:
    return Line(code, {"asked": moment_text(pause.asked), "brought": moment_text(pause.brought)})


def remaining(calendar: Calendar, now: datetime, due_at: datetime) -> int:
    """Count the working days left: 0 on the due day, negative when it has passed (at least −1)."""
    if due_at.date() >= now.date():
        return working_days_between(calendar, now.date(), due_at.date())
    return -max(1, working_days_between(calendar, due_at.date(), now.date()))


def is_late(done_on: date, due_at: datetime) -> bool:
    """Say whether a dossier done on a local day is late: dates are compared, never moments."""
    return done_on > due_at.date()


def apology_by(rules: Rules, calendar: Calendar, due_at: datetime) -> date:
    """Give the last working day on which the letter of apology may leave."""
    latest = due_at.date() - ONE_DAY * rules.apology_days_before
    return latest if calendar.is_working(latest) else nth_working_day(calendar, latest, -1)


def _counted_from(rules: Rules, calendar: Calendar, accepted_at: datetime) -> datetime:
    """Move a Saturday reception to Monday morning where the rule reads it so."""
    day = accepted_at.date()
    if calendar.is_working(day) or rules.saturday.received_as != "next_working_day":
        return accepted_at
    return at(accepted_at, working_day_on_or_after(calendar, day), rules.sessions()[0][0])


def _same_day(rules: Rules, calendar: Calendar, start: datetime, limit: Limit) -> Count:
    cutoff = time.fromisoformat(limit.cutoff or rules.same_day.cutoff)
    minute = start.time().replace(second=0, microsecond=0)
    in_time = minute < cutoff or (minute == cutoff and rules.same_day.inclusive)
    code, day = "due_same_day", start.date()
    if not calendar.is_working(day):
        code, day = "due_day_off", nth_working_day(calendar, day, 1)
    elif not in_time:
        code, day = "due_after_cutoff", nth_working_day(calendar, day, 1)
    line = Line(code, {"accepted": moment_text(start), "cutoff": f"{cutoff:%H:%M}"})
    return Count(_end_of(rules, start, day), start.date(), line)


def _work_days(rules: Rules, calendar: Calendar, start: datetime, limit: Limit) -> Count:
    end = _end_of(rules, start, nth_working_day(calendar, start.date(), limit.value or 0))
    return Count(end, start.date() + ONE_DAY, Line("due_work_days", {"value": limit.value, "accepted": moment_text(start)}))


def _calendar_days(rules: Rules, calendar: Calendar, start: datetime, limit: Limit) -> Count:
    last = start.date() + ONE_DAY * (limit.value or 0)
    end = _end_of(rules, start, working_day_on_or_after(calendar, last))
    facts = {"value": limit.value, "accepted": moment_text(start), "last": day_text(last)}
    return Count(end, last, Line("due_calendar_days", facts))


def _hours(rules: Rules, calendar: Calendar, start: datetime, limit: Limit) -> Count:
    end = _after_minutes(rules, calendar, start, (limit.value or 0) * 60, limit)
    code, looked_from = "due_work_hours", start.date()
    if limit.round_the_clock:  # No day off matters.
        code, looked_from = "due_hours_round_the_clock", end.date() + ONE_DAY
    return Count(end, looked_from, Line(code, {"value": limit.value, "accepted": moment_text(start)}))


COUNTS = {Unit.SAME_DAY: _same_day, Unit.WORK_DAY: _work_days, Unit.CALENDAR_DAY: _calendar_days, Unit.HOUR: _hours}


def _extended(rules: Rules, calendar: Calendar, due_at: datetime, pauses: Sequence[Pause]) -> Count:
    day = due_at.date()
    for pause in pauses:
        waited = (pause.brought.date() - pause.asked.date()).days
        day = nth_working_day(calendar, day + ONE_DAY * (waited - 1), 1)
    return Count(_end_of(rules, due_at, day), due_at.date() + ONE_DAY, Line("due_extended", {"old": day_text(due_at)}))


def _continued(rules: Rules, calendar: Calendar, start: datetime, limit: Limit, left: int) -> Count:
    """Count what is left of the limit (minutes for hours) from the end of the pause."""
    if limit.unit == Unit.HOUR:
        end = _after_minutes(rules, calendar, start, left, limit)
    elif left == 0:
        end = _end_of(rules, start, working_day_on_or_after(calendar, start.date()))
    else:
        rest = msgspec.structs.replace(limit, value=left)
        end = COUNTS[limit.unit or Unit(rules.limit_without_unit)](rules, calendar, start, rest).at
    return Count(end, start.date() + ONE_DAY, Line("due_continued", {"brought": moment_text(start)}))


def _left_after(rules: Rules, calendar: Calendar, accepted_at: datetime, limit: Limit, pauses: Sequence[Pause]) -> int:
    """Say what is left of the limit in its own unit (minutes for hours); the day of asking counts as used."""
    left = (limit.value or 0) * (60 if limit.unit == Unit.HOUR else 1)
    started = accepted_at
    for pause in pauses:
        left -= _used(rules, calendar, started, pause.asked, limit)
        started = pause.brought
    return left


def _used(rules: Rules, calendar: Calendar, start: datetime, end: datetime, limit: Limit) -> int:
    if limit.unit == Unit.CALENDAR_DAY:
        return (end.date() - start.date()).days
    if limit.unit != Unit.HOUR:
        return working_days_between(calendar, start.date(), end.date())
    return minutes_between(start, end) if limit.round_the_clock else work_minutes_between(rules, calendar, start, end)


def _after_minutes(rules: Rules, calendar: Calendar, start: datetime, minutes: int, limit: Limit) -> datetime:
    if limit.round_the_clock:
        return start + timedelta(minutes=minutes)
    return add_work_minutes(rules, calendar, start, minutes)


def _end_of(rules: Rules, like: datetime, day: date) -> datetime:
    return at(like, day, rules.day_end())


def _explained(calendar: Calendar, count: Count, doubts: tuple[Line, ...] = ()) -> Due:
    """Add a sentence for each special day that was looked at; say whether any of them is unconfirmed."""
    met = [special for special in calendar.records if count.looked_from <= special.day <= count.at.date()]
    beyond = count.at.year > calendar.last_year
    unknown = (Line("due_year_unknown", {"year": count.at.year}),) if beyond else ()
    provisional = beyond or any(not special.confirmed for special in met)
    return Due(count.at, provisional, (count.line, *map(_day_line, met), *unknown, *doubts))


def _day_line(special: SpecialDay) -> Line:
    code = "due_worked_saturday" if special.counts_for_deadline else "due_skipped_day"
    return Line(code if special.confirmed else "due_unconfirmed_day", {"day": day_text(special.day), "name": special.name})
