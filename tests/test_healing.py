"""Older copies, clones, zombies and lying disks over the real receiver: told by facts, healed, nothing lost, no number twice."""

import shutil
from pathlib import Path

import pytest

from appliance import comparing, database, events, files, ledger, numbering, restored, rows, verify, witness
from appliance.box import open_box
from appliance.catalogue import builtin
from appliance.comparing import What
from appliance.config import Home
from appliance.events import FileRef
from appliance.ids import uuid7
from appliance.restored import Restored
from boxes import ACCEPTED, PERSON, UNIT
from sync import compare
from sync.province import fleet, forks
from sync.sender import say_hello
from wire_room import Commune, wire_room

BOOK = builtin().books["dossier"]


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def numbered(commune, name=PERSON["name"], page=b"") -> tuple[str, int]:
    """Accept a dossier under the next number of the book; gives its id and the number."""
    dossier = uuid7()
    named = [FileRef(files.put(commune.home, page), len(page), "image/jpeg")] if page else []
    with commune.box.writing() as act:
        number = numbering.take(act, BOOK, UNIT)
        clear = ACCEPTED | {"code": f"{UNIT}-{number.period}-{number.n}", "number": number.clear()}
        person = {"applicant": PERSON | {"name": name}}
        act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal=person, files=named)
    return dossier, number.n


def act_on(commune, dossier: str, kind: str = "dossier.taken", **clear) -> None:
    with commune.box.writing() as act:
        act.record(kind, actor="ST08", dossier=dossier, clear=clear or {"holder": "ST08"})


def copy_of(commune, folder: Path) -> Path:
    """Copy the database as it is at this moment, whole."""
    folder.mkdir(exist_ok=True)
    db = database.connect(commune.home.database)
    db.conn.execute("VACUUM INTO ?", [str(folder / "main.db")])
    db.conn.close()
    return folder / "main.db"


def put_back(commune, copy: Path, witnessed: bool = True) -> None:
    """Let an older copy of the database take the place of the box's own."""
    commune.box.close()
    for name in ("main.db", "main.db-wal", "main.db-shm"):
        (commune.home.root / name).unlink(missing_ok=True)
    shutil.copy(copy, commune.home.database)
    if not witnessed:
        commune.home.witness.unlink()
    commune.start()


def clone_of(room, commune, folder: Path) -> Commune:
    """Copy the whole disk, as an image; the box goes on."""
    commune.box.close()
    shutil.copytree(commune.home.root, folder)
    commune.start()
    return Commune(room, Home(folder), commune.certificate)


def assert_equal(room, commune, nothing_else: bool = True) -> None:
    """Both sides hold the same, the ledger verifies, and both folded every dossier to the same."""
    room.presented = commune.certificate
    outcome = compare.compare_box(commune.box, commune.sender.wire)
    assert outcome.found == ()
    assert verify.verify(commune.home, commune.box.db) == []
    assert commune.state()["last_error"] == ""
    for (dossier,) in commune.box.db.conn.execute("SELECT id FROM dossier").fetchall():
        assert rows.load(room.province.db, dossier) == rows.load(commune.box.db, dossier)
    if nothing_else:
        held = room.province.db.conn.execute("SELECT count(*) FROM ledger").fetchone()[0]
        assert held == outcome.events_equal


def numbers_of(db) -> list[tuple]:
    return db.conn.execute("SELECT book, period, n, dossier FROM number_used WHERE state = 'used' ORDER BY n").fetchall()


def whats(commune) -> list[What]:
    return [case.what for case in comparing.cases(commune.box.db)]


def test_an_older_backup_gets_its_lost_events_their_keys_and_their_files_back(room, commune, tmp_path):
    page = bytes(range(256)) * 3000
    kept, first = numbered(commune)
    commune.round()
    older = copy_of(commune, tmp_path / "older")
    lost, given_on_paper = numbered(commune, "Người Bị Mất", page)
    commune.round()
    put_back(commune, older)
    files.remove(commune.home, files.digest_of(page))
    fresh, new = numbered(commune, "Người Mới Đến")
    assert new not in (first, given_on_paper)
    assert comparing.awaiting(commune.box.db)
    assert commune.round()
    assert not comparing.awaiting(commune.box.db)
    assert rows.load(commune.box.db, lost).applicant["name"] == "Người Bị Mất"
    assert files.read(commune.home, files.digest_of(page)) == page
    assert [n for _, _, n, _ in numbers_of(commune.box.db)] == sorted({first, given_on_paper, new})
    assert numbers_of(commune.box.db) == numbers_of(room.province.db)
    assert whats(commune) == []
    assert_equal(room, commune)


def test_a_file_that_a_power_cut_tore_comes_whole_and_one_that_nobody_has_is_shown(room, commune, tmp_path):
    torn, nowhere = b"torn page" * 50_000, b"never sent" * 10
    numbered(commune, page=torn), numbered(commune, page=nowhere)
    commune.round()
    older = copy_of(commune, tmp_path / "older")
    numbered(commune)
    commune.round()
    put_back(commune, older)
    for page in (torn, nowhere):
        files.remove(commune.home, files.digest_of(page))
    files.remove(room.province.home, files.digest_of(nowhere))
    part = commune.home.spool / "back" / files.digest_of(torn)
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(100_000))
    assert commune.round()
    assert files.read(commune.home, files.digest_of(torn)) == torn
    assert [(case.what, case.about) for case in comparing.cases(commune.box.db)] == [(What.FILE_GONE, files.digest_of(nowhere))]


def test_a_dossier_written_on_both_sides_of_the_loss_is_shown_and_folded_alike_on_both_ends(room, commune, tmp_path):
    dossier, _ = numbered(commune)
    commune.round()
    older = copy_of(commune, tmp_path / "older")
    act_on(commune, dossier)
    act_on(commune, dossier, "dossier.transferred", **{"from": "ST08", "to": "ST09"})
    commune.round()
    put_back(commune, older)
    act_on(commune, dossier, holder="ST10")
    assert commune.round()
    assert whats(commune) == [What.BOTH_SIDES]
    assert rows.load(commune.box.db, dossier).holder == "ST10"
    assert_equal(room, commune)
    commune.round()
    assert whats(commune) == [What.BOTH_SIDES]
    with commune.box.writing() as act:
        assert comparing.settle(act, comparing.cases(commune.box.db)[0].id, "ST02")
    assert whats(commune) == []


def test_a_copy_older_than_a_whole_life_gets_that_life_back_too(room, commune, tmp_path):
    numbered(commune)
    commune.round()
    oldest = copy_of(commune, tmp_path / "oldest")
    older = copy_of(commune, tmp_path / "older")
    numbered(commune)
    commune.round()
    put_back(commune, older)
    in_second, _ = numbered(commune)
    commune.round()
    put_back(commune, oldest)
    numbered(commune)
    assert commune.round()
    assert rows.load(commune.box.db, in_second)
    assert [life.inc_no for life in ledger.incarnations(commune.box.db)] == [1, 2, 3]
    assert_equal(room, commune)


def test_a_copy_without_any_witness_takes_an_ordinal_that_is_free(room, commune, tmp_path):
    """Nobody could know: the second life it opens has an ordinal that another one has. What it wrote is recorded again."""
    numbered(commune)
    commune.round()
    older = copy_of(commune, tmp_path / "older")
    numbered(commune)
    commune.round()
    put_back(commune, older)
    there, number = numbered(commune)
    commune.round()
    put_back(commune, older, witnessed=False)
    restored.mark(commune.home, Restored(ledger.incarnation(commune.box.db).inc.hex(), 0))
    commune.start()
    here, same = numbered(commune)
    assert same == number
    assert commune.round()
    assert rows.load(commune.box.db, there) and rows.load(room.province.db, here)
    assert whats(commune) == [What.NUMBER_TWICE]
    case = comparing.cases(commune.box.db)[0]
    assert {case.dossier, case.other} == {there, here}
    assert {case.code, case.other_code} == {rows.load(commune.box.db, one).code for one in (there, here)}
    assert_equal(room, commune)


def test_a_power_cut_on_a_lying_disk_is_found_by_the_witness(room, commune):
    """The WAL lost its end: acknowledged by the disk, gone after the cut."""
    kept, _ = numbered(commune)
    commune.round()
    wal = commune.home.database.with_name("main.db-wal")
    before = wal.stat().st_size
    lost, number = numbered(commune, "Người Bị Mất")
    commune.round()
    there = ledger.head(commune.box.db).seq
    bytes_then = (commune.home.database.read_bytes(), wal.read_bytes()[:before])
    commune.box.close()
    for path, data in zip((commune.home.database, wal), bytes_then, strict=True):
        path.write_bytes(data)
    commune.home.database.with_name("main.db-shm").unlink(missing_ok=True)
    assert witness.read(commune.home.witness).seq == there
    commune.start()
    assert ledger.head(commune.box.db).seq == 1
    assert ledger.incarnation(commune.box.db).inc_no == 2
    _, other = numbered(commune)
    assert other != number
    assert commune.round()
    assert rows.load(commune.box.db, lost).applicant["name"] == "Người Bị Mất"
    assert_equal(room, commune)


def test_a_branch_that_came_second_is_kept_aside_and_recorded_again_in_a_new_life(room, commune, tmp_path):
    """One machine that diverged from itself: rolled back with its witness, so that it cannot know."""
    dossier, first = numbered(commune)
    commune.round()
    image = clone_of(room, commune, tmp_path / "image")
    one, twice = numbered(commune, "Người Nhánh Đầu")
    act_on(commune, dossier)
    commune.round()
    two, same = numbered(image, "Người Nhánh Sau", b"a page of the second branch")
    act_on(image, dossier, holder="ST10")
    assert same == twice
    printed = rows.load(image.box.db, two).code
    assert image.round()
    assert [life.inc_no for life in ledger.incarnations(image.box.db)] == [1, 2]
    assert rows.load(image.box.db, one).applicant["name"] == "Người Nhánh Đầu"
    assert rows.load(room.province.db, two).applicant["name"] == "Người Nhánh Sau"
    assert rows.load(room.province.db, two).code == printed
    assert sorted(whats(image)) == [What.BOTH_SIDES, What.NUMBER_TWICE]
    assert_equal(room, image)
    quarantined = room.province.db.conn.execute("SELECT first, last FROM branch").fetchall()
    assert quarantined and all(first > 2 for first, _ in quarantined)
    again = [events.decode(data) for _, _, data in ledger.stored(image.box.db, ledger.incarnation(image.box.db).inc)]
    aside = dict(image.box.db.conn.execute("SELECT seq, digest FROM event_aside").fetchall())
    assert [bytes(aside[event.r.seq]).hex() for event in again[1:]] == [event.r.digest for event in again[1:]]
    assert files.has(room.province.home, files.digest_of(b"a page of the second branch"))


def test_a_branch_that_is_longer_than_what_is_held_is_found_by_its_segment(room, commune, tmp_path):
    numbered(commune)
    commune.round()
    image = clone_of(room, commune, tmp_path / "image")
    numbered(commune)
    commune.round()
    ours = [numbered(image)[0] for _ in range(3)]
    assert image.round()
    assert all(rows.load(room.province.db, dossier) for dossier in ours)
    assert_equal(room, image)


def test_two_machines_at_work_are_both_stopped_and_an_operator_chooses_one(room, commune, tmp_path):
    numbered(commune)
    commune.round()
    clone = clone_of(room, commune, tmp_path / "clone")
    numbered(commune), numbered(clone)
    commune.round(), clone.round()
    for _ in range(2):
        commune.round(), clone.round()
    before = room.province.db.conn.execute("SELECT count(*) FROM ledger").fetchone()
    mine, _ = numbered(commune)
    numbered(clone)
    commune.round(), clone.round()
    assert commune.state()["last_error"] == clone.state()["last_error"] == "sync_two_machines"
    assert room.province.db.conn.execute("SELECT count(*) FROM ledger").fetchone() == before
    assert fleet.standing(room.province, commune.box.device).two_machines
    room.renew(commune)
    assert commune.round()
    clone.round()
    assert clone.state()["last_error"] == "device_replaced"
    assert not fleet.standing(room.province, commune.box.device).two_machines
    assert rows.load(room.province.db, mine)
    assert_equal(room, commune)
    assert commune.round() and commune.state()["last_error"] == ""


def test_a_box_that_was_restarted_is_one_machine(room, commune):
    for _ in range(5):
        numbered(commune)
        assert commune.round()
        commune.line.lost_answers["/hello"] = 1
        commune.round()
        commune.start()
    assert not forks.are_two(room.province.db, commune.box.device)


def test_an_answer_that_was_lost_before_a_restart_is_no_proof(room, commune):
    """The old process's hello arrives late: what it heard was said before the new one began."""
    commune.round()
    late = commune.sender
    commune.start()
    commune.round()
    say_hello(late, ledger.incarnation(late.box.db))
    assert not forks.are_two(room.province.db, commune.box.device)
    say_hello(late, ledger.incarnation(late.box.db))
    commune.round()
    assert forks.are_two(room.province.db, commune.box.device)


def test_a_hello_that_arrives_after_its_process_is_gone_is_no_second_machine(room, commune):
    late = commune.sender
    commune.start()
    assert commune.round()
    say_hello(late, ledger.incarnation(late.box.db))  # Its first word, kept back by the line; nobody hears the answer.
    assert commune.round() and commune.round()
    assert not forks.are_two(room.province.db, commune.box.device)


def test_a_zombie_is_told_that_it_was_replaced_and_the_new_box_goes_on(room, commune, tmp_path):
    numbered(commune)
    commune.round()
    commune.box.close()
    shutil.copytree(commune.home.root, tmp_path / "new")
    new_home = Home(tmp_path / "new")
    commune.start()
    restored.mark(new_home, Restored(ledger.incarnation(commune.box.db).inc.hex(), 1))
    new = Commune(room, new_home, commune.certificate)
    fresh, number = numbered(new)
    assert new.round()
    waiting, other = numbered(commune)
    for _ in range(4):
        commune.round(), new.round()
    assert commune.state()["last_error"] == "sync_replaced"
    assert commune.state()["failed"] == "1"
    assert rows.load(room.province.db, waiting) is None
    assert rows.load(commune.box.db, waiting)
    assert new.state()["last_error"] == ""
    assert number != other
    assert_equal(room, new)


def test_a_zombie_that_proves_the_right_box_is_chosen_and_brings_what_it_has(room, commune, tmp_path):
    numbered(commune)
    commune.round()
    other = clone_of(room, commune, tmp_path / "other")
    other.box.close()
    restored.mark(other.home, Restored(ledger.incarnation(commune.box.db).inc.hex(), 1))
    other.start()
    theirs, _ = numbered(other)
    other.round()
    mine, _ = numbered(commune)
    commune.round()
    assert commune.state()["last_error"] == "sync_replaced"
    room.renew(commune)
    assert commune.round()
    assert rows.load(commune.box.db, theirs) and rows.load(room.province.db, mine)
    assert_equal(room, commune)


def test_a_mark_that_a_power_cut_left_over_opens_no_second_life(commune):
    life = ledger.incarnation(commune.box.db)
    commune.box.close()
    restored.mark(commune.home, Restored(life.inc.hex(), 4))
    assert ledger.incarnation(open_box(commune.home).db).inc_no == 5
    restored.mark(commune.home, Restored(life.inc.hex(), 4))
    assert ledger.incarnation(open_box(commune.home).db).inc_no == 5
    assert restored.read(commune.home) is None


def test_an_event_recorded_again_fits_however_long_the_first_one_was(commune):
    room = events.EVENT_BYTES_MAX - events.REPEAT_BYTES
    event = events.Event(i=1, t="process.approved", v=1, at="2026-11-21T00:00:00.000Z", q="unset", d={"definition": ""})
    event = events.Event(i=1, t=event.t, v=1, at=event.at, q=event.q, d={"definition": "x" * (room - len(events.encode(event)))})
    assert len(events.encode(event)) == room
    with commune.box.writing() as act:
        again = act.repeat(event, events.Repeats("f" * 16, 2**40, "f" * 64), {})
    assert again.d == event.d
