"""One walk over the pages of a hand-over between communes: empty, filled, refused, by keyboard, axe on each."""

import pytest
from flask import Flask
from playwright.sync_api import Page

from appliance import between_units
from browsing import assert_page_good, login, shot
from desk_room import accept, grant_numbers
from test_between_units_pages import THERE, tell, told


@pytest.fixture
def two(app: Flask) -> list[str]:
    """Give two dossiers of a box that knows one more commune."""
    box = app.extensions["box"]
    grant_numbers(box)
    return [accept(box), accept(box)]


def test_a_dossier_is_offered_and_answered_by_keyboard(app: Flask, two: list[str], live_server: str, page: Page):
    box = app.extensions["box"]
    login(page, live_server, "st01")
    page.goto(f"{live_server}/ho-so/{two[0]}/chuyen-xa")
    assert_page_good(page)
    tell(box, "unit.known", {"unit": THERE, "name": "Xã Vĩnh An"})
    page.goto(f"{live_server}/chuyen-xa")
    assert_page_good(page)
    page.goto(f"{live_server}/ho-so/{two[0]}/chuyen-xa")
    page.keyboard.press("F9")
    page.get_by_text("Chưa gửi được").wait_for()
    assert_page_good(page)
    page.get_by_label("Đơn vị nhận").select_option(THERE)
    page.get_by_label("Lý do").select_option("not_ours")
    shot(page, "between-units-one")
    page.keyboard.press("F9")
    page.get_by_text("chờ tỉnh ghi nhận. Vẫn làm tiếp").wait_for()
    shot(page, "between-units-waiting")
    offer = "0198f7c0-0000-7000-8000-000000000001"
    between_units.offer(box, two[1], THERE, "lives_there", "ST01")
    told(box, between_units._own(box.db, two[1])[-1].d["offer"], two[1], "accepted", taker="0198f7c0-0000-7000-8000-000000000002")
    told(box, offer, "0198f7c0-0000-7000-8000-000000000011", "open", giver="0198f7c0-0000-7000-8000-000000000009",
         from_unit=THERE, to_unit="H99.99.99")  # fmt: skip
    page.goto(f"{live_server}/ho-so/{two[1]}")
    assert_page_good(page)
    shot(page, "between-units-away")
    page.goto(f"{live_server}/chuyen-xa")
    assert_page_good(page)
    shot(page, "between-units")
    page.get_by_role("button", name="Nhận H99-1", exact=True).press("Enter")
    page.get_by_text("Đã bấm nhận, chờ tỉnh ghi nhận").first.wait_for()
