"""Comparing what both ends hold: bytes on the wire for 10,000 dossiers, equal and with one that differs; what the digests cost."""

import random
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from figures import figure
from names import person
from outbox import through
from slow_line import slow_line

from appliance import contents
from appliance.ids import uuid7
from boxes import ACCEPTED, UNIT
from sync import equality
from sync.equality import Verdict
from wire_room import Commune, Room, wire_room

DOSSIERS, MANY = 10_000, 100_000
ROUNDS = 3
SENT_IN_MAX = 20  # A busy machine may need longer for a segment than the line waits.
LINE = 20e6, 0.005  # bits a second, seconds one way
# The same rows again under other ids, so that their number is that of many years.
AGAIN = (
    """INSERT INTO dossier ({0}, id) SELECT {0}, id || ? FROM dossier WHERE length(id) = 36""",
    """INSERT INTO dossier_event (dossier, device, inc, seq, kind, at, actor)
       SELECT dossier || ?, device, inc, seq, kind, at, actor FROM dossier_event WHERE length(dossier) = 36""",
)


def run() -> list[dict]:
    """Give the figures of the comparison. Bytes are what the relay carried: HTTP with its headers, without TLS and TCP."""
    with tempfile.TemporaryDirectory() as folder, wire_room(Path(folder)) as room:
        box = room.commune(Path(folder) / "box")
        fill(box)
        room.presented = box.certificate
        assert any(box.round() for _ in range(SENT_IN_MAX))
        return [*on_the_wire(room, box), *worked_out(box)]


def fill(box: Commune) -> None:
    """Accept and take 10,000 dossiers."""
    chance = random.Random(30589)
    for _ in range(DOSSIERS // 500):
        with box.box.writing() as act:
            for _ in range(500):
                dossier, clear = uuid7(), ACCEPTED | {"code": f"{UNIT}-261121-{chance.randrange(10**6):06d}"}
                act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal={"applicant": person(chance)})
                act.record("dossier.taken", actor="ST08", dossier=dossier, clear={"holder": "ST08"})


def on_the_wire(room: Room, box: Commune) -> list[dict]:
    """Compare equal ends, and ends of which one has one row changed."""
    equal = [carried(room, box) for _ in range(ROUNDS)]
    differing = []
    for n in range(ROUNDS):
        with room.province.writing() as db:
            db.conn.execute("UPDATE dossier SET status = 9 WHERE rid = (SELECT min(rid) + ? FROM dossier)", [n])
        differing.append(carried(room, box, mended=1))
    note = f"{DOSSIERS} dossiers; both directions with HTTP headers"
    return [
        figure("equality_bytes_equal", equal, "B", "lower", note, limit=2_000.0),
        figure("equality_bytes_one_differs", differing, "B", "lower", f"{note}: found, made anew, compared again", limit=16_000.0),
    ]


def carried(room: Room, box: Commune, mended: int = 0) -> float:
    """Compare over a line that counts."""
    with slow_line(*LINE, urlsplit(room.url).port or 0) as line:
        through(box, line.port)
        found = equality.compare(box.agent.sender)
        box.line.pool.clear()
    assert (found.verdict, found.dossiers, len(found.mended)) == (Verdict.EQUAL, DOSSIERS, mended), found
    return float(sum(line.carried.values()))


def worked_out(box: Commune) -> list[dict]:
    """Work the digests out for a year's dossiers, and for ten years'."""
    year = [timed(box, DOSSIERS) for _ in range(ROUNDS)]
    columns = ", ".join(contents.COLUMNS)
    with box.box.writing() as act:
        for n in range(1, MANY // DOSSIERS):
            for sql in AGAIN:
                act.db.conn.execute(sql.format(columns), [f"-{n}"])
    return [
        figure("equality_digests_10000", year, "s", "lower", "every dossier's rows read and hashed, none kept"),
        figure("equality_digests_100000", [timed(box, MANY)], "s", "lower", "the same for 100,000", limit=45.0),
    ]


def timed(box: Commune, count: int) -> float:
    """Work the digests out once; gives seconds of the processor."""
    began = time.process_time()
    assert len(equality.contents_here(box.box).digests) == count
    return time.process_time() - began
