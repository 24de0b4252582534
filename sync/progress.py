"""What is on its way: the backlog, read from the ledger and the receipts, and what screens are told of the line (sync_state).

There is no queue beside the ledger: events beyond the newest receipt wait, and so do the files they name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec
from sqlite_utils.db import Database

from appliance import ledger
from appliance.box import Box
from appliance.events import FileRef
from sync.protocol import Mark

WALK_EVENTS_MAX = 20_000
COUNT_EVENTS_MAX = 500_000  # Years of an office: what waits is counted to its end.
PAGE_EVENTS = 1_000


class Named(msgspec.Struct, frozen=True):
    """What an event is about: kind, dossier, files."""

    t: str
    k: str = ""
    x: tuple[FileRef, ...] = ()


@dataclass(frozen=True)
class Walked:
    """One event met on a walk from a cursor."""

    n: int
    inc: bytes
    seq: int
    named: Named


@dataclass(frozen=True)
class Backlog:
    """What waits: events without a receipt, the dossiers they belong to, files the province has not confirmed, and their bytes."""

    events: int
    dossiers: int
    files: int
    bytes: int


_named = msgspec.json.Decoder(Named).decode
_counted: dict[tuple[object, ...], Backlog] = {}  # at most one: an agent without a line asks at every try


def acknowledged(db: Database, inc: bytes) -> int:
    """Give the number up to which a life is acknowledged by the province's receipts."""
    return db.conn.execute("SELECT max(seq) FROM receipt WHERE inc = ?", [inc]).fetchone()[0] or 0


def mark_of(db: Database, inc: bytes) -> Mark:
    """Give a life's head as it goes on the wire."""
    head = ledger.head(db, inc)
    return Mark(head.inc.hex(), head.seq, head.digest.hex())


def backlog(db: Database) -> Backlog:
    """Count what waits; what was counted last is given again while neither events nor marks have changed."""
    stands = _stands(db)
    if (counted := _counted.get(stands)) is None:
        counted = _count(db)
        _counted.clear()
        _counted[stands] = counted
    return counted


def _stands(db: Database) -> tuple[object, ...]:
    """Give what the counts follow from: the newest event by its digest, the receipts, and the marks of sent files."""
    newest = db.conn.execute("SELECT n, digest FROM event ORDER BY n DESC LIMIT 1").fetchone()
    receipts = tuple(acknowledged(db, life.inc) for life in ledger.incarnations(db))
    return newest, receipts, cursor_at(db, "files"), db.conn.execute("SELECT count(*), max(rowid) FROM file_sent").fetchone()


def _count(db: Database) -> Backlog:
    dossiers: set[str] = set()
    count = 0
    for life in ledger.incarnations(db):
        for _, _, data in ledger.stored(db, life.inc, acknowledged(db, life.inc)):
            dossiers.add(_named(data).k)
            count += 1
    waiting = files_waiting(db)
    return Backlog(count, len(dossiers - {""}), len(waiting), sum(file.n for file in waiting.values()))


def files_waiting(db: Database) -> dict[str, FileRef]:
    """List files named by events beyond the cursor that the province has not confirmed."""
    sent = _sent(db)
    return {file.s: file for met in walk(db, "files", COUNT_EVENTS_MAX) for file in met.named.x if file.s not in sent}


def files_waiting_of(db: Database, dossier: str) -> dict[str, FileRef]:
    """List those of one dossier, in the order in which its events named them."""
    sql = """SELECT e.bytes FROM dossier_event d JOIN event e ON e.inc = d.inc AND e.seq = d.seq
             WHERE d.dossier = ? AND e.n > ? ORDER BY e.n"""
    sent = _sent(db)
    rows = db.conn.execute(sql, [dossier, cursor_at(db, "files")])
    return {file.s: file for row in rows for file in _named(bytes(row[0])).x if file.s not in sent}


def _sent(db: Database) -> set[str]:
    return {row[0] for row in db.conn.execute("SELECT digest FROM file_sent")}


def events_wait(db: Database) -> bool:
    """Say whether an event waits for a receipt; quick, where `backlog` counts."""
    return any(ledger.head(db, life.inc).seq > acknowledged(db, life.inc) for life in ledger.incarnations(db))


def walk(db: Database, cursor: str, most: int = WALK_EVENTS_MAX, newest: bool = False) -> Iterator[Walked]:
    """Walk the events beyond a cursor in order of their recording here, at most so many; or the newest of them, backwards."""
    first, last = cursor_at(db, cursor), 2**62
    order = "DESC" if newest else "ASC"
    sql = f"SELECT n, inc, seq, bytes FROM event WHERE n > ? AND n < ? ORDER BY n {order} LIMIT ?"
    while most > 0 and (page := db.conn.execute(sql, [first, last, min(most, PAGE_EVENTS)]).fetchall()):
        for n, inc, seq, data in page:
            yield Walked(n, bytes(inc), seq, _named(bytes(data)))
        first, last = (first, page[-1][0]) if newest else (page[-1][0], last)
        most -= PAGE_EVENTS


def cursor_at(db: Database, name: str) -> int:
    """Give how far a cursor has come."""
    row = db.conn.execute("SELECT n FROM send_cursor WHERE name = ?", [name]).fetchone()
    return row[0] if row else 0


def move_cursor(db: Database, name: str, n: int) -> None:
    """Move a cursor, inside the caller's transaction."""
    db.conn.execute("INSERT OR REPLACE INTO send_cursor (name, n) VALUES (?, ?)", [name, n])


def tell(box: Box, states: Mapping[str, str]) -> bool:
    """Write what changed of the line's state, and let screens know. Says whether anything did."""
    known = dict(box.db.conn.execute("SELECT name, value FROM sync_state").fetchall())
    news = {name: value for name, value in states.items() if known.get(name) != value}
    if not news:
        return False
    with box.writing() as act:
        for name, value in news.items():
            act.db.conn.execute("INSERT OR REPLACE INTO sync_state (name, value) VALUES (?, ?)", [name, value])
        act.touch("sync")
    return True
