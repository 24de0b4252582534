"""What nobody needs any more goes away, and nothing that anybody needs."""

import os
from datetime import timedelta
from pathlib import Path

from flask import Flask

from appliance import drafts, files, tidying
from appliance.box import Box
from appliance.clock import moment_of, stamp, text_of
from appliance.drafts import NewPage
from appliance.events import FileRef
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON, open_test_box
from web import jobs, nightly
from web.jobs import State

DAYS = 30
LONG_AGO = text_of(moment_of(stamp()) - timedelta(days=90))
PDF = "application/pdf"


def put(box: Box, data: bytes, days: float = 40) -> str:
    """Keep a file as if it had been put so many days ago."""
    digest = files.put(box.home, data)
    then = moment_of(stamp()).timestamp() - days * 86_400
    os.utime(files.path_of(box.home, digest), (then, then))
    return digest


def draft(box: Box, digest: str, changed_at: str) -> str:
    """Make a draft with one page, last changed at a moment."""
    with box.writing() as act:
        made = drafts.begin(act, "ST04")
        drafts.add_page(act, made, "c1", NewPage(digest, 4, "image/jpeg"), page_id=uuid7())
        act.db.conn.execute("UPDATE draft SET changed_at = ? WHERE id = ?", [changed_at, made])
    return made


def job(box: Box, digest: str, changed_at: str, state: State) -> str:
    """Make a print job that came to a state at a moment."""
    with box.writing() as act:
        made = jobs.create(act, "print", "", "ST04", {"digest": digest, "code": ""})
        act.db.conn.execute("UPDATE job SET state = ?, changed_at = ? WHERE id = ?", [state, changed_at, made])
    return made


def accept(box: Box, digest: str) -> None:
    """Make a dossier that names a file."""
    with box.writing() as act:
        named = [FileRef(digest, 4, PDF)]
        act.record("dossier.accepted", actor="ST04", dossier=uuid7(), clear=ACCEPTED, personal={"applicant": PERSON}, files=named)


def test_only_old_files_that_nothing_names_go(tmp_path: Path) -> None:
    box = open_test_box(tmp_path)
    kept = [put(box, b"of a dossier"), put(box, b"of a draft"), put(box, b"on its way to the printer"), put(box, b"new", days=1)]
    accept(box, kept[0])
    draft(box, kept[1], stamp())
    job(box, kept[2], stamp(), State.WAITING)
    idle = put(box, b"of nobody")
    assert tidying.tidy(box, DAYS) == [idle]
    assert files.all_digests(box.home) == sorted(kept)


def test_a_file_wanted_anew_is_as_good_as_new(tmp_path: Path) -> None:
    box = open_test_box(tmp_path)
    digest = put(box, b"scanned again")
    files.put(box.home, b"scanned again")
    assert tidying.tidy(box, DAYS) == []
    assert files.has(box.home, digest)


def test_a_draft_left_lying_goes_with_its_pages_and_their_files(tmp_path: Path) -> None:
    box = open_test_box(tmp_path)
    old, new = put(box, b"old page"), put(box, b"new page")
    draft(box, old, LONG_AGO)
    living = draft(box, new, stamp())
    assert tidying.tidy(box, DAYS) == [old]
    assert [one.id for one in drafts.open_of(box.db, "ST04")] == [living]


def test_jobs_long_ended_go_and_with_them_what_pages_listened_to(tmp_path: Path) -> None:
    box = open_test_box(tmp_path)
    for state in (State.DONE, State.FAILED, State.CANCELLED):
        job(box, "a" * 64, LONG_AGO, state)
    kept = {job(box, "a" * 64, LONG_AGO, State.RUNNING), job(box, "a" * 64, stamp(), State.DONE)}
    tidying.tidy(box, DAYS)
    assert {row["id"] for row in box.db.query("SELECT id FROM job")} == kept
    assert {row["topic"] for row in box.db.query("SELECT topic FROM topic_version WHERE topic GLOB 'job:*'")} == {
        f"job:{one}" for one in kept
    }


def test_it_is_done_once_a_day_and_never_while_people_are_at_the_counters(app: Flask, monkeypatch) -> None:
    box = app.extensions["box"]
    monkeypatch.setattr(nightly, "_done", {})
    for at, gone in (
        ("2026-11-23T03:00:00.000Z", False),  # Ten in the morning.
        ("2026-11-23T19:10:00.000Z", True),  # Ten past two at night.
        ("2026-11-23T20:10:00.000Z", False),  # Again, an hour later.
        ("2026-11-24T05:10:00.000Z", False),  # At noon: it was done tonight.
        ("2026-11-25T05:10:00.000Z", True),  # At noon of a day that had no night.
    ):
        idle = put(box, f"of nobody {at}".encode())
        monkeypatch.setattr(nightly, "stamp", lambda at=at: at)
        nightly.nightly(box)
        assert files.has(box.home, idle) != gone
        files.remove(box.home, idle)
