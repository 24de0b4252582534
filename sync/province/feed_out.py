"""The province's feed, one signed chain a device: what it grants, publishes and confirms. A record is never changed.

Records that no longer stand are left out in time; the signed list of those that stand then leads over the holes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils.db import Database

from appliance import clock
from sync import compaction
from sync.compaction import COMPACTED, STANDS_MAX
from sync.protocol import FEED_BYTES_MAX, FEED_RECORDS_MAX, Statement
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.statements import FIRST_PREVIOUS, Record, record_digest, sign_record

TIME_EVERY_S = 12 * 3600
WORTH = 16  # What falls weighs at least so many times the list of what stands: a box that has all fetches a sixteenth more for it.


def add(db: Database, key: Ed25519PrivateKey, device: str, kind: str, body: dict[str, Any]) -> None:
    """Append a record to a device's feed, inside the caller's transaction."""
    last = db.conn.execute("SELECT n, digest FROM feed_out WHERE device = ? ORDER BY n DESC LIMIT 1", [device]).fetchone()
    n, previous = last or (0, FIRST_PREVIOUS)
    record = Record(device, n + 1, previous, kind, clock.stamp(), body)
    statement = sign_record(record, key)
    db.conn.execute(
        "INSERT INTO feed_out (device, n, digest, kind, at, bytes) VALUES (?, ?, ?, ?, ?, ?)",
        [device, n + 1, record_digest(statement), kind, record.at, msgspec.json.encode(statement)],
    )


def publish(province: Province, kind: str, key: str, body: dict[str, Any], unit: str = "", again: bool = False) -> bool:
    """Tell every device (of a unit), and every one enrolled later, what stands now. Says whether it was news, or told again."""
    with province.writing() as db:
        return state(db, province.signing, kind, key, body, unit, again)


def state(
    db: Database, signing: Ed25519PrivateKey, kind: str, key: str, body: dict[str, Any], unit: str = "", again: bool = False
) -> bool:
    """Do what `publish` says, inside the caller's transaction."""
    data = msgspec.json.encode(body)
    if stated(db, kind, key) == data and not again:
        return False
    sql = "INSERT OR REPLACE INTO standing (kind, key, body, at, unit) VALUES (?, ?, ?, ?, ?)"
    db.conn.execute(sql, [kind, key, data, clock.stamp(), unit])
    for device in store.devices(db):
        if unit in ("", device.unit):
            add(db, signing, device.id, kind, body)
    return True


def stated(db: Database, kind: str, key: str) -> bytes:
    """Give the body, as JSON, that stands of a kind under a key; empty where none does."""
    row = db.conn.execute("SELECT body FROM standing WHERE kind = ? AND key = ?", [kind, key]).fetchone()
    return bytes(row[0]) if row else b""


def is_news(db: Database, kind: str, key: str, device: str) -> bool:
    """Note that something is told to one device alone; says whether it never was told to any, inside the caller's transaction."""
    sql = "INSERT OR IGNORE INTO told_to_one (kind, key, device, at) VALUES (?, ?, ?, ?)"
    return bool(db.conn.execute(sql, [kind, key, device, clock.stamp()]).rowcount)


def add_standing(db: Database, key: Ed25519PrivateKey, device: str) -> None:
    """Tell a new device everything that stands."""
    sql = "SELECT kind, body FROM standing WHERE unit IN ('', (SELECT unit FROM device WHERE id = ?)) ORDER BY kind, key"
    for kind, body in db.conn.execute(sql, [device]).fetchall():
        add(db, key, device, kind, msgspec.json.decode(body))


def tell_time(db: Database, key: Ed25519PrivateKey, device: str) -> None:
    """Append the time now, unless a record of the last hours already did."""
    sql = "SELECT at FROM feed_out WHERE device = ? AND kind = 'time.signed' ORDER BY n DESC LIMIT 1"
    told = db.conn.execute(sql, [device]).fetchone()
    now = clock.stamp()
    if told is None or (clock.moment_of(now) - clock.moment_of(told[0])).total_seconds() > TIME_EVERY_S:
        add(db, key, device, "time.signed", {"at": now})


def position(db: Database, device: str) -> int:
    """Give the number of the newest record of a device's feed."""
    return db.conn.execute("SELECT max(n) FROM feed_out WHERE device = ?", [device]).fetchone()[0] or 0


@dataclass(frozen=True)
class Page:
    """The next records of a feed as lines, and the position of who took them in."""

    lines: bytes
    until: int


def page(db: Database, device: str, after: int) -> Page:
    """Give the next records: as many as one answer may hold, and at least one if there is one.

    Where some before the newest `feed.compacted` were left out, that stands first: it says which are still to come.
    """
    over = _over(db, device, after)
    ahead, jump = over or (b"", 0)
    sql = "SELECT n, bytes FROM feed_out WHERE device = ? AND n > ? AND n <> ? ORDER BY n LIMIT ?"
    rows = db.conn.execute(sql, [device, after, jump, FEED_RECORDS_MAX]).fetchall()
    taken, until = ahead, after
    for n, data in rows:
        if until > after and len(taken) + len(data) > FEED_BYTES_MAX:
            break
        taken, until = taken + bytes(data) + b"\n", n
    left = db.conn.execute("SELECT 1 FROM feed_out WHERE device = ? AND n > ? AND n < ?", [device, until, jump]).fetchone()
    return Page(taken, until if left else max(until, jump))


def _over(db: Database, device: str, after: int) -> tuple[bytes, int] | None:
    """Give the newest `feed.compacted` and its number, where records between a position and it were left out."""
    sql = "SELECT n, bytes FROM feed_out WHERE device = ? AND kind = ? AND n > ? ORDER BY n DESC LIMIT 1"
    row = db.conn.execute(sql, [device, COMPACTED, after]).fetchone()
    if row is None:
        return None
    between = "SELECT count(*) FROM feed_out WHERE device = ? AND n > ? AND n < ?"
    whole = db.conn.execute(between, [device, after, row[0]]).fetchone()[0] == row[0] - after - 1
    return None if whole else (bytes(row[1]) + b"\n", row[0])


def pages(db: Database, device: str, after: int) -> Iterator[bytes]:
    """Give all records after a position, page by page."""
    while (found := page(db, device, after)).lines:
        yield found.lines
        after = found.until


def records(db: Database, device: str, after: int) -> list[Statement]:
    """List all records after a position, as the pages give them."""
    return [msgspec.json.decode(line, type=Statement) for lines in pages(db, device, after) for line in lines.splitlines()]


def compact(db: Database, key: Ed25519PrivateKey, device: str, worth: int = WORTH) -> int:
    """Leave out of a device's feed what no longer stands, and say so in one more record, inside the caller's transaction.

    Gives how many were left out; none where that would save less than `worth` times what the new record costs everybody.
    """
    stands = compaction.standing(_each(db, device), store.filed(db, device))
    sql = "SELECT n, digest, length(bytes) FROM feed_out WHERE device = ? ORDER BY n"
    held = db.conn.execute(sql, [device]).fetchall()
    gone = [(device, n) for n, _, _ in held if n not in stands]
    saved = sum(size for n, _, size in held if n not in stands)
    body = {"stands": [(n, digest) for n, digest, _ in held if n in stands]}
    if not gone or len(stands) > STANDS_MAX or saved < worth * len(msgspec.json.encode(body)):
        return 0
    add(db, key, device, COMPACTED, body)
    db.conn.executemany("DELETE FROM feed_out WHERE device = ? AND n = ?", gone)
    return len(gone)


def compact_all(province: Province) -> dict[str, int]:
    """Compact the feed of every device, each in one transaction; gives how many records were left out of which."""
    left = {}
    for device in store.devices(province.db):
        with province.writing() as db:
            left[device.id] = compact(db, province.signing, device.id)
    return left


def _each(db: Database, device: str) -> Iterator[Record]:
    for (data,) in db.conn.execute("SELECT bytes FROM feed_out WHERE device = ?", [device]):
        yield msgspec.json.decode(msgspec.json.decode(data, type=Statement).body, type=Record)
