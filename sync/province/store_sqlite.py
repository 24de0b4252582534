"""Every statement the receiver makes to its own tables, on SQLite. Each takes an open transaction or a reader; decides nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlite_utils.db import Database

from appliance import chain
from appliance.events import Event
from appliance.ids import device_bytes
from appliance.ledger import Incarnation
from sync.judging import Holding
from sync.protocol import Mark


@dataclass(frozen=True)
class Device:
    """A device the province admitted: id, unit it numbers for, name of the commune, its event key, when it was revoked."""

    id: str
    unit: str
    name: str
    event_key: bytes
    revoked_at: str | None

    @property
    def mark(self) -> bytes:
        """Give the 16 bytes that enter the chain."""
        return device_bytes(self.id)

    @property
    def key(self) -> Ed25519PublicKey:
        """Give the key that checks its segments."""
        return Ed25519PublicKey.from_public_bytes(self.event_key)


@dataclass(frozen=True)
class Received:
    """An event as it lies in the province's ledger."""

    n: int
    device: str
    inc: bytes
    seq: int
    digest: bytes
    data: bytes


DEVICE = "SELECT id, unit, name, event_key, revoked_at FROM device"
RECEIVED = "SELECT n, device, inc, seq, digest, bytes FROM ledger"


def device_by_fingerprint(db: Database, fingerprint: str) -> Device | None:
    """Find the device whose TLS certificate has this SHA-256."""
    row = db.conn.execute(f"{DEVICE} WHERE tls_fp = ?", [fingerprint]).fetchone()
    return Device(*row) if row else None


def device(db: Database, id: str) -> Device | None:
    """Find a device by its id."""
    row = db.conn.execute(f"{DEVICE} WHERE id = ?", [id]).fetchone()
    return Device(*row) if row else None


def devices(db: Database) -> list[Device]:
    """List the devices that are not revoked."""
    return [Device(*row) for row in db.conn.execute(f"{DEVICE} WHERE revoked_at IS NULL ORDER BY id").fetchall()]


def holding(db: Database, device: str) -> Holding:
    """Say what is held of a device: the head and ordinal of each life."""
    sql = "SELECT inc, inc_no, parent_inc, parent_seq, parent_digest FROM life WHERE device = ? ORDER BY inc_no"
    lives = [(bytes(inc), inc_no, parent_of(rest)) for inc, inc_no, *rest in db.conn.execute(sql, [device]).fetchall()]
    heads = {inc.hex(): head(db, device, inc) for inc, _, _ in lives}
    parents = {inc.hex(): _mark_of(parent) for inc, _, parent in lives}

    def at(inc: str, seq: int) -> str | None:
        found = digest_at(db, device, bytes.fromhex(inc), seq)
        return found.hex() if found else None

    return Holding(heads, {inc.hex(): inc_no for inc, inc_no, _ in lives}, at, parents, _chosen(db, device))


def _mark_of(head: chain.Head | None) -> Mark | None:
    return Mark(head.inc.hex(), head.seq, head.digest.hex()) if head else None


def _chosen(db: Database, device: str) -> bool:
    """Say whether the device's certificate was renewed after its newest life was first heard of."""
    sql = """SELECT (SELECT max(newest) FROM former_certificate WHERE device = ?1) >=
                    (SELECT max(inc_no) FROM life WHERE device = ?1)"""
    return bool(db.conn.execute(sql, [device]).fetchone()[0])


def head(db: Database, device: str, inc: bytes) -> Mark:
    """Give the head held of a life; seq 0 and zeros while no event of it has come."""
    sql = "SELECT seq, digest FROM ledger WHERE device = ? AND inc = ? ORDER BY seq DESC LIMIT 1"
    row = db.conn.execute(sql, [device, inc]).fetchone() or (0, chain.NO_DIGEST)
    return Mark(inc.hex(), row[0], bytes(row[1]).hex())


def digest_at(db: Database, device: str, inc: bytes, seq: int) -> bytes | None:
    """Give the digest held at a place of a chain; at 0 the one that the first event follows."""
    if seq == 0:
        row = db.conn.execute(
            "SELECT parent_inc, parent_seq, parent_digest FROM life WHERE device = ? AND inc = ?", [device, inc]
        ).fetchone()
        return chain.first_previous(device_bytes(device), parent_of(row)) if row else None
    sql = "SELECT digest FROM ledger WHERE device = ? AND inc = ? AND seq = ?"
    row = db.conn.execute(sql, [device, inc, seq]).fetchone()
    return bytes(row[0]) if row else None


def parent_of(row: Sequence[Any]) -> chain.Head | None:
    """Read a parent's head from its three columns."""
    return chain.Head(bytes(row[0]), row[1], bytes(row[2])) if row[0] is not None else None


def life(db: Database, device: str, inc: bytes) -> tuple[int, chain.Head | None] | None:
    """Give a life's ordinal and parent."""
    sql = "SELECT inc_no, parent_inc, parent_seq, parent_digest FROM life WHERE device = ? AND inc = ?"
    row = db.conn.execute(sql, [device, inc]).fetchone()
    return (row[0], parent_of(row[1:])) if row else None


def lives(db: Database, device: str) -> list[Incarnation]:
    """List a device's lives, oldest first."""
    sql = "SELECT inc_no, inc, parent_inc, parent_seq, parent_digest FROM life WHERE device = ? ORDER BY inc_no"
    return [Incarnation(no, bytes(inc), parent_of(rest)) for no, inc, *rest in db.conn.execute(sql, [device]).fetchall()]


def add_life(db: Database, device: str, inc: bytes, inc_no: int, parent: chain.Head | None, at: str) -> None:
    """Keep a life that was said hello for."""
    values = (parent.inc, parent.seq, parent.digest) if parent else (None, None, None)
    db.conn.execute(
        "INSERT INTO life (device, inc, inc_no, parent_inc, parent_seq, parent_digest, seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [device, inc, inc_no, *values, at],
    )


def newest_life_no(db: Database, device: str) -> int:
    """Give the ordinal of the newest life; 1 for a device that has not begun."""
    return db.conn.execute("SELECT max(inc_no) FROM life WHERE device = ?", [device]).fetchone()[0] or 1


def add_event(db: Database, device: str, inc: bytes, link: tuple[int, bytes, bytes], event: Event, at: str) -> None:
    """Keep one event's bytes as they came; the receiver has judged them."""
    seq, digest, data = link
    db.conn.execute(
        "INSERT INTO ledger (device, inc, seq, digest, bytes, dossier, kind, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [device, inc, seq, digest, data, event.k, event.t, at],
    )


def note_fork(db: Database, device: str, inc: bytes, seq: int, ours: bytes | None, theirs: bytes, at: str) -> None:
    """Remember that a device showed another event than the one held; the same one again only counts."""
    db.conn.execute(
        """INSERT INTO fork_seen (device, inc, seq, ours, theirs, times, first_at, last_at) VALUES (?, ?, ?, ?, ?, 1, ?, ?)
           ON CONFLICT (device, inc, seq, theirs) DO UPDATE SET times = times + 1, last_at = excluded.last_at""",
        [device, inc, seq, ours, theirs, at, at],
    )


def events_of_life(db: Database, device: str, inc: bytes, after: int, until: int) -> Iterator[Received]:
    """Walk the events of a life from `after` + 1 to `until`."""
    sql = f"{RECEIVED} WHERE device = ? AND inc = ? AND seq > ? AND seq <= ? ORDER BY seq"
    return _received(db, sql, [device, inc, after, until])


def events_of_dossier(db: Database, dossier: str) -> list[Received]:
    """List a dossier's events that could be folded, in order of arrival."""
    sql = f"{RECEIVED} WHERE dossier = ? AND n <= (SELECT n FROM folded) AND n NOT IN (SELECT n FROM quarantine) ORDER BY n"
    return list(_received(db, sql, [dossier]))


def set_aside_of(db: Database, dossier: str, device: str) -> list[Received]:
    """List a dossier's events of one device that were set aside, in order of arrival."""
    sql = f"{RECEIVED} WHERE dossier = ? AND device = ? AND n IN (SELECT n FROM quarantine) ORDER BY n"
    return list(_received(db, sql, [dossier, device]))


def events_not_folded(db: Database, limit: int) -> list[Received]:
    """List the next events that the rows do not know yet."""
    sql = f"{RECEIVED} WHERE n > (SELECT n FROM folded) ORDER BY n LIMIT ?"
    return list(_received(db, sql, [limit]))


def _received(db: Database, sql: str, values: list) -> Iterator[Received]:
    for n, device, inc, seq, digest, data in db.conn.execute(sql, values):
        yield Received(n, device, bytes(inc), seq, bytes(digest), bytes(data))


def newest_receipt(db: Database, device: str, inc: bytes) -> bytes | None:
    """Give the newest receipt given for a life."""
    sql = "SELECT bytes FROM receipt_given WHERE device = ? AND inc = ? ORDER BY seq DESC LIMIT 1"
    row = db.conn.execute(sql, [device, inc]).fetchone()
    return bytes(row[0]) if row else None


def receipts(db: Database, device: str, inc: bytes) -> Iterator[bytes]:
    """Walk the receipts given for a life, in order of its events."""
    for (data,) in db.conn.execute("SELECT bytes FROM receipt_given WHERE device = ? AND inc = ? ORDER BY seq", [device, inc]):
        yield bytes(data)


def next_receipt_number(db: Database) -> int:
    """Give the number of the next receipt; the caller holds the transaction."""
    return (db.conn.execute("SELECT max(number) FROM receipt_given").fetchone()[0] or 0) + 1


def add_receipt(db: Database, number: int, device: str, inc: bytes, seq: int, data: bytes) -> None:
    """Keep a receipt as it is given."""
    sql = "INSERT INTO receipt_given (number, device, inc, seq, bytes) VALUES (?, ?, ?, ?, ?)"
    db.conn.execute(sql, [number, device, inc, seq, data])


def quarantined(db: Database, device: str, inc: bytes, first: int, last: int) -> tuple[int, ...]:
    """List the numbers of events in a range that could not be folded."""
    sql = """SELECT l.seq FROM quarantine q JOIN ledger l ON l.n = q.n
             WHERE l.device = ? AND l.inc = ? AND l.seq BETWEEN ? AND ? ORDER BY l.seq"""
    return tuple(row[0] for row in db.conn.execute(sql, [device, inc, first, last]))


def keys_wanted(db: Database, device: str, limit: int) -> tuple[str, ...]:
    """List dossiers with sealed parts whose key has not come."""
    sql = "SELECT dossier FROM key_wanted WHERE device = ? ORDER BY dossier LIMIT ?"
    return tuple(row[0] for row in db.conn.execute(sql, [device, limit]))


def holder(db: Database, dossier: str) -> str:
    """Give the device that owns a dossier; "" where no event of it was folded."""
    row = db.conn.execute("SELECT device FROM dossier WHERE id = ?", [dossier]).fetchone()
    return row[0] if row else ""


def first_writer(db: Database, dossier: str) -> str:
    """Give the device whose event of a dossier came first, folded or not; "" where none came."""
    row = db.conn.execute("SELECT device FROM ledger WHERE dossier = ? ORDER BY n LIMIT 1", [dossier]).fetchone()
    return row[0] if row else ""


def key_is_destroyed(db: Database, dossier: str) -> bool:
    """Say whether the persons of a dossier were erased."""
    sql = "SELECT 1 FROM dossier_key WHERE dossier = ? AND destroyed_at IS NOT NULL"
    return db.conn.execute(sql, [dossier]).fetchone() is not None


def filed(db: Database, device: str) -> set[str]:
    """Give the codes of the online dossiers that a device was told and has filed."""
    return {row[0] for row in db.conn.execute("SELECT code FROM filing_told WHERE device = ? AND dossier <> ''", [device])}


def standing(db: Database, kind: str) -> list[dict[str, Any]]:
    """List what every device must know of a kind."""
    found = db.conn.execute("SELECT body FROM standing WHERE kind = ? ORDER BY key", [kind])
    return [msgspec.json.decode(row[0]) for row in found]
