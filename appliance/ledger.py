"""Recording acts: one event, its rows and its number in one durable transaction, then the head witness.

`record` is the only way an event is made. Reading it back needs nothing of a box but its database.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils.db import Database

from appliance import chain, clock, events, moves, ownership, rows, sealing
from appliance.chain import Head
from appliance.errors import Refused
from appliance.events import Event, FileRef, Repeats
from appliance.sealing import DossierKey


@dataclass(frozen=True)
class Incarnation:
    """One life of the ledger: its ordinal at the province (1, 2, …), its id, and the head it continues."""

    inc_no: int
    inc: bytes
    parent: Head | None


def incarnation(db: Database) -> Incarnation:
    """Give the incarnation that is written now. Raises Refused `not_enrolled` before the first."""
    found = incarnations(db)
    if not found:
        raise Refused("not_enrolled")
    return found[-1]


def incarnations(db: Database) -> list[Incarnation]:
    """List the lives of this ledger, oldest first."""
    sql = "SELECT inc_no, inc, parent_inc, parent_seq, parent_digest FROM incarnation ORDER BY inc_no"
    return [
        Incarnation(no, bytes(inc), Head(bytes(p_inc), p_seq, bytes(p_digest)) if p_inc is not None else None)
        for no, inc, p_inc, p_seq, p_digest in db.conn.execute(sql)
    ]


def head(db: Database, inc: bytes | None = None) -> Head:
    """Give the head of an incarnation (the current one by default); seq 0 when it has no event yet."""
    life = incarnation(db) if inc is None else next(i for i in incarnations(db) if i.inc == inc)
    row = db.conn.execute("SELECT seq, digest FROM event WHERE inc = ? ORDER BY seq DESC LIMIT 1", [life.inc]).fetchone()
    return Head(life.inc, row[0], bytes(row[1])) if row else Head(life.inc, 0, chain.NO_DIGEST)


def stored(db: Database, inc: bytes, after: int = 0, until: int | None = None) -> Iterator[tuple[int, bytes, bytes]]:
    """Walk (seq, digest, bytes) of an incarnation, in order."""
    sql = "SELECT seq, digest, bytes FROM event WHERE inc = ? AND seq > ? AND seq <= ? ORDER BY seq"
    for seq, digest, data in db.conn.execute(sql, [inc, after, until if until is not None else 2**62]):
        yield seq, bytes(digest), bytes(data)


def append(db: Database, device: bytes, life: Incarnation, event: Event) -> Head:
    """Store an event as the next of its incarnation; the caller holds the transaction and has read the head."""
    last = head(db, life.inc)
    previous = last.digest if last.seq else chain.first_previous(device, life.parent)
    data = events.encode(event)
    digest = chain.digest_of(device, life.inc, event.i, previous, data)
    db.conn.execute("INSERT INTO event (inc, seq, digest, bytes) VALUES (?, ?, ?, ?)", [life.inc, event.i, digest, data])
    return Head(life.inc, event.i, digest)


def key_of(db: Database, dossier_id: str) -> DossierKey | None:
    """Give the dossier's key, or None when there is none (never made, or destroyed)."""
    sql = "SELECT key_id, secret FROM dossier_key WHERE dossier = ? AND secret IS NOT NULL"
    row = db.conn.execute(sql, [dossier_id]).fetchone()
    return DossierKey(row[0], bytes(row[1])) if row else None


def personal_of(db: Database, device: bytes, inc: bytes, event: Event) -> dict[str, Any]:
    """Unseal an event's personal fields; empty when it has none or its key was destroyed."""
    if event.p is None:
        return {}
    key = key_of(db, event.k)
    return sealing.unseal(key, device, inc, event.i, event.p) if key and key.key_id == event.p.k else {}


@dataclass
class Act:
    """An open write transaction of a box. `db` is for the tables beside the ledger; `record` for everything that counts."""

    db: Database
    device: str
    device_bytes: bytes
    life: Incarnation
    catalogue: str
    reading: clock.Reading
    head: Head | None = None

    def record(
        self,
        kind: str,
        *,
        actor: str,
        dossier: str = "",
        clear: Mapping[str, Any] | None = None,
        personal: Mapping[str, Any] | None = None,
        files: Sequence[FileRef] = (),
    ) -> Event:
        """Record one act: legality, event, chain, rows. Raises Refused for an act that is not legal now; then nothing is kept."""
        clear, personal = dict(clear or {}), {k: v for k, v in (personal or {}).items() if v}
        events.check_fields(kind, clear, personal)
        self._check(kind, dossier, clear)
        seq = head(self.db, self.life.inc).seq + 1
        event = Event(
            i=seq,
            t=kind,
            v=events.KINDS[kind].version,
            at=self.reading.at,
            q=self.reading.quality,
            f=feed_position(self.db),
            a=actor,
            k=dossier,
            o=ownership.version_of(self.db, dossier, kind, clear) if dossier else 0,
            c=self.catalogue if dossier else "",
            d=clear,
            p=self._seal(dossier, seq, personal) if personal else None,
            x=tuple(files),
        )
        self.head = append(self.db, self.device_bytes, self.life, event)
        rows.fold(self.db, self.device, self.life.inc, event, personal)
        for topic in ("dossiers", f"dossier:{dossier}") if dossier else ():
            self.touch(topic)
        return event

    def repeat(self, event: Event, of: Repeats, personal: Mapping[str, Any]) -> Event:
        """Record again an event of a life that was set aside, with its own words and time. It happened: it is not judged again,
        and its rows are the caller's."""
        seq = head(self.db, self.life.inc).seq + 1
        sealed = self._seal(event.k, seq, dict(personal)) if personal else None
        again = msgspec.structs.replace(event, i=seq, f=feed_position(self.db), p=sealed, r=of)
        self.head = append(self.db, self.device_bytes, self.life, again)
        return again

    def touch(self, topic: str) -> None:
        """Let screens that watch a topic know that it changed, in the same transaction."""
        sql = "INSERT INTO topic_version (topic, n) VALUES (?, 1) ON CONFLICT (topic) DO UPDATE SET n = n + 1"
        self.db.conn.execute(sql, [topic])

    def _check(self, kind: str, dossier_id: str, clear: Mapping[str, Any]) -> None:
        if kind in ownership.ANSWERS:
            ownership.check_answer(self.db, clear["offer"])
        elif dossier_id:
            ownership.check(self.db, self.device, dossier_id, kind)
            moves.check(rows.load(self.db, dossier_id), kind, clear)

    def _seal(self, dossier_id: str, seq: int, personal: dict[str, Any]) -> events.Sealed:
        key = key_of(self.db, dossier_id)
        if key is None:
            key = sealing.new_key()
            self.db.conn.execute(
                "INSERT INTO dossier_key (dossier, key_id, secret, made_at) VALUES (?, ?, ?, ?)",
                [dossier_id, key.key_id, key.secret, self.reading.at],
            )
        return sealing.seal(key, self.device_bytes, self.life.inc, seq, personal)


def feed_position(db: Database) -> int:
    """Give how far the province's feed has been taken in; 0 before the first record."""
    row = db.conn.execute("SELECT position FROM feed_state").fetchone()
    return row[0] if row else 0


def dump(db: Database, device: str) -> Iterator[str]:
    """Write the ledger as JSON lines that provisioning/verify_ledger.py (or anyone) can check."""
    for life in incarnations(db):
        receipts = db.conn.execute("SELECT bytes FROM receipt WHERE inc = ? ORDER BY seq", [life.inc])
        yield from dump_life(device, life, stored(db, life.inc), (bytes(row[0]) for row in receipts))


def dump_life(
    device: str, life: Incarnation, links: Iterable[tuple[int, bytes, bytes]], receipts: Iterable[bytes]
) -> Iterator[str]:
    """Write one life: itself, its events (seq, digest, bytes), and the province's receipts for it as they came."""
    parent = life.parent and {"inc": life.parent.inc.hex(), "seq": life.parent.seq, "digest": life.parent.digest.hex()}
    yield json.dumps({"device": device, "inc": life.inc.hex(), "inc_no": life.inc_no, "parent": parent})
    for seq, digest, data in links:
        yield json.dumps({"seq": seq, "digest": digest.hex(), "event": data.decode()}, ensure_ascii=False)
    for receipt in receipts:
        yield json.dumps({"receipt": json.loads(receipt)}, ensure_ascii=False)
