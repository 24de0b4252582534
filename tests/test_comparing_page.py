"""After a restore: what a person must compare stands on one page, in words; a stopped box says why on every page."""

import re

import pytest
from flask import Flask

from appliance import comparing
from appliance.box import Box, open_new_life
from appliance.comparing import What
from desk_room import accept, get, grant_numbers, log_in, post
from web import state_chip
from web.words.forks import COMPARED, STOPPED


@pytest.fixture
def box(app: Flask) -> Box:
    """Give the box behind the pages, with numbers to take."""
    grant_numbers(app.extensions["box"])
    return app.extensions["box"]


def words(client, path: str) -> str:
    page = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", get(client, path).text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_what_is_to_be_compared_stands_in_words_until_somebody_says_it_is_done(app: Flask, box: Box):
    one, other = accept(box), accept(box)
    client = log_in(app, "st04")
    assert "Không có việc nào cần đối chiếu" in words(client, "/doi-chieu")
    with box.writing() as act:
        comparing.note(act, What.BOTH_SIDES, "", one)
        comparing.note(act, What.NUMBER_TWICE, "H99.99.99|dossier|2026-11-21|7", one, other)
        comparing.note(act, What.FILE_GONE, "ab" * 32, other)
        comparing.note(act, What.FILE_GONE, "ab" * 32, other)
    shown = words(client, "/doi-chieu")
    assert all(name in shown and todo in shown for name, todo in COMPARED.values())
    assert "Số 7," in shown and "kỳ 2026-11-21" in shown and "Tệp abababababab" in shown
    assert "3 việc cần đối chiếu" in words(client, "/")
    first = comparing.cases(box.db)[0].id
    assert post(client, f"/doi-chieu/{first}").status_code == 303
    assert post(client, f"/doi-chieu/{first}").status_code == 422
    assert comparing.count(box.db) == 2
    assert box.db.conn.execute("SELECT settled_by FROM to_compare WHERE id = ?", [first]).fetchone() == ("ST04",)


def test_a_restored_box_says_that_its_lost_work_is_awaited(app: Flask, box: Box):
    client = log_in(app, "st04")
    assert "khôi phục" not in words(client, "/")
    open_new_life(box, "restored")
    assert "Máy vừa được khôi phục" in words(client, "/") and "Máy vừa được khôi phục" in words(client, "/doi-chieu")


@pytest.mark.parametrize("code", STOPPED)
def test_a_box_that_is_stopped_says_so_on_every_page_and_what_to_do(app: Flask, box: Box, code: str):
    with box.writing() as act:
        act.db.conn.execute("INSERT INTO sync_state (name, value) VALUES ('last_error', ?)", [code])
    assert state_chip.chip(state_chip.facts(box.db), "2026-11-21T04:00:00.000Z").text == STOPPED[code]
    for who, path in (("st04", "/"), ("st04", "/doi-chieu"), ("st10", "/suc-khoe")):
        client = log_in(app, who)
        if get(client, path).status_code == 200:
            assert STOPPED[code] in words(client, path)
    assert "kỹ thuật viên" in words(log_in(app, "st04"), "/doi-chieu").split("Cần người xem lại")[0]
