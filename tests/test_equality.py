"""Both ends hold the same, and can say so in a few hundred bytes; what somebody changed at one end is found, mended, or told."""

import hashlib
import io
from pathlib import Path

import msgspec
import pytest
import urllib3
from click.testing import CliRunner

from appliance import clock, comparing, contents, database, erasure, events, files, ledger, rows, verify
from appliance.comparing import FOLDS_OTHERWISE, What
from appliance.ids import uuid7
from appliance.migrations import migrations
from provisioning.cli import main
from sync import equality
from sync.equality import Verdict, compare
from sync.protocol import ContentsAnswer
from sync.province import equality as there
from sync.province import folding
from test_healing import act_on, numbered
from wire_room import wire_room

NIGHT, DAY, NEXT_NIGHT = "2026-11-23T19:10:00.000Z", "2026-11-24T02:00:00.000Z", "2026-11-24T19:10:00.000Z"
NAME = "Kim Tước Hót"


@pytest.fixture
def at(monkeypatch):
    def show(moment):
        monkeypatch.setattr(clock, "stamp", lambda: moment)

    return show


@pytest.fixture(autouse=True)
def by_day(monkeypatch):
    """Let no round compare by itself, whatever hour it is here: at(NIGHT) says when it is night."""
    monkeypatch.setattr(clock, "stamp", lambda: DAY)


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


@pytest.fixture
def dossiers(commune):
    found = [numbered(commune, NAME)[0] for _ in range(6)]
    act_on(commune, found[0])
    assert commune.round()
    return found


def spoil(end, sql, *values) -> None:
    """Change rows behind the product's back."""
    with end.writing() as act:
        (act.db if hasattr(act, "db") else act).conn.execute(sql, values)


WAYS = {
    "a column": "UPDATE dossier SET status = 9 WHERE id = ?",
    "a word of the state": "UPDATE dossier SET state = CAST(replace(CAST(state AS TEXT), 'ST04', 'ST05') AS BLOB) WHERE id = ?",
    "no state at all": "UPDATE dossier SET state = x'00' WHERE id = ?",
    "the owner": "UPDATE dossier SET device = 'x' WHERE id = ?",
    "the row is gone": "DELETE FROM dossier WHERE id = ?",
    "an act is gone": "DELETE FROM dossier_event WHERE dossier = ?",
    "an act of another": "UPDATE dossier_event SET actor = 'ST99' WHERE dossier = ?",
    "a file too many": "INSERT INTO dossier_file (digest, dossier, size, media) VALUES (lower(hex(zeroblob(32))), ?, 1, 'x')",
}


def test_equal_ends_say_so_in_one_call_of_a_few_hundred_bytes(commune, dossiers):
    commune.line.seen.clear()
    found = compare(commune.sender)
    assert (found.verdict, found.dossiers, found.differing) == (Verdict.EQUAL, 6, {})
    assert commune.line.seen == ["GET /digests"]
    assert len(msgspec.json.encode(commune.sender.wire.contents())) < 400


@pytest.mark.parametrize("end", ["here", "there"])
@pytest.mark.parametrize("way", WAYS)
def test_what_somebody_changed_at_one_end_is_found_and_made_anew(room, commune, dossiers, end, way):
    before = rows.load(commune.box.db, dossiers[0])
    place = commune.box.db.conn.execute("SELECT rid FROM dossier WHERE id = ?", dossiers[:1]).fetchone()
    spoil(commune.box if end == "here" else room.province, WAYS[way], dossiers[0])
    commune.line.seen.clear()
    found = compare(commune.sender)
    assert (found.verdict, found.mended, found.differing) == (Verdict.EQUAL, (dossiers[0],), {})
    assert commune.line.seen.count("GET /digests/rows") == 1  # One bucket of 256 was looked through.
    assert rows.load(commune.box.db, dossiers[0]) == rows.load(room.province.db, dossiers[0]) == before
    assert verify.verify(commune.home, commune.box.db) == []
    if way != "the row is gone":
        assert commune.box.db.conn.execute("SELECT rid FROM dossier WHERE id = ?", dossiers[:1]).fetchone() == place
    assert compare(commune.sender).mended == ()


def test_what_is_on_its_way_is_no_difference(commune, dossiers):
    act_on(commune, dossiers[1])
    numbered(commune)
    found = compare(commune.sender)
    assert found.verdict is Verdict.MOVED and not comparing.cases(commune.box.db)
    assert "compared_at" not in commune.state()
    assert commune.round()
    assert compare(commune.sender).verdict is Verdict.EQUAL


def test_an_event_that_arrives_in_the_middle_is_no_difference(room, commune, dossiers, monkeypatch):
    spoil(room.province, WAYS["a column"], dossiers[0])
    monkeypatch.setattr(equality, "_mend", lambda sender, found: act_on(commune, dossiers[0], "paper.printed", form="f") or {})
    assert compare(commune.sender).verdict is Verdict.MOVED
    assert not comparing.cases(commune.box.db)


def test_unknown_events_and_erased_dossiers_are_compared_too(room, commune, dossiers):
    with commune.box.writing() as act:
        last = ledger.head(act.db)
        strange = events.Event(last.seq + 1, "dossier.dreamt", 9, act.reading.at, "unset", k=dossiers[2], d={"z": "ỡ"})
        act.head = ledger.append(act.db, act.device_bytes, act.life, strange)
        rows.fold(act.db, act.device, act.life.inc, strange, {})
    erasure.erase(commune.box, dossiers[3], "ST16", "test")
    assert commune.round()
    assert compare(commune.sender).verdict is Verdict.EQUAL
    spoil(room.province, "DELETE FROM dossier_event WHERE kind = 'dossier.dreamt'")
    spoil(commune.box, "UPDATE dossier SET applicant = 'Somebody' WHERE id = ?", dossiers[3])
    assert set(compare(commune.sender).mended) == {dossiers[2], dossiers[3]}
    assert rows.load(commune.box.db, dossiers[3]).applicant is None


def test_a_key_that_one_end_lost_is_given_by_the_other(room, commune, dossiers):
    spoil(room.province, "DELETE FROM dossier_key WHERE dossier = ?", dossiers[0])
    with room.province.writing() as db:
        folding.fold_again(db, dossiers[0])
    spoil(commune.box, "DELETE FROM dossier_key WHERE dossier = ?", dossiers[1])
    spoil(commune.box, WAYS["a column"], dossiers[1])
    found = compare(commune.sender)
    assert found.verdict is Verdict.EQUAL and set(found.mended) == set(dossiers[:2])
    for dossier in dossiers[:2]:
        assert (
            rows.load(room.province.db, dossier).applicant["name"] == rows.load(commune.box.db, dossier).applicant["name"] == NAME
        )


def test_a_dossier_whose_key_nobody_has_keeps_its_words_and_is_told(room, commune, dossiers):
    for end in (room.province, commune.box):
        spoil(end, "DELETE FROM dossier_key WHERE dossier = ?", dossiers[0])
    spoil(commune.box, WAYS["a column"], dossiers[0])
    found = compare(commune.sender)
    assert (found.verdict, found.differing) == (Verdict.DIFFERS, {dossiers[0]: "key_lost"})
    assert rows.load(commune.box.db, dossiers[0]).applicant["name"] == NAME
    assert [(case.what, case.about) for case in comparing.cases(commune.box.db)] == [(What.CONTENT_DIFFERS, "key_lost")]
    assert (commune.state()["compared"], commune.state()["compared_differing"]) == ("differs", "1")


@pytest.mark.parametrize(("end", "why"), [("here", "damaged_here"), ("there", "damaged_there")])
def test_rows_are_never_made_anew_of_damaged_events(room, commune, dossiers, end, why):
    table, other = ("event", room.province) if end == "here" else ("ledger", commune.box)
    spoiled = commune.box if end == "here" else room.province
    spoil(spoiled, f"UPDATE {table} SET bytes = CAST(replace(CAST(bytes AS TEXT), 'ST08', 'ST99') AS BLOB)")
    spoil(spoiled, WAYS["a column"], dossiers[0])
    assert compare(commune.sender).differing == {dossiers[0]: why}
    assert rows.load(spoiled.db, dossiers[0]) == rows.load(other.db, dossiers[0])  # Its state still stands.


def test_an_event_the_province_set_aside_is_told_and_asked_about_no_more_once_it_is_read(room, commune, dossiers):
    n = room.province.db.conn.execute("SELECT n FROM ledger WHERE kind = 'dossier.taken'").fetchone()[0]
    spoil(room.province, "INSERT INTO quarantine (n, reason, at) VALUES (?, 'x', 'x')", n)
    with room.province.writing() as db:
        folding.fold_again(db, dossiers[0])
    assert compare(commune.sender).differing == {dossiers[0]: "set_aside"}
    spoil(room.province, "DELETE FROM quarantine")
    assert compare(commune.sender).verdict is Verdict.EQUAL
    assert comparing.cases(commune.box.db) == []


def test_equal_events_that_fold_otherwise_are_told_as_a_defect(room, commune, dossiers, monkeypatch):
    monkeypatch.setattr(there, "_again", lambda db, device, dossier: None)
    spoil(room.province, WAYS["a column"], dossiers[0])
    assert compare(commune.sender).differing == {dossiers[0]: FOLDS_OTHERWISE}


def test_a_box_cannot_have_dossiers_of_another_commune_folded(room, commune, dossiers, tmp_path):
    other = room.commune(tmp_path / "other", "H99.99.98")
    assert other.round()
    assert other.sender.wire.fold_again(tuple(dossiers)).why == dict.fromkeys(dossiers, "of_another")
    assert compare(other.sender).dossiers == 0


def test_files_that_one_end_lost_come_back_from_the_other(room, commune):
    pages = [name.encode() * 9_000 for name in ("lost-here", "lost-there", "kept")]
    for page in pages:
        numbered(commune, page=page)
    assert commune.round() and commune.state()["waiting_files"] == "0"
    here, gone, _ = map(files.digest_of, pages)
    files.remove(commune.home, here)
    files.remove(room.province.home, gone)
    assert compare(commune.sender).files == 2
    commune.line.seen.clear()
    assert commune.round()
    assert files.read(commune.home, here) == pages[0] and files.read(room.province.home, gone) == pages[1]
    assert {call for call in commune.line.seen if call.startswith("PUT")} == {f"PUT /files/{gone}"}  # And no other went again.
    assert compare(commune.sender).files == 0


def test_it_is_done_once_a_night_when_nothing_waits(commune, dossiers, at):
    at(DAY), commune.round()
    assert "compared_at" not in commune.state()
    at(NIGHT), commune.line.seen.clear(), commune.round(), commune.round()
    assert commune.line.seen.count("GET /digests") == 1
    assert (commune.state()["compared_at"], commune.state()["compared"]) == (NIGHT, "equal")
    act_on(commune, dossiers[1])
    at(NEXT_NIGHT), commune.round()
    assert commune.state()["compared_at"] == NEXT_NIGHT


def test_a_receiver_of_another_version_is_not_said_to_differ(commune, dossiers, monkeypatch):
    other = ContentsAnswer(contents.RULES + 1, "0" * 64, 9, "1" * 64)
    monkeypatch.setattr(commune.sender.wire, "contents", lambda: other)
    assert compare(commune.sender).verdict is Verdict.OTHER_RULES
    monkeypatch.undo()
    missing = urllib3.HTTPResponse(io.BytesIO(b"Not Found"), status=404, preload_content=False)
    monkeypatch.setattr(commune.line.pool, "request", lambda method, url, **rest: missing)
    assert compare(commune.sender).verdict is Verdict.OTHER_RULES
    assert commune.state()["compare_said"] == "other_rules" and "compared_at" not in commune.state()


def test_the_command_says_what_was_mended_and_what_differs(room, commune, dossiers, monkeypatch):
    run = lambda: CliRunner().invoke(main, ["compare", "--home", str(commune.home.root)])  # noqa: E731
    room.presented = commune.certificate
    assert run().exit_code == 0 and "Nội dung 6 hồ sơ: khớp." in run().output
    spoil(room.province, WAYS["a column"], dossiers[0])
    mended = run()
    assert mended.exit_code == 0 and f"đã dựng lại: {dossiers[0]}" in mended.output
    monkeypatch.setattr(there, "_again", lambda db, device, dossier: None)
    spoil(room.province, WAYS["a column"], dossiers[0])
    told = run()
    assert told.exit_code == 1 and "lỗi phần mềm" in told.output and "HAI BÊN KHÔNG KHỚP." in told.output


def test_many_differences_are_narrowed_page_by_page(room, commune, monkeypatch):
    monkeypatch.setattr(there, "ROWS_MAX", 2)
    monkeypatch.setattr(contents, "bucket_of", lambda dossier: 7)
    monkeypatch.setattr(there, "bucket_of", lambda dossier: 7)
    found = [commune.accept() for _ in range(5)]
    assert commune.round()
    spoil(room.province, "UPDATE dossier SET status = 9")
    assert set(compare(commune.sender).mended) == set(found)
    assert commune.line.seen.count("GET /digests/rows") == 3


def test_each_bucket_holds_a_fair_share():
    counts = [0] * contents.BUCKETS
    for _ in range(2560):
        counts[contents.bucket_of(uuid7())] += 1
    assert max(counts) < 40 and min(counts) > 0


# What the oldest released events fold to, by the rules of folding. Another digest here means other rules: raise contents.RULES.
FOLDED = {1: "d015c3c57667fbd99d27fb5b8e80551a1a9c1abf1606d32fa71bbc27310fdb0e"}


def test_the_rules_bear_a_new_number_when_the_same_events_fold_to_something_else():
    db, device, inc = database.connect(Path(":memory:")), "01936f00-0000-7000-8000-000000030589", bytes(8)
    migrations.apply(db)
    digests = []
    for line in Path("tests/golden/events-v1.jsonl").read_bytes().splitlines():
        event = events.decode(line)
        rows.fold(db, device, inc, event, {"applicant": {"name": NAME}} if event.t == "dossier.accepted" else {})
        digests += [contents.digest_of(db, contents.LEDGER, device, event.k)] if event.k else []
    assert {contents.RULES: hashlib.sha256(b"".join(digests)).hexdigest()} == FOLDED
