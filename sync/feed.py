"""The province's feed, as it arrives: each record's signature and place in the chain are checked, then it is kept and takes effect.

Kinds this version does not know are kept as they came and have no effect; so is a body that cannot be read, which is shown. A false
record stops the feed, and nothing else.
Where the province left out what no longer stands, its signed list of what stands says so, and nothing on that list may be missing.
"""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils.db import Database

from appliance import clock, ledger, numbering, trust
from appliance.box import Box
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.ledger import Act
from sync import compaction, handovers, published
from sync.compaction import COMPACTED, Stands
from sync.protocol import Statement
from sync.sender import Sender
from sync.statements import FIRST_PREVIOUS, Record, follows, read_record, record_digest
from sync.told import CrlSaid, DaySaid, GrantedSaid, NoticedSaid, TimeSaid

ROUNDS_MAX = 1_000
UNREADABLE = (Refused, ValueError, LookupError, TypeError, AttributeError)  # What a body raises that is not what its kind says.


@dataclass(frozen=True)
class Over:
    """A `feed.compacted` that lies ahead of us with holes between: the way over them."""

    statement: Statement
    record: Record
    stands: Stands

    def leads_to(self, record: Record, digest: str, position: int) -> bool:
        """Say whether a record is the next that stands after a position; this one itself is, once none is left before it."""
        last = (self.record.n, record_digest(self.statement))
        return record.device == self.record.device and (record.n, digest) == (self.stands.next_after(position) or last)


def fetch(sender: Sender, newest: int) -> int:
    """Fetch our feed up to the position the province told; gives how many records came. Raises Refused `feed_false`."""
    count = 0
    for _ in range(ROUNDS_MAX):
        here = ledger.feed_position(sender.box.db)
        if here >= newest:
            break
        came = take_in(sender.box, sender.wire.feed(here), sender.province)
        if not came:
            raise Refused("feed_false", position=here + 1)
        count += came
    return count


def take_in(box: Box, statements: Iterable[Statement], key: Ed25519PublicKey) -> int:
    """Keep records and let them take effect, each in one transaction; those that are here already are passed over.

    Enrolment calls it with the first stretch of the feed. Raises Refused `feed_false` at the first that does not hold.
    """
    count, over = 0, None
    for statement in statements:
        record = read_record(statement, key)
        if record.t == COMPACTED and record.n > ledger.feed_position(box.db) + 1:
            over = Over(statement, record, compaction.read(record))
        else:
            count += _take_one(box, statement, record, over)
        if over and not over.stands.next_after(ledger.feed_position(box.db)):
            count += _take_one(box, over.statement, over.record, over)
    return count


def joins(box: Box, statements: Sequence[Statement], key: Ed25519PublicKey) -> bool:
    """Say whether records go on from what is here. Raises Refused `feed_false`."""
    first, *rest = (read_record(statement, key) for statement in statements[:2])
    here = ledger.feed_position(box.db)
    if first.t != COMPACTED or first.n <= here + 1:
        return first.n <= here + 1
    following = compaction.read(first).next_after(here)
    return following is None or bool(rest and rest[0].n <= following[0])


def _take_one(box: Box, statement: Statement, record: Record, over: Over | None) -> bool:
    new = record_digest(statement)
    with box.writing() as act:  # The position too: the line and a courier's answer may bring the same record at once.
        here, digest = _end(act.db)
        if record.n <= here:
            return False
        led = over is not None and record.device == box.device and over.leads_to(record, new, here)
        if not (led or follows(record, box.device, here, digest)):
            raise Refused("feed_false", position=record.n)
        act.db.conn.execute(
            "INSERT INTO feed_record (position, digest, bytes) VALUES (?, ?, ?)",
            [record.n, bytes.fromhex(new), msgspec.json.encode(statement)],
        )
        sql = "INSERT OR REPLACE INTO feed_state (id, position, digest) VALUES (1, ?, ?)"
        act.db.conn.execute(sql, [record.n, bytes.fromhex(new)])
        _take_effect(box, act, record)
        act.touch("sync")
        crash_here("agent_before_feed_commit")
    crash_here("agent_after_feed_commit")
    return True


def _take_effect(box: Box, act: Act, record: Record) -> None:
    """Let a record take effect, whole or not at all; one that does not hold is shown and holds up no other."""
    if record.t == COMPACTED:  # Not a word to judge but a part of the chain.
        _compacted(box, act, record)
        return
    act.db.conn.execute("SAVEPOINT effect")
    try:
        EFFECTS.get(record.t, _none)(box, act, record)
    except UNREADABLE:
        act.db.conn.execute("ROLLBACK TO effect")
        published.refuse(act, record)
    act.db.conn.execute("RELEASE effect")


def _end(db: Database) -> tuple[int, str]:
    row = db.conn.execute("SELECT position, digest FROM feed_state").fetchone()
    return (row[0], bytes(row[1]).hex()) if row else (0, FIRST_PREVIOUS)


def _numbers(box: Box, act: Act, record: Record) -> None:
    said = msgspec.convert(record.d, GrantedSaid)
    for one in said.grants:
        numbering.grant(act.db, one.book, said.unit, one.inc_no, one.first, one.last, f"feed:{record.n}")


def _crl(box: Box, act: Act, record: Record) -> None:
    der = base64.b64decode(msgspec.convert(record.d, CrlSaid).der)
    trust.keep_crl(box.home.trust, der)
    _trust_time(act, "crl", trust.crl_times(der)[0])


def _time(box: Box, act: Act, record: Record) -> None:
    _trust_time(act, "province", clock.text_of(clock.moment_of(msgspec.convert(record.d, TimeSaid).at)))


def _day(box: Box, act: Act, record: Record) -> None:
    """Keep a day off or a working day that the province announced; due dates move when a person says so."""
    said = msgspec.convert(record.d, DaySaid)
    sql = "INSERT OR REPLACE INTO province_day (day, name, basis, working) VALUES (?, ?, ?, ?)"
    act.db.conn.execute(sql, [said.day.isoformat(), said.name, said.basis, int(said.working)])
    act.touch("dossiers")


def _trust_time(act: Act, source: str, at: str) -> None:
    """Raise the floor under our clock; it never sinks."""
    sql = "INSERT INTO trusted_time (source, at) VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET at = max(at, excluded.at)"
    act.db.conn.execute(sql, [source, at])


def _compacted(box: Box, act: Act, record: Record) -> None:
    """Let go of what no longer stands. What is left must be exactly what the province names: nothing is left out unsaid."""
    stands = {n: digest for n, digest in compaction.read(record).stands}
    rows = act.db.conn.execute("SELECT position, digest FROM feed_record WHERE position < ?", [record.n]).fetchall()
    held = {n: bytes(digest).hex() for n, digest in rows}
    if {n: held.get(n) for n in stands} != stands:
        raise Refused("feed_false", position=record.n)
    for n in held.keys() - stands.keys():
        act.db.conn.execute("DELETE FROM feed_record WHERE position = ?", [n])
        published.forget(act, n)


def _none(box: Box, act: Act, record: Record) -> None:
    """Kinds of later versions: kept, no effect."""


def _notice(box: Box, act: Act, record: Record) -> None:
    """A notice to be read, not an effect."""
    msgspec.convert(record.d, NoticedSaid)


EFFECTS: Mapping[str, Callable[[Box, Act, Record], None]] = {
    "catalogue.noticed": _notice,
    "numbers.granted": _numbers,
    "crl.published": _crl,
    "time.signed": _time,
    "calendar.day_announced": _day,
    **handovers.EFFECTS,
    **dict.fromkeys(published.KINDS, published.note),
}


def records(box: Box, kind: str) -> list[dict[str, Any]]:
    """List what the feed says of a kind, oldest first (a page shows notices and confirmations)."""
    rows = box.db.conn.execute("SELECT bytes FROM feed_record ORDER BY position").fetchall()
    kept = (msgspec.json.decode(row[0], type=Statement) for row in rows)
    read = (msgspec.json.decode(statement.body, type=Record) for statement in kept)
    return [record.d | {"position": record.n} for record in read if record.t == kind]
