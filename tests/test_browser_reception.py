"""The counter in a real browser: card, procedure, draft, acceptance; pages through the real scan worker and libsane."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from appliance import database, drafts, files, numbering, queries
from appliance.box import Box
from appliance.config import Home
from browsing import assert_page_good, focused, login, shot
from hardware import sane_config
from scan_room import NAME, QUIET_S, Room, Simulator, until
from test_printer import Shop, shop  # noqa: F401
from web import collector

CARD = "089190012345|381234567|Nguyễn Thị Ngọc Ánh|05081990|Nữ|Ấp Long Định, xã An Châu, tỉnh An Giang|10092025"


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
    login(page, live_server, "st04", counter=1)
    page.keyboard.press("F9")
    expect(page.get_by_role("heading", name="Tiếp nhận hồ sơ")).to_be_visible()
    return page


def wedge(page: Page, payload: str) -> None:
    """Type as a card reader does: the payload, then Enter."""
    page.keyboard.press("F2")
    page.keyboard.insert_text(payload)
    page.keyboard.press("Enter")


def choose(page: Page, words: str, first: str) -> None:
    """Find a procedure by words without marks and take the first hit."""
    page.keyboard.press("F4")
    page.keyboard.type(words)
    expect(page.locator("#procedure-list [role=option]").first).to_contain_text(first)
    page.keyboard.press("Enter")


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
    desk.keyboard.press("F9")
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
    desk.keyboard.press("F8")
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
    desk.keyboard.press("Shift+F8")
    expect(desk.locator("#scans [data-key=F8]")).to_be_visible()
    until(lambda: digests(box)[0] != first)
    assert digests(box)[1:] == [third, second]
    assert_page_good(desk)
    desk.keyboard.press("F9")
    expect(desk.locator(".toast")).to_contain_text("Đã tiếp nhận H99.99.99-")
    expect(desk.locator("#latest")).to_contain_text("Đã in", timeout=40_000)
    shot(desk, "tiep-nhan-da-in")
    dossier = queries.dossier(box.db, queries.to_take(box.db)[0].id)
    assert [p.get("turn") for p in dossier.components[0]["pages"]] == [0, 1, 0]
    assert shop.printed()[-1] == files.read(box.home, dossier.slip)
