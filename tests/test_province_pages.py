"""The province's pages: whose they are, and how they are to read and to use."""

from pathlib import Path

from playwright.sync_api import Page, expect

from appliance import officers
from appliance.ids import uuid7
from browsing import (
    WIDTHS,
    assert_axe_clean,
    assert_focus_visible,
    assert_no_full_number,
    assert_page_good,
    login,
    press,
    resize,
    shot,
)
from people import PASSWORD
from province_room import accept
from province_seat import OPERATOR, STRANGER, Seat, finished
from test_rights import HTTPS, log_in


def test_only_the_provinces_roles_open_these_pages(seat: Seat):
    dossier = accept(seat.commune, pages=1)
    seat.commune.round()
    digest = seat.room.province.db.conn.execute("SELECT digest FROM dossier_file").fetchone()[0]
    kept = {
        "dossier": dossier,
        "digest": digest,
        "size": "nho",
        "device": seat.commune.box.device,
        "number": 1,
        "draft": uuid7(),
        "page": "x",
    }
    own = ("home.", "dossiers.", "dossier.", "pages.", "palette.", "live.live", "help_pages.")
    routes = seat.app.url_map.bind("localhost")
    rules = [rule for rule in seat.app.url_map.iter_rules() if rule.endpoint.startswith(own)]
    paths = [routes.build(rule.endpoint, {name: kept[name] for name in rule.arguments}) for rule in rules]
    assert len(paths) == 13
    stranger, nobody = seat.app.test_client(), seat.app.test_client()
    log_in(stranger, STRANGER)
    for path in paths:
        assert stranger.get(path, base_url=HTTPS).status_code == 403, path
        assert nobody.get(path, base_url=HTTPS, headers={"Sec-Fetch-Mode": "navigate"}).status_code == 303, path
    assert seat.looks() == []


def test_the_provinces_auditor_reads_the_same(seat: Seat, password_hash):
    seat.commune.round()
    with seat.app.extensions["box"].writing() as act:
        officers.put(
            act.db, officers.Officer("GS01", "gs01", "Quách Mẫu", frozenset({officers.Role.PROVINCE_AUDITOR}), ""), password_hash
        )
    client = seat.app.test_client()
    log_in(client, "gs01")
    assert [client.get(path, base_url=HTTPS).status_code for path in ("/", "/ho-so")] == [200, 200]


def test_what_is_not_here_is_a_page_in_vietnamese(seat: Seat):
    assert "Không có hồ sơ này ở đây" in seat.get(f"/ho-so/{uuid7()}", 422)
    assert "Không có trang này" in seat.get(f"/thiet-bi/{uuid7()}", 404)
    dossier = accept(seat.commune, pages=1)
    seat.commune.round()
    seat.get(f"/ho-so/{dossier}/giay-to/2", 404), seat.get(f"/ho-so/{dossier}/chu-ky", 404)


# --- in a browser


def test_every_page_of_the_province_is_good(page: Page, seat: Seat, address: str, result):
    dossier = finished(seat, result)
    late = accept(seat.commune, "Trần Văn Đức", n=3)
    seat.commune.line.lost_requests["/files"] = 100
    seat.commune.round()
    login(page, address, OPERATOR)
    pages = {
        "bang": "/",
        "thiet-bi": f"/thiet-bi/{seat.commune.box.device}",
        "ho-so": "/ho-so",
        "ho-so-khong": "/ho-so?q=zzz",
        "mot-ho-so": f"/ho-so/{dossier}",
        "chua-ve": f"/ho-so/{late}",
        "trang": f"/ho-so/{dossier}/giay-to/3",
        "trang-chua-ve": f"/ho-so/{late}/giay-to/1",
    }
    for name, path in pages.items():
        page.goto(address + path)
        if name == "mot-ho-so":
            expect(page.locator("#signatures")).to_contain_text("Cả hai chữ ký đều hợp lệ")
        shot(page, f"tinh-{name}")
        assert_page_good(page)
        for width in WIDTHS[1:]:
            resize(page, width)
            page.screenshot(path=f"test-results/tinh-{name}-{width}.png", full_page=True)
        resize(page, WIDTHS[0])
        if name.startswith("ho-so"):
            assert_no_full_number(page)
    broken = page.evaluate("() => [...document.images].filter(i => i.complete && !i.naturalWidth).length")
    assert broken == 0


def test_an_operator_finds_and_reads_a_dossier_by_keys_alone(page: Page, seat: Seat, address: str, result):
    finished(seat, result, name="Đỗ Thị Đẹp")
    login(page, address, OPERATOR)
    page.keyboard.press("Control+k")
    page.keyboard.type("do thi dep")
    expect(page.get_by_role("dialog", name="Tìm hoặc chạy lệnh").get_by_role("option").first).to_contain_text("Đỗ Thị Đẹp")
    page.keyboard.press("Escape")
    page.goto(f"{address}/ho-so")
    press(page, "F2")
    page.keyboard.type("do thi dep")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ho-so?*q=do+thi+dep*")
    page.locator("tbody a").first.focus()
    assert_focus_visible(page)
    page.keyboard.press("Enter")
    expect(page.locator("#signatures")).to_contain_text("Cả hai chữ ký đều hợp lệ")
    press(page, "F1")
    expect(page.get_by_role("dialog")).to_contain_text("Những gì tỉnh đã nhận")
    assert_axe_clean(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/ho-so")


def test_the_result_downloads_as_the_very_bytes(page: Page, seat: Seat, address: str, result):
    dossier = finished(seat, result)
    login(page, address, OPERATOR)
    page.goto(f"{address}/ho-so/{dossier}")
    with page.expect_download() as given:
        page.get_by_role("link", name="Tải PDF").click()
    assert Path(given.value.path()).read_bytes() == result[3]
    assert PASSWORD not in page.content()
