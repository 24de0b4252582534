"""A wrong receipt, money that goes back, the report and the reminders, by keys: empty, filled and refused, each page a good one."""

from playwright.sync_api import Page, expect

from appliance import money, processing, queries
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.officers import by_id
from browsing import assert_page_good, login, press, shot
from desk_room import COPIES, accept, certify


def take(box: Box, dossier: str) -> None:
    cashier = by_id(box.db, "ST07")
    assert cashier
    with box.writing() as act:
        money.take_fee(act, box.home, builtin(), dossier, cashier, "cash")


def test_the_cashier_voids_takes_again_and_gives_back(page: Page, live_server: str, box: Box) -> None:
    wrong, gone = accept(box, fee=8000), accept(box, fee=12000)
    for dossier in (wrong, gone):
        take(box, dossier)
    with box.writing() as act:
        clear = {"request": {"key": "x", "name": "Đơn", "pages": []}, "refund": 12000}
        act.record("dossier.withdrawn", actor="ST04", dossier=gone, clear=clear, personal={"reason": "Không còn nhu cầu"})
    login(page, live_server, "st07")
    page.goto(f"{live_server}/ho-so/{wrong}/huy-bien-lai/0000001")
    press(page, "F9")
    expect(page.locator("#errors")).to_be_focused()
    assert_page_good(page)
    shot(page, "huy-bien-lai")
    page.get_by_label("Lý do hủy").select_option("wrong_amount")
    page.get_by_label("Đã thu lại liên giao người nộp").check()
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã hủy biên lai 0000001")
    assert_page_good(page)
    shot(page, "huy-bien-lai-xong")
    press(page, "F9")
    expect(page.locator("#main")).to_contain_text("0000003")
    page.goto(f"{live_server}/thu-phi")
    expect(page.locator("#back")).to_contain_text("12.000")
    shot(page, "cho-hoan-tra")
    page.goto(f"{live_server}/thu-phi/{gone}/hoan-tra")
    assert_page_good(page)
    shot(page, "hoan-tra")
    press(page, "F9")
    expect(page.locator("#errors")).to_contain_text("Đánh dấu khi người nhận")
    page.get_by_label("Người nhận đã nhận đủ tiền").check()
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã hoàn trả 12.000")
    page.goto(f"{live_server}/ket")
    expect(page.locator("#main")).to_contain_text("Tiền mặt phải có")
    assert_page_good(page)
    shot(page, "ket-sau-hoan-tra")
    found = queries.dossier(box.db, gone)
    assert found and found.paid == 0


def test_the_leader_reads_reminders_report_and_letter(page: Page, live_server: str, box: Box) -> None:
    login(page, live_server, "st03")
    page.goto(f"{live_server}/bao-cao")
    expect(page.locator("#main")).to_contain_text("Không có hồ sơ nào trong kỳ này")
    assert_page_good(page)
    certify(box, accept(box, COPIES))
    for days in (-2, 0, 5):
        dossier = accept(box, days=days)
        with box.writing() as act:
            processing.take(act, dossier, "ST08")
    page.goto(f"{live_server}/")
    expect(page.locator("#reminders")).to_contain_text("1 hồ sơ quá hạn: xin lỗi và hẹn lại")
    assert_page_good(page)
    shot(page, "nhac-han")
    page.goto(f"{live_server}/bao-cao")
    expect(page.locator("#main")).to_contain_text("(3 = 4 + 5 + 6): 4 = 0 + 4 + 0")
    assert_page_good(page)
    shot(page, "bao-cao")
    page.locator("#report tfoot a").first.press("Enter")
    expect(page.locator("#list tbody tr")).to_have_count(4)
    assert_page_good(page)
    shot(page, "bao-cao-ho-so")
    page.goto(f"{live_server}/han-tra")
    expect(page.locator("#list")).to_contain_text("Thư xin lỗi đã soạn sẵn")
    assert_page_good(page)
    shot(page, "han-tra-trang")
    late = page.locator("#list a", has_text="Xem thư xin lỗi").first
    late.press("Enter")
    expect(page.locator("#main")).to_contain_text("Máy soạn sẵn")
    assert_page_good(page)
    shot(page, "thu-xin-loi-soan-san")
