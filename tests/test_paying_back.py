"""Money mistakes: a receipt is voided and stays in its book, money goes back once, and the drawers always add up."""

import msgspec
import pytest
from flask import Flask

from appliance import clock, drawer, ending, files, money, moves, numbering, paying_back, processing, queries, verify
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.dossier import Status
from appliance.errors import Refused
from appliance.officers import Officer, by_id
from appliance.paying_back import Payout
from appliance.rules import OwnVoid
from desk_room import accept, certify, get, log_in, post, today_rules
from desk_steps import now
from provisioning.demo import filing
from web.vietnamese import SENTENCES

CASH = Payout("cash", receiver="Nguyễn Thị Ngọc Ánh")
BANK = Payout("transfer", "FT26327000777", "Nguyễn Thị Ngọc Ánh")
REQUEST = {"key": "request", "name": "Đơn", "kind": "submit", "copy": "original", "count": 1, "pages": []}


def person(box: Box, officer: str) -> Officer:
    found = by_id(box.db, officer)
    assert found
    return found


def take(box: Box, dossier: str, who: str = "ST07", method: str = "cash") -> str:
    with box.writing() as act:
        return money.take_fee(act, box.home, builtin(), dossier, person(box, who), method, reference="FT1").receipt


def void(box: Box, dossier: str, receipt: str, who: str = "ST07", payout: Payout = CASH, **changes) -> None:
    with box.writing() as act:
        given = {"reason": "wrong_amount", "copy_back": True} | changes
        rules = given.pop("rules", today_rules())
        paying_back.void(act, rules, dossier, person(box, who), receipt, given.pop("reason"), payout, **given)


def refund(box: Box, dossier: str, payout: Payout = CASH, who: str = "ST07") -> None:
    with box.writing() as act:
        paying_back.refund(act, box.home, builtin(), dossier, person(box, who), payout)


def withdraw(box: Box, dossier: str, back: int) -> None:
    with box.writing() as act:
        clear = {"request": REQUEST, "refund": back}
        act.record("dossier.withdrawn", actor="ST04", dossier=dossier, clear=clear, personal={"reason": "Không cần nữa"})


def count(box: Box, who: str = "ST07") -> None:
    with box.writing() as act:
        expected = drawer.open_shift(act.db, who).expected
        drawer.count(act, who, expected, expected)


def in_drawers(box: Box) -> int:
    """Add up the cash that all counts and open shifts say should be there."""
    closed = sum(one.facts["expected"] for one in drawer.closed(box.db))
    return closed + sum(drawer.open_shift(box.db, who).expected for who in ("ST07", "ST04"))


def kept_in_cash(box: Box) -> int:
    """Add up the receipts that stand, less what went back, over all dossiers; every payment of these tests is in cash."""
    return sum(now(box, row["id"]).paid for row in box.db.query("SELECT id FROM dossier"))


def refused(code: str):  # noqa: ANN201
    assert code in SENTENCES
    return pytest.raises(Refused, match=f"^{code}")


# --- voiding


def test_a_void_receipt_stays_with_its_reason_and_what_it_took_is_owed_again(box: Box) -> None:
    dossier = accept(box, fee=8000)
    receipt = take(box, dossier)
    void(box, dossier, receipt)
    found = now(box, dossier)
    assert (found.paid, money.owed_now(found).amount, found.fees[0].why_void) == (0, 8000, "wrong_amount")
    assert dossier in {one.id for one in queries.to_pay(box.db)}
    state = box.db.conn.execute("SELECT state, reason, n FROM number_used WHERE book = 'receipt'").fetchall()
    assert state == [("voided", "wrong_amount", 1)]
    assert take(box, dossier) == "0000002" and now(box, dossier).paid == 8000
    assert numbering.account(box.db) == [] and [one.code for one in verify.verify(box.home, box.db)] == []


def test_the_shift_that_took_it_no_longer_expects_it(box: Box) -> None:
    first, second = accept(box, fee=8000), accept(box, fee=3000)
    receipt = take(box, first)
    take(box, second)
    void(box, first, receipt)
    shift = drawer.open_shift(box.db, "ST07")
    assert (shift.expected, shift.receipts()["void"], shift.given_back) == (3000, [receipt], ())
    assert in_drawers(box) == kept_in_cash(box) == 3000


def test_after_the_count_it_takes_a_second_person_and_the_money_leaves_the_drawer_that_pays(box: Box) -> None:
    first, second = accept(box, fee=8000), accept(box, fee=9000)
    receipt = take(box, first)
    count(box)
    with refused("void_needs_another"):
        void(box, first, receipt)
    with refused("drawer_short"):
        void(box, first, receipt, "ST01")
    take(box, second)
    void(box, first, receipt, "ST01")
    shift = drawer.open_shift(box.db, "ST07")
    assert (shift.expected, [one.paper for one in shift.given_back], shift.given_back[0].void) == (1000, [receipt], True)
    assert in_drawers(box) == kept_in_cash(box) == 9000
    count(box)
    closed = drawer.closed(box.db, "ST07")[0].facts
    assert closed["given_back"] == [{"paper": receipt, "amount": 8000, "method": "cash"}] and closed["expected"] == 1000
    assert in_drawers(box) == 9000


def test_a_rule_may_ask_for_a_second_person_always(box: Box) -> None:
    dossier = accept(box, fee=8000)
    receipt = take(box, dossier)
    never = msgspec.structs.replace(today_rules(), void_own_receipt=OwnVoid.NEVER)
    with refused("void_needs_another"):
        void(box, dossier, receipt, rules=never)
    void(box, dossier, receipt, "ST03", rules=never)
    assert now(box, dossier).fees[0].voided_by == "ST03"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "x"}, "reason_missing"),
        ({"copy_back": False}, "void_note_missing"),
        ({"note": " ", "copy_back": False}, "void_note_missing"),
    ],
)
def test_a_void_says_why_and_where_the_payers_copy_is(box: Box, changes, code: str) -> None:
    dossier = accept(box, fee=8000)
    receipt = take(box, dossier)
    with refused(code):
        void(box, dossier, receipt, **changes)
    with refused("receipt_unknown"):
        void(box, dossier, "9999999")
    void(box, dossier, receipt, copy_back=False, note="Người nộp đã làm mất")
    with refused("receipt_unknown"):
        void(box, dossier, receipt)


def test_what_a_closed_shift_took_in_cash_may_go_back_by_transfer_with_its_reference(box: Box) -> None:
    dossier = accept(box, fee=8000)
    receipt = take(box, dossier)
    count(box)
    with refused("reference_missing"):
        void(box, dossier, receipt, "ST01", Payout("transfer"))
    void(box, dossier, receipt, "ST01", BANK)
    shift = drawer.open_shift(box.db, "ST07")
    assert (shift.expected, shift.transfers) == (0, -8000)


def test_a_receipt_voided_after_the_hand_over_is_taken_again(box: Box) -> None:
    dossier = accept(box, fee=8000)
    certify(box, dossier)
    receipt = take(box, dossier)
    with box.writing() as act:
        act.record(
            "dossier.returned", actor="ST06", dossier=dossier, clear={"how": "counter"}, personal={"receiver": {"name": "A"}}
        )
    assert "fee.taken" not in moves.legal(now(box, dossier))
    void(box, dossier, receipt)
    assert dossier in {one.id for one in queries.to_pay(box.db)} and queries.counts_at_desks(box.db)["to_pay"] == 1
    take(box, dossier)
    found = now(box, dossier)
    assert (found.status, found.paid, queries.to_pay(box.db)) == (Status.RETURNED, 8000, [])


def test_a_dossier_whose_wrong_payment_was_voided_can_be_refused(box: Box) -> None:
    dossier = filing.file_in(box, builtin(), "after_check", 2).id
    with box.writing() as act:
        until = money.days_to_pay(builtin(), clock.local_day(act.reading.at))
        money.request_payment(act, dossier, "ST04", [{"name": "Lệ phí", "amount": 8000}], "QĐ", until)
    receipt = take(box, dossier)
    assert "dossier.refused" not in moves.legal(now(box, dossier))
    void(box, dossier, receipt, reason="wrong_dossier")
    assert "dossier.refused" in moves.legal(now(box, dossier))
    assert money.owed_now(now(box, dossier)).amount == 8000


# --- refunds


def test_what_the_end_decided_goes_back_once_against_a_signed_voucher(box: Box) -> None:
    dossier, other = accept(box, fee=8000), accept(box, fee=500)
    take(box, dossier)
    take(box, other)
    with refused("wrong_status"):
        refund(box, dossier)
    withdraw(box, dossier, 6000)
    assert [one.id for one in queries.to_refund(box.db)] == [dossier]
    refund(box, dossier)
    found = now(box, dossier)
    assert (found.paid, found.to_refund, found.refunds[0].voucher) == (2000, 0, f"{found.code}/HT1")
    assert drawer.open_shift(box.db, "ST07").expected == in_drawers(box) == kept_in_cash(box) == 2500
    assert files.read(box.home, found.refunds[0].file).startswith(b"%PDF")
    assert found.papers[-1].form == "refund"
    assert queries.to_refund(box.db) == []
    with refused("nothing_to_refund"):
        refund(box, dossier)
    with refused("receipt_refunded"):
        void(box, dossier, found.fees[0].receipt)
    assert [one.code for one in verify.verify(box.home, box.db)] == []


def test_a_refund_needs_its_receiver_its_reference_and_cash_in_the_drawer(box: Box) -> None:
    dossier = accept(box, fee=8000)
    take(box, dossier)
    count(box)
    withdraw(box, dossier, 8000)
    with refused("receiver_missing"):
        refund(box, dossier, Payout("cash"))
    with refused("reference_missing"):
        refund(box, dossier, Payout("transfer", receiver="A"))
    with refused("drawer_short"):
        refund(box, dossier)
    refund(box, dossier, BANK)
    step = queries.timeline(box.db, dossier)[-1]
    assert "FT26327000777" not in str(step.facts) and "Ánh" not in str(step.facts)


def test_a_dossier_that_goes_on_keeps_what_was_not_given_back(box: Box) -> None:
    dossier = accept(box, fee=8000)
    with box.writing() as act:
        processing.take(act, dossier, "ST08")
    take(box, dossier)
    with box.writing() as act:
        ending.stop(act, box.home, dossier, person(box, "ST01"), "Theo yêu cầu", "applicant", 8000)
    assert now(box, dossier).to_refund == 8000
    with box.writing() as act:
        ending.resume(act, box.home, dossier, person(box, "ST01"), "Tiếp tục")
    found = now(box, dossier)
    assert (found.to_refund, found.money_open, money.still_due(found)) == (0, False, 0)


def test_by_the_rule_of_today_a_refusal_keeps_what_the_law_takes_at_filing(box: Box) -> None:
    assert today_rules().refund_on_refusal is False


# --- pages


def test_the_cashier_voids_and_takes_again_and_the_book_tells_it(app: Flask, box: Box) -> None:
    dossier = accept(box, fee=8000)
    receipt = take(box, dossier)
    client = log_in(app, "st07")
    path = f"/ho-so/{dossier}/huy-bien-lai/{receipt}"
    assert f'href="{path}"' in get(client, f"/thu-phi/{dossier}").text
    assert post(client, path).status_code == 422 and now(box, dossier).paid == 8000
    assert post(client, path, reason="wrong_person", copy_back="1").location == f"/thu-phi/{dossier}"
    assert "đã hủy: sai người nộp" in get(client, f"/thu-phi/{dossier}").text
    assert post(client, f"/thu-phi/{dossier}/in-bien-lai", file=now(box, dossier).fees[0].file).status_code == 422
    assert post(client, path, reason="wrong_person", copy_back="1").status_code == 422
    book = get(client, "/so-van-ban?so=receipt").text
    assert "Đã hủy: sai người nộp; Đặng Văn Thủ Quỹ Mẫu" in book
    assert "đã hủy: sai người nộp" in get(client, "/ket").text
    assert "hủy biên lai 0000001, 8.000 đ: sai người nộp" in get(client, f"/ho-so/{dossier}").text.replace("\u00a0", " ")


def test_the_cashier_refunds_and_the_voucher_is_printed(app: Flask, box: Box) -> None:
    dossier = accept(box, fee=8000)
    take(box, dossier)
    withdraw(box, dossier, 8000)
    client = log_in(app, "st07")
    assert "Chờ hoàn trả" in get(client, "/thu-phi").text
    path = f"/thu-phi/{dossier}/hoan-tra"
    wrong = post(client, path, due="1", method="transfer")
    assert wrong.status_code == 422 and "Đánh dấu khi" in wrong.text and "tham chiếu" in wrong.text
    done = post(client, path, due="8000", method="cash", name="Nguyễn Thị Ngọc Ánh", confirmed="1")
    assert done.status_code == 303 and now(box, dossier).paid == 0
    assert box.db.conn.execute("SELECT count(*) FROM job WHERE kind = 'print'").fetchone()[0] == 1
    assert post(client, path, due="0", method="cash", name="A", confirmed="1").status_code == 422
    assert f"hoàn trả 8.000\u00a0đ, giấy {now(box, dossier).code}/HT1" in get(client, "/so-van-ban?so=receipt").text
    assert "không có khoản nào chờ hoàn trả" in get(client, path).text


@pytest.mark.parametrize("account", ["st04", "st06", "st08", "st09", "st15", "st16", "st17"])
def test_others_neither_void_nor_refund(app: Flask, box: Box, account: str) -> None:
    dossier = accept(box, fee=8000)
    receipt = take(box, dossier)
    client = log_in(app, account)
    for path in (f"/ho-so/{dossier}/huy-bien-lai/{receipt}", f"/thu-phi/{dossier}/hoan-tra"):
        assert get(client, path).status_code == post(client, path).status_code == 403
    assert "Hủy biên lai" not in get(client, f"/ho-so/{dossier}").text


def test_the_leader_voids_what_a_closed_shift_took_and_refunds_nothing(app: Flask, box: Box) -> None:
    dossier = accept(box, fee=8000)
    receipt = take(box, dossier)
    count(box)
    cashier, leader = log_in(app, "st07"), log_in(app, "st01")
    path = f"/ho-so/{dossier}/huy-bien-lai/{receipt}"
    assert "cần người thứ hai hủy" in get(cashier, path).text
    answer = post(leader, path, reason="twice", copy_back="1", method="transfer", reference="FT1")
    assert answer.location == f"/ho-so/{dossier}" and now(box, dossier).paid == 0
    assert post(leader, f"/thu-phi/{dossier}/hoan-tra").status_code == 403
