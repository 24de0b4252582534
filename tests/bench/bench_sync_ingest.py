"""What the receiver takes in a second over real HTTP, checked and folded, against bare inserts of the same rows into SQLite.

Alternating in the same run: a box whose segments are taken in whole, one whose segments are kept and acknowledged but folded only
afterwards, and the rows of both inserted by nobody's rules into an empty table of the same shape, each segment durable.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import figure, spread
from outbox import fresh, live, stored

from appliance import database, ledger
from sync import sender
from sync.province import folding
from wire_room import Commune, Room, wire_room

ROUNDS, DOSSIERS = 5, 300
COLUMNS = "device, inc, seq, digest, bytes, dossier, kind, received_at"
INSERT = f"INSERT INTO ledger ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
OWN_ROWS = f"SELECT {COLUMNS} FROM ledger WHERE device = ? ORDER BY n"
SHAPE = "SELECT sql FROM sqlite_master WHERE tbl_name = 'ledger' AND sql IS NOT NULL"


def run() -> Iterator[dict]:
    """Give both ratios to bare inserts."""
    with tempfile.TemporaryDirectory() as folder, wire_room(Path(folder)) as room:
        rounds = [one_round(room, Path(folder), number) for number in range(ROUNDS)]
    whole, kept, bare = ([one[part] for one in rounds] for part in range(3))
    note = f"{spread(whole)} events a second folded, {spread(kept)} only kept, {spread(bare)} bare; {10 * DOSSIERS} events a round"
    folded = [ours / theirs for ours, theirs in zip(whole, bare, strict=True)]
    unfolded = [ours / theirs for ours, theirs in zip(kept, bare, strict=True)]
    yield figure(
        "sync_ingest_over_bare_inserts", unfolded, "times", "higher", f"HTTP, chain, signature, receipt; {note}", limit=0.3
    )
    yield figure(
        "sync_ingest_folded_over_bare_inserts", folded, "times", "higher", "and folded before it is acknowledged", limit=0.02
    )


def one_round(room: Room, folder: Path, number: int) -> tuple[float, float, float]:
    """Give events a second: taken in whole, only kept, inserted bare."""
    first, second = (fresh(room, folder, 2 * number + n) for n in range(2))
    for box in (first, second):
        live(box, DOSSIERS, seed=number)
    whole = pace(room, first)
    with folding_later():
        kept = pace(room, second)
    folding.fold_new(room.province)
    assert not room.province.db.conn.execute("SELECT count(*) FROM quarantine").fetchone()[0]
    return whole, kept, bare_pace(room, (first, second), folder / f"bare-{number}.db")


def pace(room: Room, box: Commune) -> float:
    """Send a box's events, packed and with their keys there before; gives events a second."""
    room.presented, life = box.certificate, ledger.incarnation(box.box.db)
    sender.say_hello(box.sender, life)
    sender.send_keys(box.sender)
    packed = [segment for segment, _ in sender.packed_after(box.sender, life, 0)]
    began = time.perf_counter()
    for segment in packed:
        box.sender.wire.segment(segment)
    took = time.perf_counter() - began
    assert ledger.head(box.box.db).seq == last_held(room, box)
    return len(stored(box)) / took


def last_held(room: Room, box: Commune) -> int:
    """Give how many events of a box the province holds."""
    return room.province.db.conn.execute("SELECT max(seq) FROM ledger WHERE device = ?", [box.box.device]).fetchone()[0]


@contextmanager
def folding_later() -> Iterator[None]:
    """Have the receiver acknowledge what it keeps and fold nothing inside the block."""
    whole = folding.fold_new
    folding.fold_new = lambda province: None
    try:
        yield
    finally:
        folding.fold_new = whole


def bare_pace(room: Room, boxes: tuple[Commune, ...], path: Path) -> float:
    """Insert the rows that the province keeps of some boxes into an empty table; gives rows a second."""
    bare = database.connect(path)
    bare.conn.execute("PRAGMA foreign_keys=OFF")
    for (sql,) in room.province.db.conn.execute(SHAPE).fetchall():
        bare.conn.execute(sql)
    batches = [room.province.db.conn.execute(OWN_ROWS, [box.box.device]).fetchall() for box in boxes]
    began = time.perf_counter()
    for batch in batches:
        with database.writing(bare):
            bare.conn.executemany(INSERT, batch)
    took = time.perf_counter() - began
    bare.conn.close()
    return sum(map(len, batches)) / took
