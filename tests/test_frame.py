"""The frame of every page, seen in a real browser by the people who use it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, Route, expect

from appliance.config import Home
from browsing import assert_page_good, focused, login, press, serving, shot, walk
from people import add_staff, make_home
from provisioning import enrol
from test_rights import log_in
from web import vendor
from web.province.app import create_app as create_province_app

HTTPS = "https://localhost"
PAGES = ("/", "/suc-khoe", "/suc-khoe/bo-phan", "/tai-khoan", "/mat-khau", "/tro-giup", "/lenh?q=suc", "/lenh?q=zzz", "/khong-co")


def touch(app: Flask, topic: str) -> None:
    """Change something a page watches."""
    with app.extensions["box"].writing() as act:
        act.touch(topic)


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/suc-khoe/bo-phan"])
def test_every_page_of_the_frame_is_good(page: Page, live_server: str, path: str) -> None:
    login(page, live_server, "st16")
    page.goto(live_server + path)
    shot(page, "khung" + re.sub(r"\W+", "-", path))
    assert_page_good(page)


def test_the_login_page_is_good(page: Page, live_server: str) -> None:
    page.goto(f"{live_server}/dang-nhap")
    shot(page, "dang-nhap")
    assert_page_good(page)


def test_titles_tell_pages_apart(client: FlaskClient) -> None:
    log_in(client, "st16")
    paths = ("/", "/suc-khoe", "/tai-khoan", "/mat-khau", "/tro-giup", "/lenh")
    titles = [re.search("<title>(.*)</title>", client.get(path, base_url=HTTPS).text) for path in paths]
    names = [title[1] for title in titles if title]
    assert len(set(names)) == 6 and all(name.endswith(" – Một cửa") for name in names)


def test_tab_begins_with_the_way_past_the_header_and_goes_in_reading_order(page: Page, live_server: str) -> None:
    login(page, live_server, "st16")
    begin, menu = ["Đến nội dung chính", "Xã An Châu", "Việc của tôi", "Tài khoản"], page.locator(".menu a").count()
    assert walk(page, 2 + menu)[:4] == begin
    assert walk(page, 4) == ["Tìm, lệnh", "Tô Quản Trị Mẫu", "Trợ giúp (F1)", "Khóa màn hình"]


def test_f1_tells_what_the_page_is_for_and_esc_leads_back(page: Page, live_server: str) -> None:
    login(page, live_server, "st16")
    page.goto(f"{live_server}/suc-khoe")
    press(page, "F1")
    dialog = page.get_by_role("dialog", name="Trợ giúp: Sức khỏe thiết bị")
    expect(dialog).to_contain_text("Mỗi dòng là một bộ phận")
    shot(page, "tro-giup-f1")
    assert_page_good(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_ctrl_k_opens_a_page_after_a_few_letters_without_marks(page: Page, live_server: str) -> None:
    login(page, live_server, "st16")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Tìm hoặc chạy lệnh")
    expect(dialog.get_by_role("option").first).to_be_visible()
    page.keyboard.type("suc khoe")
    expect(dialog.get_by_role("option")).to_have_count(1)
    shot(page, "ctrl-k")
    assert_page_good(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/suc-khoe")


def test_the_palette_offers_only_what_one_may_open(page: Page, live_server: str) -> None:
    login(page, live_server, "st04")
    page.keyboard.press("Control+k")
    page.keyboard.type("suc khoe")
    expect(page.locator("#palette-list")).to_contain_text("Không tìm thấy kết quả")


def test_without_scripts_the_frame_still_works(browser: object, live_server: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1366, "height": 625})  # type: ignore[attr-defined]
    page = context.new_page()
    login(page, live_server, "st16")
    page.get_by_role("link", name="Trợ giúp (F1)").click()
    expect(page.get_by_role("heading", name="Trợ giúp: Việc của tôi")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Tìm, lệnh")).click()
    page.locator("#q").fill("mat khau")
    page.get_by_role("button", name="Tìm", exact=True).click()
    page.get_by_role("main").get_by_role("link", name="Đổi mật khẩu").click()
    expect(page.get_by_role("heading", name="Đổi mật khẩu", level=1)).to_be_visible()
    page.get_by_role("button", name="Khóa màn hình").click()
    expect(page.get_by_role("heading", name="Màn hình đã khóa")).to_be_visible()
    context.close()


def test_when_the_box_cannot_be_reached_a_banner_says_what_is_safe_and_goes_again(page: Page, live_server: str) -> None:
    login(page, live_server, "st16")
    page.goto(f"{live_server}/lenh")

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/live?*", cut)
    banner = page.get_by_text("Mất kết nối tới máy chủ Một cửa.")
    expect(banner).to_be_visible(timeout=20_000)
    page.locator("#q").fill("còn nguyên")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.locator("#q")).to_have_value("còn nguyên")
    expect(page.locator("#alert")).to_contain_text("Nội dung còn nguyên")
    shot(page, "mat-ket-noi")
    assert_page_good(page)
    page.unroute("**/live?*", cut)
    expect(banner).to_be_hidden(timeout=40_000)


def test_the_chip_follows_the_line_without_a_page_load(page: Page, live_server: str, app: Flask) -> None:
    login(page, live_server, "st16")
    expect(page.locator("#state")).to_have_text("Đồng bộ: chưa rõ")
    with app.extensions["box"].writing() as act:
        act.db.conn.execute("INSERT INTO sync_state (name, value) VALUES ('failed', '3')")
        act.touch("sync")
    expect(page.locator("#state")).to_have_text("3 hồ sơ gửi lỗi")


def test_nothing_new_costs_no_body(client: FlaskClient, app: Flask) -> None:
    log_in(client, "st04")
    first = client.get("/live?t=inbox,job:7", base_url=HTTPS)
    assert first.json == {"officer": "ST04", "topics": {"inbox": 0, "job:7": 0}}
    again = client.get("/live?t=inbox,job:7", base_url=HTTPS, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""
    touch(app, "inbox")
    changed = client.get("/live?t=inbox,job:7", base_url=HTTPS, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.json["topics"] == {"inbox": 1, "job:7": 0}


def test_a_script_is_told_by_status_that_nobody_is_logged_in(client: FlaskClient) -> None:
    assert client.get("/live?t=inbox", base_url=HTTPS).status_code == 401
    assert client.get("/live/ok", base_url=HTTPS).json == {"ok": True}


def test_no_page_asks_for_unsafe_scripts_or_styles(client: FlaskClient) -> None:
    log_in(client, "st16")
    for path in PAGES:
        answer = client.get(path, base_url=HTTPS)
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text), path


def test_an_unknown_error_has_a_code_in_the_log_and_nothing_of_a_person(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    from web import per_request

    def broken() -> str:
        raise ValueError("Nguyễn Thị Ngọc Ánh 089190126612")

    app.add_url_rule("/hong", "broken", per_request.act("own_work")(broken))
    per_request.declare(app)
    client = app.test_client()
    log_in(client, "st04")
    answer = client.get("/hong", base_url=HTTPS)
    assert answer.status_code == 500
    code = re.search(r"E-[0-9A-F]{4}", answer.text)
    assert code and code[0] in caplog.text
    assert "ValueError" in caplog.text and "test_frame.py" in caplog.text
    assert "Ngọc Ánh" not in caplog.text + answer.text and "089190126612" not in caplog.text


def test_decomposed_letters_are_composed_on_the_way_in(client: FlaskClient) -> None:
    log_in(client, "st04")
    answer = client.get("/lenh?q=Nguye\u0302\u0303n", base_url=HTTPS)
    assert 'value="Nguyễn"' in answer.text


def test_static_files_are_kept_for_good_under_a_name_that_changes_with_them(client: FlaskClient) -> None:
    page = client.get("/dang-nhap", base_url=HTTPS).text
    address = re.search(r"/static/[0-9a-f]{12}/js/page\.js", page)
    assert address
    with client.get(address[0], base_url=HTTPS) as answer:
        assert answer.headers["Cache-Control"].endswith("immutable") and answer.mimetype == "text/javascript"
    with client.get("/static/000000000000/js/page.js", base_url=HTTPS) as other:
        assert other.headers["Cache-Control"] == "no-cache"


def test_the_frames_scripts_stay_small_and_take_no_key_of_the_browser_or_an_input_method() -> None:
    folder = vendor.ROOT / "web/static/js"
    page = (folder / "page.js").read_text(encoding="utf-8")
    for name in re.findall(r'import "\./(\w+\.js)"', page):
        assert (folder / name).stat().st_size < 4096, name
    assert not re.search(r'"Ctrl\+Shift|"F(5|6|7|10|11|12)"', (folder / "keys.js").read_text(encoding="utf-8"))


def test_vendored_files_are_what_the_lock_says() -> None:
    assert vendor.problems() == []


@pytest.fixture
def province(tmp_path: Path, password_hash: str) -> Iterator[Home]:
    """Make a province's home with an operator."""
    home = Home(tmp_path / "province")
    enrol.make_province(home, "Tỉnh An Giang", datetime.now(UTC))
    make_home(home.root, "province")
    add_staff(home, password_hash)
    yield home


def test_the_province_has_its_own_pages_in_the_same_frame(page: Page, province: Home) -> None:
    app = create_province_app(province, collect=False)
    with serving(app) as address:
        page.goto(f"{address}/dang-nhap")
        shot(page, "tinh-dang-nhap")
        assert_page_good(page)
        login(page, address, "vh01")
        expect(page.get_by_role("heading", name="Bảng thiết bị")).to_be_visible()
        shot(page, "tinh-trang-chinh")
        assert_page_good(page)
        assert [c["name"] for c in page.context.cookies()] == ["__Host-motcua-tinh"]
        assert page.request.get(f"{address}/sync/v1/feed").status == 403
        assert focused(page)
