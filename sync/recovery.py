"""Taking back what was lost here and kept by the province: our own events, the keys of their dossiers, and erasures among them.

A lost event comes back under its own life and number, its bytes unchanged; only a chain that reaches on from ours is taken.
"""

import base64

import pyrage

from appliance import erasure, events, files, ledger, rows
from appliance.errors import Refused
from appliance.events import Event
from appliance.ledger import Act
from sync import key_bundles, segments
from sync.protocol import KEYS_MAX, Lost
from sync.segments import Segment
from sync.sender import Sender

STRETCHES_MAX = 200  # Of 5,000 events each: more than a box writes in its life.


def fetch_lost(sender: Sender, lost: Lost) -> int:
    """Fetch events of ours up to the number the province holds; gives how many came. Doing it twice changes nothing more."""
    inc, after = bytes.fromhex(lost.inc), lost.after
    for _ in range(STRETCHES_MAX):
        if after >= lost.until:
            break
        packed = sender.wire.lost_events(lost.inc, after)
        segment = segments.unpack(packed, sender.box.device_bytes, sender.province)
        if segment.inc != inc or segment.first != after + 1 or segment.previous != _digest_here(sender, inc, after):
            raise Refused("sync_fork")
        _fetch_keys(sender, segment)
        _take_back(sender, segment)
        after = segment.last
    return after - lost.after


def _digest_here(sender: Sender, inc: bytes, seq: int) -> bytes:
    sql = "SELECT digest FROM event WHERE inc = ? AND seq = ?"
    row = sender.box.db.conn.execute(sql, [inc, seq]).fetchone()
    return bytes(row[0]) if row else b""


def _fetch_keys(sender: Sender, segment: Segment) -> None:
    found = (events.decode(data) for data in segment.events)
    lacking = sorted({e.k for e in found if e.p and ledger.key_of(sender.box.db, e.k) is None})
    for start in range(0, len(lacking), KEYS_MAX):
        _fetch_some_keys(sender, tuple(lacking[start : start + KEYS_MAX]))


def _fetch_some_keys(sender: Sender, dossiers: tuple[str, ...]) -> None:
    once = pyrage.x25519.Identity.generate()
    bundle = key_bundles.opened(sender.wire.lost_keys(dossiers, str(once.to_public())), once, sender.box.device)
    with sender.box.writing() as act:
        for news in bundle.keys:
            if news.dossier in dossiers:
                act.db.conn.execute(
                    "INSERT OR IGNORE INTO dossier_key (dossier, key_id, secret, made_at, destroyed_at) VALUES (?, ?, ?, ?, ?)",
                    [news.dossier, news.key_id, base64.b64decode(news.secret) or None, act.reading.at, news.destroyed_at or None],
                )


def _take_back(sender: Sender, segment: Segment) -> None:
    box = sender.box
    doomed: list[str] = []
    with box.writing() as act:
        for link in segment.after(segment.first - 1):
            sql = "INSERT OR IGNORE INTO event (inc, seq, digest, bytes) VALUES (?, ?, ?, ?)"
            if act.db.conn.execute(sql, [segment.inc, *link]).rowcount:
                doomed += _fold(act, segment.inc, events.decode(link[2]))
    for name in doomed:
        files.remove(box.home, name)
    if doomed:
        erasure.clear_derived(box.home)
        erasure.shrink(box.home)


def _fold(act: Act, inc: bytes, event: Event) -> list[str]:
    """Fold an event that came back; an erasure among them is done again here, and says which files it takes."""
    doomed = erasure.forget(act, event.k) if event.t == "dossier.erased" else []
    personal = ledger.personal_of(act.db, act.device_bytes, inc, event)
    rows.fold(act.db, act.device, inc, event, personal)
    if event.k:
        act.touch(f"dossier:{event.k}")
    return doomed
