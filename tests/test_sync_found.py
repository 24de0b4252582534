"""What the simulation found, each as a plain test of its own."""

import errno
import shutil
import time

import pytest
from sqlite_utils.utils import sqlite3

from appliance import comparing, crash, erasure, files, ledger, mending, restored, rows, witness
from appliance.comparing import What
from appliance.errors import Refused
from appliance.restored import Restored
from sync import carrying, progress
from sync.agent import SOON_S
from sync.province import uploads
from sync.wire import Wire
from test_healing import assert_equal, clone_of, copy_of, numbered, put_back
from wire_room import wire_room

CANARY = "Kim Tước Hót"


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def test_an_act_is_kept_and_told_so_when_only_its_witness_has_no_room(commune):
    before, folder = commune.head()[0], commune.home.witness.parent
    shutil.rmtree(folder)
    folder.write_text("in the way")
    numbered(commune)
    assert commune.head()[0] == before + 1
    folder.unlink()
    folder.mkdir()
    numbered(commune)
    assert witness.read(commune.home.witness).seq == commune.head()[0]


def test_a_full_disk_is_told_as_such(commune):
    db = commune.box._writer
    pages = db.conn.execute("PRAGMA page_count").fetchone()[0]
    db.conn.execute(f"PRAGMA max_page_count={pages}")
    before = commune.head()
    with pytest.raises(sqlite3.OperationalError, match="full"):
        for _ in range(200):
            numbered(commune, "N" * 5000)
    assert commune.head()[0] >= before[0]
    db.conn.execute("PRAGMA max_page_count=1000000")
    numbered(commune)


def test_a_province_without_room_for_a_file_says_so_and_takes_it_later(room, commune, monkeypatch):
    def half(part, offset, data):
        append(part, offset, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    append = uploads._append
    monkeypatch.setattr(uploads, "_append", half)
    numbered(commune, page=b"scan" * 5000)
    assert commune.round()
    assert commune.state()["last_error"] == "province_full"
    monkeypatch.undo()
    assert commune.round()
    assert files.read(room.province.home, files.digest_of(b"scan" * 5000)) == b"scan" * 5000


def test_a_copy_from_before_the_receipts_gets_them_and_sends_the_files_of_those_events(room, commune, tmp_path):
    page = b"a page that has not gone yet" * 100
    numbered(commune, page=page), numbered(commune)
    older = copy_of(commune, tmp_path / "older")
    numbered(commune)
    commune.line.lost_requests["/files/"] = 1
    commune.round()
    put_back(commune, older)
    assert commune.round()
    assert commune.round()
    assert (commune.state()["waiting_events"], commune.state()["waiting_files"]) == ("0", "0")
    for life in ledger.incarnations(commune.box.db):
        assert progress.acknowledged(commune.box.db, life.inc) == ledger.head(commune.box.db, life.inc).seq
    assert files.has(room.province.home, files.digest_of(page))
    assert_equal(room, commune)


def test_a_file_that_was_erased_before_it_went_waits_no_more(commune):
    dossier, _ = numbered(commune, page=b"a page to be erased")
    commune.line.lost_requests["/files/"] = 1
    commune.round()
    erasure.erase(commune.box, dossier, "ST16", "test")
    commune.round()
    assert commune.round()
    assert commune.state()["waiting_files"] == "0"
    last = commune.box.db.conn.execute("SELECT max(n) FROM event").fetchone()[0]
    assert progress.cursor_at(commune.box.db, "files") == last


def test_the_key_of_a_dossier_accepted_while_others_go_is_there_before_its_events(commune):
    def meanwhile(label):
        if label == "agent_after_send":
            crash.watch(None)
            numbered(commune)

    numbered(commune)
    crash.watch(meanwhile)
    commune.round()
    went = [call for call in commune.line.seen if call in ("POST /keys", "POST /segments")]
    assert went == ["POST /keys", "POST /segments"] * 2


def test_an_erasure_that_comes_back_leaves_no_word_even_without_any_file(commune, tmp_path):
    dossier, _ = numbered(commune, CANARY)
    commune.round()
    older = copy_of(commune, tmp_path / "older")
    erasure.erase(commune.box, dossier, "ST16", "test")
    commune.round()
    put_back(commune, older)
    assert commune.round()
    stored = [path.read_bytes() for path in commune.home.root.glob("main.db*")]
    assert not any(CANARY.encode() in data for data in stored)
    assert not erasure.owed(commune.home).exists()


def test_a_dossier_whose_key_went_before_it_was_ever_sent_is_erased_also_in_the_copy_that_takes_it_back(commune, tmp_path):
    numbered(commune)
    commune.round()
    older = copy_of(commune, tmp_path / "older")
    dossier, _ = numbered(commune, CANARY)
    erasure.erase(commune.box, dossier, "ST16", "test")
    commune.round()
    put_back(commune, older)
    assert commune.round() and commune.round()
    assert rows.load(commune.box.db, dossier).erased_at
    assert mending.keys_lacking(commune.box.db, [dossier]) == []
    assert commune.state()["last_error"] == ""


def test_words_that_a_power_cut_left_behind_are_owed(commune):
    def cut(label):
        if label == "after_commit":
            raise KeyboardInterrupt

    dossier, _ = numbered(commune, CANARY)
    crash.watch(cut)
    with pytest.raises(KeyboardInterrupt):
        erasure.erase(commune.box, dossier, "ST16", "test")
    crash.watch(None)
    assert erasure.owed(commune.home).exists()


def test_no_key_is_destroyed_for_an_erasure_that_was_lost_with_its_disk(room, commune, tmp_path):
    dossier, _ = numbered(commune, CANARY)
    commune.round()
    older = copy_of(commune, tmp_path / "older")
    erasure.erase(commune.box, dossier, "ST16", "test")
    commune.line.lost_requests["/segments"] = 1
    commune.round()
    put_back(commune, older)
    assert commune.round()
    assert rows.load(room.province.db, dossier).applicant["name"] == CANARY
    assert_equal(room, commune)


def test_one_of_two_machines_sends_no_chunk_for_nothing(room, commune, tmp_path):
    numbered(commune, page=b"scan" * 5000)
    clone = clone_of(room, commune, tmp_path / "clone")
    commune.line.lost_requests["/files/"] = 3
    for _ in range(3):
        commune.round(), clone.line.lost_requests.update({"/files/": 1}), clone.round()
    assert commune.state()["last_error"] == "line_cut"
    assert commune.round()
    assert commune.state()["last_error"] == "sync_two_machines"
    assert not any(call.startswith("PUT") for call in commune.line.seen)


def test_an_operators_choice_counts_whatever_the_provinces_clock_did(room, commune, tmp_path):
    numbered(commune)
    commune.round()
    other = clone_of(room, commune, tmp_path / "other")
    other.box.close()
    restored.mark(other.home, Restored(ledger.incarnation(commune.box.db).inc.hex(), 1))
    other.start()
    numbered(other), other.round()
    with room.province.writing() as db:
        db.conn.execute("UPDATE life SET seen_at = '2031-01-01T00:00:00.000Z'")  # The clock stood there, and was put right.
    numbered(commune), commune.round()
    assert commune.state()["last_error"] == "sync_replaced"
    room.renew(commune)
    assert commune.round()
    assert_equal(room, commune)


def test_a_file_that_nobody_had_is_fetched_when_another_machine_has_brought_it(room, commune, tmp_path):
    page = b"brought later" * 100
    older = copy_of(commune, tmp_path / "older")
    numbered(commune, page=page)
    commune.line.lost_requests["/files/"] = 1
    commune.round()
    put_back(commune, older)
    files.remove(commune.home, files.digest_of(page))
    commune.round()
    assert [case.what for case in comparing.cases(commune.box.db)] == [What.FILE_GONE]
    files.put(room.province.home, page)
    commune.agent.forgot_at = float("-inf")
    assert commune.round()
    assert files.read(commune.home, files.digest_of(page)) == page
    assert comparing.cases(commune.box.db) == []


def test_a_file_that_a_whole_disk_set_back_brought_back_after_its_erasure_waits_for_nothing(commune):
    page = b"a page of a person"
    dossier = commune.accept(page=page)
    erasure.erase(commune.box, dossier, "ST16", "test")
    files.put(commune.home, page)
    for _ in range(2):
        assert commune.round()
    assert (commune.state()["waiting"], commune.state()["waiting_files"]) == ("0", "0")
    assert not files.has(commune.room.province.home, files.digest_of(page))


def test_a_file_that_a_bad_line_disturbs_at_every_chunk_goes_all_the_same(commune, monkeypatch):
    for bound in ("CHUNK_BYTES_MIN", "CHUNK_BYTES_MAX"):
        monkeypatch.setattr(f"sync.carrying.{bound}", 16_000)
    page, told, send = bytes(range(256)) * 400, set(), Wire.chunk

    def disturbed(wire, digest, offset, length, piece):
        if offset not in told:
            told.add(offset)
            raise Refused("upload_elsewhere", offset=offset)
        return send(wire, digest, offset, length, piece)

    monkeypatch.setattr(Wire, "chunk", disturbed)
    commune.accept(page=page)
    assert commune.round()
    assert len(told) > carrying.TRIES_MAX and not commune.agent.files.failed
    assert files.has(commune.room.province.home, files.digest_of(page))


def test_what_the_line_spoilt_is_tried_again_sooner_than_what_is_wrong_with_a_file(commune):
    page = b"a page"
    commune.accept(page=page)
    commune.agent.files.failed = {files.digest_of(page): "upload_damaged", "0" * 64: "file_too_big"}
    commune.agent.forgot_at = commune.agent.forgave_at = time.monotonic()
    assert commune.round() and not files.has(commune.room.province.home, files.digest_of(page))
    commune.agent.forgave_at -= SOON_S + 1
    assert commune.round() and files.has(commune.room.province.home, files.digest_of(page))
    assert commune.agent.files.failed == {"0" * 64: "file_too_big"}


def test_a_file_that_is_spoilt_here_is_not_sent_again_and_again(commune):
    page = bytes(range(256)) * 100
    commune.accept(page=page)
    path = files.path_of(commune.home, files.digest_of(page))
    path.chmod(0o640)
    path.write_bytes(page[:-1] + b"x")
    assert commune.round()
    assert commune.agent.files.failed == {files.digest_of(page): "file_damaged"}
    assert sum(one.startswith("PUT") for one in commune.line.seen) == 1
