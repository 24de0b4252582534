"""The province's rows: folded from its ledger with the very functions a commune uses, after the events are safe.

An event that cannot be folded is set aside (quarantine) and blocks nothing. One whose key has not come is folded without its
personal fields, and its dossier again when the key comes. An erasure removes key, rows, words, files and derived images here too.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlite_utils.db import Database
from sqlite_utils.utils import sqlite3

from appliance import clock, erasure, events, files, rows, sealing
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.events import Event
from appliance.ids import device_bytes
from appliance.ledger import key_of
from appliance.online import FILED
from sync.province import copies, feed_out, filing, handovers, publishing, wanted
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.province.store_sqlite import Received

BATCH_EVENTS = 500
log = logging.getLogger("motcua.province")


def fold_new(province: Province) -> None:
    """Fold what the rows do not know yet. Called after every segment and at every hello; doing it twice changes nothing."""
    handovers.expire(province)
    while _fold_batch(province):
        pass
    filing.remove_filed(province)
    remove_doomed(province)


def _fold_batch(province: Province) -> bool:
    if not store.events_not_folded(province.db, 1):
        return False
    with province.writing() as db:
        batch = store.events_not_folded(db, BATCH_EVENTS)
        for received in batch:
            _fold_or_set_aside(province, db, received)
            db.conn.execute("UPDATE folded SET n = ?", [received.n])
    return len(batch) == BATCH_EVENTS


def _fold_or_set_aside(province: Province, db: Database, received: Received) -> None:
    with _set_aside_if_it_fails(db, received):
        event = events.decode(received.data)
        owners = handovers.take(province, db, received, event)
        if owners and event.t == "dossier.erased":
            destroy_key(db, event.k, event.at)
            feed_out.add(db, province.signing, received.device, "erasure.confirmed", {"dossier": event.k, "erased_at": event.at})
            handovers.erased(province, db, received.device, event.k, event.at)
        _fold(db, received, event, owners)
        if owners and event.t == FILED:
            filing.filed(db, received.device, event)
        wanted.note(province, db, received.device, event)
    handovers.tell_aside(province, db, received)


def _fold(db: Database, received: Received, event: Event, owners: bool) -> None:
    if owners:
        rows.fold(db, received.device, received.inc, event, _personal(db, received, event), decided=True)
    else:
        rows.enter(db, received.device, received.inc, event)


@contextmanager
def _set_aside_if_it_fails(db: Database, received: Received) -> Iterator[None]:
    db.conn.execute("SAVEPOINT one_event")
    try:
        yield
    except sqlite3.OperationalError:
        raise  # The disk, not the event.
    except Exception as why:  # Whatever a stranger's software wrote: it must not stop the others.
        db.conn.execute("ROLLBACK TO one_event")
        reason = why.code if isinstance(why, Refused) else type(why).__name__
        log.warning("event %s/%s/%d set aside: %s", received.device, received.inc.hex(), received.seq, reason)
        db.conn.execute("INSERT INTO quarantine (n, reason, at) VALUES (?, ?, ?)", [received.n, reason, clock.stamp()])
    db.conn.execute("RELEASE one_event")


def _personal(db: Database, received: Received, event: Event) -> dict[str, Any]:
    if event.p is None:
        return {}
    key = key_of(db, event.k)
    if key is None:
        _want_key(db, received, event)
        return {}
    return sealing.unseal(key, device_bytes(received.device), received.inc, event.i, event.p)


def _want_key(db: Database, received: Received, event: Event) -> None:
    sql = """INSERT OR IGNORE INTO key_wanted (dossier, device)
             SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM dossier_key WHERE dossier = ?)"""
    db.conn.execute(sql, [event.k, received.device, event.k])


def fold_again(db: Database, dossier: str) -> None:
    """Make a dossier's rows anew from its events: its key has come, or was destroyed."""
    row = db.conn.execute("SELECT rid FROM dossier WHERE id = ?", [dossier]).fetchone()
    if row:
        db.conn.execute("DELETE FROM dossier_search WHERE rowid = ?", [row[0]])
    for table, column in (("dossier", "id"), ("dossier_event", "dossier"), ("dossier_file", "dossier")):
        db.conn.execute(f"DELETE FROM {table} WHERE {column} = ?", [dossier])
    for received in store.events_of_dossier(db, dossier):
        with _set_aside_if_it_fails(db, received):
            event = events.decode(received.data)
            _fold(db, received, event, handovers.is_owners(db, received, event))
    handovers.name_late_files(db, dossier)


def destroy_key(db: Database, dossier: str, at: str) -> None:
    """Destroy a dossier's key for good, also one that never came, and mark what is to leave the disk."""
    erasure.forget_key(db, dossier, at)
    filing.erased(db, dossier)
    copies.drop_with_key(db, dossier)
    db.conn.execute("DELETE FROM key_wanted WHERE dossier = ?", [dossier])
    sql = "DELETE FROM published_to_one WHERE about = ? RETURNING digest"  # Also those whose event never came.
    sent = [digest for (digest,) in db.conn.execute(sql, [dossier]).fetchall()]
    for digest in ("", *erasure.forget_files(db, dossier), *sent):
        db.conn.execute("INSERT OR IGNORE INTO doomed (dossier, digest) VALUES (?, ?)", [dossier, digest])


def remove_doomed(province: Province) -> None:
    """Delete files that erased dossiers alone had named, copies of databases with their keys, derived images, and what the search
    index and the WAL still hold."""
    doomed = province.db.conn.execute("SELECT dossier, digest FROM doomed").fetchall()
    if not doomed:
        return
    crash_here("receiver_before_files_removed")
    for dossier, digest in doomed:
        if digest and not _named_by_another(province.db, dossier, digest):
            files.remove(province.home, digest)
    copies.sweep_all(province)
    erasure.clear_derived(province.home)
    if not erasure.shrink(province.home):
        return  # Somebody reads just now: done again after the next segment.
    with province.writing() as db:
        db.conn.executemany("DELETE FROM doomed WHERE dossier = ? AND digest = ?", doomed)


def _named_by_another(db: Database, dossier: str, digest: str) -> bool:
    sql = "SELECT 1 FROM dossier_file WHERE digest = ? AND dossier <> ?"
    return db.conn.execute(sql, [digest, dossier]).fetchone() is not None or publishing.is_about(db, digest, other_than=dossier)
