"""Originals that stay at the office stand on the slip, lie in their slot, and go back to a person who signs for them."""

from datetime import date

import msgspec
import pypdfium2
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import files, originals, queries
from appliance.box import Box
from appliance.clock import stamp
from appliance.drafts import Body, Part
from boxes import open_test_box
from browsing import assert_page_good, login, press, shot
from desk_room import COPIES, accept, certify, get, log_in, post
from test_reception import MARITAL, TYPED, begin
from test_reception import accept as accepted
from web import reception_form

KEPT = [{"key": "c1", "name": "Giấy chứng sinh", "kind": "submit", "copy": "original", "count": 1, "scan": True, "kept": True,
         "slot": "K2-14"}]  # fmt: skip


def test_a_kept_original_stands_on_the_slip_and_in_its_slot(tmp_path):
    box = open_test_box(tmp_path)
    kept = Body(applicant=TYPED, procedure=MARITAL, parts={"c1": Part(have=True, kept=True)}, slot="K2-14")
    made = accepted(box, begin(box, msgspec.structs.replace(kept, fee_amounts={"Lệ phí hộ tịch": 8000})))
    dossier = queries.dossier(box.db, made.dossier)
    assert [(part["key"], part["slot"]) for part in originals.kept(dossier)] == [("c1", "K2-14")]
    slip = pypdfium2.PdfDocument(files.read(box.home, made.slip))[0].get_textpage().get_text_range()
    assert "giữ bản chính, trả lại cùng kết quả" in " ".join(slip.split())
    assert box.db.conn.execute("SELECT originals_kept FROM dossier").fetchone()[0] == 1


@pytest.mark.parametrize(
    ("chosen", "copy", "kept"), [("kept", "original", True), ("original", "original", False), ("copy", "copy", False)]
)
def test_keeping_is_chosen_with_the_kind_of_copy(chosen, copy, kept):
    given = {"procedure": MARITAL, "shown": MARITAL, "have-c1": "1", "copy-c1": chosen, "slot": " K2 "}
    read = reception_form.read(given, date(2026, 11, 21))
    assert read.body.slot == "K2" and (read.body.parts["c1"].copy, read.body.parts["c1"].kept) == (copy, kept)


def returned(app: Flask, box: Box) -> str:
    dossier = accept(box, COPIES, components=KEPT)
    certify(box, dossier)
    answer = post(log_in(app, "st06"), f"/tra-ket-qua/{dossier}", receiver="owner", how="counter")
    assert answer.headers["Location"].endswith(f"/ho-so/{dossier}/tra-ban-chinh")
    return dossier


def test_originals_go_back_with_a_signature_and_once(app: Flask, box: Box) -> None:
    dossier = returned(app, box)
    client, path = log_in(app, "st06"), f"/ho-so/{dossier}/tra-ban-chinh"
    assert "K2-14" in get(client, path).text
    assert post(client, path, receiver="owner").status_code == 422
    assert post(client, path, receiver="owner", signed="1").status_code == 303
    after = queries.dossier(box.db, dossier)
    assert after.originals_returned_at and originals.kept(after) == ()
    assert box.db.conn.execute("SELECT originals_kept FROM dossier").fetchone()[0] == 0
    assert "trả lại bản chính" in get(client, f"/ho-so/{dossier}").text
    assert post(client, path, receiver="owner", signed="1").status_code == 422


def test_what_nobody_fetched_is_listed_after_the_days_of_the_rule(app: Flask, box: Box) -> None:
    dossier = accept(box, COPIES)
    certify(box, dossier)
    code = queries.dossier(box.db, dossier).code
    assert code not in get(log_in(app, "st06"), "/con-giu").text
    assert [one.id for one in originals.uncollected(box.db, "9999")] == [dossier]
    assert originals.uncollected(box.db, stamp()[:4]) == []
    left = returned(app, box)
    assert queries.dossier(box.db, left).code in get(log_in(app, "st06"), "/con-giu").text


def test_while_a_dossier_runs_its_originals_stay(app: Flask, box: Box) -> None:
    dossier = accept(box, components=KEPT)
    client = log_in(app, "st06")
    assert "trả lại cùng kết quả" in get(client, f"/ho-so/{dossier}/tra-ban-chinh").text
    assert post(client, f"/ho-so/{dossier}/tra-ban-chinh", receiver="owner", signed="1").status_code == 422
    assert "Còn giữ 1 bản chính" in get(client, f"/ho-so/{dossier}").text


@pytest.mark.parametrize("account", ["st01", "st07", "st08", "st09", "st15", "st16"])
def test_only_the_counter_gives_originals_back(app: Flask, box: Box, account: str) -> None:
    dossier, client = accept(box, components=KEPT), log_in(app, account)
    assert get(client, "/con-giu").status_code == 403
    assert get(client, f"/ho-so/{dossier}/tra-ban-chinh").status_code == 403
    assert post(client, f"/ho-so/{dossier}/tra-ban-chinh").status_code == 403


def test_originals_are_given_back_by_keyboard(page: Page, live_server: str, app: Flask, box: Box) -> None:
    dossier = returned(app, box)
    login(page, live_server, "st06")
    page.goto(f"{live_server}/con-giu")
    assert_page_good(page)
    shot(page, "con-giu")
    page.get_by_role("link", name="H99").press("Enter")
    expect(page.locator("h1")).to_have_text("Trả bản chính")
    assert_page_good(page)
    shot(page, "tra-ban-chinh")
    press(page, "F9")
    expect(page.locator("#errors")).to_be_focused()
    assert_page_good(page)
    page.get_by_label("Người nhận đã đếm đủ và ký nhận").press("Space")
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã trả bản chính")
    page.goto(f"{live_server}/ho-so/{dossier}/tra-ban-chinh")
    expect(page.locator("main")).to_contain_text("Đã trả bản chính")
    assert_page_good(page)
