"""Report II.06a: every dossier is counted once, as it stood at the end of the period, and the four sums always hold."""

import random
from dataclasses import asdict
from datetime import date, timedelta

import pytest

from appliance.errors import Refused
from appliance.looking_back import told
from appliance.registers import Span
from appliance.report import Case, Row, case_of, rows, total
from boxes import ACCEPTED, PERSON, open_test_box

MARCH = Span(date(2026, 3, 1), date(2026, 3, 31))
SEED, CASES = 20261122, 3_000


def case(accepted: date, due: date | None = None, ended: date | None = None, **more) -> Case:
    return Case(**{"sector": "Hộ tịch", "online": False, "accepted": accepted, "due": due, "ended": ended,
                   "withdrawn": False, "excused": False} | more)  # fmt: skip


DAY = timedelta(days=1)
FEBRUARY, TENTH, APRIL = date(2026, 2, 20), date(2026, 3, 10), date(2026, 4, 2)


@pytest.mark.parametrize(
    ("one", "columns"),
    [
        (case(TENTH, TENTH + DAY, TENTH), {"direct": 1, "resolved_early": 1}),
        (case(TENTH, TENTH, TENTH, online=True), {"online": 1, "resolved_on_time": 1}),
        (case(FEBRUARY, TENTH - DAY, TENTH), {"carried_over": 1, "resolved_late": 1}),
        (case(TENTH, None, TENTH), {"direct": 1, "resolved_on_time": 1}),
        (case(TENTH, FEBRUARY, TENTH, withdrawn=True), {"direct": 1, "resolved_on_time": 1}),
        (case(TENTH, APRIL), {"direct": 1, "pending_in_time": 1}),
        (case(TENTH, MARCH.last), {"direct": 1, "pending_in_time": 1}),
        (case(TENTH, MARCH.last - DAY), {"direct": 1, "pending_late": 1}),
        (case(FEBRUARY, FEBRUARY, excused=True), {"carried_over": 1, "pending_in_time": 1}),
        (case(FEBRUARY, TENTH, MARCH.first), {"carried_over": 1, "resolved_early": 1}),
    ],
)
def test_each_dossier_stands_in_its_columns(one, columns):
    (row,) = rows([one], MARCH)
    sums = ("sector", "received", "resolved", "pending")
    assert {name: n for name, n in asdict(row).items() if name not in sums and n} == columns


def test_what_was_resolved_before_or_comes_after_the_period_is_not_counted():
    assert rows([case(FEBRUARY, TENTH, FEBRUARY), case(APRIL)], MARCH) == []


def test_sectors_are_apart_and_the_total_adds_up():
    found = rows([case(TENTH, sector="Đất đai"), case(TENTH), case(TENTH, ended=TENTH)], MARCH)
    assert [(row.sector, row.received) for row in found] == [("Hộ tịch", 2), ("Đất đai", 1)]
    assert (total(found).received, total(found).resolved, total(found).pending) == (3, 1, 2)


def test_a_row_that_does_not_add_up_cannot_exist():
    with pytest.raises(ValueError, match="3 = 7"):
        Row("x", 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def test_the_sums_hold_for_any_dossiers_and_what_is_pending_is_carried_over():
    dice = random.Random(SEED)
    start = date(2026, 1, 1)
    cases = []
    for _ in range(CASES):
        accepted = start + DAY * dice.randrange(150)
        ended = accepted + DAY * dice.randrange(60) if dice.random() < 0.7 else None
        cases.append(case(accepted, accepted + DAY * dice.randrange(30), ended, online=dice.random() < 0.4,
                          sector=dice.choice("abc"), excused=dice.random() < 0.1, withdrawn=dice.random() < 0.05))  # fmt: skip
    pending = 0
    for month in range(1, 6):
        span = Span(date(2026, month, 1), date(2026, month + 1, 1) - DAY)
        seen = [one._replace(ended=one.ended if one.ended and one.ended <= span.last else None) for one in cases]
        whole = total(rows(seen, span))
        assert whole.carried_over == pending, f"seed {SEED}, month {month}"
        pending = whole.pending


def test_a_span_is_in_order_and_at_most_a_year():
    for first, last in ((TENTH, FEBRUARY), (TENTH, TENTH + 400 * DAY)):
        with pytest.raises(Refused, match="period_wrong"):
            Span(first, last)


def test_a_dossier_is_seen_as_it_stood_that_day(tmp_path):
    box = open_test_box(tmp_path)
    with box.writing() as act:
        act.record("dossier.accepted", actor="ST04", dossier="d", clear=ACCEPTED, personal={"applicant": PERSON})
        act.record("dossier.taken", actor="ST08", dossier="d", clear={"holder": "ST08"})
        act.record("dossier.withdrawn", actor="ST04", dossier="d", clear={"request": {"key": "x"}}, personal={"reason": "Đổi ý"})
    every = told(box.db, box.device, "d")
    today = date.fromisoformat(every[0].event.at[:10])
    gone = case_of(every, {"1.004873": "Hộ tịch"}, today + DAY)
    assert (gone.sector, gone.withdrawn, gone.due) == ("Hộ tịch", True, date(2026, 11, 25))
    assert gone.ended is not None
    assert case_of(every, {}, today - 2 * DAY) is None
    back = case_of(every[:2], {}, today + DAY)
    assert (back.ended, back.withdrawn) == (None, False)
