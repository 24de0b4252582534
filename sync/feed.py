"""The province's feed, as it arrives: each record's signature and place in the chain are checked, then it is kept and takes effect.

Kinds this version does not know are kept as they came and have no effect. A false record stops the feed, and nothing else.
"""

import base64
import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils.db import Database

from appliance import clock, numbering, trust
from appliance.box import Box
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.ledger import Act
from sync.protocol import Statement
from sync.sender import Sender
from sync.statements import FIRST_PREVIOUS, Record, follows, read_record, record_digest

ROUNDS_MAX = 1_000


def fetch(sender: Sender, newest: int) -> int:
    """Fetch our feed up to the position the province told; gives how many records came. Raises Refused `feed_false`."""
    count = 0
    for _ in range(ROUNDS_MAX):
        here = _position(sender.box.db)[0]
        if here >= newest:
            break
        statements = sender.wire.feed(here)
        if not statements:
            raise Refused("feed_false", position=here + 1)
        count += take_in(sender.box, statements, sender.province)
    return count


def take_in(box: Box, statements: Iterable[Statement], key: Ed25519PublicKey) -> int:
    """Keep records and let them take effect, each in one transaction; those that are here already are passed over.

    Enrolment calls it with the first stretch of the feed. Raises Refused `feed_false` at the first that does not hold.
    """
    count = 0
    for statement in statements:
        count += _take_one(box, statement, read_record(statement, key))
    return count


def _take_one(box: Box, statement: Statement, record: Record) -> bool:
    with box.writing() as act:  # The position too: the line and a courier's answer may bring the same record at once.
        position, digest = _position(act.db)
        if record.n <= position:
            return False
        if not follows(record, box.device, position, digest):
            raise Refused("feed_false", position=record.n)
        new = record_digest(statement)
        act.db.conn.execute(
            "INSERT INTO feed_record (position, digest, bytes) VALUES (?, ?, ?)",
            [record.n, bytes.fromhex(new), msgspec.json.encode(statement)],
        )
        sql = "INSERT OR REPLACE INTO feed_state (id, position, digest) VALUES (1, ?, ?)"
        act.db.conn.execute(sql, [record.n, bytes.fromhex(new)])
        EFFECTS.get(record.t, _none)(box, act, record)
        act.touch("sync")
        crash_here("agent_before_feed_commit")
    crash_here("agent_after_feed_commit")
    return True


def _position(db: Database) -> tuple[int, str]:
    row = db.conn.execute("SELECT position, digest FROM feed_state").fetchone()
    return (row[0], bytes(row[1]).hex()) if row else (0, FIRST_PREVIOUS)


def _numbers(box: Box, act: Act, record: Record) -> None:
    unit = record.d["unit"]
    for grant in record.d["grants"]:
        numbering.grant(act.db, grant["book"], unit, grant["inc_no"], grant["first"], grant["last"], f"feed:{record.n}")


def _crl(box: Box, act: Act, record: Record) -> None:
    with contextlib.suppress(Refused):  # One list that cannot be read does not stop the feed.
        der = base64.b64decode(record.d["der"])
        trust.keep_crl(box.home.trust, der)
        _trust_time(act, "crl", trust.crl_times(der)[0])


def _time(box: Box, act: Act, record: Record) -> None:
    _trust_time(act, "province", clock.text_of(clock.moment_of(record.d["at"])))


def _day(box: Box, act: Act, record: Record) -> None:
    """Keep a day off or a working day that the province announced; due dates move when a person says so."""
    sql = "INSERT OR REPLACE INTO province_day (day, name, basis, working) VALUES (?, ?, ?, ?)"
    act.db.conn.execute(sql, [record.d["day"], record.d["name"], record.d["basis"], int(record.d["working"])])
    act.touch("dossiers")


def _trust_time(act: Act, source: str, at: str) -> None:
    """Raise the floor under our clock; it never sinks."""
    sql = "INSERT INTO trusted_time (source, at) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET at = max(at, excluded.at)"
    act.db.conn.execute(sql, [source, at])


def _none(box: Box, act: Act, record: Record) -> None:
    """A notice to be read, not an effect: catalogue.noticed, erasure.confirmed, and kinds of later versions."""


EFFECTS: Mapping[str, Callable[[Box, Act, Record], None]] = {
    "numbers.granted": _numbers,
    "crl.published": _crl,
    "time.signed": _time,
    "calendar.day_announced": _day,
}


def records(box: Box, kind: str) -> list[dict[str, Any]]:
    """List what the feed says of a kind, oldest first (a page shows notices and confirmations)."""
    rows = box.db.conn.execute("SELECT bytes FROM feed_record ORDER BY position").fetchall()
    kept = (msgspec.json.decode(row[0], type=Statement) for row in rows)
    read = (msgspec.json.decode(statement.body, type=Record) for statement in kept)
    return [record.d | {"position": record.n} for record in read if record.t == kind]
