"""The branches of a dossier in a real browser: keys, live papers, the scanner's column, and every page good at three widths."""

from playwright.sync_api import Page, expect

from appliance.box import Box
from appliance.dossier import Status
from browsing import assert_axe_clean, assert_page_good, focused, login, press, shot
from desk_room import sheet
from test_branch_pages import ask, filed, now, taken


def on(page: Page, heading: str) -> None:
    """Wait for the page of a heading, and until its scripts answer keys."""
    expect(page.locator("h1")).to_have_text(heading)
    page.wait_for_load_state("domcontentloaded")


def test_the_counter_sends_a_filed_dossier_for_papers_and_takes_them_in_without_a_mouse(
    page: Page, live_server: str, box: Box
) -> None:
    dossier = filed(box)
    login(page, live_server, "st04", counter=1)
    page.goto(f"{live_server}/ho-so/{dossier}")
    assert_page_good(page)
    shot(page, "ho-so-moi-gui")
    page.get_by_role("link", name="Yêu cầu bổ sung…").focus()
    page.keyboard.press("Enter")
    on(page, "Yêu cầu bổ sung")
    assert focused(page) == "Cần bổ sung gì"
    press(page, "F9")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#errors")).to_contain_text("Ghi lý do yêu cầu bổ sung.")
    page.get_by_label("Cần bổ sung gì").first.fill("Quyết định ly hôn")
    page.get_by_label("Ở đâu cấp, sửa").first.fill("Tòa án nhân dân khu vực 1")
    page.get_by_label("Hình thức").first.select_option("certified")
    page.get_by_label("Lý do", exact=True).fill("Hồ sơ chưa có giấy tờ chứng minh đã ly hôn.")
    expect(page.locator("#preview img")).to_have_js_property("complete", True)
    assert_page_good(page)
    shot(page, "yeu-cau-bo-sung")
    press(page, "F9")
    on(page, now(box, dossier).code)
    expect(page.locator(".toast")).to_contain_text("Đang in.")
    assert now(box, dossier).status == Status.SUPPLEMENT
    shot(page, "ho-so-cho-bo-sung")
    assert_page_good(page)
    press(page, "F9")
    on(page, "Nhận bổ sung")
    page.get_by_label("Quyết định ly hôn").focus()
    page.keyboard.press("Space")
    assert_page_good(page)
    shot(page, "nhan-bo-sung")
    press(page, "F9")
    on(page, now(box, dossier).code)
    assert now(box, dossier).status == Status.NEW
    press(page, "F9")
    on(page, "Tiếp nhận hồ sơ gửi đến")
    assert_page_good(page)
    shot(page, "tiep-nhan-gui-den")
    press(page, "F9")
    on(page, now(box, dossier).code)
    assert now(box, dossier).status == Status.ACCEPTED


def test_a_refusal_is_seen_on_paper_before_it_is_pressed_and_escape_leaves(page: Page, live_server: str, box: Box) -> None:
    dossier = filed(box)
    login(page, live_server, "st04", counter=1)
    page.goto(f"{live_server}/ho-so/{dossier}/tu-choi")
    on(page, "Từ chối tiếp nhận")
    page.get_by_label("Lý do từ chối").fill("Thủ tục không thuộc thẩm quyền của xã.")
    expect(page.locator("#preview img")).to_have_js_property("complete", True)
    assert_page_good(page)
    shot(page, "tu-choi")
    page.get_by_role("link", name="Quay lại hồ sơ (Esc)").press("Enter")
    on(page, now(box, dossier).code)
    assert now(box, dossier).status == Status.NEW
    page.goto(f"{live_server}/ho-so/{dossier}/tu-choi")
    page.get_by_label("Lý do từ chối").fill("Thủ tục không thuộc thẩm quyền của xã.")
    press(page, "F9")
    on(page, now(box, dossier).code)
    shot(page, "ho-so-bi-tu-choi")
    page.get_by_role("link", name="Hoàn tác…").click()
    on(page, "Hoàn tác")
    assert_page_good(page)
    shot(page, "hoan-tac")
    page.get_by_label("Lý do hoàn tác").fill("Chọn nhầm hồ sơ")
    press(page, "F9")
    on(page, now(box, dossier).code)
    assert now(box, dossier).status == Status.NEW
    page.goto(f"{live_server}/ho-so/{dossier}/hoan-tac")
    expect(page.locator("main")).to_contain_text("không hoàn tác được nữa")
    assert_axe_clean(page)
    shot(page, "hoan-tac-khong-con")


def test_a_request_to_withdraw_is_taken_from_a_file(page: Page, live_server: str, box: Box) -> None:
    dossier = taken(box)
    login(page, live_server, "st04", counter=1)
    page.goto(f"{live_server}/ho-so/{dossier}/rut")
    on(page, "Rút hồ sơ")
    page.get_by_label("Lý do rút").fill("Người nộp không còn nhu cầu")
    page.get_by_role("link", name="Dùng tệp có sẵn…").click()
    page.locator("#files").set_input_files({"name": "don.jpg", "mimeType": "image/jpeg", "buffer": sheet("Đơn")})
    page.get_by_role("button", name="Thêm tệp").click()
    expect(page.locator("#scans .thumb")).to_have_count(1)
    expect(page.get_by_label("Lý do rút")).to_have_value("Người nộp không còn nhu cầu")
    assert_page_good(page)
    shot(page, "rut-ho-so")
    press(page, "F9")
    on(page, now(box, dossier).code)
    assert now(box, dossier).status == Status.WITHDRAWN


def test_a_leader_stops_a_dossier_and_lets_it_go_on(page: Page, live_server: str, box: Box) -> None:
    dossier = taken(box)
    ask(box, dossier)
    login(page, live_server, "st01")
    page.goto(f"{live_server}/ho-so/{dossier}")
    page.get_by_role("link", name="Dừng giải quyết…").click()
    on(page, "Dừng giải quyết")
    page.get_by_label("Căn cứ, lý do dừng").fill("Người nộp đề nghị dừng theo đơn ngày 20/11/2026.")
    expect(page.locator("#preview img")).to_have_js_property("complete", True)
    assert_page_good(page)
    shot(page, "dung-giai-quyet")
    press(page, "F9")
    on(page, now(box, dossier).code)
    press(page, "F9")
    on(page, "Tiếp tục giải quyết")
    expect(page.locator("main")).to_contain_text("Hẹn trả mới nếu ghi nhận bây giờ")
    assert_page_good(page)
    shot(page, "tiep-tuc")
    page.get_by_label("Lý do cho tiếp tục").fill("Người nộp đề nghị giải quyết tiếp")
    press(page, "F9")
    on(page, now(box, dossier).code)
    assert now(box, dossier).status == Status.PROCESSING


def test_the_slower_officer_sees_why_and_nothing_was_done(page: Page, live_server: str, box: Box) -> None:
    dossier = taken(box)
    login(page, live_server, "st04", counter=1)
    page.goto(f"{live_server}/ho-so/{dossier}/yeu-cau-bo-sung")
    on(page, "Yêu cầu bổ sung")
    page.get_by_label("Cần bổ sung gì").first.fill("Tờ khai")
    page.get_by_label("Lý do", exact=True).fill("Thiếu")
    ask(box, dossier)  # A colleague was quicker.
    press(page, "F9")
    expect(page.locator("#hindrance")).to_be_focused()
    expect(page.locator("#hindrance")).to_contain_text("đang ở trạng thái khác")
    expect(page.locator("#hindrance")).to_contain_text("Phạm Thị Giả Định yêu cầu bổ sung")
    expect(page.locator("main")).to_contain_text("Nội dung vừa gõ, chưa ghi")
    assert_axe_clean(page)
    shot(page, "cham-hon")
    assert len(now(box, dossier).pauses) == 1
