"""Both ends hold the same, and can say so in a few hundred bytes; what somebody changed at one end is found, mended, or told."""

import pytest

from appliance import comparing, contents, database, erasure, files, rows, verify
from appliance.box import Box
from sync import equality
from sync.equality import Verdict, compare
from test_healing import act_on, numbered
from wire_room import Commune, Room, wire_room


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def test_x(room, commune):
    dossiers = [numbered(commune)[0] for _ in range(5)]
    assert commune.round()
    found = compare(commune.sender)
    assert found.verdict is Verdict.EQUAL and found.dossiers == 5
    with room.province.writing() as db:
        db.conn.execute("UPDATE dossier SET status = 9 WHERE id = ?", dossiers[:1])
        db.conn.execute("DELETE FROM dossier WHERE id = ?", dossiers[1:2])
    with commune.box.writing() as act:
        act.db.conn.execute("UPDATE dossier SET state = CAST(replace(CAST(state AS TEXT), 'ST04', 'ST05') AS BLOB) WHERE id = ?", dossiers[2:3])
        act.db.conn.execute("DELETE FROM dossier_event WHERE dossier = ?", dossiers[3:4])
    found = compare(commune.sender)
    assert found.verdict is Verdict.EQUAL
    assert set(found.mended) == set(dossiers[:4]), found
    assert verify.verify(commune.home, commune.box.db) == []
