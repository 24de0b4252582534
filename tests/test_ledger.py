"""The ledger: nothing recorded is lost or changed unseen, and rows are only what the ledger says."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from appliance import box as boxes
from appliance import chain, drafts, erasure, events, files, ledger, numbering, rows, verify, witness
from appliance.catalogue_sheets import Book
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON, open_test_box

BOOK = Book("dossier", "Hồ sơ", "day", "{unit}-{yymmdd}-{number}", 4, None, date(2026, 1, 1), "test", verified=False, note=None)


def accept(box, name="Nguyễn Thị Ngọc Ánh", file=None):
    dossier = uuid7()
    with box.writing() as act:
        number = numbering.take(act, BOOK, "H99.99.99")
        act.record(
            "dossier.accepted",
            actor="ST04",
            dossier=dossier,
            clear=ACCEPTED | {"number": number.clear(), "code": f"H99.99.99-261121-{number.n:04d}"},
            personal={"applicant": PERSON | {"name": name}},
            files=[file] if file else [],
        )
    return dossier


def test_what_was_accepted_is_there_after_opening_the_box_again(tmp_path):
    box = open_test_box(tmp_path)
    dossier = accept(box)
    again = boxes.open_box(box.home, "c" * 64)
    assert rows.load(again.db, dossier).applicant["name"] == "Nguyễn Thị Ngọc Ánh"
    assert verify.verify(box.home, again.db) == []


def test_a_personal_name_is_nowhere_in_the_event_bytes(tmp_path):
    box = open_test_box(tmp_path)
    accept(box, "Canary Trần")
    stored = b"".join(data for _, _, data in ledger.stored(box.db, ledger.incarnation(box.db).inc))
    assert b"Canary" not in stored


def test_a_changed_byte_in_an_event_is_found(tmp_path):
    box = open_test_box(tmp_path)
    accept(box)
    with box.writing() as act:
        changed = "CAST(replace(CAST(bytes AS TEXT), 'ST04', 'ST05') AS BLOB)"
        act.db.conn.execute(f"UPDATE event SET bytes = {changed} WHERE seq = 3")
    found = {f.code for f in verify.check_chain(box.db, box.device)}
    assert "chain_digest" in found


def test_a_missing_event_is_found(tmp_path):
    box = open_test_box(tmp_path)
    accept(box), accept(box)
    with box.writing() as act:
        act.db.conn.execute("DELETE FROM event WHERE seq = 2")
    assert [f.code for f in verify.check_chain(box.db, box.device)] == ["chain_gap"]


def test_a_changed_row_is_found_and_mended_from_the_ledger(tmp_path):
    box = open_test_box(tmp_path)
    accept(box)
    with box.writing() as act:
        act.db.conn.execute("UPDATE dossier SET status = 10")
    assert [f.about for f in verify.check_rows(box.db, box.device)] == ["dossier"]
    verify.swap_rows(box.home)
    assert verify.check_rows(box.db, box.device) == []


def test_a_flipped_byte_and_a_missing_file_are_told_apart(tmp_path):
    box = open_test_box(tmp_path)
    digests = [files.put(box.home, text) for text in (b"page one", b"page two")]
    for digest in digests:
        accept(box, file=FileRef(digest, 8, "image/jpeg"))
    flipped, missing = (files.path_of(box.home, d) for d in digests)
    flipped.chmod(0o640)
    flipped.write_bytes(b"page ONE")
    missing.unlink()
    found = {(f.code, f.about) for f in verify.check_files(box.home, box.db)}
    assert found == {("file_damaged", digests[0]), ("file_missing", digests[1])}


def test_numbers_follow_each_other_and_a_refused_act_uses_none(tmp_path):
    box = open_test_box(tmp_path)
    first = rows.load(box.db, accept(box)).code
    with pytest.raises(Refused), box.writing() as act:
        numbering.take(act, BOOK, "H99.99.99")
        act.record("dossier.returned", actor="ST06", dossier=uuid7(), clear={"how": "counter"})
    second = rows.load(box.db, accept(box)).code
    assert int(second[-4:]) == int(first[-4:]) + 1
    assert numbering.account(box.db) == []


def test_numbers_run_out_with_a_sentence_not_with_a_repeat(tmp_path):
    box = open_test_box(tmp_path, grant=(1, 2))
    accept(box), accept(box)
    with pytest.raises(Refused, match="numbers_exhausted"):
        accept(box)


def test_an_older_copy_of_the_database_opens_a_new_life_and_repeats_no_number(tmp_path):
    box = open_test_box(tmp_path)
    accept(box)
    box.db.conn.execute("PRAGMA query_only=OFF")
    box.db.conn.execute("VACUUM INTO ?", [str(tmp_path / "older.db")])
    lost = rows.load(box.db, accept(box)).code
    box.close()
    for name in ("main.db", "main.db-wal", "main.db-shm"):
        (box.home.root / name).unlink(missing_ok=True)
    (tmp_path / "older.db").rename(box.home.database)
    again = boxes.open_box(box.home, "c" * 64)
    life = ledger.incarnation(again.db)
    assert (life.inc_no, life.parent.seq) == (2, 3)
    assert rows.load(again.db, accept(again)).code != lost
    assert verify.check_chain(again.db, again.device) == []
    assert not witness.is_behind(life.inc_no, ledger.head(again.db), witness.read(box.home.witness))


def test_a_clock_behind_the_newest_event_stops_numbering_until_a_person_confirms_today(tmp_path):
    box = open_test_box(tmp_path)
    with box.writing() as act:
        act.db.conn.execute("INSERT INTO trusted_time VALUES ('province', '2097-01-01T00:00:00.000Z')")
    with pytest.raises(Refused, match="clock_behind"):
        accept(box)
    from appliance import clock

    with box.writing() as act:
        numbering.confirm_today(act, "ST16")
    assert accept(box)
    assert clock.local_day(clock.stamp()).isoformat() in [r["date"] for r in box.db.query("SELECT date FROM clock_confirmation")]


def test_a_field_on_the_wrong_side_of_the_seal_is_refused(tmp_path):
    box = open_test_box(tmp_path)
    with pytest.raises(ValueError, match="does not declare"), box.writing() as act:
        act.record("dossier.accepted", actor="ST04", dossier=uuid7(), clear=ACCEPTED | {"applicant": PERSON})


def test_an_event_keeps_its_bytes_and_its_size_limit():
    event = events.Event(i=1, t="dossier.taken", v=1, at="2026-11-21T00:00:00.000Z", q="unset", d={"holder": "ST08"})
    assert events.decode(events.encode(event)) == event
    with pytest.raises(ValueError, match="above"):
        events.encode(events.Event(i=1, t="x", v=1, at="", q="", d={"long": "x" * 70_000}))


def test_the_published_test_vectors_hold():
    vectors = json.loads(Path("docs/ledger-vectors.json").read_text())
    for v in vectors["chain"]:
        device, inc = bytes.fromhex(v["device"]), bytes.fromhex(v["inc"])
        parent = v["parent"] and chain.Head(
            bytes.fromhex(v["parent"]["inc"]), v["parent"]["seq"], bytes.fromhex(v["parent"]["digest"])
        )
        previous = chain.first_previous(device, parent)
        assert previous.hex() == v["first_previous"]
        for n, link in enumerate(v["events"], start=1):
            previous = chain.digest_of(device, inc, n, previous, link["bytes"].encode())
            assert previous.hex() == link["digest"]


def test_the_independent_verifier_accepts_our_dump_and_finds_one_changed_letter(tmp_path):
    box = open_test_box(tmp_path)
    accept(box), accept(box)
    dump = tmp_path / "dump.jsonl"
    dump.write_text("\n".join(ledger.dump(box.db, box.device)) + "\n")
    run = [sys.executable, "-I", "provisioning/verify_ledger.py", str(dump)]
    good = subprocess.run(run, capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stdout + good.stderr
    dump.write_text(dump.read_text().replace("ST04", "ST05", 1))
    assert subprocess.run(run, capture_output=True, text=True, check=False).returncode == 1


def test_after_erasing_a_person_the_name_is_in_no_file_of_the_box_and_the_chain_holds(tmp_path):
    box = open_test_box(tmp_path)
    page = files.put(box.home, b"the page of Canary Quang")
    dossier = accept(box, "Canary Quang", FileRef(page, 24, "image/jpeg"))
    other = accept(box, "Someone Else")
    box.close()
    erasure.erase(box, dossier, "ST03", "request")
    box.close()
    found = subprocess.run(["grep", "-rail", "canary", str(box.home.root)], capture_output=True, text=True, check=False)
    assert found.stdout == ""
    assert rows.load(box.db, dossier).applicant is None
    assert rows.load(box.db, other).applicant["name"] == "Someone Else"
    assert verify.verify(box.home, box.db) == []


def test_two_windows_on_one_draft_never_overwrite_each_other_unseen(tmp_path):
    box = open_test_box(tmp_path)
    with box.writing() as act:
        draft = drafts.begin(act, "ST04")
        drafts.save(act, draft, "ST04", 1, drafts.Body(note="first window"))
    with pytest.raises(Refused, match="draft_changed"), box.writing() as act:
        drafts.save(act, draft, "ST04", 1, drafts.Body(note="second window"))
    assert drafts.load(box.db, draft).body.note == "first window"


def test_pages_are_replaced_turned_moved_removed_and_brought_back(tmp_path):
    box = open_test_box(tmp_path)
    with box.writing() as act:
        draft = drafts.begin(act, "ST04")
        one, two, three = (drafts.add_page(act, draft, "c1", drafts.NewPage(str(n) * 64, 1, "image/jpeg")) for n in (1, 2, 3))
        again = drafts.add_page(act, draft, "c1", drafts.NewPage("4" * 64, 1, "image/jpeg"), replaces=two)
        drafts.turn_page(act, draft, "ST04", one)
        drafts.move_page(act, draft, "ST04", three, -1)
        drafts.remove_page(act, draft, "ST04", one)
    assert [(p.id, p.turn) for p in drafts.load(box.db, draft).pages] == [(three, 0), (again, 0)]
    with box.writing() as act:
        drafts.restore_page(act, draft, "ST04", one)
    assert [(p.id, p.turn) for p in drafts.load(box.db, draft).pages] == [(one, 1), (three, 0), (again, 0)]


def test_a_page_taken_in_twice_is_one_page(tmp_path):
    box = open_test_box(tmp_path)
    with box.writing() as act:
        draft = drafts.begin(act, "ST04")
        for _ in range(2):
            drafts.add_page(act, draft, "c1", drafts.NewPage("1" * 64, 1, "image/jpeg"), page_id="job-1")
    assert len(drafts.load(box.db, draft).pages) == 1
