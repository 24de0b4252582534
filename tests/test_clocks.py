"""The clock of a dossier goes on rightly after papers, money and stops, and never forgets that it was late."""

from datetime import date, datetime

import msgspec
import pytest

from appliance import clocks
from appliance.catalogue import builtin
from appliance.clock import LOCAL, text_of
from appliance.dossier import Dossier, Pause, Status
from appliance.rules import ClockPolicy
from boxes import ACCEPTED, open_test_box

CATALOGUE = builtin()
CALENDAR = CATALOGUE.calendar


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def utc(text: str) -> str:
    return text_of(moment(text))


def running(**changes) -> Dossier:
    """Give a dossier of three working days, accepted on Monday 5 October 2026 and due on Thursday 8."""
    same = {name: ACCEPTED[name] for name in ("code", "unit", "procedure", "procedure_name", "case", "channel")}
    due = {"at": moment("2026-10-08T17:00").isoformat(), "provisional": False, "lines": []}
    whole = same | {"id": "x", "status": Status.PROCESSING, "accepted_at": utc("2026-10-05T09:00"), "due": due} | changes
    return Dossier(**whole)


def waiting(status: Status, asked: str, *before: Pause) -> dict:
    return {"status": status, "pauses": (*before, Pause(status, utc(asked)))}


def due_of(dossier: Dossier, brought: str, calendar=CALENDAR) -> str:
    due = clocks.due_after_wait(CATALOGUE, dossier, moment(brought), calendar)
    assert due and due["lines"]
    return due["at"][:16]


def test_papers_brought_late_begin_the_whole_limit_again():
    asked = running(**waiting(Status.SUPPLEMENT, "2026-10-06T10:00"))
    due = clocks.due_after_wait(CATALOGUE, asked, moment("2026-10-12T15:00"), CALENDAR)
    assert due["at"] == moment("2026-10-15T17:00").isoformat()
    assert [line["code"] for line in due["lines"]] == ["due_restarted", "due_work_days"]
    assert "passed" not in due  # It was in time when the clock stopped.


@pytest.mark.parametrize("status", [Status.FINANCIAL, Status.STOPPED])
def test_waiting_for_money_or_a_decision_keeps_what_was_left(status):
    asked = running(**waiting(status, "2026-10-06T10:00"))  # one of three days is used
    assert due_of(asked, "2026-10-12T15:00") == "2026-10-14T17:00"


def test_money_after_papers_goes_on_from_the_restart():
    papers = Pause(Status.SUPPLEMENT, utc("2026-10-06T10:00"), utc("2026-10-12T15:00"))
    asked = running(**waiting(Status.FINANCIAL, "2026-10-13T09:00", papers))  # one of the three new days is used
    assert due_of(asked, "2026-10-20T09:00") == "2026-10-22T17:00"


def test_before_acceptance_no_clock_runs():
    new = running(accepted_at="", status=Status.SUPPLEMENT)
    assert clocks.due_after_wait(CATALOGUE, new, moment("2026-10-20T09:00"), CALENDAR) is None


def test_a_wait_before_acceptance_does_not_count():
    early = Pause(Status.FINANCIAL, utc("2026-10-01T09:00"), utc("2026-10-05T08:59"))
    assert due_of(running(pauses=(early,)), "2026-10-05T09:00") == "2026-10-08T17:00"


def test_a_dossier_late_before_anybody_was_asked_stays_known_as_late():
    due = clocks.due_after_wait(
        CATALOGUE, running(**waiting(Status.SUPPLEMENT, "2026-10-09T10:00")), moment("2026-10-12T15:00"), CALENDAR
    )
    assert due["passed"] == [moment("2026-10-08T17:00").isoformat()]
    again = running(due=due, **waiting(Status.SUPPLEMENT, "2026-10-13T10:00"))
    assert clocks.due_after_wait(CATALOGUE, again, moment("2026-10-14T15:00"), CALENDAR)["passed"] == due["passed"]


def test_two_waits_one_after_the_other_stop_the_clock_once():
    papers = Pause(Status.SUPPLEMENT, utc("2026-10-06T10:00"), utc("2026-10-20T15:00"))
    asked = running(**waiting(Status.FINANCIAL, "2026-10-20T15:00", papers))
    due = clocks.due_after_wait(CATALOGUE, asked, moment("2026-10-21T09:00"), CALENDAR)
    assert "passed" not in due


def test_a_day_that_was_named_to_the_citizen_is_never_moved_forward():
    due = {"at": moment("2026-10-30T17:00").isoformat(), "provisional": False, "lines": []}
    due["appointed"] = {"at": due["at"], "from": utc("2026-10-07T09:00")}
    asked = running(due=due, **waiting(Status.SUPPLEMENT, "2026-10-08T10:00"))
    assert due_of(asked, "2026-10-12T15:00") == "2026-10-30T17:00"
    paid = running(due=due, **waiting(Status.FINANCIAL, "2026-10-08T10:00"))
    assert due_of(paid, "2026-10-12T15:00") == "2026-11-03T17:00"  # 17 working days were promised, 1 was used


def test_a_promise_without_a_limit_in_the_catalogue_is_kept():
    unknown = next(p for p in CATALOGUE.procedures.values() if p.cases[0].limit.value is None and not p.cases[0].channels)
    promised = running(procedure=unknown.code, case=unknown.cases[0].id, **waiting(Status.FINANCIAL, "2026-10-06T10:00"))
    assert due_of(promised, "2026-10-12T15:00") == "2026-10-14T17:00"


def test_a_promised_day_that_becomes_a_day_off_moves_to_the_next_working_day():
    due = {"at": moment("2026-10-30T17:00").isoformat(), "provisional": False, "lines": []}
    due["appointed"] = {"at": due["at"], "from": utc("2026-10-07T09:00")}
    storm = clocks.declared_day({"day": "2026-10-30", "name": "Nghỉ bão", "basis": "CV 1", "working": False})
    assert due_of(running(due=due), "2026-10-08T09:00", clocks.with_days(CALENDAR, [storm])) == "2026-11-02T17:00"


def test_a_storm_day_of_the_office_moves_the_due_date(tmp_path):
    box = open_test_box(tmp_path)
    assert clocks.calendar_of(CATALOGUE, box.db) is CALENDAR
    with box.writing() as act:
        clear = {"day": "2026-10-07", "name": "Nghỉ bão số 12", "basis": "Công văn 15/UBND", "working": False}
        act.record("calendar.day_declared", actor="ST01", clear=clear)
    calendar = clocks.calendar_of(CATALOGUE, box.db)
    due = clocks.due_after_wait(CATALOGUE, running(), moment("2026-10-06T09:00"), calendar)
    assert due["at"] == moment("2026-10-09T17:00").isoformat()
    assert {"code": "due_skipped_day", "facts": {"day": "07/10/2026", "name": "Nghỉ bão số 12"}} in due["lines"]
    assert not calendar.is_working(date(2026, 10, 7)) and CALENDAR.is_working(date(2026, 10, 7))


def test_the_policy_is_a_dated_rule_and_not_the_software():
    rules = msgspec.structs.replace(CATALOGUE.rules_on(date(2026, 10, 5)), supplement_clock=ClockPolicy.NONE)
    assert clocks.policies_of(rules)[Status.SUPPLEMENT] is ClockPolicy.NONE
