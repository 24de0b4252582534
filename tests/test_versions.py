"""Two ends that are not of the same age: each speaks its newest version and the two before it, and they find one they share."""

import pytest

from appliance.errors import Refused
from sync import protocol, wire
from sync.province import api
from wire_room import wire_room


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


@pytest.mark.parametrize(
    ("own", "theirs", "agreed"),
    [
        ((1,), (1, 2, 3), 1),
        ((1, 2, 3), (1,), 1),
        ((1, 2, 3), (1, 2), 2),
        ((2, 3, 4), (1, 2, 3), 3),
        ((1, 2), (1, 2, 3), 2),
        ((3, 4, 5), (1, 2, 3), 3),
        ((1, 2, 3), (3, 4, 5), 3),
    ],
)
def test_ends_two_versions_apart_go_on_in_the_newest_both_speak(room, commune, monkeypatch, own, theirs, agreed):
    monkeypatch.setattr(wire, "SPOKEN", own)
    monkeypatch.setattr(api, "SPOKEN", theirs)
    commune.start()
    dossier = commune.accept(page=b"a page")
    assert commune.round() and commune.state()["last_error"] == ""
    assert commune.sender.wire.version == agreed
    assert commune.state()["waiting_events"] == commune.state()["waiting_files"] == "0"
    assert room.province.db.conn.execute("SELECT 1 FROM dossier WHERE id = ?", [dossier]).fetchone()


@pytest.mark.parametrize(("own", "theirs"), [((4, 5, 6), (1, 2, 3)), ((1,), (2, 3, 4))])
def test_ends_further_apart_say_so_and_nothing_is_lost(room, commune, monkeypatch, own, theirs):
    monkeypatch.setattr(wire, "SPOKEN", own)
    monkeypatch.setattr(api, "SPOKEN", theirs)
    commune.start()
    commune.accept()
    with pytest.raises(Refused, match="sync_version_unknown"):
        commune.sender.wire.feed(0)
    commune.round()
    assert commune.state()["last_error"] == "sync_version_unknown"
    monkeypatch.setattr(api, "SPOKEN", tuple(range(1, 7)))
    commune.start()
    assert commune.round() and commune.state()["waiting_events"] == "0"


def test_the_version_of_today_is_among_those_spoken():
    assert max(protocol.SPOKEN) == protocol.VERSION and len(protocol.SPOKEN) <= 3
