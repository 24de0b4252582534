"""Hand-overs as the feed tells them to a box: offers and what the province decided, dossiers that come, and what follows from that.

A key never comes by the feed, which is kept for ever: it is fetched, sealed for the occasion, so that an erasure reaches it.
"""

from collections.abc import Callable, Mapping

import msgspec
from sqlite_utils.db import Database

from appliance import erasure, files, history, reordering, rows
from appliance.box import Box
from appliance.config import Home
from appliance.ledger import Act
from appliance.ownership import COLUMNS, ERASED, State
from sync import recovery
from sync.protocol import KEYS_MAX
from sync.sender import Sender, note_keys_sent
from sync.statements import Record
from sync.told import Came, ErasureSaid, OfferSaid, UnitSaid

BY_OWNER = "erased_by_owner"  # Basis of an erasure that follows the owner's.


def told(box: Box, act: Act, record: Record) -> None:
    """Keep an offer as the province has it now."""
    said = msgspec.convert(record.d, OfferSaid)
    values = [getattr(said, name) for name in COLUMNS]
    marks, changed = ", ".join("?" * len(COLUMNS)), ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
    sql = f"INSERT INTO handover ({', '.join(COLUMNS)}) VALUES ({marks}) ON CONFLICT (offer) DO UPDATE SET {changed}"
    act.db.conn.execute(sql, values)
    _touch(act, said.dossier)


def came(box: Box, act: Act, record: Record) -> None:
    """Keep events that came with a dossier, or that do not count; when the last is here the dossier is folded."""
    body = msgspec.convert(record.d, Came)
    for one in body.events:
        history.bring(act.db, body.dossier, one.device, bytes.fromhex(one.inc), one.event.encode(), body.counts)
    if body.more:
        return
    _settle(box.home, act, body.dossier)
    if body.counts:
        sql = "UPDATE handover SET here = 1 WHERE dossier = ? AND taker = ? AND state = ?"
        act.db.conn.execute(sql, [body.dossier, box.device, State.ACCEPTED])


def unit_known(box: Box, act: Act, record: Record) -> None:
    """Keep the name of a unit that has a box."""
    said = msgspec.convert(record.d, UnitSaid)
    act.db.conn.execute("INSERT OR REPLACE INTO known_unit (unit, name) VALUES (?, ?)", [said.unit, said.name])


def erased(box: Box, act: Act, record: Record) -> None:
    """Note that the owner erased a dossier whose copy is here; an own erasure is done already."""
    said = msgspec.convert(record.d, ErasureSaid)
    sql = """INSERT OR IGNORE INTO erase_due (dossier, at) SELECT ?1, ?2
             WHERE EXISTS (SELECT 1 FROM handover WHERE dossier = ?1 AND state = ?3)"""
    act.db.conn.execute(sql, [said.dossier, said.erased_at, State.ACCEPTED])


def _settle(home: Home, act: Act, dossier: str) -> None:
    """Fold a dossier of all that is here of it, and have the files that it names fetched, like those a restore came without."""
    reordering.fold_with_brought(act.db, act.db, act.device, dossier)
    sql = "SELECT digest, size FROM dossier_file WHERE dossier = ? AND digest NOT IN (SELECT digest FROM file_lost)"
    missing = [(*named, 0) for named in act.db.conn.execute(sql, [dossier]).fetchall() if not files.has(home, named[0])]
    act.db.conn.executemany("INSERT INTO file_lost (digest, size, gone) VALUES (?, ?, ?)", missing)
    _touch(act, dossier)


def _touch(act: Act, dossier: str) -> None:
    for topic in ("handovers", "dossiers", f"dossier:{dossier}"):
        act.touch(topic)


def follow(sender: Sender) -> int:
    """Fetch keys of dossiers that came, and erase copies whose owner did; gives how many dossiers were changed."""
    return _fetch_keys(sender) + _erase(sender.box)


def _fetch_keys(sender: Sender) -> int:
    wanted = _without_key(sender.box.db)
    recovery.fetch_keys(sender, wanted)
    with_key = sorted(set(wanted) - set(_without_key(sender.box.db)))
    if with_key:
        with sender.box.writing() as act:
            for dossier in with_key:
                _settle(sender.box.home, act, dossier)
            note_keys_sent(act, [key for dossier in with_key for key in _key(act.db, dossier)])
    return len(with_key)


def _without_key(db: Database) -> tuple[str, ...]:
    sql = """SELECT DISTINCT dossier FROM brought_event b WHERE sealed = 1
             AND NOT EXISTS (SELECT 1 FROM dossier_key k WHERE k.dossier = b.dossier) ORDER BY dossier LIMIT ?"""
    return tuple(row[0] for row in db.conn.execute(sql, [KEYS_MAX]).fetchall())


def _key(db: Database, dossier: str) -> list[tuple[str, str, bool]]:
    sql = "SELECT dossier, key_id, destroyed_at IS NOT NULL FROM dossier_key WHERE dossier = ?"
    return [(found, key_id, bool(gone)) for found, key_id, gone in db.conn.execute(sql, [dossier])]


def _erase(box: Box) -> int:
    """Erase what the owner erased. An erasure that fails is tried again in the next round."""
    sql = """SELECT dossier FROM erase_due e WHERE NOT EXISTS (
                 SELECT 1 FROM dossier_event d WHERE d.dossier = e.dossier AND d.kind = ?) ORDER BY dossier"""
    due = [row[0] for row in box.db.conn.execute(sql, [ERASED]).fetchall() if rows.load(box.db, row[0])]
    for dossier in due:
        erasure.erase(box, dossier, "box", BY_OWNER)
    return len(due)


EFFECTS: Mapping[str, Callable[[Box, Act, Record], None]] = {
    "unit.known": unit_known,
    "handover.offered": told,
    "handover.decided": told,
    "handover.events": came,
    "erasure.confirmed": erased,
}
