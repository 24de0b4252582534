"""Logging in, being locked out, locking the screen, and coming back to the page as it was."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page, expect

from appliance import officers, sessions
from appliance.box import Box
from appliance.clock import moment_of, stamp, text_of
from browsing import assert_axe_clean, assert_page_good, focused, login, press, shot
from people import PASSWORD
from test_rights import log_in

WRONG = "không phải mật khẩu này"


def ago(length: timedelta) -> str:
    """Give the time `length` ago as UTC text."""
    return text_of(moment_of(stamp()) - length)


def set_sessions(app: Flask, column: str, value: str) -> None:
    """Make every session older, as waiting would."""
    with app.extensions["box"].writing() as act:
        act.db.conn.execute(f"UPDATE session SET {column} = ?", [value])


def try_password(page: Page, password: str) -> None:
    """Type a password at the login page and send it."""
    page.get_by_label("Tài khoản").fill("st04")
    page.get_by_label("Mật khẩu", exact=True).fill(password)
    page.keyboard.press("Enter")


def test_she_logs_in_by_keyboard_alone_and_sees_her_counter(page: Page, live_server: str) -> None:
    page.goto(live_server)
    assert page.url.startswith(f"{live_server}/dang-nhap")
    assert focused(page) == "Tài khoản"
    page.keyboard.type("ST04")
    page.keyboard.press("Tab")
    page.keyboard.insert_text(PASSWORD)
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Quầy của tôi")).to_be_visible()
    expect(page.locator(".who")).to_contain_text("Phạm Thị Giả Định")
    expect(page.locator(".who")).to_contain_text("Quầy 2")


def test_wrong_passwords_count_down_and_then_lock_the_account(page: Page, live_server: str, app: Flask) -> None:
    page.goto(f"{live_server}/dang-nhap")
    for left in (4, 3, 2, 1):
        try_password(page, WRONG)
        expect(page.get_by_role("alert").first).to_contain_text(f"Sai tài khoản hoặc mật khẩu. Còn {left} lần thử.")
    assert page.title().startswith("Lỗi: ")
    assert_page_good(page)
    shot(page, "dang-nhap-sai")
    try_password(page, WRONG)
    expect(page.locator("#errors")).to_contain_text("Tài khoản tạm khóa đến")
    try_password(page, PASSWORD)
    expect(page.locator("#errors")).to_contain_text("Gọi quản trị viên để mở sớm.")
    with app.extensions["box"].writing() as act:
        officers.forget_tries(act.db, "st04")
    try_password(page, PASSWORD)
    expect(page.get_by_role("heading", name="Quầy của tôi")).to_be_visible()


def test_an_unknown_account_is_answered_like_a_known_one(page: Page, live_server: str) -> None:
    page.goto(f"{live_server}/dang-nhap")
    page.get_by_label("Tài khoản").fill("không-có-ai")
    page.get_by_label("Mật khẩu", exact=True).fill(WRONG)
    page.keyboard.press("Enter")
    expect(page.locator("#errors")).to_contain_text("Sai tài khoản hoặc mật khẩu. Còn 4 lần thử.")


def test_a_lock_ends_by_itself(app: Flask) -> None:
    box: Box = app.extensions["box"]
    with box.writing() as act:
        for _ in range(officers.TRIES_MAX):
            officers.count_try(act.db, "st04", ago(timedelta(minutes=16)))
    with box.writing() as act:
        assert officers.count_try(act.db, "st04", stamp()) == officers.TRIES_MAX - 1


def test_the_cookie_is_safe_and_pages_are_kept_nowhere(page: Page, live_server: str) -> None:
    login(page, live_server, "st04")
    (cookie,) = [c for c in page.context.cookies() if c["name"].startswith("__Host-")]
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Strict" and cookie["path"] == "/"
    answer = page.goto(live_server)
    assert answer is not None
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_the_database_holds_no_token_and_no_password(page: Page, live_server: str, app: Flask) -> None:
    login(page, live_server, "st04")
    home = app.extensions["box"].home
    dump = b"".join(path.read_bytes() for path in home.root.glob("main.db*"))
    (row,) = app.extensions["box"].db.query("SELECT * FROM session")
    cookie = next(c["value"] for c in page.context.cookies() if c["name"].startswith("__Host-"))
    assert PASSWORD.encode() not in dump and cookie.encode() not in dump
    assert len(row["hash"]) == 64
    assert b"$argon2id$" in dump


def test_a_screen_left_alone_locks_and_keeps_what_was_typed(page: Page, live_server: str, app: Flask) -> None:
    login(page, live_server, "st04")
    page.goto(f"{live_server}/lenh")
    page.locator("#q").fill("Nguyễn Thị Ngọc Ánh")
    set_sessions(app, "seen", ago(sessions.IDLE_MAX + timedelta(seconds=5)))
    dialog = page.get_by_role("dialog", name="Màn hình đã khóa")
    expect(dialog).to_be_visible()
    assert_axe_clean(page)
    shot(page, "khoa-man-hinh")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Mật khẩu").fill(WRONG)
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Lỗi: Sai tài khoản hoặc mật khẩu. Còn 4 lần thử.")
    dialog.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#q")).to_have_value("Nguyễn Thị Ngọc Ánh")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.get_by_text("Không tìm thấy kết quả").first).to_be_visible()


def test_a_session_that_ended_is_begun_anew_over_the_page(page: Page, live_server: str, app: Flask) -> None:
    login(page, live_server, "st04", counter=2)
    page.goto(f"{live_server}/lenh")
    page.locator("#q").fill("còn nguyên")
    set_sessions(app, "began", ago(sessions.LIFE_MAX + timedelta(seconds=5)))
    dialog = page.get_by_role("dialog", name="Màn hình đã khóa")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#q")).to_have_value("còn nguyên")
    page.goto(live_server)
    expect(page.locator(".who")).to_contain_text("Quầy 2")


def test_the_lock_button_locks_every_tab_and_opening_a_page_asks_for_the_password(page: Page, live_server: str) -> None:
    login(page, live_server, "st04")
    page.get_by_role("button", name="Khóa màn hình").click()
    expect(page.get_by_role("dialog", name="Màn hình đã khóa")).to_be_visible()
    page.goto(f"{live_server}/tai-khoan")
    expect(page.get_by_role("heading", name="Màn hình đã khóa")).to_be_visible()
    assert_page_good(page)
    shot(page, "trang-khoa")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tài khoản của tôi")).to_be_visible()


def test_a_form_sent_into_a_locked_session_is_carried_through_the_lock(page: Page, live_server: str, app: Flask) -> None:
    login(page, live_server, "st04")
    page.goto(f"{live_server}/tai-khoan")
    page.get_by_label("Thoáng, chữ lớn hơn").check()
    page.route("**/live?*", lambda route: route.fulfill(status=304))  # The page has not heard yet.
    set_sessions(app, "locked", "1")
    page.get_by_role("button", name="Áp dụng").click()
    expect(page.get_by_role("heading", name="Màn hình đã khóa")).to_be_visible()
    page.get_by_label("Mật khẩu").fill(WRONG)
    page.keyboard.press("Enter")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Gửi lại nội dung", level=1)).to_be_visible()
    assert_page_good(page)
    press(page, "F9")
    expect(page.locator("html")).to_have_attribute("data-density", "thoang")


def test_polling_alone_does_not_keep_a_session_awake(client: FlaskClient, app: Flask) -> None:
    box: Box = app.extensions["box"]
    log_in(client, "st04")
    before = ago(timedelta(minutes=9))
    set_sessions(app, "seen", before)
    client.get("/live?t=inbox", base_url="https://localhost", headers={"X-Background": "1"})
    assert next(box.db.query("SELECT seen FROM session"))["seen"] == before
    client.get("/live?t=inbox", base_url="https://localhost")
    assert next(box.db.query("SELECT seen FROM session"))["seen"] > before


def test_a_changed_password_ends_the_sessions_elsewhere(page: Page, live_server: str, browser: object) -> None:
    elsewhere: BrowserContext = browser.new_context()  # type: ignore[attr-defined]
    other = elsewhere.new_page()
    login(other, live_server, "st04")
    login(page, live_server, "st04")
    page.goto(f"{live_server}/mat-khau")
    page.get_by_label("Mật khẩu đang dùng").fill(PASSWORD)
    page.get_by_label("Mật khẩu mới (ít nhất 10 ký tự)").fill("ngắn")
    page.get_by_label("Nhập lại mật khẩu mới").fill("ngắn")
    press(page, "F9")
    expect(page.locator("#errors")).to_contain_text("Mật khẩu mới cần ít nhất 10 ký tự.")
    assert_page_good(page)
    new = "bốn con gà 7 bước chân"
    page.get_by_label("Mật khẩu đang dùng").fill(PASSWORD)
    page.get_by_label("Mật khẩu mới (ít nhất 10 ký tự)").fill(new)
    page.get_by_label("Nhập lại mật khẩu mới").fill(new)
    press(page, "F9")
    expect(page.get_by_text("Đã đổi mật khẩu.")).to_be_visible()
    other.goto(live_server)
    assert "/dang-nhap" in other.url
    elsewhere.close()
    page.get_by_role("button", name="Đăng xuất").click()
    login(page, live_server, "st04", new)


def test_an_account_opened_by_the_administrator_changes_its_password_first(page: Page, live_server: str, app: Flask) -> None:
    with app.extensions["box"].writing() as act:
        act.db.conn.execute("UPDATE officer SET must_change = 1 WHERE id = 'ST05'")
    login(page, live_server, "st05")
    expect(page.get_by_role("heading", name="Đổi mật khẩu")).to_be_visible()
    page.goto(live_server)
    expect(page.get_by_role("heading", name="Đổi mật khẩu")).to_be_visible()


def test_a_closed_account_is_out_at_once(page: Page, live_server: str, app: Flask) -> None:
    login(page, live_server, "st05")
    with app.extensions["box"].writing() as act:
        act.db.conn.execute("UPDATE officer SET active = 0 WHERE id = 'ST05'")
    page.goto(live_server)
    assert "/dang-nhap" in page.url


def test_another_person_in_the_same_browser_locks_the_page_of_the_first(page: Page, live_server: str) -> None:
    login(page, live_server, "st04")
    second = page.context.new_page()
    second.goto(f"{live_server}/tai-khoan")
    second.get_by_role("button", name="Đăng xuất").click()
    login(second, live_server, "st05")
    expect(page.get_by_role("dialog", name="Màn hình đã khóa")).to_be_visible(timeout=40_000)
