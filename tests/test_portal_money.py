"""Fees of dossiers that come online: what the portal took is never ours, what the table waives is waived, the rest is typed."""

from datetime import timedelta

import pytest
from flask import Flask

from appliance import clock, ending, forms, money, online, portal_money, queries, reception
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.fees import AMOUNT_MAX
from appliance.notices import STOPPING
from appliance.officers import by_id
from appliance.online import Filing
from appliance.portal_money import PortalPayment
from appliance.text import money_text
from boxes import PERSON
from desk_room import MARITAL, UNIT, get, log_in, post
from desk_steps import now
from provisioning.demo import filing

PORTAL, PAID_AT = "Cổng Dịch vụ công quốc gia", "2026-11-20T01:00:00.000Z"
FEE, POOR = "Lệ phí hộ tịch", "người thuộc hộ nghèo"
CONTRACT, CONTRACT_FEE, TABLE = "2.001035", "Phí chứng thực giao dịch", 50_000  # A flat amount the table knows.


def payment(name: str = CONTRACT_FEE, amount: int = TABLE, *, confirmed: bool = True, evidence: str = "GD-77") -> PortalPayment:
    return PortalPayment(((name, amount),), PAID_AT, evidence, PORTAL, confirmed)


def filed(box: Box, paid: PortalPayment | None = None, procedure: str = CONTRACT) -> Dossier:
    code = f"G22.99-261120-{box.db.conn.execute('SELECT count(*) FROM dossier').fetchone()[0]:06d}"
    with box.writing() as act:
        dossier = online.file_online(act, builtin(), UNIT, Filing(code, procedure, PAID_AT, PERSON, paid=paid), at_day(act))
    return now(box, dossier)


def at_day(act):  # noqa: ANN001, ANN201
    return clock.local_day(act.reading.at)


def ask(box: Box, dossier: str, lines: list[dict], exemption: str = "") -> None:
    with box.writing() as act:
        until = at_day(act) + timedelta(days=3)
        money.request_payment(act, dossier, "ST04", lines, "Thông báo", until, builtin(), exemption)


def accept(box: Box, dossier: str, exemption: str = "") -> Dossier:
    officer = by_id(box.db, "ST04")
    assert officer
    with box.writing() as act:
        due = (at_day(act) + timedelta(days=9)).isoformat()
        reception.accept_filed(act, box.home, builtin(), dossier, officer, due_day=due, exemption=exemption)
    return now(box, dossier)


def to_pay(box: Box) -> list[str]:
    return [one.id for one in queries.to_pay(box.db)]


# --- what the portal took


def test_what_the_portal_confirms_is_paid_and_lies_in_nobodys_drawer(box: Box) -> None:
    found = filed(box, payment())
    assert found.status == Status.NEW and not found.payment
    assert (money.still_due(found), found.paid, found.receipts) == (0, 0, ())
    assert found.portal_payment["lines"] == [{"name": CONTRACT_FEE, "amount": TABLE, "table": TABLE}]
    assert (found.portal_payment["paid_at"], found.portal_evidence) == (PAID_AT, "GD-77")
    assert money.to_ask(found) == () and to_pay(box) == []
    accepted = accept(box, found.id)
    assert (accepted.paid, money.owed_now(accepted).amount, accepted.portal_payment) == (0, 0, found.portal_payment)
    assert to_pay(box) == [] and box.db.conn.execute("SELECT count(*) FROM number_used WHERE book = 'receipt'").fetchone()[0] == 0


def test_the_evidence_is_sealed(box: Box) -> None:
    filed(box, payment(evidence="GD-SECRET"))
    assert all(b"GD-SECRET" not in bytes(row[0]) for row in box.db.conn.execute("SELECT bytes FROM event"))


@pytest.mark.parametrize("paid", [payment(confirmed=False), payment(evidence=" ")])
def test_what_the_portal_does_not_confirm_is_told_and_not_counted(box: Box, paid: PortalPayment) -> None:
    found = filed(box, paid)
    assert money.still_due(found) == TABLE and portal_money.amount_of(found) == 0
    assert found.portal_payment["amount"] == TABLE and not found.portal_payment["confirmed"]
    accept(box, found.id)
    assert to_pay(box) == [found.id]


@pytest.mark.parametrize(
    ("name", "amount", "due"),
    [(CONTRACT_FEE, 20_000, 30_000), (CONTRACT_FEE, 60_000, 0), ("Cước bưu chính", 30_000, TABLE), ("", TABLE, 0)],
    ids=["less", "more", "not a fee of ours", "no name, one line"],
)
def test_an_amount_that_is_not_the_tables_pays_what_it_can(box: Box, name: str, amount: int, due: int) -> None:
    found = filed(box, payment(name, amount))
    assert money.still_due(found) == due
    assert sum(line["amount"] for line in money.to_ask(found)) == due
    if due:
        ask(box, found.id, list(money.to_ask(found)))
        assert money.owed_now(now(box, found.id)).amount == due
        assert money.still_due(now(box, found.id)) == due


def test_where_the_table_knows_no_amount_the_portals_stands(box: Box) -> None:
    found = filed(box, payment(FEE, 12_000), MARITAL)
    assert money.still_due(found) == 0 and found.portal_payment["lines"][0]["table"] is None


@pytest.mark.parametrize("lines", [(), (("a", 0),), (("a", AMOUNT_MAX), ("b", 1)), (("a", 1),) * 21])
def test_a_payment_that_cannot_be_is_refused_whole(box: Box, lines: tuple) -> None:
    with pytest.raises(Refused, match="amount_wrong"):
        filed(box, PortalPayment(lines, PAID_AT, "GD", PORTAL, True))
    assert box.db.conn.execute("SELECT count(*) FROM dossier").fetchone()[0] == 0


def test_a_refusal_gives_nothing_back_here(app: Flask, box: Box) -> None:
    found, client = filed(box, payment()), log_in(app, "st04")
    asked = get(client, f"/ho-so/{found.id}/tu-choi").text
    assert "nằm ở Cổng, không ở cơ quan này" in asked and "GD-77" in asked
    assert "nằm ở Cổng" in get(client, f"/ho-so/{found.id}/rut").text
    assert post(client, f"/ho-so/{found.id}/tu-choi", reason="Không thuộc thẩm quyền").status_code == 303
    ended = now(box, found.id)
    assert (ended.status, ended.to_refund, ended.money_open) == (Status.NOT_ACCEPTED, 0, False)
    assert "nằm ở Cổng" in get(client, f"/ho-so/{found.id}").text and queries.to_refund(box.db) == []


def test_form_05_says_where_the_money_lies(box: Box) -> None:
    found, leader = filed(box, payment()), by_id(box.db, "ST01")
    assert leader
    data = ending.stopping(box.home, found, leader, PAID_AT, "Lý do", "applicant", 0)
    assert data.money == f"Chưa thu tại đây; {money_text(TABLE)} nộp trên Cổng nằm ở Cổng" and forms.render(STOPPING, data)


def test_the_pages_say_what_was_paid_and_what_differs(app: Flask, box: Box) -> None:
    client = log_in(app, "st04")
    found = filed(box, payment(amount=20_000))
    for path in (f"/ho-so/{found.id}", f"/ho-so/{found.id}/tiep-nhan", f"/ho-so/{found.id}/yeu-cau-nop"):
        text = get(client, path).text
        for words in ("Đã nộp trên Cổng", "chứng từ", "GD-77", PORTAL, "khác bảng phí"):
            assert words in text, (path, words)
    unsure = get(client, f"/ho-so/{filed(box, payment(confirmed=False)).id}").text
    assert "chưa xác nhận, chưa tính là đã nộp" in unsure and "Đã nộp trên Cổng" not in unsure


def test_the_demonstration_files_one_that_is_paid(box: Box) -> None:
    found = filing.file_in(box, builtin(), seed=3, paid=True)
    assert portal_money.amount_of(found) and all(line["amount"] for line in found.portal_payment["lines"])


# --- what the table waives, and what it knows


def test_an_exemption_that_waives_all_leaves_nothing_to_ask_and_is_chosen_at_acceptance(app: Flask, box: Box) -> None:
    found, client = filed(box, procedure=MARITAL), log_in(app, "st04")
    path, until = f"/ho-so/{found.id}/yeu-cau-nop", f"{clock.local_day(clock.stamp()) + timedelta(days=3):%d/%m/%Y}"
    assert POOR in get(client, path).text
    typed = {"name-0": FEE, "amount-0": "", "basis": "NQ", "until": until, "exemption": POOR}
    told = post(client, path, **typed)
    assert told.status_code == 422 and "miễn hết các khoản" in told.text
    wrong = post(client, f"/ho-so/{found.id}/tiep-nhan", exemption="bạn của tôi")
    assert wrong.status_code == 422 and "không có diện miễn" in wrong.text
    assert now(box, found.id).status == Status.NEW
    assert post(client, f"/ho-so/{found.id}/tiep-nhan", exemption=POOR).status_code == 303
    accepted = now(box, found.id)
    assert (money.still_due(accepted), accepted.exemption, accepted.fee_lines[0]["amount"]) == (0, POOR, 0)
    assert POOR in get(client, f"/ho-so/{found.id}").text
    assert all(POOR.encode() not in bytes(row[0]) for row in box.db.conn.execute("SELECT bytes FROM event"))


def test_a_request_asks_for_what_is_not_waived(box: Box) -> None:
    found = filed(box, procedure=MARITAL)
    ask(box, found.id, [{"name": FEE, "amount": 9000}, {"name": "Phí bản sao", "amount": 8000}], POOR)
    waits = now(box, found.id)
    assert (waits.payment["amount"], money.owed_now(waits).amount, money.still_due(waits)) == (8000, 8000, 8000)
    assert money.owed_now(waits).lines == ({"name": "Phí bản sao", "amount": 8000},) and waits.exemption == POOR


def test_an_amount_the_table_does_not_know_is_typed(app: Flask, box: Box) -> None:
    found, client = filed(box, procedure=MARITAL), log_in(app, "st04")
    path, until = f"/ho-so/{found.id}/yeu-cau-nop", f"{clock.local_day(clock.stamp()) + timedelta(days=3):%d/%m/%Y}"
    assert "readonly" not in get(client, path).text
    typed = {"name-0": FEE, "basis": "NQ", "until": until}
    assert "Ghi số tiền của khoản này" in post(client, path, **typed, **{"amount-0": ""}).text
    assert post(client, path, **typed, **{"amount-0": "12.000"}).status_code == 303
    assert now(box, found.id).payment["amount"] == 12_000


def test_a_flat_amount_of_the_table_is_not_typed_otherwise(app: Flask, box: Box) -> None:
    found, client = filed(box), log_in(app, "st04")
    path, until = f"/ho-so/{found.id}/yeu-cau-nop", f"{clock.local_day(clock.stamp()) + timedelta(days=3):%d/%m/%Y}"
    assert "readonly" in get(client, path).text and "theo bảng phí" in get(client, path).text
    wrong = post(client, path, **{"name-0": CONTRACT_FEE, "amount-0": "40.000", "basis": "NQ", "until": until})
    assert wrong.status_code == 422 and "Bảng phí ghi khoản" in wrong.text
    assert now(box, found.id).status == Status.NEW
    ask(box, found.id, [{"name": CONTRACT_FEE, "amount": TABLE}])
    assert now(box, found.id).payment["amount"] == TABLE
