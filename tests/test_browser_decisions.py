"""Higher agencies' decisions as people meet them: none, one, several, a file still away; how far a dossier has come."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import comparing, decisions, files
from appliance.box import Box
from appliance.events import FileRef
from browsing import WIDTHS, assert_axe_clean, assert_focus_visible, assert_page_good, login, resize, shot
from desk_room import accept, grant_numbers
from signing_room import form_pdf, make_authority

NOTE = "Bản vẽ mặt bằng tầng trệt chưa ghi kích thước cửa đi và lối thoát nạn; người nộp bổ sung một bản, không phải nộp lại đơn."


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give a PDF that somebody signed."""
    return make_authority(tmp_path_factory.mktemp("authority")).signed(form_pdf())


@pytest.fixture
def dossier(app: Flask) -> str:
    """Give a dossier that ST08 holds."""
    box = app.extensions["box"]
    grant_numbers(box)
    found = accept(box)
    with box.writing() as act:
        act.record("dossier.taken", actor="ST08", dossier=found, clear={"holder": "ST08"})
    return found


def decide(box: Box, dossier: str, pdf: bytes, sort: str, text: str, note: str = "") -> None:
    """Bring a decision as the agent does once its file is here."""
    agency = "Sở Nông nghiệp và Môi trường tỉnh An Giang"
    digest = files.digest_of(pdf)
    clear = {
        "decision": files.digest_of(text.encode()),
        "sort": sort,
        "text": text,
        "date": "2026-11-20",
        "agency": agency,
        "file": digest,
    }
    with box.writing() as act:
        words = {"note": note} if note else {}
        decisions.receive(act, dossier, clear, words, FileRef(digest, len(pdf), "application/pdf"))


def test_decisions_are_read_by_the_holder_and_a_colleague(app: Flask, dossier: str, signed: bytes, live_server: str, page: Page):
    box, panel = app.extensions["box"], page.get_by_role("region", name="Văn bản của cấp trên")
    login(page, live_server, "st08")
    address = f"{live_server}/ho-so/{dossier}"
    page.goto(address)
    expect(panel).to_have_count(0)
    expect(page.locator("#story")).to_contain_text("Tỉnh chưa nhận việc nào; 2 việc chờ gửi. Chờ gửi 2 tệp")
    shot(page, "decisions-none")
    files.put(box.home, signed)
    decide(box, dossier, signed, "supplement", "88/SNNMT-QLĐĐ", NOTE)
    expect(panel).to_be_visible(timeout=15_000)  # The open page shows it by itself, and it is news still.
    page.goto(live_server)
    expect(page.get_by_text("1 hồ sơ tôi giữ có văn bản mới của cấp trên")).to_be_visible()
    shot(page, "decisions-home")
    page.goto(f"{live_server}/viec")
    expect(page.get_by_text("Cấp trên trả lời")).to_be_visible()
    assert_page_good(page)
    shot(page, "decisions-queue")
    page.goto(address)
    panel.scroll_into_view_if_needed()
    expect(panel).to_contain_text("Chữ ký của lãnh đạo")
    assert_page_good(page)
    panel.scroll_into_view_if_needed()
    shot(page, "decisions-one")
    page.goto(f"{live_server}/viec")
    expect(page.get_by_text("Cấp trên trả lời")).to_have_count(0)
    decide(box, dossier, signed, "agreed", "91/SNNMT-QLĐĐ")
    decide(box, dossier, b"not here yet", "opinion", "95/UBND-KT")
    page.context.clear_cookies()
    login(page, live_server, "st01")
    page.goto(address)
    panel.scroll_into_view_if_needed()
    expect(panel.get_by_role("link", name="Mở PDF")).to_have_count(2)
    expect(panel).to_contain_text("Tệp này chưa có trên máy")
    panel.get_by_role("link", name="Mở PDF").last.focus()
    assert_focus_visible(page)
    for width in WIDTHS:
        resize(page, width)
        assert_axe_clean(page)
        panel.scroll_into_view_if_needed()
        shot(page, f"decisions-several-{width}")


def test_how_far_a_dossier_has_come_stands_above_its_history(app: Flask, dossier: str, live_server: str, page: Page):
    box, story = app.extensions["box"], page.locator("#story")
    with box.writing() as act:
        first = act.db.conn.execute("SELECT inc, seq FROM dossier_event WHERE dossier = ? ORDER BY seq", [dossier]).fetchone()
        act.db.conn.execute("INSERT INTO receipt (inc, seq, number, bytes) VALUES (?, ?, 12, x'00')", list(first))
        act.db.conn.execute("INSERT INTO sync_state (name, value) VALUES ('last_error', 'line_portal')")
        comparing.differ(act, {dossier: "set_aside"})
    login(page, live_server, "st04")
    page.goto(f"{live_server}/ho-so/{dossier}")
    for said in ("Tỉnh đã nhận 1 trong 2 việc, biên nhận số 12; 1 việc chờ gửi. Chờ gửi 2 tệp", "Tờ khai theo mẫu (2)",
                 "Mạng đang đòi đăng nhập", "Tỉnh đã giữ nhưng chưa đọc được một việc của hồ sơ", "Báo kỹ thuật viên"):  # fmt: skip
        expect(story).to_contain_text(said)
    assert_page_good(page)
    shot(page, "story-waiting")
    with box.writing() as act:
        act.db.conn.execute("UPDATE receipt SET seq = seq + 100, number = 14")
        act.db.conn.execute("INSERT INTO send_cursor (name, n) VALUES ('files', 1000)")
        act.db.conn.execute("UPDATE to_compare SET settled_at = 'x', settled_by = 'ST04'")
    page.reload()
    expect(story).to_have_text("Tỉnh đã nhận đủ 2 việc, biên nhận số 14. Không còn tệp chờ gửi.")
    shot(page, "story-done")
