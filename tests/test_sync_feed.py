"""What comes down from the province, what an erasure takes away on both sides, and whether both sides can be held equal."""

import subprocess
from datetime import date
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance import erasure, files, ledger, numbering, rows
from appliance.catalogue import builtin
from appliance.clocks import calendar_of
from appliance.errors import Refused
from sync import compare, feed
from sync.compare import Difference
from sync.protocol import Statement
from sync.province import admission, feed_out
from sync.statements import Record, record_digest, sign_record
from wire_room import UNIT, wire_room

CANARY = "Kim Tước Hót"


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def position(commune):
    return ledger.feed_position(commune.box.db)


def last_digest(commune):
    return bytes(commune.box.db.conn.execute("SELECT digest FROM feed_state").fetchone()[0]).hex()


def record(commune, kind="time.signed", body=None, **changed):
    right = Record(commune.box.device, position(commune) + 1, last_digest(commune), kind, "2026-11-21T00:00:00.000Z", body or {})
    return msgspec.structs.replace(right, **changed)


def test_numbers_for_three_lives_are_there_before_the_box_ever_sees_a_line(commune):
    granted = commune.box.db.conn.execute(
        "SELECT inc_no, first, last FROM number_grant WHERE book = 'dossier' ORDER BY inc_no"
    ).fetchall()
    assert [no for no, _, _ in granted] == [1, 2, 3]
    assert all(after > before for (_, _, before), (_, after, _) in zip(granted, granted[1:], strict=False))
    assert commune.line.seen == []


def test_two_boxes_of_one_unit_never_share_a_number(room, commune, tmp_path):
    second = room.commune(tmp_path / "second")
    ranges = []
    for box in (commune.box, second.box):
        sql = "SELECT first, last FROM number_grant WHERE book = 'dossier' AND unit = ?"
        ranges += box.db.conn.execute(sql, [UNIT]).fetchall()
    ranges.sort()
    assert all(last < first for (_, last), (first, _) in zip(ranges, ranges[1:], strict=False))


def test_what_the_province_publishes_arrives_and_takes_effect(room, commune):
    admission.grant_numbers(room.province, commune.box.device, {"drills": 7})
    admission.publish_catalogue_notice(room.province, "c" * 64, "2027-01-01", "bảng phí mới")
    assert commune.round()
    assert numbering.grants(commune.box.db, "drills", UNIT, 2) == [(8, 14)]
    assert feed.records(commune.box, "catalogue.noticed")[0]["note"] == "bảng phí mới"
    assert position(commune) == feed_out.position(room.province.db, commune.box.device)
    assert numbering.floor(commune.box.db) > "2026"


def test_a_day_off_the_province_announces_counts_at_the_commune(room, commune):
    assert admission.publish_day(room.province, "2026-10-07", "Nghỉ bão số 12", "Công điện 01", working=False)
    assert not admission.publish_day(room.province, "2026-10-07", "Nghỉ bão số 12", "Công điện 01", working=False)
    assert commune.round()
    assert not calendar_of(builtin(), commune.box.db).is_working(date(2026, 10, 7))


def test_a_revocation_list_comes_down_with_the_feed_and_raises_the_floor_of_the_clock(room, commune, ca):
    der = next(path.read_bytes() for path in sorted((ca.folder / "trust" / "crls").glob("*.crl")))
    assert admission.publish_crl(room.province, "http://127.0.0.1/ca.crl", der)
    assert not admission.publish_crl(room.province, "http://127.0.0.1/ca.crl", der)
    commune.round()
    assert [path.read_bytes() for path in (commune.home.trust / "crls").glob("*.crl")] == [der]
    assert commune.box.db.conn.execute("SELECT 1 FROM trusted_time WHERE source = 'crl'").fetchone()


def test_a_false_record_is_refused_and_changes_nothing(room, commune):
    commune.round()
    before = (position(commune), last_digest(commune))
    mallory = Ed25519PrivateKey.generate()
    grant = {"unit": UNIT, "grants": [{"book": "dossier", "inc_no": 1, "first": 90_000, "last": 99_999}]}
    key, public = room.province.signing, commune.sender.province
    good = sign_record(record(commune, "numbers.granted", grant), key)
    for statement in (
        sign_record(record(commune, "numbers.granted", grant), mallory),
        Statement(good.body.replace("99999", "99998"), good.sig),
        sign_record(record(commune, "numbers.granted", grant, n=position(commune) + 2), key),
        sign_record(record(commune, "numbers.granted", grant, previous="0" * 64), key),
        sign_record(record(commune, "numbers.granted", grant, device="01936f00-0000-7000-8000-000000000000"), key),
    ):
        with pytest.raises(Refused, match="feed_false"):
            feed.take_in(commune.box, [statement], public)
    assert (position(commune), last_digest(commune)) == before
    assert feed.take_in(commune.box, [good], public) == 1
    assert (90_000, 99_999) in numbering.grants(commune.box.db, "dossier", UNIT, 1)


def test_a_record_taken_in_twice_counts_once_and_an_unknown_kind_is_kept(room, commune):
    commune.round()
    statement = sign_record(record(commune, "weather.foreseen", {"rain": True}), room.province.signing)
    assert feed.take_in(commune.box, [statement, statement], commune.sender.province) == 1
    assert last_digest(commune) == record_digest(statement)
    assert feed.records(commune.box, "weather.foreseen")[0]["rain"]


def everything_in(folder: Path) -> str:
    found = subprocess.run(
        ["grep", "-rlaiE", "kim t.{1,4}c|kim tuoc|tuoc hot", folder], capture_output=True, text=True, check=False
    )
    return found.stdout


def test_an_erased_person_is_nowhere_at_the_commune_nor_at_the_province(room, commune):
    page = f"photograph of {CANARY}".encode() * 100
    erased, stays = commune.accept(CANARY, page), commune.accept("Người Ở Lại", b"another page")
    commune.round()
    assert everything_in(room.province.home.root)
    assert rows.load(room.province.db, erased).applicant["name"] == CANARY
    erasure.erase(commune.box, erased, "ST16", "test")
    assert commune.round() and commune.state()["last_error"] == ""
    found = rows.load(room.province.db, erased)
    assert (found.applicant, found.erased_at != "") == (None, True)
    assert rows.load(room.province.db, stays).applicant["name"] == "Người Ở Lại"
    assert not files.has(room.province.home, files.digest_of(page))
    assert files.has(room.province.home, files.digest_of(b"another page"))
    assert everything_in(room.province.home.root) == ""
    assert everything_in(commune.home.root) == ""
    assert [notice["dossier"] for notice in feed.records(commune.box, "erasure.confirmed")] == [erased]


def test_a_page_that_another_dossier_names_too_survives_the_erasure(room, commune):
    shared = b"one deed for two brothers"
    erased, stays = commune.accept("Anh Cả", shared), commune.accept("Em Út", shared)
    commune.round()
    erasure.erase(commune.box, erased, "ST16", "test")
    commune.round()
    assert rows.load(room.province.db, erased).applicant is None
    assert rows.load(room.province.db, stays).applicant["name"] == "Em Út"
    assert files.has(room.province.home, files.digest_of(shared))


def test_a_destroyed_key_never_comes_back_from_an_old_copy_of_the_box(room, commune, tmp_path):
    dossier = commune.accept(CANARY)
    commune.round()
    secret = commune.box.db.conn.execute("SELECT key_id, secret FROM dossier_key WHERE dossier = ?", [dossier]).fetchone()
    erasure.erase(commune.box, dossier, "ST16", "test")
    commune.round()
    with commune.box.writing() as act:
        act.db.conn.execute("UPDATE dossier_key SET secret = ?, destroyed_at = NULL WHERE dossier = ?", [secret[1], dossier])
    commune.round()
    kept = room.province.db.conn.execute("SELECT secret FROM dossier_key WHERE dossier = ?", [dossier]).fetchone()
    assert kept == (None,)
    assert rows.load(room.province.db, dossier).applicant is None


def test_both_sides_are_equal_when_everything_was_sent(room, commune):
    commune.accept(page=b"a page"), commune.accept()
    commune.round()
    result = compare.compare_box(commune.box, commune.sender.wire)
    assert result.equal and result.found == ()
    assert (result.events_equal, result.files_equal) == (3, 1)
    assert [ours == theirs for _, ours, theirs in result.heads] == [True]


def test_what_was_not_sent_yet_is_said_and_is_no_difference(room, commune):
    commune.accept()
    commune.round()
    commune.accept(page=b"waiting page")
    result = compare.compare_box(commune.box, commune.sender.wire)
    assert {found.what for found in result.found} == {Difference.EVENT_NOT_SENT, Difference.FILE_NOT_SENT}
    assert result.equal


def flip(path: Path) -> None:
    data = path.read_bytes()
    path.chmod(0o640)
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])


def test_one_flipped_byte_and_one_missing_file_are_found_on_the_side_where_they_are(room, commune):
    pages = {name: f"page {name}".encode() for name in ("flipped here", "flipped there", "gone here", "gone there", "good")}
    for page in pages.values():
        commune.accept(page=page)
    commune.round()
    digest = {name: files.digest_of(page) for name, page in pages.items()}
    flip(files.path_of(commune.home, digest["flipped here"]))
    flip(files.path_of(room.province.home, digest["flipped there"]))
    files.path_of(commune.home, digest["gone here"]).unlink()
    files.path_of(room.province.home, digest["gone there"]).unlink()
    result = compare.compare_box(commune.box, commune.sender.wire)
    assert not result.equal
    assert {(found.what, found.about) for found in result.found} == {
        (Difference.FILE_DAMAGED_HERE, digest["flipped here"]),
        (Difference.FILE_DAMAGED_THERE, digest["flipped there"]),
        (Difference.FILE_MISSING_HERE, digest["gone here"]),
        (Difference.FILE_MISSING_THERE, digest["gone there"]),
    }
    assert result.files_equal == 1


@pytest.mark.parametrize("side", ["here", "there"])
def test_one_flipped_byte_in_an_event_is_found_on_the_side_where_it_is(room, commune, side):
    commune.accept(), commune.accept()
    commune.round()
    change = "SET bytes = CAST(replace(CAST(bytes AS TEXT), 'ST04', 'ST05') AS BLOB) WHERE seq = 2"
    if side == "here":
        with commune.box.writing() as act:
            act.db.conn.execute(f"UPDATE event {change}")
    else:
        with room.province.writing() as db:
            db.conn.execute(f"UPDATE ledger {change}")
    result = compare.compare_box(commune.box, commune.sender.wire)
    assert [(found.what, found.about.split()[1]) for found in result.found] == [(f"event_damaged_{side}", "2")]
    assert result.events_equal == 2
