"""Making dossiers' rows anew from their events, where they are no more what the events say. The ledger stays as it is.

A dossier is left alone where folding it would lose what still stands in its row: an event of it is damaged, or its key is gone.
"""

from collections.abc import Collection
from enum import StrEnum

from sqlite_utils.db import Database

from appliance import chain, events, history, ledger, reordering, rows
from appliance.events import Event
from appliance.ledger import Act

Stored = tuple[bytes, Event]  # life, event


class LeftAlone(StrEnum):
    """Why a dossier's rows were not made anew."""

    DAMAGED = "damaged_here"  # An event's bytes are not what the chain says.
    KEY_LOST = "key_lost"  # Its sealed words cannot be opened, though nobody erased it.


def keys_lacking(db: Database, dossiers: Collection[str]) -> list[str]:
    """Name those of some dossiers that have no key here, and none that was destroyed."""
    sql = "SELECT 1 FROM dossier_key WHERE dossier = ? AND (secret IS NOT NULL OR destroyed_at IS NOT NULL)"
    return [dossier for dossier in dossiers if not db.conn.execute(sql, [dossier]).fetchone()]


def fold_anew(act: Act, dossiers: Collection[str]) -> dict[str, LeftAlone]:
    """Make the rows of some dossiers anew, each in its place in lists; gives those left alone. Walks the whole ledger once."""
    found, damaged = _events_of(act, dossiers)
    brought = set(history.with_brought(act.db))
    sealed = {dossier for dossier, stored in found.items() if dossier in brought or any(event.p for _, event in stored)}
    lost = sealed & set(keys_lacking(act.db, dossiers))
    left = dict.fromkeys(lost, LeftAlone.KEY_LOST) | dict.fromkeys(damaged, LeftAlone.DAMAGED)
    for dossier in found.keys() - left.keys():
        _fold(act, dossier, found[dossier])
        act.touch(f"dossier:{dossier}")
    act.touch("dossiers")
    return left


def _events_of(act: Act, dossiers: Collection[str]) -> tuple[dict[str, list[Stored]], set[str]]:
    """Find the events of some dossiers in the ledger itself, in its order, and the dossiers of which one is damaged."""
    found: dict[str, list[Stored]] = {dossier: [] for dossier in dossiers}
    damaged: set[str] = set()
    for life in ledger.incarnations(act.db):
        links = list(ledger.stored(act.db, life.inc))
        start = chain.first_previous(act.device_bytes, life.parent)
        misfits = set(chain.misfits(act.device_bytes, life.inc, start, links))
        damaged |= {dossier for seq in misfits for dossier in _named_at(act.db, life.inc, seq)}
        for event in (events.decode(data) for seq, _, data in links if seq not in misfits):
            if event.k in found:
                found[event.k].append((life.inc, event))
    return found, damaged & found.keys()


def _named_at(db: Database, inc: bytes, seq: int) -> list[str]:
    """Say by the rows whose event stands at a place; its bytes cannot be asked."""
    return [row[0] for row in db.conn.execute("SELECT dossier FROM dossier_event WHERE inc = ? AND seq = ?", [inc, seq])]


def _fold(act: Act, dossier: str, stored: list[Stored]) -> None:
    """Enter the acts and files anew, then the row over them. Numbers stay as they are: others may have spoken of them since."""
    place = _take_out(act.db, dossier)
    for inc, event in stored:
        rows.enter(act.db, act.device, inc, event)
    history.name_files(act.db, act.db, dossier)
    reordering.fold_again(act.db, act.db, act.device, dossier)
    _put_in_place(act.db, dossier, place)


def _take_out(db: Database, dossier: str) -> int | None:
    row = db.conn.execute("SELECT rid FROM dossier WHERE id = ?", [dossier]).fetchone()
    if row:
        db.conn.execute("DELETE FROM dossier_search WHERE rowid = ?", row)
    for table, column in (("dossier", "id"), ("dossier_event", "dossier"), ("dossier_file", "dossier")):
        db.conn.execute(f"DELETE FROM {table} WHERE {column} = ?", [dossier])
    return row[0] if row else None


def _put_in_place(db: Database, dossier: str, place: int | None) -> None:
    if place is None:  # Its row was gone, and words may be left that led to it.
        db.conn.execute("DELETE FROM dossier_search WHERE rowid NOT IN (SELECT rid FROM dossier)")
        return
    row = db.conn.execute("SELECT rid, state FROM dossier WHERE id = ?", [dossier]).fetchone()
    if row:
        db.conn.execute("UPDATE dossier SET rid = ? WHERE id = ?", [place, dossier])
        db.conn.execute("DELETE FROM dossier_search WHERE rowid = ?", row[:1])
        words = rows.search_words(rows.decode(row[1]))
        db.conn.execute("INSERT INTO dossier_search (rowid, words) VALUES (?, ?)", [place, words])
