"""The province's feed, one signed chain a device: what it grants, publishes and confirms. A record is never changed."""

from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlite_utils.db import Database

from appliance import clock
from sync.protocol import FEED_BYTES_MAX, FEED_RECORDS_MAX, Statement
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.statements import FIRST_PREVIOUS, Record, record_digest, sign_record

TIME_EVERY_S = 12 * 3600


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


def publish(province: Province, kind: str, key: str, body: dict[str, Any]) -> bool:
    """Tell every device, and every one enrolled later, what stands now. Says whether it was news."""
    data = msgspec.json.encode(body)
    with province.writing() as db:
        known = db.conn.execute("SELECT body FROM standing WHERE kind = ? AND key = ?", [kind, key]).fetchone()
        if known and bytes(known[0]) == data:
            return False
        sql = "INSERT OR REPLACE INTO standing (kind, key, body, at) VALUES (?, ?, ?, ?)"
        db.conn.execute(sql, [kind, key, data, clock.stamp()])
        for device in store.devices(db):
            add(db, province.signing, device.id, kind, body)
    return True


def add_standing(db: Database, key: Ed25519PrivateKey, device: str) -> None:
    """Tell a new device everything that stands."""
    for kind, body in db.conn.execute("SELECT kind, body FROM standing ORDER BY kind, key").fetchall():
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


def records(db: Database, device: str, after: int) -> list[Statement]:
    """List all records after a position, in order."""
    sql = "SELECT bytes FROM feed_out WHERE device = ? AND n > ? ORDER BY n"
    return [msgspec.json.decode(row[0], type=Statement) for row in db.conn.execute(sql, [device, after])]


def lines(db: Database, device: str, after: int) -> bytes:
    """Give the next records as lines: as many as one answer may hold, and at least one if there is one."""
    sql = "SELECT bytes FROM feed_out WHERE device = ? AND n > ? ORDER BY n LIMIT ?"
    taken = b""
    for (data,) in db.conn.execute(sql, [device, after, FEED_RECORDS_MAX]).fetchall():
        if taken and len(taken) + len(data) > FEED_BYTES_MAX:
            break
        taken += bytes(data) + b"\n"
    return taken
