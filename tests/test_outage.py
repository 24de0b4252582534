"""Seven days without a line, small: events first, and what is accepted while the box catches up never waits behind old scans."""

import random
from threading import Lock

import pytest

import outage
from outage import Call, Plan, Story
from sync import carrying, lanes
from sync.compare import compare_box
from wire_room import wire_room

SMALL = Plan(events_a_day=24, scans_a_day=4, scan_bytes=(40_000, 200_000))
CHUNK = 64 * 1024
ACCEPTED_AT = (1, 2, 9, 17, 40)  # chunks after which somebody stands at the counter


@pytest.mark.parametrize("connections", [1, 8])
def test_old_scans_let_every_event_and_new_dossiers_go_first(tmp_path, monkeypatch, connections):
    monkeypatch.setattr(lanes, "STEPS", (connections,))
    monkeypatch.setattr(carrying, "CHUNK_BYTES_MAX", CHUNK)
    calls, news, turn, chance = [], [], Lock(), random.Random(7)
    with wire_room(tmp_path) as room:
        commune = room.commune(tmp_path / "commune")
        week = outage.fill(commune.box, SMALL)
        commune.agent.files.lanes.open = connections

        def answered(method, path, status):
            with turn:
                calls.append(Call(method, path, status))
                if calls[-1].chunk_of and sum(bool(call.chunk_of) for call in calls) in ACCEPTED_AT:
                    news.append(outage.accept(commune.box, chance, SMALL.scan_bytes, calls))
                    commune.box.close()  # This thread's connections.

        room.answered = answered
        assert commune.round()
        room.answered = lambda *call: None
        heads = [row[0] for row in room.province.db.conn.execute("SELECT seq FROM receipt_given ORDER BY number")]
        story = Story(calls, heads, week, news)
        assert (week.scans, len(news)) == (SMALL.scans, len(ACCEPTED_AT))
        assert week.head > SMALL.events
        # Alone on its line a new scan lets no old one pass; beside each of its chunks every other connection may have one.
        chunks_of_one = -(-SMALL.scan_bytes[1] // CHUNK)
        story.check(connections, (connections - 1) * (outage.NEW_SCANS * chunks_of_one + 1))
        assert compare_box(commune.box, commune.sender.wire).found == ()
        assert commune.state()["waiting_files"] == "0"
