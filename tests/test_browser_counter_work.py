"""The counter by keys: a birth with child, mother and father; certified copies from the originals to the number, in one pass."""

import io
import re

from PIL import Image
from playwright.sync_api import Page, expect

from appliance import drafts, files, officers, queries
from appliance.box import Box
from appliance.rights import Role
from browsing import assert_axe_clean, assert_page_good, focused, login, press, shot

FATHER = "089090012347||Trần Văn Hòa|02021990|Nam|Ấp Long Định, xã An Châu, tỉnh An Giang|10092025"
MOTHER = "089190012345||Nguyễn Thị Ngọc Ánh|05081990|Nữ|Ấp Long Định, xã An Châu, tỉnh An Giang|10092025"

OF_BEFORE = "089190012345||Nguyễn Thị Ngọc Ánh|05081990|Nữ|Khu vực 3, Thốt Nốt, Thốt Nốt, Cần Thơ|10092023"


def read_card(page: Page, payload: str, fields: int = 1) -> None:
    """Go to the next field that takes a card, so many times, and read one."""
    for _ in range(fields):
        press(page, "F2")
    page.keyboard.insert_text(payload)
    page.keyboard.press("Enter")


def scan(box: Box, count: int) -> None:
    """Let so many sheets of the first original come from the scanner into the draft."""
    for n in range(count):
        out = io.BytesIO()
        Image.new("RGB", (827, 1169), ("ivory", "linen")[n % 2]).save(out, "JPEG", dpi=(100, 100))
        page = drafts.NewPage(files.put(box.home, out.getvalue()), out.tell(), "image/jpeg", {})
        with box.writing() as act:
            drafts.add_page(act, drafts.open_of(act.db, "ST04")[0].id, "c1", page)


def choose(page: Page, words: str, first: str) -> None:
    """Find a procedure by words without marks and take the first hit."""
    press(page, "F4")
    page.keyboard.type(words)
    expect(page.locator("#procedure-list [role=option]").first).to_contain_text(first)
    page.keyboard.press("Enter")


def test_a_birth_is_received_by_keys_with_child_mother_and_father(page: Page, live_server: str, box: Box) -> None:
    page.set_default_timeout(30_000)
    login(page, live_server, "st04", counter=1)
    press(page, "F9")
    expect(page.locator("[data-combobox][data-ready]")).to_be_visible()
    read_card(page, FATHER)
    expect(page.get_by_label("Họ, chữ đệm và tên").first).to_have_value("Trần Văn Hòa")
    choose(page, "khai sinh", "Đăng ký khai sinh")
    expect(page.get_by_label("Họ tên: Trẻ được khai sinh")).to_be_visible()
    page.get_by_label("Có: Giấy chứng sinh").check()
    press(page, "F9")
    expect(page.locator("#errors")).to_contain_text("Ghi họ tên: Trẻ được khai sinh.")
    shot(page, "vai-tro-thieu")
    assert_axe_clean(page)
    read_card(page, MOTHER, 3)  # The applicant's field, the child's, the mother's.
    expect(page.get_by_label("Họ tên: Người mẹ")).to_have_value("Nguyễn Thị Ngọc Ánh")
    assert focused(page) == "Số định danh: Người mẹ"
    page.get_by_label("Người cha là ai").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Họ tên: Người cha")).to_be_hidden()
    page.get_by_label("Họ tên: Trẻ được khai sinh").focus()
    page.keyboard.type("Trần Gia Bảo")
    page.keyboard.press("Tab")
    page.keyboard.type("01112026")
    page.keyboard.press("Tab")
    expect(page.locator("#saved")).to_contain_text("Đã lưu nháp")
    expect(page.locator("#errors h2")).to_have_text("Đã sửa các ô báo lỗi. Bấm F9 để kiểm tra lại.")
    shot(page, "vai-tro-du")
    assert_page_good(page)
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã tiếp nhận H99.99.99-")
    (listed,) = queries.to_take(box.db)
    child, mother, father = queries.dossier(box.db, listed.id).persons
    assert (child["name"], child["birth"], mother["number"], father["is"]) == (
        "Trần Gia Bảo", "2026-11-01", "089190012345", "applicant",
    )  # fmt: skip
    read_card(page, MOTHER)
    choose(page, "khai sinh", "Đăng ký khai sinh")
    page.get_by_label("Họ tên: Trẻ được khai sinh").fill("TRAN GIA BAO")
    page.keyboard.press("Tab")
    expect(page.locator("#facts")).to_contain_text("Trẻ được khai sinh Trần Gia Bảo đã có hồ sơ cùng thủ tục")
    shot(page, "vai-tro-trung")
    page.goto(f"{live_server}/tra-cuu?q=gia+bao")
    expect(page.locator("#list")).to_contain_text(re.compile("Trẻ được khai sinh: Trần Gia Bảo"))
    shot(page, "vai-tro-tra-cuu")
    page.goto(f"{live_server}/ho-so/{listed.id}")
    shot(page, "vai-tro-ho-so")
    assert_axe_clean(page)
    page.goto(f"{live_server}/ho-so/{listed.id}/dinh-chinh")
    shot(page, "vai-tro-dinh-chinh")
    assert_axe_clean(page)


def test_copies_are_received_paid_and_numbered_on_one_screen_by_keys(page: Page, live_server: str, box: Box) -> None:
    page.set_default_timeout(30_000)
    with box.writing() as act:
        officers.set_roles(act.db, "ST04", (Role.RECEPTION, Role.CASHIER, Role.SPECIALIST, Role.CLERK))
    login(page, live_server, "st04", counter=1)
    page.goto(f"{live_server}/chung-thuc")
    expect(page.locator("[data-combobox][data-ready]")).to_be_visible()
    read_card(page, OF_BEFORE)
    expect(page.locator("#notes")).to_contain_text("Xã cũ đã chia ra 2 nơi")
    expect(page.get_by_label("Nơi cư trú")).to_have_value("Khu vực 3, Thốt Nốt, Thốt Nốt, Cần Thơ")  # Nothing is chosen yet.
    shot(page, "dia-chi-cu")
    assert_axe_clean(page)
    while not focused(page).endswith("Phường Thốt Nốt, Thành phố Cần Thơ"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Nơi cư trú")).to_have_value("Khu vực 3, Phường Thốt Nốt, Thành phố Cần Thơ")
    expect(page.get_by_role("button", name="Giữ địa chỉ cũ")).to_have_count(0)
    press(page, "F9")
    expect(page.locator("#errors")).to_contain_text("Ghi tên, số trang và số bản")
    page.get_by_label("Tên bản chính 1", exact=True).focus()
    for typed in ("Bằng tốt nghiệp đại học", "2", "3", "", "Học bạ", "24", "1"):  # Past the box for an electronic copy.
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    expect(page.locator("#original-2-fee")).to_contain_text("26.000")
    expect(page.locator("#facts")).to_contain_text("38.000")
    page.get_by_label("Bản điện tử của bản chính 1", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.locator("#facts")).to_contain_text("42.000")
    expect(page.locator("#into")).to_have_value("c1")
    expect(page.locator("#into option").first).to_have_text("Bằng tốt nghiệp đại học")
    press(page, "F9")
    expect(page.locator("#errors")).to_contain_text("Chưa quét bản chính Bằng tốt nghiệp đại học")
    shot(page, "chung-thuc-chua-quet")
    assert_axe_clean(page)
    scan(box, 2)
    expect(page.locator("#cell-c1")).to_contain_text("2 trang")
    page.get_by_label("Thu phí").focus()
    page.keyboard.type("Ti")  # Tiền mặt
    page.get_by_label("Người đã ký tay").focus()
    page.keyboard.press("ArrowDown")
    shot(page, "chung-thuc-1")
    assert_page_good(page)
    press(page, "F9")
    expect(page.locator("#stations")).to_contain_text("biên lai")
    expect(page.locator("#stations")).to_contain_text("Lãnh đạo ký số bản điện tử")
    expect(page.get_by_role("heading", name="Ghi lên từng bản sao")).to_be_visible()
    shot(page, "chung-thuc-2")
    assert_page_good(page)
    page.get_by_label("Đã trao bản giấy").check()
    press(page, "F9")
    expect(page.get_by_role("button", name="Làm tiếp")).to_have_count(0)
    assert queries.to_return(box.db) == []
    (listed,) = queries.search(box.db, "ngoc anh")
    kept = queries.dossier(box.db, listed.id).applicant
    assert (kept["address"], kept["old_address"]) == (
        "Khu vực 3, Phường Thốt Nốt, Thành phố Cần Thơ", "Khu vực 3, Thốt Nốt, Thốt Nốt, Cần Thơ",
    )  # fmt: skip
    shot(page, "chung-thuc-3")
