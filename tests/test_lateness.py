"""What a late dossier asks of the office, a new day with an apology, and a storm that moves what was promised."""

from datetime import date, datetime, timedelta

import msgspec
import pytest

from appliance import clock, clocks, declaring, extension, files, lateness, officers, processing, queries, release, signing
from appliance.catalogue import builtin
from appliance.clock import LOCAL, text_of
from appliance.dossier import Dossier, Paper, Pause, Status
from appliance.errors import Refused
from appliance.lateness import Stage
from appliance.officers import Officer
from appliance.rights import Role
from appliance.rules import LateDuty, Lateness
from appliance.working_calendar import nth_working_day
from boxes import ACCEPTED, open_test_box
from desk_room import COPIES, UNIT, accept, prepare, today_rules

CATALOGUE = builtin()
RULES = CATALOGUE.rules_on(date(2026, 10, 5))
LEADER = Officer("ST01", "st01", "Nguyễn Minh Họa", frozenset({Role.LEADER}), title="Chủ tịch UBND xã")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def running(**changes) -> Dossier:
    same = {name: ACCEPTED[name] for name in ("code", "unit", "procedure", "procedure_name", "case", "channel")}
    due = {"at": moment("2026-10-12T17:00").isoformat(), "provisional": False, "lines": []}
    accepted = text_of(moment("2026-10-05T09:00"))
    return Dossier(**(same | {"id": "x", "status": Status.PROCESSING, "accepted_at": accepted, "due": due} | changes))


def stage(day: str) -> Stage:
    return lateness.stage(RULES, CATALOGUE.calendar, moment("2026-10-12T17:00"), date.fromisoformat(day))


def test_reminders_begin_two_working_days_before_and_end_in_a_late_case():
    days = ("2026-10-07", "2026-10-08", "2026-10-09", "2026-10-11", "2026-10-12", "2026-10-13")  # Monday 12 is the due day.
    assert list(map(stage, days)) == [Stage.FINE, Stage.REMIND, Stage.APOLOGISE, Stage.APOLOGISE, Stage.TODAY, Stage.LATE]


def test_the_days_of_warning_are_rules_and_not_software():
    early = msgspec.structs.replace(RULES, remind_days_before=5)
    assert lateness.stage(early, CATALOGUE.calendar, moment("2026-10-12T17:00"), date(2026, 10, 5)) is Stage.REMIND


def test_lateness_is_judged_where_the_dated_rule_says():
    assert lateness.ended_at(RULES, "done", "returned") == "done"
    at_return = msgspec.structs.replace(RULES, lateness=Lateness("10", "date"))
    assert lateness.ended_at(at_return, "done", None) is None


def test_a_dossier_in_time_owes_nothing_and_a_late_one_owes_both():
    assert lateness.owed(RULES, running(), date(2026, 10, 12)) == frozenset()
    assert lateness.owed(RULES, running(), date(2026, 10, 13)) == {LateDuty.EXPLANATION, LateDuty.APOLOGY}


def test_no_dossier_becomes_late_while_the_citizen_is_waited_for():
    asked = Pause(Status.SUPPLEMENT, text_of(moment("2026-10-09T10:00")))
    assert lateness.owed(RULES, running(status=Status.SUPPLEMENT, pauses=(asked,)), date(2026, 11, 30)) == frozenset()


def test_a_new_day_does_not_make_a_miss_unhappen():
    due = {"at": moment("2026-10-20T17:00").isoformat(), "provisional": False, "lines": []}
    again = running(due=due | {"passed": [moment("2026-10-12T17:00").isoformat()]}, papers=(Paper("apology", "f", "", "ST01"),))
    assert lateness.owed(RULES, again, date(2026, 10, 14)) == {LateDuty.EXPLANATION}
    explained = msgspec.structs.replace(again, explained_at=text_of(moment("2026-10-13T09:00")))
    assert lateness.owed(RULES, explained, date(2026, 10, 14)) == frozenset()
    assert lateness.owed(RULES, explained, date(2026, 10, 21)) == {LateDuty.EXPLANATION}  # Missed again.


def test_what_a_late_dossier_owes_is_a_dated_rule():
    lenient = msgspec.structs.replace(RULES, late_close_needs=frozenset({LateDuty.APOLOGY}))
    assert lateness.owed(lenient, running(), date(2026, 10, 13)) == {LateDuty.APOLOGY}


# --- on a real box


@pytest.fixture
def box(tmp_path):
    """Give a small box, and a leader who signs."""
    box = open_test_box(tmp_path)
    with box.writing() as act:
        officers.put(act.db, LEADER, "x")
    return box


def now(box, dossier: str) -> Dossier:
    found = queries.dossier(box.db, dossier)
    assert found
    return found


def working_day(ahead: int = 1) -> date:
    today = clock.local_day(clock.stamp())
    return nth_working_day(CATALOGUE.calendar, today, ahead)


def extend(box, dossier: str, day: date | None = None, reason: str = "Chờ xác minh của công an") -> str:
    """Decide as a leader does; gives the digest of the letter."""
    with box.writing() as act:
        paper = extension.decide(act, box.home, dossier, LEADER, today_rules(), CATALOGUE.calendar, day or working_day(9), reason)
    return paper.s


def explain(box, dossier: str) -> None:
    with box.writing() as act:
        lateness.explain(act, dossier, "ST08", "ST01", "Chờ xác minh nơi cư trú cũ")


def certify(box, dossier: str) -> str:
    with box.writing() as act:
        book = CATALOGUE.books["certification_paper"]
        return release.certify_copies(act, dossier, "ST09", "ST01", (3,), book, UNIT, today_rules())


def test_a_late_dossier_is_closed_only_after_the_explanation_and_the_apology(box):
    dossier = accept(box, COPIES, days=-3)
    prepare(box, dossier, paper=True)
    with box.writing() as act:
        processing.submit(act, dossier, "ST08")
    with pytest.raises(Refused, match="late_unexplained"):
        certify(box, dossier)
    explain(box, dossier)
    with pytest.raises(Refused, match="late_no_apology"):
        certify(box, dossier)
    extend(box, dossier)
    assert certify(box, dossier) and now(box, dossier).status == Status.DONE


def test_a_late_result_gets_neither_number_nor_seal_until_somebody_answered(box):
    dossier, book = accept(box, days=-3), CATALOGUE.books["outgoing"]
    judged = signing.Judged("a", "b", 1, signing.ORGANISATION, "c")
    with pytest.raises(Refused, match="late_unexplained"), box.writing() as act:
        signing.take_number(act, dossier, "ST09", book, UNIT, "UBND", today_rules())
    with pytest.raises(Refused, match="late_unexplained"), box.writing() as act:
        signing.take_seal(act, dossier, judged, "ST09", UNIT, today_rules())


def test_an_apology_in_time_needs_no_explanation(box):
    dossier = accept(box, COPIES, days=1)
    extend(box, dossier)
    assert lateness.missed(now(box, dossier), working_day(9)) == []
    with pytest.raises(Refused, match="not_late"):
        explain(box, dossier)


def test_an_explanation_without_words_or_reader_is_refused(box):
    dossier = accept(box, days=-1)
    for head, words, code in (("ST01", " ", "reason_missing"), ("", "Chờ xác minh", "head_missing")):
        with pytest.raises(Refused, match=code), box.writing() as act:
            lateness.explain(act, dossier, "ST08", head, words)


def test_the_letter_of_apology_names_both_days_and_is_kept(box):
    dossier = accept(box, days=1)
    old = now(box, dossier).due["at"]
    letter = files.read(box.home, extend(box, dossier))
    found = now(box, dossier)
    assert letter.startswith(b"%PDF") and found.papers[-1].form == "apology" and found.extensions == 1
    assert found.due["at"][:10] == working_day(9).isoformat() > old[:10]
    assert found.due["appointed"]["at"] == found.due["at"]


def test_a_new_day_is_named_once_later_on_a_working_day_and_with_a_reason(box):
    dossier = accept(box, days=1)
    due = date.fromisoformat(now(box, dossier).due["at"][:10])
    sunday = due + timedelta(days=7 + 6 - due.weekday())
    for day, reason, code in (
        (due, "Chờ", "extension_not_later"),
        (due + timedelta(days=900), "Chờ", "extension_not_later"),
        (sunday, "Chờ", "day_is_off"),
        (working_day(9), " ", "reason_missing"),
    ):
        with pytest.raises(Refused, match=code):
            extend(box, dossier, day, reason)
    extend(box, dossier)
    with pytest.raises(Refused, match="extensions_used"):
        extend(box, dossier, working_day(20))


def test_a_draft_promises_nothing_and_goes_with_the_decision(box):
    dossier = accept(box, days=1)
    before = now(box, dossier).due
    with box.writing() as act:
        extension.draft(act, dossier, "ST08", today_rules(), CATALOGUE.calendar, working_day(9), "Chờ xác minh")
    assert now(box, dossier).due == before and extension.drafted(box.db, dossier).officer == "ST08"
    extend(box, dossier)
    assert extension.drafted(box.db, dossier) is None


# --- a storm


def declare(box, day: date, working: bool = False) -> None:
    with box.writing() as act:
        calendar = clocks.calendar_of(CATALOGUE, act.db)
        declaring.declare(act, "ST01", calendar, day, "Nghỉ bão số 12", "Công văn 15/UBND", working)


def counted(box, **changes) -> str:
    """Accept a dossier of three working days whose due date was really counted."""
    dossier = accept(box, **changes)
    due = clocks.due_after_wait(CATALOGUE, now(box, dossier), clock.local(clock.stamp()), CATALOGUE.calendar)
    with box.writing() as act:
        act.record("due.recomputed", actor="ST01", dossier=dossier, clear={"due": due, "because": "2020-01-01"})
    return dossier


def moved(box, day: date) -> list[declaring.Change]:
    return declaring.moved(box.db, CATALOGUE, lambda _: CATALOGUE, day, clock.local(clock.stamp()))[0]


def test_a_storm_day_moves_only_what_a_person_chose_and_lists_whom_to_call(box):
    chosen, left = counted(box), counted(box)
    day, old = working_day(1), now(box, chosen).due["at"]
    declare(box, day)
    assert {change.dossier.id for change in moved(box, day)} == {chosen, left} and now(box, chosen).due["at"] == old
    with box.writing() as act:
        assert declaring.recompute(act, CATALOGUE, lambda _: CATALOGUE, "ST01", day, [chosen]) == 1
        assert declaring.recompute(act, CATALOGUE, lambda _: CATALOGUE, "ST01", day, [chosen]) == 0  # Sent twice.
    assert now(box, chosen).due["at"] > old == now(box, left).due["at"]
    assert [change.dossier.id for change in moved(box, day)] == [left]
    [call] = declaring.calls(box.db, day)
    assert (call.dossier, call.old, call.new, call.called_at) == (chosen, old, now(box, chosen).due["at"], None)
    with box.writing() as act:
        declaring.tick(act, "ST06", day, chosen, called=True)
    assert declaring.calls(box.db, day)[0].called_by == "ST06"


def test_a_dossier_that_waits_for_its_citizen_is_not_moved(box):
    dossier = counted(box)
    with box.writing() as act:
        act.record("dossier.taken", actor="ST08", dossier=dossier, clear={"holder": "ST08"})
        act.record("payment.requested", actor="ST08", dossier=dossier, clear={"lines": [], "amount": 1, "request": "1"})
    declare(box, working_day(1))
    assert moved(box, working_day(1)) == []


def test_a_day_that_is_so_already_or_far_away_is_refused(box):
    today = clock.local_day(clock.stamp())
    sunday = today + timedelta(days=13 - today.weekday())
    for day, code in ((sunday, "day_is_so_already"), (today + timedelta(days=900), "day_too_far")):
        with pytest.raises(Refused, match=code):
            declare(box, day)
    declare(box, sunday, working=True)
    assert clocks.calendar_of(CATALOGUE, box.db).is_working(sunday)
    declare(box, sunday, working=False)  # Declared by mistake: said again.
    assert not clocks.calendar_of(CATALOGUE, box.db).is_working(sunday)


def test_more_than_one_transaction_may_hold_is_refused(box):
    with pytest.raises(Refused, match="too_many_at_once"), box.writing() as act:
        every = ["x"] * (declaring.AT_ONCE_MAX + 1)
        declaring.recompute(act, CATALOGUE, lambda _: CATALOGUE, "ST01", working_day(1), every)


def test_the_provinces_day_counts_and_the_offices_own_word_stands_before_it(box):
    day = working_day(3)
    with box.writing() as act:
        act.db.conn.execute("INSERT INTO province_day VALUES (?, 'Nghỉ lễ tỉnh', 'QĐ 1', 0)", [day.isoformat()])
    assert not clocks.calendar_of(CATALOGUE, box.db).is_working(day)
    declare(box, day, working=True)
    assert clocks.calendar_of(CATALOGUE, box.db).is_working(day)
    assert not clocks.calendar_of(CATALOGUE, box.db, without=day).is_working(day)
