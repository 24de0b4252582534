"""Both ends of the wire over real HTTP: late, twice, never; and what must never come through."""

import msgspec
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance import chain, events, files, ledger, rows, verify
from appliance.errors import Refused
from appliance.events import Event
from sync import segments
from sync.protocol import Verdict
from sync.province.admission import revoke_device
from sync.sender import hello_of, keep_receipt, packed_after
from sync.statements import Receipt, sign_receipt
from wire_room import wire_room


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def held(room):
    """Give everything the province's ledger holds."""
    return room.province.db.conn.execute("SELECT device, inc, seq, digest, bytes FROM ledger ORDER BY n").fetchall()


def digests_here(commune):
    return [(seq, digest, data) for seq, digest, data in ledger.stored(commune.box.db, ledger.incarnation(commune.box.db).inc)]


def at_province(room, dossier):
    return rows.load(room.province.db, dossier)


def test_what_is_accepted_comes_to_the_province_with_its_person_and_its_page(room, commune):
    dossier = commune.accept("Lê Thị Sông Hậu", b"page one" * 1000)
    assert commune.round()
    assert at_province(room, dossier).applicant["name"] == "Lê Thị Sông Hậu"
    assert files.read(room.province.home, files.digest_of(b"page one" * 1000)) == b"page one" * 1000
    state = commune.state()
    assert (state["line"], state["waiting"], state["waiting_files"], state["last_error"]) == ("online", "0", "0", "")


def test_every_event_lies_at_the_province_byte_for_byte(room, commune):
    commune.accept(), commune.accept()
    commune.round()
    assert [(r[2], bytes(r[3]), bytes(r[4])) for r in held(room)] == digests_here(commune)


def test_never_no_line_keeps_the_office_working_and_says_since_when(commune):
    commune.line.cut = True
    commune.accept()
    assert not commune.round()
    first = commune.state()
    commune.accept()
    assert not commune.round()
    assert commune.state()["offline_since"] == first["offline_since"] != ""
    assert (commune.state()["line"], commune.state()["waiting"]) == ("offline", "2")


def test_late_everything_flows_when_the_line_comes_back(room, commune):
    commune.line.cut = True
    dossiers = [commune.accept(page=bytes([n]) * 5000) for n in range(5)]
    commune.round()
    commune.line.cut = False
    assert commune.round()
    assert all(at_province(room, dossier) for dossier in dossiers)
    assert commune.state()["offline_since"] == ""


def test_twice_a_segment_delivered_twice_is_one(room, commune):
    commune.accept()
    life = ledger.incarnation(commune.box.db)
    room.presented = commune.certificate
    commune.sender.wire.hello(hello_of(commune.box, life))
    events = [data for _, _, data in ledger.stored(commune.box.db, life.inc)]
    start = chain.first_previous(commune.box.device_bytes, None)
    packed = segments.pack(segments.link(commune.box.device_bytes, life.inc, 1, start, events), commune.sender.key)
    first = commune.sender.wire.segment(packed)
    before = held(room)
    second = commune.sender.wire.segment(packed)
    assert (first.verdict, second.verdict) == (Verdict.EXTENDS, Verdict.ALREADY_HAVE)
    assert first.receipt == second.receipt
    assert held(room) == before


def test_an_answer_lost_after_the_commit_is_no_loss_and_no_double(room, commune):
    dossier = commune.accept()
    commune.line.lost_answers["/segments"] = 1
    assert not commune.round()
    assert len(held(room)) == 2
    assert commune.round()
    assert len(held(room)) == 2
    assert commune.state()["waiting"] == "0"
    assert at_province(room, dossier)


@pytest.mark.parametrize("call", ["/hello", "/keys", "/segments", "/feed", "/files/missing", "/files/"])
@pytest.mark.parametrize("lost", ["lost_requests", "lost_answers"])
def test_wherever_the_line_is_cut_the_next_round_ends_the_same(room, commune, call, lost):
    dossier = commune.accept("Trần Văn Cồn Én", b"scan" * 50_000)
    getattr(commune.line, lost)[call] = 1
    commune.round()
    assert commune.round()
    assert [(r[2], bytes(r[3]), bytes(r[4])) for r in held(room)] == digests_here(commune)
    assert at_province(room, dossier).applicant["name"] == "Trần Văn Cồn Én"
    assert files.has(room.province.home, files.digest_of(b"scan" * 50_000))
    assert commune.state()["waiting_files"] == "0"


def test_keys_go_before_the_events_that_need_them(commune):
    commune.accept()
    commune.round()
    seen = commune.line.seen
    assert seen.index("POST /keys") < seen.index("POST /segments")


def test_a_tampered_segment_is_refused_and_nothing_of_it_is_kept(room, commune):
    commune.accept()
    life = ledger.incarnation(commune.box.db)
    room.presented = commune.certificate
    commune.sender.wire.hello(hello_of(commune.box, life))
    events = [data for _, _, data in ledger.stored(commune.box.db, life.inc)]
    start = chain.first_previous(commune.box.device_bytes, None)
    good = segments.link(commune.box.device_bytes, life.inc, 1, start, events)
    changed = segments.link(good.device, good.inc, 1, start, [events[0], events[1].replace(b"ST04", b"ST05")])
    heads = (good.digests[-1].hex().encode(), changed.digests[-1].hex().encode())
    plain = zstandard.ZstdDecompressor().stream_reader(segments.pack(good, commune.sender.key)).read()
    for data, code in (
        (zstandard.compress(plain.replace(b"ST04", b"ST05")), "segment_chain_broken"),
        (zstandard.compress(plain.replace(b"ST04", b"ST05").replace(*heads)), "segment_signature_wrong"),
        (zstandard.compress(plain[:-20]), "segment_chain_broken"),
        (b"no segment at all", "segment_malformed"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=code):
            commune.sender.wire.segment(data)
    assert held(room) == []


def test_a_segment_signed_by_another_box_is_refused(room, commune, tmp_path):
    other = room.commune(tmp_path / "other", "H99.99.98")
    other.accept()
    life = ledger.incarnation(other.box.db)
    room.presented = commune.certificate  # The other box's events under our certificate.
    with pytest.raises(Refused, match="sync_fork|segment_|life_unknown"):
        other.sender.wire.hello(hello_of(other.box, life))
        other.sender.wire.segment(next(packed_after(other.sender, life, 0))[0])
    assert held(room) == []


def test_an_unknown_and_a_revoked_device_are_refused(room, commune):
    room.presented = ""
    commune.accept()
    with pytest.raises(Refused, match="device_unknown"):
        commune.sender.wire.feed(0)
    assert commune.round()
    revoke_device(room.province, commune.box.device, "Máy bị mất", "Sở Mẫu")
    commune.accept()
    commune.round()
    assert commune.state()["last_error"] == "device_revoked"
    assert commune.state()["failed"] == "1"
    assert len(held(room)) == 2


def test_a_receipt_is_kept_only_when_the_province_signed_it_for_what_lies_here(room, commune):
    dossier = commune.accept()
    commune.round()
    life = ledger.incarnation(commune.box.db)
    assert commune.box.db.conn.execute("SELECT seq FROM receipt").fetchall() == [(2,)]
    assert at_province(room, dossier)
    good = Receipt(commune.box.device, life.inc.hex(), *commune.head(), "2026-11-21T00:00:00.000Z", 9)
    for receipt, key in (
        (good, Ed25519PrivateKey.generate()),
        (msgspec.structs.replace(good, digest="0" * 64), room.province.signing),
        (msgspec.structs.replace(good, device="0" * 36), room.province.signing),
    ):
        with pytest.raises(Refused, match="receipt_false"):
            keep_receipt(commune.sender, sign_receipt(receipt, key))


def test_a_page_cut_off_in_the_middle_goes_on_where_it_stopped(room, commune):
    page = bytes(range(256)) * 2000
    commune.accept(page=page)
    commune.line.lost_answers["/files/" + files.digest_of(page)] = 1
    commune.agent.files.bytes_per_s = 1.0
    commune.round()
    part = next((room.province.home.spool / "uploads").iterdir())
    arrived = part.stat().st_size
    assert 0 < arrived < len(page)
    commune.line.seen.clear()
    commune.round()
    chunks = sum(call.startswith("PUT") for call in commune.line.seen)
    assert chunks < len(page) / (64 * 1024) + 1
    assert files.read(room.province.home, files.digest_of(page)) == page
    assert list((room.province.home.spool / "uploads").iterdir()) == []


def test_a_file_that_no_event_of_the_device_names_is_not_taken(room, commune):
    commune.accept()
    commune.round()
    stranger = b"somebody else's page"
    with pytest.raises(Refused, match="file_not_named"):
        commune.sender.wire.chunk(files.digest_of(stranger), 0, len(stranger), stranger)
    assert commune.sender.wire.missing((files.digest_of(stranger),)).refused == (files.digest_of(stranger),)


def test_a_damaged_page_blocks_no_other(room, commune):
    bad, good = b"bad page" * 10, b"good page" * 1000
    commune.accept(page=bad), commune.accept(page=good)
    path = files.path_of(commune.home, files.digest_of(bad))
    path.chmod(0o640)
    path.write_bytes(b"BAD page" * 10)
    commune.round()
    assert files.has(room.province.home, files.digest_of(good))
    assert not files.has(room.province.home, files.digest_of(bad))
    assert (commune.state()["files_failed"], commune.state()["waiting_files"]) == ("1", "1")


def test_a_page_cut_short_on_the_disk_is_not_sent_for_ever(room, commune):
    page = b"torn page" * 100
    commune.accept(page=page)
    path = files.path_of(commune.home, files.digest_of(page))
    path.chmod(0o640)
    path.write_bytes(page[:50])
    assert commune.round()
    assert commune.agent.files.failed == {files.digest_of(page): "file_damaged"}


def test_an_event_of_a_kind_nobody_knows_yet_is_kept_byte_for_byte(room, commune):
    life = ledger.incarnation(commune.box.db)
    with commune.box.writing() as act:
        last = ledger.head(act.db)
        future = b'{"i":2,"t":"dossier.moved.far","v":7,"at":"2031-01-01T00:00:00.000Z","q":"x","z":{"new":[1]},"d":{"to":"?"}}'
        digest = chain.digest_of(commune.box.device_bytes, life.inc, 2, last.digest, future)
        act.db.conn.execute("INSERT INTO event (inc, seq, digest, bytes) VALUES (?, 2, ?, ?)", [life.inc, digest, future])
    after = commune.accept()
    commune.round()
    assert bytes(held(room)[1][4]) == future
    assert events.decode(future).t == "dossier.moved.far"
    assert at_province(room, after)


def test_an_event_that_cannot_be_folded_is_set_aside_and_stops_nobody(room, commune):
    life = ledger.incarnation(commune.box.db)
    with commune.box.writing() as act:
        poison = Event(i=2, t="dossier.accepted", v=1, at="2026-11-21T00:00:00.000Z", q="unset", k="poisoned", d={"code": 5})
        ledger.append(act.db, commune.box.device_bytes, life, poison)
    after = commune.accept()
    assert commune.round()
    assert at_province(room, after)
    assert room.province.db.conn.execute("SELECT l.seq FROM quarantine q JOIN ledger l ON l.n = q.n").fetchall() == [(2,)]
    assert commune.state()["waiting"] == "0"


def test_a_box_writes_nothing_into_the_dossier_of_another(room, commune, tmp_path):
    dossier = commune.accept()
    commune.round()
    other = room.commune(tmp_path / "other", "H99.99.98")
    life = ledger.incarnation(other.box.db)
    with other.box.writing() as act:
        theft = Event(i=2, t="dossier.taken", v=1, at="2026-11-21T00:00:00.000Z", q="unset", k=dossier, d={"holder": "XX"})
        ledger.append(act.db, other.box.device_bytes, life, theft)
    other.round()
    assert at_province(room, dossier).holder == ""
    assert room.province.db.conn.execute("SELECT reason FROM quarantine").fetchall() == [("dossier_of_another",)]


def test_a_key_that_comes_late_opens_what_was_folded_without_it(room, commune):
    dossier = commune.accept("Phan Thị Vàm Cống")
    with commune.box.writing() as act:
        act.db.conn.execute("INSERT INTO key_sent SELECT dossier, key_id, 0 FROM dossier_key")  # As if it had been sent.
    commune.line.lost_requests["/keys"] = 1
    commune.round()
    assert at_province(room, dossier).applicant is None
    commune.round()
    assert at_province(room, dossier).applicant["name"] == "Phan Thị Vàm Cống"
    found = room.province.db.conn.execute("SELECT count(*) FROM dossier_search WHERE dossier_search MATCH 'vam'").fetchone()
    assert found == (1,)


def test_a_box_that_lost_its_tail_gets_its_own_events_back_under_a_new_life(room, commune, tmp_path):
    """An old copy of the database, and even the witness is gone: only the province still knows."""
    first = commune.accept("Người Còn Đây")
    commune.round()
    with commune.box.writing() as act:
        act.touch("copy")
    commune.box.db.conn.execute("PRAGMA query_only=OFF")
    commune.box.db.conn.execute("VACUUM INTO ?", [str(tmp_path / "older.db")])
    lost = commune.accept("Người Bị Mất")
    commune.round()
    commune.box.close()
    for name in ("main.db", "main.db-wal", "main.db-shm"):
        (commune.home.root / name).unlink(missing_ok=True)
    (tmp_path / "older.db").rename(commune.home.database)
    commune.home.witness.unlink()
    commune.start()
    assert rows.load(commune.box.db, lost) is None
    commune.round()
    assert ledger.incarnation(commune.box.db).inc_no == 2
    assert rows.load(commune.box.db, lost).applicant["name"] == "Người Bị Mất"
    fresh = commune.accept("Người Mới Đến")
    assert commune.round() and commune.state()["last_error"] == ""
    assert all(at_province(room, dossier) for dossier in (first, lost, fresh))
    assert verify.check_chain(commune.box.db, commune.box.device) == []
    granted = commune.box.db.conn.execute("SELECT DISTINCT inc_no FROM number_grant ORDER BY inc_no").fetchall()
    assert granted == [(1,), (2,), (3,), (4,)]


def test_a_box_rolled_back_by_its_witness_sends_both_lives(room, commune, tmp_path):
    commune.accept()
    commune.box.db.conn.execute("PRAGMA query_only=OFF")
    commune.box.db.conn.execute("VACUUM INTO ?", [str(tmp_path / "older.db")])
    lost_for_ever = commune.accept()
    commune.box.close()
    for name in ("main.db", "main.db-wal", "main.db-shm"):
        (commune.home.root / name).unlink(missing_ok=True)
    (tmp_path / "older.db").rename(commune.home.database)
    commune.start()
    after = commune.accept()
    assert commune.round()
    assert commune.state()["last_error"] == ""
    assert at_province(room, after) and at_province(room, lost_for_ever) is None
    lives = room.province.db.conn.execute("SELECT inc_no, parent_seq FROM life ORDER BY inc_no").fetchall()
    assert lives == [(1, None), (2, 2)]
