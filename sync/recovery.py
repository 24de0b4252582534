"""Taking back what was lost here and kept by the province: our own events, the keys of their dossiers, erasures too.

A lost event comes back under its own life and number, its bytes unchanged; only a chain that reaches on from ours is taken.
What was written before and after the loss is folded in the ledger's order, and a person is asked to compare it.
"""

import base64

import pyrage
from sqlite_utils.db import Database

from appliance import chain, clock, comparing, erasure, events, files, ledger, reordering, rows
from appliance.chain import Head
from appliance.comparing import What
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.events import Event
from appliance.ledger import Act, Incarnation
from sync import key_bundles, progress, segments
from sync.protocol import KEYS_MAX, HeldLife, Lost
from sync.segments import Segment
from sync.sender import Sender

STRETCHES_MAX = 200  # Of 5,000 events each: more than a box writes in its life.


def fetch_lost(sender: Sender, lost: Lost, lives: tuple[HeldLife, ...] = ()) -> int:
    """Fetch events of ours up to the number the province holds; gives how many came. Doing it twice changes nothing more.

    `lives` says ordinal and parent of a life that was lost whole.
    """
    inc, after = bytes.fromhex(lost.inc), lost.after
    life = _life(sender, inc, lives)
    for _ in range(STRETCHES_MAX):
        if after >= lost.until:
            break
        crash_here("agent_before_taking_back")
        packed = sender.wire.lost_events(lost.inc, after)
        segment = segments.unpack(packed, sender.box.device_bytes, sender.province)
        if segment.inc != inc or segment.first != after + 1 or segment.previous != _digest_here(sender, life, after):
            raise Refused("sync_fork")
        _fetch_keys(sender, segment)
        _take_back(sender, life, segment)
        crash_here("agent_after_taking_back")
        after = segment.last
    return after - lost.after


def _life(sender: Sender, inc: bytes, lives: tuple[HeldLife, ...]) -> Incarnation:
    """Give the life that events were lost of; one that was lost whole is as the province says, and came before ours."""
    known = {life.inc: life for life in ledger.incarnations(sender.box.db)}
    if inc in known:
        return known[inc]
    found = next((life for life in lives if life.inc == inc.hex()), None)
    if found is None or found.inc_no >= ledger.incarnation(sender.box.db).inc_no:
        raise Refused("sync_fork")
    told = found.parent
    parent = Head(bytes.fromhex(told.inc), told.seq, bytes.fromhex(told.digest)) if told else None
    return Incarnation(found.inc_no, inc, parent)


def _digest_here(sender: Sender, life: Incarnation, seq: int) -> bytes:
    if seq == 0:
        return chain.first_previous(sender.box.device_bytes, life.parent)
    sql = "SELECT digest FROM event WHERE inc = ? AND seq = ?"
    row = sender.box.db.conn.execute(sql, [life.inc, seq]).fetchone()
    return bytes(row[0]) if row else b""


def _fetch_keys(sender: Sender, segment: Segment) -> None:
    found = (events.decode(data) for data in segment.events)
    lacking = sorted({e.k for e in found if e.p and ledger.key_of(sender.box.db, e.k) is None})
    for start in range(0, len(lacking), KEYS_MAX):
        fetch_keys(sender, tuple(lacking[start : start + KEYS_MAX]))


def fetch_keys(sender: Sender, dossiers: tuple[str, ...]) -> None:
    """Fetch keys of our dossiers that are not here, at most KEYS_MAX. Raises Refused, LineDown."""
    if not dossiers:
        return
    once = pyrage.x25519.Identity.generate()
    bundle = key_bundles.opened(sender.wire.lost_keys(dossiers, str(once.to_public())), once, sender.box.device)
    with sender.box.writing() as act:
        for news in bundle.keys:
            if news.dossier in dossiers:
                act.db.conn.execute(
                    "INSERT OR IGNORE INTO dossier_key (dossier, key_id, secret, made_at, destroyed_at) VALUES (?, ?, ?, ?, ?)",
                    [news.dossier, news.key_id, base64.b64decode(news.secret) or None, act.reading.at, news.destroyed_at or None],
                )


def _take_back(sender: Sender, life: Incarnation, segment: Segment) -> None:
    box = sender.box
    doomed: list[str] = []
    with box.writing() as act:
        _keep_life(act.db, life)
        came: set[str] = set()
        erased = False
        for link in segment.after(segment.first - 1):
            sql = "INSERT OR IGNORE INTO event (inc, seq, digest, bytes) VALUES (?, ?, ?, ?)"
            if act.db.conn.execute(sql, [segment.inc, *link]).rowcount:
                event = events.decode(link[2])
                doomed += _fold(act, segment.inc, event)
                erased |= event.t == "dossier.erased"
                came.add(event.k)
        both = came & reordering.written_in_later_lives(act.db, life.inc_no)
        reordering.put_in_order(act.db, act.db, box.device, both - {""}, life.inc_no)
        for dossier in sorted(both - {""}):
            comparing.note(act, What.BOTH_SIDES, "", dossier)
        act.touch("dossiers")
        if erased:
            erasure.owe(box.home)
        crash_here("agent_in_taking_back")
    for name in doomed:
        files.remove(box.home, name)
    if erased:
        erasure.clear_derived(box.home)
        erasure.shrink(box.home)


def _keep_life(db: Database, life: Incarnation) -> None:
    parent = (life.parent.inc, life.parent.seq, life.parent.digest) if life.parent else (None, None, None)
    db.conn.execute(
        """INSERT OR IGNORE INTO incarnation (inc_no, inc, parent_inc, parent_seq, parent_digest, opened_at)
           VALUES (?, ?, ?, ?, ?, ?)""",
        [life.inc_no, life.inc, *parent, clock.stamp()],
    )


def _fold(act: Act, inc: bytes, event: Event) -> list[str]:
    """Fold an event that came back; an erasure among them is done again here, and says which files it takes."""
    doomed = erasure.forget(act, event.k) if event.t == "dossier.erased" else []
    personal = ledger.personal_of(act.db, act.device_bytes, inc, event)
    comparing.note_clashes(act, event)
    rows.fold(act.db, act.device, inc, event, personal)
    if event.k:
        act.touch(f"dossier:{event.k}")
    return doomed


def is_whole(sender: Sender) -> None:
    """Keep that the province said of this life that nothing before it lacks here."""
    life = ledger.incarnation(sender.box.db)
    if life.parent:
        progress.tell(sender.box, {comparing.WHOLE: life.inc.hex()})
