"""The counter in a real browser: card, procedure, draft, acceptance; pages through the real scan worker and libsane."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import database, drafts, numbering, queries
from browsing import assert_page_good, focused, login, shot

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
