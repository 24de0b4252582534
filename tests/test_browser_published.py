"""What the province published, as a technician reads it: empty, loading, taken and refused, at each width, by keyboard."""

import msgspec
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import clock
from browsing import assert_page_good, login, shot, walk
from sync import published
from sync.protocol import Statement
from sync.statements import Record

NOTE = "Bản này sửa cách tính ngày trả khi có ngày nghỉ bù. Cài sau 17 giờ, xong thì khởi động lại máy chủ của xã."
SAID = (
    ("catalogue.published", {"digest": "a" * 64, "effective_from": "2027-01-01", "version": "2027.1", "files": [
        {"name": "manifest.json", "file": "b" * 64, "size": 900}]}),
    ("trust.published", {"roots": [], "issuers": []}),
    ("processes.published", {"source": "Quyết định 12/QĐ-UBND", "files": [{"name": "x", "file": "c" * 64, "size": 900}]}),
    ("trust.published", {"roots": 7}),
    ("software.noticed", {"version": "1.2", "note": NOTE}),
)  # fmt: skip


def tell(box, kind: str, body: dict) -> None:
    """Bring a record as the feed does."""
    with box.writing() as act:
        n = act.db.conn.execute("SELECT coalesce(max(position), 0) + 1 FROM feed_record").fetchone()[0]
        record = Record(box.device, n, "0" * 64, kind, clock.stamp(), body)
        statement = msgspec.json.encode(Statement(msgspec.json.encode(record).decode(), ""))
        act.db.conn.execute("INSERT INTO feed_record (position, digest, bytes) VALUES (?, ?, ?)", [n, b"", statement])
        published.note(box, act, record)


def test_what_the_province_published_is_read_at_every_width_and_by_keyboard(app: Flask, live_server: str, page: Page):
    box = app.extensions["box"]
    login(page, live_server, "st16")
    page.goto(f"{live_server}/suc-khoe")
    assert_page_good(page)
    shot(page, "health-no-news")
    for kind, body in SAID:
        tell(box, kind, body)
    page.reload()
    assert_page_good(page)
    shot(page, "health-news-waiting")
    published.carry_out(box)
    page.reload()
    assert_page_good(page)
    shot(page, "health-news")
    for n in range(published.SHOWN_MAX):
        tell(box, "software.noticed", {"version": f"1.{n}", "note": NOTE})
    published.carry_out(box)
    page.reload()
    assert_page_good(page)
    shot(page, "health-news-many")
    oldest_shown = published.SHOWN_MAX - published.DONE_SHOWN_MAX
    compared, oldest = page.get_by_text("Đối chiếu với tỉnh", exact=True), page.get_by_text(f"Có bản phần mềm 1.{oldest_shown}:")
    expect(compared).to_be_in_viewport()  # The parts of the box are not pushed away by the news.
    assert "Sức khỏe thiết bị" in walk(page, 20)
    page.locator("#parts").focus()
    page.keyboard.press("End")
    expect(oldest).to_be_in_viewport()
    with page.expect_response("**/suc-khoe/bo-phan"):
        pass
    expect(oldest).to_be_in_viewport()  # Who reads is not sent back to the top every five seconds.
    page.set_viewport_size({"width": 390, "height": 900})
    shot(page, "health-news-narrow")
