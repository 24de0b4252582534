"""Due dates in a real browser: a letter of apology by keys alone, a storm, the citizens to call; each page good at three widths."""

from datetime import date

from playwright.sync_api import Page, expect

from appliance import clock, clocks, declaring
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.text import day_text
from appliance.working_calendar import nth_working_day
from browsing import assert_focus_visible, assert_page_good, login, press, shot
from desk_room import accept, prepare
from desk_steps import now


def working_day(ahead: int) -> date:
    return nth_working_day(builtin().calendar, clock.local_day(clock.stamp()), ahead)


def counted(box: Box) -> str:
    """Accept a dossier of three working days whose due date was really counted."""
    dossier = accept(box)
    due = clocks.due_after_wait(builtin(), now(box, dossier), clock.local(clock.stamp()), builtin().calendar)
    with box.writing() as act:
        act.record("due.recomputed", actor="ST01", dossier=dossier, clear={"due": due, "because": "2020-01-01"})
    return dossier


def on(page: Page, heading: str) -> None:
    """Wait for the page of a heading, and until its scripts answer keys."""
    expect(page.locator("h1")).to_have_text(heading)
    page.wait_for_load_state("domcontentloaded")


def test_a_late_dossier_is_explained_and_apologised_for_by_keys_alone(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box, days=-2)
    prepare(box, dossier)
    login(page, live_server, "st08")
    page.goto(f"{live_server}/han-tra?muc=qua-han")
    on(page, "Sắp đến hạn và quá hạn")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Giải trình").focus()
    assert_focus_visible(page)
    page.keyboard.press("Enter")
    on(page, "Giải trình chậm hạn")
    press(page, "F9")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#errors")).to_contain_text("Ghi vì sao chậm")
    page.get_by_label("Vì sao chậm, làm gì để xong").fill("Chờ xác minh nơi cư trú cũ")
    press(page, "F9")
    on(page, now(box, dossier).code)
    assert now(box, dossier).explained_at
    page.get_by_role("link", name="Soạn thư xin lỗi, đề nghị hẹn lại…").press("Enter")
    on(page, "Soạn thư xin lỗi")
    page.get_by_label("Ngày hẹn mới").fill(day_text(working_day(9)))
    page.get_by_label("Lý do chậm").fill("Chờ công an xã xác minh")
    assert_page_good(page)
    press(page, "F9")
    on(page, now(box, dossier).code)
    expect(page.locator("main")).to_contain_text("đã đề nghị hẹn lại ngày")


def test_a_leader_sees_the_letter_before_it_promises_anything(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box, days=1)
    login(page, live_server, "st01")
    page.goto(f"{live_server}/ho-so/{dossier}/hen-lai")
    on(page, "Xin lỗi và hẹn lại")
    expect(page.get_by_label("Lý do chậm")).to_be_focused()
    page.get_by_label("Ngày hẹn mới").fill(day_text(working_day(9)))
    page.get_by_label("Lý do chậm").fill("Chờ công an xã xác minh nơi cư trú")
    expect(page.locator("#preview img")).to_have_js_property("complete", True)
    page.wait_for_timeout(900)  # The preview of the last letter typed.
    expect(page.locator("#preview img")).to_have_js_property("complete", True)
    assert_page_good(page)
    shot(page, "clocks-extend")
    press(page, "F9")
    on(page, now(box, dossier).code)
    assert now(box, dossier).due["at"][:10] == working_day(9).isoformat()
    assert_page_good(page)
    page.locator("#due-lines").scroll_into_view_if_needed()
    shot(page, "clocks-dossier")


def test_a_storm_by_keys_from_the_declaration_to_the_call(page: Page, live_server: str, box: Box) -> None:
    first, second = counted(box), counted(box)
    before = now(box, first).due["at"]
    login(page, live_server, "st01")
    page.goto(f"{live_server}/ngay-nghi")
    on(page, "Ngày nghỉ, ngày làm bù")
    expect(page.locator("#day")).to_be_focused()
    assert_page_good(page)
    page.locator("#day").fill(day_text(working_day(1)))
    page.get_by_label("Tên gọi").fill("Nghỉ bão số 12")
    press(page, "F9")
    expect(page.locator("#errors")).to_contain_text("Ghi văn bản cho nghỉ hoặc làm bù.")
    page.get_by_label("Văn bản căn cứ").fill("Công văn 15/UBND ngày 22/11/2026")
    shot(page, "clocks-days")
    press(page, "F9")
    on(page, "Tính lại ngày hẹn")
    expect(page.locator("#list tbody tr")).to_have_count(2)
    assert_page_good(page)
    shot(page, "clocks-moved")
    page.locator("#list tbody input").first.focus()
    page.keyboard.press("Space")
    press(page, "F9")
    on(page, "Gọi báo ngày hẹn mới")
    assert sorted((now(box, one).due["at"] > before) for one in (first, second)) == [False, True]
    assert_page_good(page)
    shot(page, "clocks-calls")
    page.get_by_role("button", name="Đã gọi").press("Enter")
    expect(page.locator("main")).to_contain_text("Nguyễn Minh Họa")
    assert declaring.calls(box.db, working_day(1))[0].called_by == "ST01"
    assert_page_good(page)


def test_the_pages_are_good_when_there_is_much_and_when_there_is_nothing(page: Page, live_server: str, box: Box) -> None:
    login(page, live_server, "st01")
    for path in ("/han-tra", f"/ngay-nghi/{working_day(1)}", f"/ngay-nghi/{working_day(1)}/goi"):
        page.goto(live_server + path)
        expect(page.locator(".empty")).to_be_visible()
        assert_page_good(page)
    for days in (-4, -1, 0, 1, 40):
        accept(box, days=days)
    page.goto(f"{live_server}/han-tra")
    assert page.locator("#list tbody tr").count() >= 3
    assert_page_good(page)
    shot(page, "clocks-late")
    page.goto(f"{live_server}/")
    assert_page_good(page)
    shot(page, "clocks-home")


def test_an_explanation_nobody_needs_cannot_be_written(page: Page, live_server: str, box: Box) -> None:
    dossier = accept(box, days=9)
    login(page, live_server, "st08")
    page.goto(f"{live_server}/ho-so/{dossier}/giai-trinh")
    expect(page.locator("main")).to_contain_text("chưa trễ hạn nên không cần giải trình")
    assert_page_good(page)
    page.goto(f"{live_server}/ho-so/{accept(box, days=-1)}/giai-trinh")
    assert_page_good(page)
    shot(page, "clocks-explain")
