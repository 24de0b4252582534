"""The cash drawer: what should lie in it, what was counted, and every receipt of the shift accounted for."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import drawer, money, verify
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.errors import Refused
from appliance.officers import by_id
from browsing import assert_page_good, focused, login, press, shot
from desk_room import accept, get, log_in, post


def take(box: Box, amount: int, method: str = "cash", who: str = "ST07") -> None:
    dossier, cashier = accept(box, fee=amount), by_id(box.db, who)
    assert cashier
    with box.writing() as act:
        money.take_fee(act, box.home, builtin(), dossier, cashier, method, reference="FT1")


def count(box: Box, expected: int, counted: int, why: str = "", who: str = "ST07") -> None:
    with box.writing() as act:
        drawer.count(act, who, expected, counted, why)


def test_a_shift_holds_what_this_cashier_took_since_the_last_count(box: Box) -> None:
    assert drawer.open_shift(box.db, "ST07").entries == ()
    take(box, 8000)
    take(box, 2000, "transfer")
    take(box, 500, who="ST04")
    shift = drawer.open_shift(box.db, "ST07")
    assert (shift.expected, shift.transfers, [one.receipt for one in shift.entries]) == (8000, 2000, ["0000001", "0000002"])
    count(box, 8000, 8000)
    assert drawer.open_shift(box.db, "ST07").entries == ()
    take(box, 1000)
    assert drawer.open_shift(box.db, "ST07").expected == 1000
    (closed,) = drawer.closed(box.db, "ST07")
    assert closed.facts["receipts"] == {"first": "0000001", "last": "0000002", "count": 2, "void": []}
    assert (closed.facts["expected"], closed.facts["difference"], closed.facts["transfers"]) == (8000, 0, 2000)
    assert [one.code for one in verify.verify(box.home, box.db)] == []


def test_a_voided_receipt_is_listed_and_not_expected(box: Box) -> None:
    take(box, 8000)
    take(box, 4000)
    number = next(box.db.query("SELECT unit, book, period, n FROM number_used WHERE book = 'receipt' AND n = 2"))
    with box.writing() as act:
        act.record("number.voided", actor="ST07", clear={"number": number, "reason": "in hỏng"})
    shift = drawer.open_shift(box.db, "ST07")
    assert (shift.expected, shift.receipts()["void"]) == (8000, ["0000002"])


@pytest.mark.parametrize(
    ("expected", "counted", "why", "code"),
    [
        (8000, 7000, "", "difference_unexplained"),
        (8000, 9000, "because", "difference_unexplained"),
        (7000, 8000, "", "drawer_changed"),
        (8000, -1, "", "amount_invalid"),
    ],
)
def test_a_difference_is_explained_and_a_stale_page_counts_nothing(
    box: Box, expected: int, counted: int, why: str, code: str
) -> None:
    take(box, 8000)
    with pytest.raises(Refused, match=code):
        count(box, expected, counted, why)
    assert drawer.closed(box.db) == []


def test_an_empty_drawer_is_not_counted(box: Box) -> None:
    with pytest.raises(Refused, match="drawer_empty"):
        count(box, 0, 0)


@pytest.mark.parametrize("account", ["st04", "st06", "st08", "st09", "st15", "st16"])
def test_a_drawer_is_the_cashiers_and_seen_by_who_leads(app: Flask, box: Box, account: str) -> None:
    client = log_in(app, account)
    assert get(client, "/ket").status_code == 403 and post(client, "/ket").status_code == 403


def test_the_leader_sees_every_closed_shift_and_counts_none(app: Flask, box: Box) -> None:
    take(box, 8000)
    count(box, 8000, 7500, "change")
    for account in ("st01", "st03", "st17"):
        client = log_in(app, account)
        text = get(client, "/ket").text
        assert "Đặng Văn Thủ Quỹ Mẫu" in text and "Trả tiền thừa sai" in text and "-500\u00a0đ" in text
        assert post(client, "/ket").status_code == 403


def test_the_cashier_counts_and_closes_the_shift_by_keys(page: Page, live_server: str, box: Box) -> None:
    login(page, live_server, "st07")
    page.goto(f"{live_server}/ket")
    expect(page.locator("#main")).to_contain_text("Chưa thu khoản nào")
    assert_page_good(page)
    for amount in (8000, 12000):
        take(box, amount)
    take(box, 5000, "transfer")
    page.goto(f"{live_server}/ket")
    assert focused(page).startswith("Tiền mặt đếm được")
    assert_page_good(page)
    shot(page, "kiem-ket")
    page.keyboard.type("19.500")
    press(page, "F9")
    expect(page.locator("#errors")).to_contain_text("lệch -500 đ")
    assert_page_good(page)
    page.get_by_label("Lý do lệch").select_option("change")
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã ghi kiểm két")
    expect(page.locator("#main")).to_contain_text("0000001 – 0000003 (3)")
    assert_page_good(page)
    shot(page, "kiem-ket-xong")
