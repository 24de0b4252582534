"""The counter in a real browser: card, procedure, draft, acceptance; pages through the real scan worker and libsane."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

import test_printer
from appliance import database, drafts, files, forms, numbering, queries
from appliance.box import Box
from appliance.config import Home
from appliance.forms import Paper, SlipData
from browsing import SIZE, assert_page_good, focused, login, press, serving, shot
from hardware import sane_config
from scan_room import NAME, QUIET_S, Room, Simulator, until
from test_printer import Shop
from web import collector
from web.app import create_app

expect.set_options(timeout=20_000)  # Scanner, worker and printer are processes of their own on whatever machine this is.
shop = test_printer.shop  # The same print shop, as a fixture here.
CARD = "089190012345|381234567|Nguyễn Thị Ngọc Ánh|05081990|Nữ|Ấp Long Định, xã An Châu, tỉnh An Giang|10092025"
SLIP = SlipData(
    made_at="2026-11-21T02:15:30Z",
    agency="ỦY BAN NHÂN DÂN\nXÃ AN CHÂU",
    place="An Châu",
    reception_place="Trung tâm",
    dossier_code="H99",
    qr_text="H99",
    applicant_name="Nguyễn Thị Ngọc Ánh",
    procedure_name="Đăng ký khai sinh",
    components=(Paper(name="Tờ khai", originals=1),),
    limit_text="Trong ngày",
    received_at="2026-11-21T02:15:30Z",
    due_at="2026-11-21T10:00:00Z",
    officer_name="Trần Thị Bích",
)


@pytest.fixture
def box(app: Flask):
    """Give the box of the application, with dossier numbers granted."""
    box = app.extensions["box"]
    db = database.connect(box.home.database)
    numbering.grant(db, "dossier", box.home.settings.unit, 1, 1, 500, "test")
    db.conn.close()
    return box


@pytest.fixture
def desk(page: Page, live_server: str, box) -> Page:
    """Sit down at counter 1, with the reception form open."""
    page.set_default_timeout(30_000)
    login(page, live_server, "st04", counter=1)
    press(page, "F9")
    expect(page.get_by_role("heading", name="Tiếp nhận hồ sơ")).to_be_visible()
    expect(page.locator("[data-combobox][data-ready]")).to_be_visible()  # The scripts are there: keys work.
    return page


def wedge(page: Page, payload: str) -> None:
    """Type as a card reader does: the payload, then Enter."""
    press(page, "F2")
    page.keyboard.insert_text(payload)
    page.keyboard.press("Enter")


def choose(page: Page, words: str, first: str) -> None:
    """Find a procedure by words without marks and take the first hit."""
    press(page, "F4")
    page.keyboard.type(words)
    expect(page.locator("#procedure-list [role=option]").first).to_contain_text(first)
    page.keyboard.press("Enter")
    if first == "Đăng ký khai sinh":  # Asks whom it is about.
        page.get_by_label("Họ tên: Trẻ được khai sinh").fill("Trần Gia Bảo")


def test_a_card_and_two_words_fill_the_form_by_keyboard_alone(desk: Page, box) -> None:
    wedge(desk, CARD)
    expect(desk.get_by_label("Họ, chữ đệm và tên").first).to_have_value("Nguyễn Thị Ngọc Ánh")
    expect(desk.get_by_label("Ngày sinh")).to_have_value("05/08/1990")
    assert focused(desk).startswith("Thủ tục")
    choose(desk, "khai sinh", "Đăng ký khai sinh")
    expect(desk.locator("#facts")).to_contain_text("Trong ngày")
    expect(desk.locator("#saved")).to_contain_text("Đã lưu nháp")
    shot(desk, "tiep-nhan-1")
    desk.get_by_label("Có: Tờ khai đăng ký khai sinh").check()
    expect(desk.locator("#saved")).to_contain_text("Đã lưu nháp")
    assert_page_good(desk)
    press(desk, "F9")
    expect(desk.locator(".toast")).to_contain_text("Đã tiếp nhận H99.99.99-")
    expect(desk.get_by_label("Họ, chữ đệm và tên").first).to_have_value("")
    shot(desk, "tiep-nhan-2")
    assert [d.applicant for d in queries.to_take(box.db)] == ["Nguyễn Thị Ngọc Ánh"]
    assert drafts.open_of(box.db, "ST04") == []


class CounterRoom(Room):
    """The scan worker of counter 1, where the web process looks for it."""

    def __init__(self, home: Home, port: int):
        self.folder, self.socket, self.quiet_s = home.root, home.run / "scan-quay-1.sock", QUIET_S
        sane_config.write_airscan(self.folder / "sane", {NAME: f"http://127.0.0.1:{port}/eSCL/"})
        self.open()


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    simulator = Simulator()
    yield simulator
    simulator.stop()


@pytest.fixture
def scanner(simulator: Simulator, box: Box) -> Iterator[Simulator]:
    """Give the simulated scanner with its real worker, and collect what it scans."""
    simulator.reset()
    room, stop = CounterRoom(box.home, simulator.port), collector.start(box)
    until(lambda: room.scanner()["state"] == "idle")
    yield simulator
    stop.set()
    room.die()


@pytest.fixture
def commune(commune: Home, shop: Shop) -> Home:
    """Give the home a printer: a real cupsd of its own."""
    with (commune.root / "motcua.toml").open("a") as settings:
        settings.write(f'printer = "{shop.queue.name}"\ncups_server = "{shop.queue.server}"\n')
    return Home(commune.root)


def thumbs(page: Page) -> Locator:
    """Find the thumbnails of the chosen component."""
    return page.locator("#scans a.thumb")


def digests(box: Box) -> list[str]:
    """List what the officer's only draft holds, in order."""
    return [p.digest for p in drafts.open_of(box.db, "ST04")[0].pages]


def test_sheets_become_thumbnails_are_turned_moved_scanned_again_and_printed(desk: Page, box: Box, scanner, shop: Shop) -> None:
    wedge(desk, CARD)
    expect(desk.get_by_label("Họ, chữ đệm và tên").first).to_have_value("Nguyễn Thị Ngọc Ánh")
    choose(desk, "khai sinh", "Đăng ký khai sinh")
    expect(desk.locator("#scans")).to_contain_text("Máy quét sẵn sàng")
    desk.get_by_label("Có: Giấy chứng sinh").check()
    scanner.turn(load=3)
    press(desk, "F8")
    expect(thumbs(desk)).to_have_count(3)
    expect(desk.locator("#scans [data-key=F8]")).to_be_visible()
    expect(desk.locator("#cell-c1")).to_contain_text("3 trang")
    shot(desk, "tiep-nhan-quet")
    first, second, third = digests(box)
    thumbs(desk).nth(2).focus()
    desk.keyboard.press("Alt+ArrowLeft")
    expect(thumbs(desk).nth(1)).to_have_attribute("aria-current", "true")
    assert digests(box) == [first, third, second]
    desk.keyboard.press("r")
    expect(thumbs(desk).nth(1).locator("img")).to_have_attribute("src", re.compile(r"t=1$"))
    desk.keyboard.press("Delete")
    expect(thumbs(desk)).to_have_count(2)
    desk.get_by_role("button", name="Hoàn tác").click()
    expect(thumbs(desk)).to_have_count(3)
    thumbs(desk).nth(0).focus()
    scanner.turn(load=["giay-chung-sinh"])
    press(desk, "Shift+F8")
    expect(desk.locator("#scans [data-key=F8]")).to_be_visible()
    until(lambda: digests(box)[0] != first)
    assert digests(box)[1:] == [third, second]
    assert_page_good(desk)
    press(desk, "F9")
    expect(desk.locator(".toast")).to_contain_text("Đã tiếp nhận H99.99.99-")
    expect(desk.locator("#latest")).to_contain_text("Đã in", timeout=40_000)
    shot(desk, "tiep-nhan-da-in")
    dossier = queries.dossier(box.db, queries.to_take(box.db)[0].id)
    assert [p.get("turn") for p in dossier.components[0]["pages"]] == [0, 1, 0]
    assert shop.printed()[-1] == files.read(box.home, dossier.slip)


def fill(page: Page, procedure: str = "khai sinh", first: str = "Đăng ký khai sinh") -> None:
    """Read the card and choose a procedure."""
    wedge(page, CARD)
    expect(page.get_by_label("Họ, chữ đệm và tên").first).to_have_value("Nguyễn Thị Ngọc Ánh")
    choose(page, procedure, first)
    expect(page.locator("#components")).to_be_visible()


def saved(page: Page) -> None:
    """Wait until what was typed is kept."""
    expect(page.locator("#saved")).to_contain_text("Đã lưu nháp")


def test_a_jam_at_page_two_keeps_page_one_and_f8_goes_on(desk: Page, box: Box, scanner) -> None:
    fill(desk)
    desk.get_by_label("Có: Giấy chứng sinh").check()
    scanner.turn(load=3, jam_after=1)
    press(desk, "F8")
    expect(desk.get_by_role("alert").filter(has_text="kẹt giấy")).to_contain_text("Đã lưu 1 trang.")
    expect(desk.locator("#scans")).to_contain_text("đặt lại từ trang 2 rồi bấm F8")
    expect(thumbs(desk)).to_have_count(1)
    shot(desk, "tiep-nhan-ket-giay")
    assert_page_good(desk)
    scanner.turn(load=["giay-chung-sinh", "giay-uy-quyen"], jam=False)
    press(desk, "F8")
    expect(thumbs(desk)).to_have_count(3)
    expect(desk.locator("#scans").get_by_role("alert")).to_have_count(0)


def test_sheets_may_come_before_a_name_is_typed(desk: Page, box: Box, scanner) -> None:
    scanner.turn(load=1)
    press(desk, "F8")
    expect(thumbs(desk)).to_have_count(1)
    fill(desk)
    saved(desk)
    draft = drafts.open_of(box.db, "ST04")[0]
    assert (len(draft.pages), draft.body.applicant["name"]) == (1, "Nguyễn Thị Ngọc Ánh")


def test_a_colleague_is_told_who_uses_the_scanner(desk: Page, box: Box, browser: Browser, live_server: str, scanner) -> None:
    fill(desk)
    saved(desk)
    scanner.turn(load=3, hang_after=1)
    press(desk, "F8")
    expect(thumbs(desk)).to_have_count(1)
    other = browser.new_context(viewport=SIZE, locale="vi-VN").new_page()
    login(other, live_server, "st05", counter=1)
    other.goto(f"{live_server}/tiep-nhan")
    press(other, "F8")
    expect(other.get_by_role("alert").filter(has_text="máy quét")).to_contain_text("Phạm Thị Giả Định đang dùng máy quét này")
    other.context.close()
    scanner.turn(hang_after=None, hang=False)
    expect(thumbs(desk)).to_have_count(3)


def test_the_draft_survives_browser_and_server(desk: Page, box: Box, browser: Browser, commune: Home) -> None:
    fill(desk)
    desk.get_by_label("Có: Giấy chứng sinh").check()
    desk.get_by_label("Điện thoại").first.fill("0912 345 678")
    saved(desk)
    until(lambda: drafts.open_of(box.db, "ST04")[0].body.applicant.get("phone") == "0912 345 678")
    again = create_app(Home(commune.root), collect=False)
    with serving(again) as address:
        page = browser.new_context(viewport=SIZE, locale="vi-VN").new_page()
        login(page, address, "st04", counter=1)
        page.get_by_role("link", name=re.compile("Bản nháp|Nguyễn Thị Ngọc Ánh")).first.click()
        expect(page.get_by_label("Họ, chữ đệm và tên").first).to_have_value("Nguyễn Thị Ngọc Ánh")
        expect(page.get_by_label("Điện thoại").first).to_have_value("0912 345 678")
        expect(page.locator("#procedure-q")).to_have_value(re.compile("Đăng ký khai sinh"))
        expect(page.get_by_label("Có: Giấy chứng sinh")).to_be_checked()
        page.context.close()
    again.extensions["box"].close()


def test_a_second_window_loses_nothing_and_says_what_differs(desk: Page, box: Box) -> None:
    fill(desk)
    until(lambda: drafts.open_of(box.db, "ST04") and drafts.open_of(box.db, "ST04")[0].body.persons.get("child", {}).get("name"))
    second = desk.context.new_page()
    second.goto(desk.url)
    second.get_by_label("Ghi chú").fill("từ cửa sổ hai")
    saved(second)
    until(lambda: drafts.open_of(box.db, "ST04")[0].body.note == "từ cửa sổ hai")
    desk.get_by_label("Ghi chú").fill("từ cửa sổ một")
    expect(desk.locator("#conflict")).to_contain_text("vừa được lưu ở một cửa sổ khác")
    expect(desk.locator("#conflict")).to_contain_text("từ cửa sổ hai")
    expect(desk.get_by_label("Ghi chú")).to_have_value("từ cửa sổ một")
    assert_page_good(desk)
    shot(desk, "tiep-nhan-hai-cua-so")
    desk.get_by_role("button", name="Giữ nội dung trang này").click()
    until(lambda: drafts.open_of(box.db, "ST04")[0].body.note == "từ cửa sổ một")
    expect(desk.locator("#conflict")).to_be_empty()


def held(page: Page) -> list[Route]:
    """Hold the next save of the page back; those after it pass."""
    caught: list[Route] = []
    page.route(re.compile(r"/luu$"), lambda route: caught.append(route), times=1)
    return caught


def test_a_save_whose_answer_was_lost_is_no_second_window(desk: Page, box: Box) -> None:
    fill(desk)
    saved(desk)
    caught = held(desk)
    desk.get_by_label("Ghi chú").fill("trước khi mất câu trả lời")
    desk.keyboard.press("Tab")
    until(lambda: desk.evaluate("1") and caught)  # Only a call lets the caught request through.
    caught[0].fetch()
    desk.get_by_label("Ghi chú").fill("gõ tiếp khi chưa biết")
    caught[0].abort()
    expect(desk.locator("#saved")).to_contain_text("Đang thử lại")
    saved(desk)
    until(lambda: desk.evaluate("1") and drafts.open_of(box.db, "ST04")[0].body.note == "gõ tiếp khi chưa biết")
    expect(desk.locator("#conflict")).to_be_empty()


def test_f9_while_a_save_is_on_its_way_accepts_after_it(desk: Page, box: Box) -> None:
    fill(desk)
    desk.get_by_label("Có: Giấy chứng sinh").check()
    saved(desk)
    caught = held(desk)
    desk.get_by_label("Ghi chú").fill("một")
    desk.keyboard.press("Tab")
    until(lambda: desk.evaluate("1") and caught)  # Only a call lets the caught request through.
    desk.get_by_label("Ghi chú").fill("một hai")
    press(desk, "F9")
    expect(desk.locator("#saved")).to_contain_text("lưu xong gửi ngay")
    shot(desk, "tiep-nhan-cho-luu")
    assert queries.to_take(box.db) == []
    caught[0].continue_()
    expect(desk.locator(".toast")).to_contain_text("Đã tiếp nhận H99.99.99-")
    assert [queries.dossier(box.db, one.id).note for one in queries.to_take(box.db)] == ["một hai"]


def test_what_is_missing_is_listed_with_links_to_the_fields(desk: Page, box: Box) -> None:
    choose(desk, "2.000815", "Chứng thực bản sao từ bản chính")
    expect(desk.locator("#components")).to_be_visible()
    press(desk, "F9")
    expect(desk.locator("#errors")).to_be_focused()
    assert desk.title().startswith("Lỗi: ")
    assert_page_good(desk)
    shot(desk, "tiep-nhan-thieu")
    desk.get_by_role("link", name="Ghi tên, số trang và số bản").click()
    assert focused(desk).startswith("Tên bản chính 1")
    assert queries.to_take(box.db) == []


def test_certified_copies_are_priced_while_one_types(desk: Page, box: Box) -> None:
    fill(desk, "2.000815", "Chứng thực bản sao từ bản chính")
    desk.get_by_label("Tên bản chính 1", exact=True).fill("Bằng tốt nghiệp")
    desk.get_by_label("Số trang bản chính 1", exact=True).fill("3")
    desk.get_by_label("Số bản cần chứng thực 1", exact=True).fill("5")
    expect(desk.locator("#facts")).to_contain_text("25.000")
    press(desk, "F9")
    expect(desk.locator(".toast")).to_contain_text("Đã tiếp nhận")


def test_a_fee_of_the_provinces_council_is_entered_by_the_officer(desk: Page, box: Box) -> None:
    fill(desk, "1.004873", "xác nhận tình trạng hôn nhân")
    expect(desk.locator("#facts")).to_contain_text("cán bộ nhập")
    desk.get_by_label("Lệ phí hộ tịch").fill("15.000")
    expect(desk.locator("#facts")).to_contain_text("15.000")
    shot(desk, "tiep-nhan-hon-nhan")
    desk.get_by_label(re.compile("Có: Tờ khai")).check()
    press(desk, "F9")
    expect(desk.locator(".toast")).to_contain_text("Đã tiếp nhận")
    assert queries.dossier(box.db, queries.to_take(box.db)[0].id).fee_lines[0]["amount"] == 15_000


def test_a_likely_duplicate_is_shown_before_acceptance(desk: Page, box: Box) -> None:
    for duplicates in range(2):
        fill(desk)
        desk.get_by_label("Có: Giấy chứng sinh").check()
        saved(desk)
        expect(desk.locator("#facts").get_by_text("đã có hồ sơ cùng thủ tục")).to_have_count(duplicates)
        press(desk, "F9")
        expect(desk.locator(".toast").first).to_contain_text("Đã tiếp nhận")
        expect(desk.get_by_label("Họ, chữ đệm và tên").first).to_have_value("")
    assert len(queries.to_take(box.db)) == 2


def test_files_that_exist_become_pages_and_a_bad_one_is_named(desk: Page, box: Box, tmp_path) -> None:
    fill(desk)
    photo = tmp_path / "anh.png"
    Image.new("RGB", (800, 1100), "white").save(photo)
    slip = forms.render("slip", SLIP)
    (tmp_path / "don.pdf").write_bytes(slip)
    (tmp_path / "hong.pdf").write_bytes(b"not a pdf")
    desk.get_by_role("link", name="Dùng tệp có sẵn…").click()
    desk.get_by_label(re.compile("Tệp ảnh")).set_input_files([photo, tmp_path / "don.pdf", tmp_path / "hong.pdf"])
    assert_page_good(desk)
    desk.get_by_role("button", name="Thêm tệp").click()
    expect(thumbs(desk)).to_have_count(3)
    expect(desk.locator("#scans").get_by_role("alert")).to_contain_text("hong.pdf không phải ảnh")
    pages = drafts.open_of(box.db, "ST04")[0].pages
    assert [(p.media, p.facts.get("n")) for p in pages] == [("image/png", None), ("application/pdf", 1), ("application/pdf", 2)]
    assert files.read(box.home, pages[1].digest) == slip


def test_a_draft_that_was_given_up_comes_back(desk: Page, box: Box) -> None:
    fill(desk)
    saved(desk)
    desk.get_by_role("link", name="Bỏ nháp…").click()
    desk.get_by_role("button", name="Bỏ bản nháp").click()
    expect(desk.get_by_label("Họ, chữ đệm và tên").first).to_have_value("")
    assert drafts.open_of(box.db, "ST04") == []
    desk.get_by_role("button", name="Hoàn tác").click()
    expect(desk.get_by_label("Họ, chữ đệm và tên").first).to_have_value("Nguyễn Thị Ngọc Ánh")


def test_the_scan_station_shows_one_page_large(desk: Page, box: Box, scanner) -> None:
    fill(desk)
    desk.get_by_label("Có: Giấy chứng sinh").check()
    scanner.turn(load=["giay-chung-sinh", "giay-trang", "giay-uy-quyen"])
    press(desk, "F8")
    expect(thumbs(desk)).to_have_count(3)
    desk.get_by_role("link", name="Xem lớn").click()
    expect(desk.get_by_role("heading", name="Quét hồ sơ")).to_be_visible()
    expect(desk.get_by_role("link", name="Trang 2, trắng")).to_be_visible()
    thumbs(desk).nth(0).focus()
    expect(desk.get_by_role("heading", name="Trang 1")).to_be_visible()
    assert_page_good(desk)
    shot(desk, "quet-ho-so")
    desk.get_by_label(re.compile("Chuyển trang 1")).select_option(label="Tờ khai đăng ký khai sinh theo mẫu")
    desk.get_by_role("button", name="Chuyển", exact=True).click()
    expect(thumbs(desk)).to_have_count(2)
    press(desk, "F9")
    expect(desk.locator("#cell-c2")).to_contain_text("1 trang")


def test_a_printer_without_paper_undoes_nothing_and_says_so(desk: Page, box: Box, scanner, shop: Shop) -> None:
    shop.trouble("out_of_paper")
    fill(desk)
    desk.get_by_label("Có: Giấy chứng sinh").check()
    press(desk, "F9")
    expect(desk.locator(".toast")).to_contain_text("Đã tiếp nhận")
    expect(desk.locator("#latest")).to_contain_text("Máy in hết giấy", timeout=40_000)
    desk.goto(desk.url.split("/tiep-nhan")[0] + "/in")
    expect(desk.get_by_role("cell", name="Nạp giấy, máy tự in tiếp.", exact=False)).to_be_visible()
    assert_page_good(desk)
    shot(desk, "ban-in")
    shop.mend()
    expect(desk.get_by_text("Đã in", exact=True)).to_be_visible(timeout=60_000)
    desk.get_by_role("button", name="In lại").click()
    expect(desk.get_by_role("row")).to_have_count(3)


def test_the_empty_page_and_its_help_are_good(desk: Page) -> None:
    assert_page_good(desk)
    press(desk, "F1")
    expect(desk.get_by_role("dialog")).to_contain_text("F8 quét tiếp")
    assert_page_good(desk)
