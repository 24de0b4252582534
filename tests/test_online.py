"""Dossiers that come online: they wait at the counter, cost nothing before they are checked, and are nobody's twice."""

from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from playwright.sync_api import Page, expect

from appliance import clock, queries, rows, verify
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.clock import LOCAL
from appliance.dossier import Status
from appliance.moves import AT_FILING
from appliance.online import Filing, file_online, reply_by
from browsing import assert_page_good, focused, login, shot
from desk_room import UNIT, get, log_in
from provisioning.cli import main
from provisioning.demo import filing
from provisioning.demo.plan import Demo

CALENDAR = builtin().calendar
RULES = builtin().rules_on(datetime(2026, 11, 23).date())


def filed(box: Box, when: str = "", seed: int = 1):
    return filing.file_in(box, builtin(), when, seed)


def test_a_dossier_from_the_portal_waits_with_its_person_and_its_paper(box: Box) -> None:
    found = filed(box)
    assert (found.status, found.channel, found.accepted_at, found.due) == (Status.NEW, "online", "", None)
    assert found.applicant and len(found.applicant["number"]) == 12
    page = next(part["pages"][0] for part in found.components if part["pages"])
    media = box.db.conn.execute("SELECT media FROM dossier_file WHERE digest = ?", [page["file"]]).fetchone()[0]
    assert media == "application/pdf"
    assert [one.id for one in queries.filed(box.db)] == [found.id]
    assert [one.id for one in queries.search(box.db, found.applicant["name"])] == [found.id]


def test_one_command_files_a_dossier_in_a_demonstration_that_runs_or_not(box: Box, tmp_path: Path) -> None:
    asked = ["demo", "file-online", "--home", str(tmp_path), "--fee", "after_check"]
    assert "Chưa dựng bản trình diễn" in CliRunner().invoke(main, asked).output
    Demo(tmp_path).laid_out.parent.mkdir(parents=True)
    Demo(tmp_path).laid_out.write_text("8400")
    assert Demo(tmp_path).commune.root == box.home.root  # The box of this test is open all the while.
    told = CliRunner().invoke(main, asked)
    assert told.exit_code == 0, told.output
    assert [one.code in told.output for one in queries.filed(box.db)] == [True]
    assert verify.verify(box.home, box.db) == []


def test_the_same_code_twice_is_one_dossier(box: Box) -> None:
    person = {"name": "Nguyễn Thị Mẫu"}
    same = Filing("H99.99.99-261122-900001", filed(box).procedure, clock.stamp(), person)
    day = clock.local_day(clock.stamp())
    with box.writing() as act:
        first = file_online(act, builtin(), UNIT, same, day)
        assert file_online(act, builtin(), UNIT, same, day) == first
    assert rows.load(box.db, first).code == same.code


def test_each_fee_says_when_it_is_paid(box: Box) -> None:
    at_filing, later = filed(box, AT_FILING), filed(box, "after_check", 2)
    assert {line["when"] for line in at_filing.fee_lines} == {AT_FILING}
    assert "after_check" in {line["when"] for line in later.fee_lines}


@pytest.mark.parametrize(
    ("filed_at", "answer"),
    [
        ("2026-11-23T07:00", "2026-11-23T17:00"),  # Monday morning: eight working hours end with the day.
        ("2026-11-23T14:00", "2026-11-25T14:00"),  # The 24th is a day off.
        ("2026-11-20T22:00", "2026-11-23T17:00"),  # Friday night: the hours begin on Monday.
        ("2026-11-21T09:00", "2026-11-23T17:00"),  # Saturday is no working day here.
    ],
)
def test_an_answer_is_due_after_eight_working_hours(filed_at: str, answer: str) -> None:
    due = reply_by(RULES, CALENDAR, datetime.fromisoformat(filed_at).replace(tzinfo=LOCAL))
    assert due.strftime("%Y-%m-%dT%H:%M") == answer


def test_the_counter_lists_it_and_nobody_else_does(app: Flask, box: Box) -> None:
    found = filed(box)
    text = get(log_in(app, "st04"), "/truc-tuyen").text
    assert found.code in text and "Mới đăng ký" in text
    assert found.applicant["number"] not in text.replace("\u00a0", "")
    for account in ("st06", "st07", "st08", "st15", "st16", "st17"):
        assert get(log_in(app, account), "/truc-tuyen").status_code == 403
    opened = get(log_in(app, "st04"), f"/ho-so/{found.id}")
    assert opened.status_code == 200 and "Nộp lúc" in opened.text


def test_the_list_is_good_empty_and_filled_and_is_walked_by_keys(page: Page, live_server: str, box: Box) -> None:
    login(page, live_server, "st04")
    page.goto(f"{live_server}/truc-tuyen")
    expect(page.locator("#main")).to_contain_text("Không có hồ sơ trực tuyến nào chờ")
    assert_page_good(page)
    first, second = filed(box, seed=1), filed(box, "after_check", seed=2)
    page.goto(f"{live_server}/truc-tuyen")
    assert_page_good(page)
    shot(page, "truc-tuyen")
    page.locator("#filed tbody a").first.focus()
    page.keyboard.press("ArrowDown")
    assert focused(page) == second.code
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(first.code)
    assert_page_good(page)
    shot(page, "truc-tuyen-ho-so")
