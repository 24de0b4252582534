"""The page of what a person must compare with the province: empty, all kinds of work, stopped; each width, and by keyboard."""

from flask import Flask
from playwright.sync_api import Page, expect

from appliance import comparing
from appliance.comparing import What
from browsing import assert_focus_visible, assert_page_good, login, shot, walk
from desk_room import accept, grant_numbers


def test_what_is_to_be_compared_is_read_and_settled_by_keyboard(app: Flask, live_server: str, page: Page):
    box = app.extensions["box"]
    grant_numbers(box)
    one, other = accept(box), accept(box)
    login(page, live_server, "st04")
    page.goto(f"{live_server}/doi-chieu")
    expect(page.get_by_text("Không có việc nào cần đối chiếu")).to_be_visible()
    assert_page_good(page)
    shot(page, "comparing-empty")
    with box.writing() as act:
        comparing.note(act, What.BOTH_SIDES, "", one)
        comparing.note(act, What.NUMBER_TWICE, "H99.99.99|dossier|2026-11-21|7", one, other)
        comparing.note(act, What.FILE_GONE, "ab" * 32, other)
        comparing.differ(act, {other: "key_lost"})
        act.db.conn.execute("INSERT INTO sync_state (name, value) VALUES ('last_error', 'sync_replaced')")
    page.reload()
    assert_page_good(page)
    shot(page, "comparing")
    page.set_viewport_size({"width": 390, "height": 900})
    shot(page, "comparing-narrow")
    page.set_viewport_size({"width": 1366, "height": 625})
    buttons = page.get_by_role("button", name="Đã đối chiếu")
    first = buttons.first.text_content().strip()
    reached = walk(page, 40)
    assert {"Các việc cần đối chiếu", "H99.99.99", "Đã đối chiếu"} <= {name.split("-")[0] for name in reached}
    buttons.first.focus()
    assert_focus_visible(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã ghi là đối chiếu xong")).to_be_visible()
    expect(page.get_by_role("button", name=first, exact=True)).to_have_count(0)
    expect(buttons).to_have_count(3)
