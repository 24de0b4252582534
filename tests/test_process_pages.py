"""Internal processes on their pages: listed, drawn, approved by a leader with a ground, and by nobody else."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import process_shelf
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.errors import Refused
from appliance.internal_process import GENERAL
from browsing import assert_axe_clean, assert_page_good, login, press, shot
from desk_room import get, log_in, post
from web.process_picture import picture
from web.vietnamese import sentence

BASIS = "Quyết định số 12/QĐ-UBND ngày 20/11/2026"


@pytest.fixture
def box(app: Flask) -> Box:
    return app.extensions["box"]


def test_the_list_says_what_is_in_force_what_waits_and_what_has_none_of_its_own(app: Flask) -> None:
    client = log_in(app, "st01")
    force, waiting, general = (get(client, f"/quy-trinh{more}").text for more in ("", "?nhom=cho", "?nhom=chung"))
    assert "Quy trình chung" in force and "Phê duyệt" in force
    assert waiting.count('name="process"') == 30
    assert general.count("<tr>") == 392 + 1
    assert "Không có quy trình nào khớp" in get(client, "/quy-trinh?nhom=cho&q=khongco").text
    assert get(client, "/quy-trinh?nhom=cho&q=khai+sinh").text.count('name="process"') >= 1


def test_every_process_is_drawn_with_a_table_beside_it(app: Flask) -> None:
    client = log_in(app, "st08")
    for one in builtin().sheet("processes").records:
        page = get(client, f"/quy-trinh/{one.id.replace('#', '%23')}?ban={one.version}").text
        assert page.count('class="flow__box') == len(one.steps) == page.count('<th scope="row" data-th="Ai làm">')
        assert "Điều cần xem trước khi phê duyệt" in page
    assert get(client, "/quy-trinh/khong-co").status_code == 404


def test_no_word_of_a_picture_leaves_its_box() -> None:
    for one in process_shelf.built_in(builtin()):
        drawn = picture(one)
        for box in drawn.boxes:
            assert box.x + drawn.box_width <= drawn.width and box.y + drawn.box_height <= drawn.height
            assert all(box.y < line < box.y + drawn.box_height - 20 and len(words) <= 25 for line, words in box.lines)


def test_a_leader_puts_a_process_in_force_with_its_ground(app: Flask, box: Box) -> None:
    client = log_in(app, "st01")
    answer = post(client, "/quy-trinh", process="1.004873/all|2026.11.21-1", basis=BASIS)
    assert answer.status_code == 303
    one = next(one for one in process_shelf.approved(box.db) if one.process.code != GENERAL)
    assert (one.process.code, one.actor, one.basis) == ("1.004873", "ST01", BASIS)
    shown = get(client, "/quy-trinh/1.004873/all").text
    assert BASIS in shown and "Đã phê duyệt" in shown and 'id="basis"' not in shown


@pytest.mark.parametrize(("fields", "words"), [
    ({"basis": BASIS}, "Chưa chọn quy trình nào"),
    ({"basis": " ", "process": "1.004873/all|2026.11.21-1"}, "Ghi căn cứ phê duyệt"),
    ({"basis": BASIS, "process": "la/lung|1"}, "Chưa chọn quy trình nào"),
])  # fmt: skip
def test_an_approval_without_choice_or_ground_changes_nothing(app: Flask, box: Box, fields: dict, words: str) -> None:
    answer = post(log_in(app, "st01"), "/quy-trinh", nhom="cho", **fields)
    assert answer.status_code == 422 and words in answer.text
    assert len(process_shelf.approved(box.db)) == 1


@pytest.mark.parametrize("who", ["st04", "st06", "st07", "st08", "st09", "st10", "st15", "st16", "st17", "st18"])
def test_nobody_but_a_leader_approves(app: Flask, box: Box, who: str) -> None:
    client = log_in(app, who)
    assert post(client, "/quy-trinh", process="1.004873/all|2026.11.21-1", basis=BASIS).status_code == 403
    seen = get(client, "/quy-trinh?nhom=cho")
    assert seen.status_code == (403 if who in ("st15", "st17", "st18") else 200)
    assert 'id="basis"' not in seen.text
    assert len(process_shelf.approved(box.db)) == 1


def test_a_leader_approves_by_keyboard_alone(live_server: str, page: Page, box: Box) -> None:
    login(page, live_server, "st01")
    page.goto(f"{live_server}/quy-trinh?nhom=cho")
    assert_page_good(page)
    shot(page, "quy-trinh-cho-duyet")
    page.get_by_label("Chọn tất cả").focus()
    page.keyboard.press("Space")
    page.get_by_label("Căn cứ phê duyệt").focus()
    page.keyboard.type(BASIS)
    press(page, "F9")
    expect(page.locator(".toast")).to_contain_text("Đã phê duyệt 30 quy trình")
    assert_page_good(page)
    shot(page, "quy-trinh")
    page.goto(f"{live_server}/quy-trinh/1.001776/all")
    assert_page_good(page)
    shot(page, "quy-trinh-mot")
    page.goto(f"{live_server}/quy-trinh?nhom=cho")
    expect(page.get_by_text("Không có quy trình nào chờ phê duyệt")).to_be_visible()
    assert_axe_clean(page)
    assert len(process_shelf.approved(box.db)) == 31


def test_an_office_without_any_process_is_told_to_approve_one(app: Flask, box: Box) -> None:
    with box.writing() as act:
        act.db.conn.execute("DELETE FROM office_fact WHERE topic = 'process'")
    client = log_in(app, "st01")
    assert "Chưa có quy trình nào được phê duyệt" in get(client, "/quy-trinh").text
    assert "Lãnh đạo phê duyệt ở trang Quy trình nội bộ" in sentence(Refused("process_missing", procedure="Khai sinh"))
