"""After a restore: what a person must compare stands on one page, in words; a stopped box says why on every page."""

import re

import pytest
from flask import Flask

from appliance import comparing
from appliance.box import Box, open_new_life
from appliance.comparing import What
from desk_room import accept, get, grant_numbers, log_in, post
from web import state_chip
from web.compared import compared
from web.words.forks import COMPARED, NEVER_COMPARED, NOT_COMPARED_SINCE, OTHER_RULES, STOPPED, WHY_DIFFERS


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
        comparing.differ(act, {other: "key_lost"})
        comparing.note(act, What.FILE_GONE, "ab" * 32, other)
    shown = words(client, "/doi-chieu")
    assert all(name in shown and todo in shown for name, todo in COMPARED.values())
    assert "Số 7," in shown and "ngày 21/11/2026" in shown and "Tệp abababababab" in shown and WHY_DIFFERS["key_lost"] in shown
    assert "4 việc cần đối chiếu" in words(client, "/")
    first = comparing.cases(box.db)[0].id
    assert post(client, f"/doi-chieu/{first}").status_code == 303
    assert post(client, f"/doi-chieu/{first}").status_code == 422
    assert comparing.count(box.db) == 3
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


def test_when_both_ends_were_last_compared_is_said_and_never_guessed(app: Flask, box: Box):
    client = log_in(app, "st04")
    assert NEVER_COMPARED in words(client, "/doi-chieu") and NEVER_COMPARED in words(log_in(app, "st16"), "/suc-khoe")
    said = {"compared_dossiers": "1234", "compared_mended": "0", "compared_differing": "0", "compare_said": "equal"}
    keep(box, said | {"compared": "equal", "compared_at": "2026-11-21T19:10:00.000Z"})
    assert "lúc 02:10 ngày 22/11/2026: khớp, 1.234 hồ sơ." in words(client, "/doi-chieu")
    keep(box, {"compared": "mended", "compared_mended": "2"})
    assert "2 hồ sơ bị lệch đã tự dựng lại đúng" in words(client, "/doi-chieu")
    keep(box, {"compared": "differs", "compared_differing": "3"})
    assert "3 trong 1.234 hồ sơ không khớp" in words(client, "/doi-chieu")


def test_an_old_comparison_is_not_shown_as_one_of_today(box: Box):
    keep(box, {"compared": "equal", "compared_at": "2026-11-21T19:10:00.000Z", "compare_said": "other_rules"})
    keep(box, {"compared_dossiers": "1", "compared_mended": "0", "compared_differing": "0"})
    fresh, later = (compared(box.db, at) for at in ("2026-11-22T01:00:00.000Z", "2026-11-25T01:00:00.000Z"))
    assert (fresh.state, later.state) == ("ok", "warn")
    assert NOT_COMPARED_SINCE not in fresh.words and NOT_COMPARED_SINCE in later.words and OTHER_RULES in later.words


def keep(box: Box, said: dict[str, str]) -> None:
    """Write what the agent keeps of a comparison."""
    with box.writing() as act:
        act.db.conn.executemany("INSERT OR REPLACE INTO sync_state (name, value) VALUES (?, ?)", said.items())
