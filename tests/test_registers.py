"""Registers from the ledger: form 07, documents, certified copies, receipts; between two days; as page, CSV and PDF."""

import csv
import io

import pikepdf
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import clock, money, numbering, officers
from appliance.box import Box
from appliance.catalogue import builtin
from browsing import assert_page_good, login, press, shot
from desk_room import UNIT, accept, certify, get, log_in, seal
from web.register import harmless


def pay(box: Box, dossier: str) -> str:
    cashier = officers.by_id(box.db, "ST07")
    assert cashier
    with box.writing() as act:
        return money.take_fee(act, box.home, builtin(), dossier, cashier, "cash").receipt


def void(box: Box, book: str) -> int:
    """Take a number and void it, as a spoilt receipt is."""
    with box.writing() as act:
        number = numbering.take(act, builtin().books[book], UNIT)
        act.record("number.voided", actor="ST07", clear={"number": number.clear(), "reason": "In hỏng"})
    return number.n


def test_form_07_lists_every_dossier_of_the_days(app: Flask, box: Box) -> None:
    accept(box), accept(box)
    client, today = log_in(app, "st04"), clock.local_day(clock.stamp())
    page = get(client, "/so-van-ban?so=theo-doi").text
    assert page.count("H99.99.99-") == 2 and "Nguyễn Thị Ngọc Ánh" in page and "0912 345 678" in page.replace("\u00a0", " ")
    assert "089190012345" not in page
    later = get(client, f"/so-van-ban?so=theo-doi&tu={today.year + 1}-01-01&den={today.year + 1}-01-31").text
    assert "Không có dòng nào trong khoảng ngày này" in later


def test_each_book_shows_what_its_numbers_were_used_for(app: Flask, box: Box) -> None:
    seal(box, accept(box))
    certify(box, accept(box, "2.000815"))
    receipt = pay(box, accept(box, fee=8000))
    void(box, "receipt")
    client = log_in(app, "st09")
    assert "01/UBND-XNTTHN" in get(client, "/so-van-ban").text
    copies = get(client, "/so-van-ban?so=certification_paper").text
    assert "Chứng thực bản sao" in copies and "Đã dùng" in copies
    receipts = get(client, "/so-van-ban?so=receipt").text
    assert receipt in receipts and "8.000" in receipts and "Đặng Văn Thủ Quỹ Mẫu" in receipts
    assert "Đã hủy: In hỏng" in receipts


def test_a_number_nobody_accounts_for_is_named(app: Flask, box: Box) -> None:
    for _ in range(3):
        pay(box, accept(box, fee=8000))
    with box.writing() as act:
        act.db.conn.execute("DELETE FROM number_used WHERE book = 'receipt' AND n = 2")
    assert "Sổ thiếu số 2." in get(log_in(app, "st09"), "/so-van-ban?so=receipt").text


def test_the_register_goes_out_as_csv_and_as_tagged_pdf(app: Flask, box: Box) -> None:
    accept(box, owner={"name": "=HYPERLINK(1)", "phone": "+84912345678"})
    client = log_in(app, "st04")
    table = get(client, "/so-van-ban.csv?so=theo-doi")
    lines = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig"))))
    assert lines[0][:2] == ["STT", "Mã hồ sơ"] and len(lines) == 2
    assert lines[1][4] == "'=HYPERLINK(1)"
    for book in ("theo-doi", "outgoing", "receipt"):
        paper = get(client, f"/so-van-ban.pdf?so={book}")
        with pikepdf.open(io.BytesIO(paper.data)) as pdf:
            assert "/StructTreeRoot" in pdf.Root
    assert "attachment" in paper.headers["Content-Disposition"]


def test_no_cell_becomes_a_formula() -> None:
    assert [harmless(cell) for cell in ("=1", "+84", "-1", "@x", "Ánh")] == ["'=1", "'+84", "'-1", "'@x", "Ánh"]


@pytest.mark.parametrize("days", ["tu=31/02/2026", "tu=01/02/2026&den=01/01/2026", "tu=2020-01-01&den=2026-01-01", "tu=hôm"])
def test_wrong_days_are_told_and_nothing_is_exported(app: Flask, box: Box, days: str) -> None:
    client = log_in(app, "st04")
    answer = get(client, f"/so-van-ban?so=theo-doi&{days}")
    assert answer.status_code == 422 and "chưa đúng" in answer.text
    assert get(client, f"/so-van-ban.csv?so=theo-doi&{days}").status_code == 422
    assert get(client, "/so-van-ban?so=la").status_code == 404


@pytest.mark.parametrize("who", ["st08", "st10", "st15", "st16", "st17", "st18"])
def test_a_register_is_not_for_everybody(app: Flask, box: Box, who: str) -> None:
    client = log_in(app, who)
    for path in ("/so-van-ban", "/so-van-ban.csv", "/so-van-ban.pdf"):
        assert get(client, path).status_code == 403


def test_registers_are_good_pages(live_server: str, page: Page, box: Box) -> None:
    for _ in range(3):
        pay(box, accept(box, fee=8000))
    login(page, live_server, "st09")
    for book in ("theo-doi", "receipt", "outgoing"):
        page.goto(f"{live_server}/so-van-ban?so={book}")
        assert_page_good(page)
        shot(page, f"so-{book}")
    today = clock.local_day(clock.stamp())
    page.goto(f"{live_server}/so-van-ban?so=receipt")
    press(page, "F2")
    expect(page.locator("#tu")).to_be_focused()
    page.locator("#den").press("Enter")
    expect(page).to_have_url(f"{live_server}/so-van-ban?so=receipt&tu=01%2F01%2F{today:%Y}&den={today:%d%%2F%m%%2F%Y}")
