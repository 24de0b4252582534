"""Records whose body is not what their kind says: none has an effect, all are shown, none holds up another."""

import msgspec
import pytest

from appliance import ledger
from sync import feed, published
from sync.compaction import BODIES, COMPACTED, standing
from sync.province import admission, feed_out, publishing
from sync.published import State
from sync.statements import Record
from web.vietnamese import sentence
from web.words.published import KINDS
from wire_room import UNIT, wire_room

REVOKED = {"what": "certificate", "id": "ab" * 32, "name": "n", "since": "2026-11-20T02:30:00.000Z", "reason": "r", "by": "b"}
TOLD = {"file": "0" * 64, "size": 9, "media": "application/json"}
PAPER = {"file": "1" * 64, "size": 9, "media": "application/pdf"}
FILING = {"code": "G22.99-261120-000001", "procedure": "2.001035", "catalogue": "0" * 64, "files": [TOLD, PAPER]}
POISON = {
    "numbers.granted": [
        {"unit": UNIT, "grants": [{"book": "dossier", "inc_no": 1, "first": 7_001, "last": 7_100}, {"book": "dossier"}]},
        {"unit": UNIT, "grants": [{"book": "dossier", "inc_no": 1, "first": 9, "last": 8}]},
        {"unit": UNIT, "grants": [{"book": "dossier", "inc_no": 1, "first": 1, "last": 10**30}]},
    ],
    "crl.published": [{"url": "u", "der": "AAAA"}, {"url": "u", "der": "!"}],
    "time.signed": [{"at": "zzzz"}],
    "calendar.day_announced": [{"day": "2027-02-30", "name": "n", "basis": "b", "working": False}, {"day": "2027-01-04"}],
    "account.stated": [
        {"officer": "ST20", "name": "n", "title": "t", "roles": ["province_operator"], "open": True},
        {"officer": "ST20", "name": "n", "title": "t", "roles": [], "open": True},
        {"officer": "../ST20", "name": "n", "title": "t", "roles": ["clerk"], "open": True},
    ],
    "revocation.stated": [
        REVOKED | {"id": "ab" * 31},
        REVOKED | {"what": "device"},
        REVOKED | {"since": "2026-11-20 09:30"},
        REVOKED | {"reason": ""},
        REVOKED | {"what": "device", "id": "0" * 36, "withdrawn": True},
    ],
    "filing.stated": [
        FILING | {"code": "Nguyễn Văn Mẫu"},
        FILING | {"files": []},
        FILING | {"files": [PAPER]},
        FILING | {"files": [TOLD, TOLD]},
        FILING | {"files": [TOLD, PAPER | {"media": "text/html"}]},
    ],
    "handover.offered": [{"offer": "x"}],
    "handover.events": [{"dossier": "0" * 36, "counts": True, "events": [{"device": "0" * 36, "inc": "0" * 16, "event": "7"}]}],
}


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def bodies(kind: str) -> list[dict]:
    return [{"nothing": "known"}, dict.fromkeys(BODIES[kind].__struct_fields__, {"n": None}), *POISON.get(kind, [])]


def say(room, commune, kind: str, body: dict) -> None:
    with room.province.writing() as db:
        feed_out.add(db, room.province.signing, commune.box.device, kind, body)


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_a_poisoned_record_of_any_kind_is_shown_and_the_next_ones_take_effect(room, commune, kind):
    assert commune.round()
    before = commune.box.db.conn.execute("SELECT * FROM number_grant").fetchall()
    for body in bodies(kind):
        say(room, commune, kind, body)
    admission.publish_day(room.province, "2027-01-04", "Nghỉ bão", "Công điện 01", working=False)
    publishing.publish_software(room.province, "1.2", "Cập nhật.")
    assert commune.round() and commune.state()["last_error"] == ""
    assert ledger.feed_position(commune.box.db) == feed_out.position(room.province.db, commune.box.device)
    last, *refused = published.shown(commune.box.db)
    assert (last.kind, last.state) == ("software.noticed", State.DONE)
    assert [(one.kind, one.state) for one in refused] == [(kind, State.REFUSED)] * len(bodies(kind))
    assert all(sentence(one.line) for one in refused) and KINDS[kind]
    assert commune.box.db.conn.execute("SELECT name FROM province_day").fetchall() == [("Nghỉ bão",)]
    assert commune.box.db.conn.execute("SELECT * FROM number_grant").fetchall() == before
    assert len(feed.records(commune.box, kind)) >= len(bodies(kind)), "kept as they came"


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_a_poisoned_record_takes_the_place_of_no_good_one(room, kind):
    """Compacting may leave out only what a record says that has an effect."""
    poisoned = [Record("d", n, "0" * 64, kind, "t", body) for n, body in enumerate(bodies(kind), 1)]
    assert standing(poisoned) == {one.n for one in poisoned}


def test_every_kind_with_a_body_has_an_effect_and_a_name():
    assert {*BODIES} == {*feed.EFFECTS} == {*KINDS} and COMPACTED not in BODIES


def test_a_false_list_of_what_stands_still_stops_the_feed(room, commune):
    assert commune.round()
    say(room, commune, COMPACTED, {"stands": "x"})
    assert commune.round() and commune.state()["last_error"] == "feed_false"
    assert msgspec.json.encode(feed.records(commune.box, COMPACTED)) == b"[]"
