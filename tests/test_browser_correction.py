"""Correction, papers printed again and looking back in a real browser: by keyboard, at three widths, without axe findings."""

from playwright.sync_api import Page, expect

from appliance import colleagues, correcting, looking_back, officers, queries
from appliance.box import Box
from appliance.catalogue import builtin
from browsing import assert_focus_visible, assert_page_good, login, press, shot
from desk_room import accept, prepare


def test_a_phone_is_mended_by_keyboard_and_the_slip_printed_again(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box)
    prepare(box, dossier)
    login(page, live_server, "st04")
    page.goto(f"{live_server}/ho-so/{dossier}")
    page.get_by_role("link", name="Đính chính").focus()
    assert_focus_visible(page)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Đính chính hồ sơ")
    expect(page.get_by_label("Họ, chữ đệm và tên")).to_be_focused()
    page.get_by_label("Điện thoại").first.fill("0987 654 321")
    expect(page.locator("#changed")).to_contain_text("0987\u00a0654\u00a0321")
    assert_page_good(page)
    shot(page, "dinh-chinh")
    press(page, "F9")
    expect(page).to_have_title("Lỗi: Đính chính " + queries.dossier(box.db, dossier).code + " – Một cửa")  # type: ignore[union-attr]
    expect(page.locator("#errors")).to_be_focused()
    assert_page_good(page)
    page.get_by_label("Lý do đính chính").fill("Gõ nhầm số")
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã đính chính")
    expect(page.locator("#h-papers")).to_be_visible()
    expect(page.get_by_role("region", name="Các mốc")).to_contain_text("đính chính điện thoại")
    page.locator("#h-papers").scroll_into_view_if_needed()
    assert_page_good(page)
    page.locator("#h-papers").scroll_into_view_if_needed()
    shot(page, "ho-so-giay-da-cap")
    page.get_by_role("button", name="In lại Giấy tiếp nhận").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("bản thứ 2")


def test_two_officers_see_field_by_field_what_the_other_wrote(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box)
    login(page, live_server, "st05")
    page.goto(f"{live_server}/ho-so/{dossier}/dinh-chinh")
    with box.writing() as act:
        typed = correcting.values_of(queries.dossier(box.db, dossier)) | {
            "applicant.name": "Nguyễn Thị Oanh",
            "note": "Gọi buổi sáng",
        }  # type: ignore[arg-type]
        who, mark = officers.by_id(act.db, "ST04"), looking_back.mark(act.db, dossier)
        assert who
        correcting.correct(act, box.home, builtin(), dossier, who, mark, correcting.tidy(typed), "Gõ nhầm")
    page.get_by_label("Họ, chữ đệm và tên").fill("Nguyễn Thị Ngọc Oanh")
    page.get_by_label("Lý do đính chính").fill("Gõ nhầm")
    press(page, "F9")
    expect(page.locator("#theirs")).to_contain_text("Nguyễn Thị Oanh")
    expect(page.get_by_label("Họ, chữ đệm và tên")).to_have_value("Nguyễn Thị Ngọc Oanh")
    expect(page.get_by_label("Ghi chú")).to_have_value("Gọi buổi sáng")
    assert_page_good(page)
    shot(page, "dinh-chinh-hai-nguoi")
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã đính chính")


def test_a_dossier_is_looked_at_as_it_was(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box)
    login(page, live_server, "st08")
    page.goto(f"{live_server}/ho-so/{dossier}/nhu-ngay")
    assert_page_good(page)
    shot(page, "ho-so-nhu-ngay")
    press(page, "F2")
    page.keyboard.press("Control+a")
    page.keyboard.type("01/01/2020")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("chưa có hồ sơ này")
    assert "ngay=01%2F01%2F2020" in page.url
    assert_page_good(page)
    page.keyboard.press("Escape")
    expect(page.locator("#h-line")).to_be_visible()


def test_filters_are_set_by_keyboard_and_stay_in_the_address(page: Page, live_server: str, box: Box) -> None:
    for _ in range(3):
        accept(box)
    prepare(box, accept(box, days=-2))
    login(page, live_server, "st08")
    page.goto(f"{live_server}/tra-cuu")
    assert_page_good(page)
    page.get_by_text("Lọc thêm", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Thời hạn").select_option("late")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    assert "han=late" in page.url
    assert_page_good(page)
    shot(page, "tra-cuu-loc")
    page.get_by_label("Tiếp nhận từ ngày").fill("hom qua")
    page.keyboard.press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    assert_page_good(page)
    page.goto(f"{live_server}/tra-cuu?trang_thai=8")
    page.get_by_role("link", name="Bỏ bộ lọc").first.click()
    expect(page.locator("main")).to_contain_text("Gõ vài chữ rồi bấm Enter")


def test_two_officers_at_one_dossier_know_of_each_other(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box)
    login(page, live_server, "st08")
    page.goto(f"{live_server}/ho-so/{dossier}")
    expect(page.locator("#colleagues")).to_contain_text("Chưa có ghi chú nào")
    with box.writing() as act:
        colleagues.come(act, dossier, "ST11")
    expect(page.locator("#here")).to_contain_text("Dương Thị Chuyên Viên đang mở hồ sơ này")
    page.get_by_label("Ghi chú cho đồng nghiệp").fill("Gọi lại sau 14 giờ")
    page.get_by_role("button", name="Ghi chú").press("Enter")
    expect(page.locator("#colleagues")).to_contain_text("Gọi lại sau 14 giờ")
    page.locator("#h-notes").scroll_into_view_if_needed()
    assert_page_good(page)
    page.locator("#h-notes").scroll_into_view_if_needed()
    shot(page, "ho-so-dong-nghiep")
