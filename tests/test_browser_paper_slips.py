"""Slips for when the box is down, in a real browser: set aside, looked at and entered by keys; each page good as it is shown."""

from flask import Flask
from playwright.sync_api import Page, expect

from appliance import clock
from appliance.text import day_text
from browsing import assert_focus_visible, assert_page_good, login, press, shot
from desk_room import grant_numbers


def on(page: Page, heading: str) -> None:
    """Wait for the page of a heading, and until its scripts answer keys."""
    expect(page.locator("h1")).to_have_text(heading)
    page.wait_for_load_state("domcontentloaded")


def test_a_block_is_set_aside_and_a_slip_entered_by_keys_alone(page: Page, live_server: str, app: Flask) -> None:
    grant_numbers(app.extensions["box"])
    login(page, live_server, "st03")
    page.goto(f"{live_server}/phieu-in-san")
    on(page, "Phiếu in sẵn")
    assert_page_good(page)
    expect(page.locator("#count")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("4")
    press(page, "F9")
    on(page, "Phiếu in sẵn 2996–2999")
    page.locator("#number").select_option("2998")
    page.locator("#why").select_option("written_wrong")
    page.get_by_role("button", name="Hủy số").focus()
    assert_focus_visible(page)
    page.keyboard.press("Enter")
    expect(page.locator("tbody .badge.is-bad")).to_have_text("Đã hủy")
    assert_page_good(page)
    shot(page, "paper-block")
    page.goto(f"{live_server}/phieu-in-san")
    on(page, "Phiếu in sẵn")
    shot(page, "paper-slips")

    page.goto(f"{live_server}/nhap-sau")  # The director works at the counter too.
    on(page, "Nhập hồ sơ nhận lúc máy hỏng")
    expect(page.locator("#number")).to_be_focused()
    page.keyboard.type("2998")
    page.keyboard.press("Tab")
    expect(page.locator("#day")).to_have_value(day_text(clock.local_day(clock.stamp())))
    page.keyboard.press("Tab")
    page.keyboard.type("00:00")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    press(page, "F9")
    expect(page.locator("#errors")).to_contain_text("để dành lúc")
    assert_page_good(page)
    shot(page, "late-entry")
    page.locator("#time").fill(f"{clock.local(clock.stamp()):%H:%M}")
    page.locator("#number").fill("2997")
    with app.extensions["box"].writing() as act:  # The minute typed is a whole one: the block must be older.
        act.db.conn.execute("UPDATE office_fact SET at = '2026-01-01T00:00:00.000Z' WHERE topic = 'block'")
    press(page, "F9")
    on(page, "Tiếp nhận hồ sơ")
    expect(page.locator(".note.is-warn").first).to_contain_text("phiếu in sẵn số 2997")
    assert_page_good(page)
    shot(page, "late-reception")
