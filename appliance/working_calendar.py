"""The calendar of working days and working hours, as dated data. Says nothing about limits."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import takewhile
from typing import Any

import msgspec

from appliance.rules import Rules

ONE_DAY = timedelta(days=1)
DAYS_SEARCHED_MAX = 4000  # About eleven years: a longer search means a broken calendar.
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SATURDAY = 5


class SpecialDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day that is not ordinary: HOLIDAY, COMP_OFF, SWAP_OFF are off, SWAP_WORK is a Saturday that counts."""

    day: date = msgspec.field(name="date")
    weekday: str
    kind: str
    name: str
    counts_for_deadline: bool
    swapped_with: date | None
    confirmed: bool
    confidence: str
    source: str
    note: str | None


class CalendarAbout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What stands above the days: the weekly rest and where the days were read."""

    version: str
    compiled: date
    timezone: str
    weekly_rest: tuple[str, ...]
    saturday_counts_for_deadline: bool
    kinds: dict[str, str] = {}
    sources: dict[str, str] = {}
    rule_if_missing: str | None = None
    lunar: tuple[dict[str, Any], ...] = ()
    proposals: tuple[dict[str, Any], ...] = ()


class Calendar(msgspec.Struct, frozen=True, dict=True):
    """The calendar of a bundle. Days not listed are ordinary: work unless they are weekly rest."""

    about: CalendarAbout
    records: tuple[SpecialDay, ...]

    @cached_property
    def special(self) -> dict[date, SpecialDay]:
        """Give the special days by date."""
        return {special.day: special for special in self.records}

    @cached_property
    def last_year(self) -> int:
        """Give the last year the calendar knows anything about."""
        return max((special.day.year for special in self.records), default=0)

    def is_working(self, day: date) -> bool:
        """Say whether `day` counts for deadlines."""
        return self.special[day].counts_for_deadline if day in self.special else self.is_ordinary_work(day)

    def is_ordinary_work(self, day: date) -> bool:
        """Say whether the weekday of `day` is one of work, special days aside."""
        if day.weekday() == SATURDAY and self.about.saturday_counts_for_deadline:
            return True
        return WEEK[day.weekday()] not in self.about.weekly_rest


def working_day_on_or_after(calendar: Calendar, day: date) -> date:
    """Give `day`, or the first working day after it."""
    return day if calendar.is_working(day) else nth_working_day(calendar, day, 1)


def nth_working_day(calendar: Calendar, after: date, n: int) -> date:
    """Give the n-th working day after `after` (n ≥ 1); before it for negative n. 0 gives the day itself."""
    step, day = (ONE_DAY if n > 0 else -ONE_DAY), after
    for _ in range(DAYS_SEARCHED_MAX):
        if n == 0:
            return day
        day += step
        if calendar.is_working(day):
            n -= step.days
    raise ValueError("the calendar has no working days")


def working_days_between(calendar: Calendar, after: date, until: date) -> int:
    """Count the working days after `after` up to and including `until`; 0 when `until` is not later."""
    days = max(0, (until - after).days)
    week = [calendar.is_ordinary_work(after + ONE_DAY * n) for n in range(1, 8)]
    ordinary = days // 7 * sum(week) + sum(week[: days % 7])
    special = [day for day in calendar.special if after < day <= until]
    return ordinary + sum(calendar.is_working(day) - calendar.is_ordinary_work(day) for day in special)


def add_work_minutes(rules: Rules, calendar: Calendar, start: datetime, minutes: int) -> datetime:
    """Walk through working sessions until `minutes` are used; work that ends with a session ends that evening."""
    for begin, until in work_stretches(rules, calendar, start):
        if minutes <= minutes_between(begin, until):
            return begin + timedelta(minutes=minutes)
        minutes -= minutes_between(begin, until)
    raise ValueError("the calendar has no working days")


def work_minutes_between(rules: Rules, calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the working minutes from `start` to `end`."""
    stretches = takewhile(lambda stretch: stretch[0] < end, work_stretches(rules, calendar, start))
    return sum(minutes_between(begin, min(until, end)) for begin, until in stretches)


def work_stretches(rules: Rules, calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give the stretches of working time from `start` on, oldest first."""
    for n in range(DAYS_SEARCHED_MAX):
        day = start.date() + ONE_DAY * n
        if calendar.is_working(day):
            for begin, until in rules.sessions():
                if at(start, day, until) > start:
                    yield max(start, at(start, day, begin)), at(start, day, until)


def minutes_between(begin: datetime, until: datetime) -> int:
    """Count whole minutes of clock time."""
    return int((until - begin) / timedelta(minutes=1))


def at(like: datetime, day: date, clock: time) -> datetime:
    """Give a moment of `day` in the time zone of `like`."""
    return datetime.combine(day, clock, like.tzinfo)
