"""A citizen is told a day that holds: a hundred and thirty-five worked cases, and the readings a province may choose instead."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from appliance.catalogue import builtin
from appliance.clock import LOCAL
from appliance.procedures import get, limit_for
from appliance.rules import ClockPolicy, SameDay, Saturday
from appliance.text import Line, day_text
from appliance.workdays import Due, Limit, Pause, apology_by, due_after_pauses, due_date, is_late, remaining
from appliance.working_calendar import working_days_between
from web.vietnamese import sentence

DAY = date(2026, 11, 21)
RULES = builtin().rules_on(DAY)
CALENDAR = builtin().calendar
DATA = Path(__file__).parent / "data"
CASES = json.loads((DATA / "due_dates.json").read_text())["examples"]
MORE = json.loads((DATA / "due_dates_more.json").read_text())
BY_ID = {case["id"]: case for case in CASES}
ASKED = ("supplement_asked", "payment_asked")
BROUGHT = ("supplement_brought", "paid")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def limit_of(case: dict, rules=RULES) -> Limit:
    limit = msgspec.convert(case["limit"], Limit)
    return msgspec.structs.replace(limit, round_the_clock=case["procedure"] in rules.hours_round_the_clock)


def due_of(case: dict, rules=RULES, calendar=CALENDAR) -> Due:
    asked = [event for event in case["events"] if event["kind"] in ASKED]
    brought = [event for event in case["events"] if event["kind"] in BROUGHT]
    pauses = [
        Pause(moment(begun["at"]), moment(ended["at"]), ClockPolicy(begun.get("policy", case["policy"])))
        for begun, ended in zip(asked, brought, strict=False)
    ]
    return due_after_pauses(rules, calendar, moment(case["accepted_at"]), limit_of(case, rules), pauses)


def test_more_than_a_hundred_and_twenty_cases_each_have_an_article_or_a_mark_of_uncertainty():
    every, articles = [*CASES, *MORE["examples"]], MORE["about"]["articles"]
    assert len(CASES) == 60 and len(every) >= 120 and len({case["id"] for case in every}) == len(every)
    assert all(case["uncertainty"] or case.get("article") or articles[case["limit"]["unit"]] for case in every)


@pytest.mark.parametrize("case", [*CASES, *MORE["examples"]], ids=lambda case: case["id"])
def test_the_due_day_is_the_one_worked_by_hand(case):
    due = due_of(case)
    next_day = (moment(case["expected_due"]) + timedelta(days=1)).date().isoformat()
    assert due.at == moment(case["expected_due"]), case["reasoning"]
    assert due.provisional == case["provisional"]
    unconfirmed = [line.facts["day"] for line in due.lines if line.code == "due_unconfirmed_day"]
    assert unconfirmed == [day_text(date.fromisoformat(day)) for day in case["crosses_unconfirmed_days"]]
    late_from = date.fromisoformat(case.get("expected_late_from", next_day))
    assert is_late(late_from, due.at) and not is_late(late_from - timedelta(days=1), due.at)
    assert all(sentence(line) for line in due.lines)


def working(day: str):
    """Give the calendar with one day off turned into a working day."""
    days = tuple(one for one in CALENDAR.records if one.day.isoformat() != day)
    return msgspec.structs.replace(CALENDAR, records=days)


def saturday_counting():
    about = msgspec.structs.replace(CALENDAR.about, saturday_counts_for_deadline=True)
    return msgspec.structs.replace(CALENDAR, about=about)


INCLUSIVE = msgspec.structs.replace(RULES, same_day=SameDay("15:00", True))
MONDAY = msgspec.structs.replace(RULES, saturday=Saturday(True, "next_working_day"))


@pytest.mark.parametrize(
    ("name", "rules", "calendar"),
    [
        ("D03", INCLUSIVE, CALENDAR),
        ("D11", RULES, saturday_counting()),
        ("D13", RULES, working("2026-11-24")),
        ("D27", RULES, working("2026-11-24")),
        ("D36", MONDAY, CALENDAR),
        ("D42", RULES, working("2026-11-24")),
    ],
)
def test_the_other_reading_is_a_change_of_data_alone(name, rules, calendar):
    assert due_of(BY_ID[name], rules, calendar).at == moment(BY_ID[name]["alternatives"][0]["due"])


def test_no_other_reading_is_left_untested():
    assert {case["id"] for case in CASES if case["alternatives"]} == {"D03", "D11", "D13", "D27", "D36", "D42"}


def test_an_unknown_limit_gives_no_day_instead_of_an_invented_one():
    due = due_date(RULES, CALENDAR, moment("2026-11-23T09:00"), Limit(None, None))
    assert due == Due(None, False, (Line("due_limit_unknown"),))


def test_a_number_without_a_unit_is_read_as_working_days_and_says_so():
    procedure = get(builtin(), "1.000894")
    due = due_date(RULES, CALENDAR, moment("2026-11-23T09:00"), limit_for(procedure, "1.000894#1", "counter", RULES))
    assert due.at == moment("2026-11-25T17:00") and due.provisional
    assert Line("due_unit_missing", {"value": 1}) in due.lines


def test_reception_on_the_unconfirmed_day_itself_is_provisional():
    due = due_date(RULES, CALENDAR, moment("2026-11-24T09:00"), msgspec.convert(BY_ID["D01"]["limit"], Limit))
    assert due.at == moment("2026-11-25T17:00") and due.provisional


def test_a_due_day_in_a_year_without_calendar_is_provisional():
    due = due_date(RULES, CALENDAR, moment("2027-12-31T09:00"), Limit(3, "work_day"))
    assert due.provisional and Line("due_year_unknown", {"year": 2028}) in due.lines


def test_the_queue_says_how_many_working_days_are_left():
    due = moment("2026-11-25T17:00")
    left = {now: remaining(CALENDAR, moment(now), due) for now in ("2026-11-20T09:00", "2026-11-23T18:00", "2026-11-25T23:00")}
    assert list(left.values()) == [2, 1, 0]  # 24/11 is off
    assert remaining(CALENDAR, moment("2026-11-26T08:00"), due) == -1
    assert remaining(CALENDAR, moment("2026-11-28T08:00"), moment("2026-11-27T17:00")) == -1


def test_a_letter_of_apology_leaves_before_the_weekend():
    assert apology_by(RULES, CALENDAR, due_of(BY_ID["D60"]).at) == date(2026, 10, 16)


def test_a_pause_does_not_make_a_late_dossier_punctual():
    accepted, asked, brought = moment("2026-10-05T09:00"), moment("2026-10-12T09:00"), moment("2026-10-14T09:00")
    due = due_after_pauses(RULES, CALENDAR, accepted, Limit(3, "work_day"), [Pause(asked, brought, ClockPolicy.CONTINUE)])
    assert due.at == moment("2026-10-08T17:00")


def test_hours_go_on_after_a_pause():
    pause = Pause(moment("2026-10-05T10:00"), moment("2026-10-06T16:00"), ClockPolicy.CONTINUE)
    due = due_after_pauses(RULES, CALENDAR, moment("2026-10-05T09:00"), Limit(3, "hour"), [pause])
    assert due.at == moment("2026-10-07T08:00")
    around = Limit(12, "hour", round_the_clock=True)
    due = due_after_pauses(RULES, CALENDAR, moment("2026-10-05T09:00"), around, [pause])
    assert due.at == moment("2026-10-07T03:00")


def test_acceptance_in_the_lunch_hour_or_at_night_counts_from_the_next_session():
    assert due_date(RULES, CALENDAR, moment("2026-10-05T12:00"), Limit(1, "hour")).at == moment("2026-10-05T14:30")
    assert due_date(RULES, CALENDAR, moment("2026-10-05T19:00"), Limit(1, "hour")).at == moment("2026-10-06T08:00")
    assert due_date(RULES, CALENDAR, moment("2026-10-05T05:00"), Limit(8, "hour")).at == moment("2026-10-05T17:00")


def test_working_days_are_counted_as_they_are_walked():
    calendar = CALENDAR
    start = date(2026, 1, 1)
    for first in range(0, 400, 13):
        for length in (-3, 0, 1, 6, 7, 8, 45, 400):
            after, until = start + timedelta(first), start + timedelta(first + length)
            walked = sum(calendar.is_working(after + timedelta(n)) for n in range(1, length + 1))
            assert working_days_between(calendar, after, until) == walked
