"""Sending what the ledger holds: hello, keys before the events that need them, segments, receipts. One round, no memory of its own.

What the province has is known only from its receipts; whatever was believed before, the sender goes on from what hello answers.
"""

import base64
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from sqlite_utils.db import Database

from appliance import chain, ledger
from appliance.box import Box, open_box
from appliance.config import Home
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.ledger import Act, Incarnation
from sync import key_bundles, progress, segments, tables
from sync.protocol import KEYS_MAX, LIVES_MAX, Hello, HelloAnswer, KeyBundle, KeyNews, Life, Mark, Statement, Verdict
from sync.statements import read_receipt
from sync.wire import Wire, open_wire


@dataclass
class Voice:
    """By what the province knows this process from another one with the same keys: never written to a disk."""

    session: str = field(default_factory=lambda: secrets.token_hex(16))
    heard: int = 0  # `told` of the last answer


@dataclass(frozen=True)
class Sender:
    """A box with its line: the device's event key, the province's signing key, and its age recipient."""

    box: Box
    wire: Wire
    key: Ed25519PrivateKey
    province: Ed25519PublicKey
    recipient: pyrage.x25519.Recipient
    voice: Voice = field(default_factory=Voice)


def open_sender(home: Home, catalogue: str | None = None) -> Sender:
    """Open a box for sending. Raises Refused `not_enrolled`, SQLiteTooOld."""
    box = open_box(home, catalogue)
    tables.prepare(home)
    key = load_pem_private_key((home.keys / "device.ed25519").read_bytes(), None)
    recipient = pyrage.x25519.Recipient.from_str((home.keys / "province.age.pub").read_text().strip())
    assert isinstance(key, Ed25519PrivateKey)
    return Sender(box, open_wire(home), key, province_key(home), recipient)


def province_key(home: Home) -> Ed25519PublicKey:
    """Read the key that the province signs receipts and feed with."""
    key = load_pem_public_key((home.keys / "province.pub").read_bytes())
    assert isinstance(key, Ed25519PublicKey)
    return key


def say_hello(sender: Sender, life: Incarnation) -> HelloAnswer:
    """Say how a life stands; keep the receipt that comes with the answer (the last one may have been lost on its way)."""
    crash_here("agent_before_hello")
    voice = sender.voice
    answer = sender.wire.hello(msgspec.structs.replace(hello_of(sender.box, life), session=voice.session, heard=voice.heard))
    crash_here("agent_after_hello")
    voice.heard = max(voice.heard, answer.told)
    if answer.receipt and answer.verdict is not Verdict.FORK and _is_ours(sender.box.db, answer.have):
        keep_receipt(sender, answer.receipt)
    return answer


def _is_ours(db: Database, have: Mark | None) -> bool:
    """Say whether our ledger has no other event where the province's ends; one that has is a fork, as its segment will show."""
    if have is None:
        return True
    sql = "SELECT digest FROM event WHERE inc = ? AND seq = ?"
    row = db.conn.execute(sql, [bytes.fromhex(have.inc), have.seq]).fetchone()
    return not row or bytes(row[0]).hex() == have.digest


def hello_of(box: Box, life: Incarnation) -> Hello:
    """Put together what a hello says."""
    lives = ledger.incarnations(box.db)[-LIVES_MAX:]
    waiting, reading = progress.backlog(box.db), box.reading()
    return Hello(
        life=Life(life.inc.hex(), life.inc_no, _mark(life.parent)),
        heads=tuple(progress.mark_of(box.db, other.inc) for other in lives),
        feed=ledger.feed_position(box.db),
        at=reading.at,
        quality=reading.quality,
        waiting_events=waiting.events,
        waiting_files=waiting.files,
    )


def _mark(head: chain.Head | None) -> Mark | None:
    return Mark(head.inc.hex(), head.seq, head.digest.hex()) if head else None


def send_keys(sender: Sender, wanted: tuple[str, ...] = ()) -> int:
    """Send the keys the province has not, the destructions it has not heard of, and those it asks for; gives how many."""
    count = 0
    while bundle := keys_to_send(sender.box.db, wanted):
        crash_here("agent_before_keys")
        sender.wire.keys(key_bundles.sealed(KeyBundle(sender.box.device, bundle), sender.recipient))
        crash_here("agent_after_keys")
        with sender.box.writing() as act:
            note_keys_sent(act, ((news.dossier, news.key_id, bool(news.destroyed_at)) for news in bundle))
        count, wanted = count + len(bundle), ()
    return count


def note_keys_sent(act: Act, keys: Iterable[tuple[str, str, bool]]) -> None:
    """Note which keys (dossier, key id, destroyed) the province has."""
    act.db.conn.executemany("INSERT OR REPLACE INTO key_sent (dossier, key_id, destroyed) VALUES (?, ?, ?)", keys)


def keys_to_send(db: Database, wanted: tuple[str, ...] = (), most: int = KEYS_MAX) -> tuple[KeyNews, ...]:
    """List keys and destructions the province has not heard of, and those it asks for.

    A destruction is for good, so it never goes before the erasing event is acknowledged: that may still be lost with this disk.
    A key that never came here has no name, and nothing to say.
    """
    asked = ", ".join("?" * len(wanted))
    sql = f"""SELECT k.dossier, k.key_id, k.secret, k.destroyed_at FROM dossier_key k
              LEFT JOIN key_sent s ON s.dossier = k.dossier
              WHERE (s.dossier IS NULL OR s.key_id <> k.key_id OR s.destroyed <> (k.destroyed_at IS NOT NULL)
                     OR k.dossier IN ({asked}))
                AND k.key_id <> ''
                AND (k.destroyed_at IS NULL OR EXISTS (
                     SELECT 1 FROM dossier_event e JOIN receipt r ON r.inc = e.inc AND r.seq >= e.seq
                     WHERE e.dossier = k.dossier AND e.kind = 'dossier.erased'))
              LIMIT ?"""
    return tuple(
        KeyNews(dossier, key_id, base64.b64encode(secret).decode() if secret else "", destroyed_at or "")
        for dossier, key_id, secret, destroyed_at in db.conn.execute(sql, [*wanted, most]).fetchall()
    )


def send_life(sender: Sender, life: Incarnation, after: int) -> int:
    """Send a life's events after a number, segment by segment; gives how many the province has taken.

    Raises Refused as the province says it, `receipt_false`, LineDown. What was acknowledged stays acknowledged.
    """
    start = after
    for packed, last in packed_after(sender, life, after):
        send_keys(sender)  # Somebody may have accepted a dossier since: its key must not come after its events, or never.
        crash_here("agent_before_send")
        answer = sender.wire.segment(packed)
        crash_here("agent_after_send")
        keep_receipt(sender, answer.receipt)
        crash_here("agent_after_receipt")
        if answer.have.seq < last:
            raise Refused("line_foreign")  # It said yes and has less than it was given.
        after = last
    return after - start


def packed_after(sender: Sender, life: Incarnation, after: int) -> Iterator[tuple[bytes, int]]:
    """Pack a life's events after a number into segments; gives each with the number of its last event."""
    while events := _next_events(sender.box.db, life, after):
        packed, after = _packed(sender, life, after, events)
        yield packed, after


def _next_events(db: Database, life: Incarnation, after: int) -> list[bytes]:
    stored = ledger.stored(db, life.inc, after, after + segments.EVENTS_MAX)
    return segments.fitting(data for _, _, data in stored)


def _packed(sender: Sender, life: Incarnation, after: int, events: list[bytes]) -> tuple[bytes, int]:
    previous = _digest_at(sender.box, life, after)
    segment = segments.link(sender.box.device_bytes, life.inc, after + 1, previous, events)
    while len(packed := segments.pack(segment, sender.key)) > segments.WIRE_BYTES_MAX:
        segment = segments.halved(segment)
    return packed, segment.last


def _digest_at(box: Box, life: Incarnation, seq: int) -> bytes:
    if seq == 0:
        return chain.first_previous(box.device_bytes, life.parent)
    sql = "SELECT digest FROM event WHERE inc = ? AND seq = ?"
    return bytes(box.db.conn.execute(sql, [life.inc, seq]).fetchone()[0])


def keep_receipt(sender: Sender, statement: Statement) -> bool:
    """Keep a receipt signed for exactly what lies here; says whether it is new. Raises Refused `receipt_false`."""
    receipt = read_receipt(statement, sender.province)
    inc = bytes.fromhex(receipt.inc)
    db = sender.box.db
    sql = "SELECT digest FROM event WHERE inc = ? AND seq = ?"
    ours = db.conn.execute(sql, [inc, receipt.seq]).fetchone()
    if ours is None and receipt.device == sender.box.device:
        return False  # For events that were lost here: they come first.
    if receipt.device != sender.box.device or ours is None or bytes(ours[0]).hex() != receipt.digest:
        raise Refused("receipt_false", number=receipt.number)
    if db.conn.execute("SELECT 1 FROM receipt WHERE inc = ? AND seq = ?", [inc, receipt.seq]).fetchone():
        return False
    with sender.box.writing() as act:
        _store_receipt(act, inc, receipt.seq, receipt.number, msgspec.json.encode(statement), receipt.received_at)
    return True


def _store_receipt(act: Act, inc: bytes, seq: int, number: int, data: bytes, received_at: str) -> None:
    sql = "INSERT OR IGNORE INTO receipt (inc, seq, number, bytes) VALUES (?, ?, ?, ?)"
    act.db.conn.execute(sql, [inc, seq, number, data])
    act.db.conn.execute(
        """INSERT INTO trusted_time (source, at) VALUES ('receipt', ?)
           ON CONFLICT (source) DO UPDATE SET at = max(at, excluded.at)""",
        [received_at],
    )
    act.touch("sync")
