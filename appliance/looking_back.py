"""A dossier as it was: its own events folded only so far. Reads the ledger, keeps nothing, changes nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlite_utils.db import Database

from appliance import events, history, ledger
from appliance.advancing import advance
from appliance.clock import local_day
from appliance.dossier import Dossier
from appliance.events import Event
from appliance.ids import device_bytes


class Told(NamedTuple):
    """One event of a dossier: in which life of the ledger, what it says, its personal part as far as its key still exists."""

    inc: str
    event: Event
    personal: Mapping[str, Any]
    data: bytes
    digest: bytes

    @property
    def truly_at(self) -> str:
        """Say when the act truly was (UTC text): a reception that was entered late counts from the paper's time."""
        return self.event.d["accepted_at"] if self.event.d.get("late_entry") else self.event.at


def told(db: Database, device: str, dossier_id: str) -> list[Told]:
    """List a dossier's events with their personal parts, oldest first; what was handed over in its place, without a digest."""
    if history.was_brought(db, dossier_id):
        counted = history.of_dossier(db, db, device, dossier_id)
        return [Told(o.inc.hex(), o.event, history.personal_of(db, o), o.data, _digest(db, device, o)) for o in counted]
    sql = """SELECT e.inc, e.bytes, e.digest FROM dossier_event d JOIN event e ON e.inc = d.inc AND e.seq = d.seq
             WHERE d.dossier = ? ORDER BY e.n"""
    rows = [(bytes(inc), bytes(data), bytes(digest)) for inc, data, digest in db.conn.execute(sql, [dossier_id])]
    found = [(inc, events.decode(data), data, digest) for inc, data, digest in rows]
    by = device_bytes(device)
    return [Told(inc.hex(), event, ledger.personal_of(db, by, inc, event), data, digest) for inc, event, data, digest in found]


def _digest(db: Database, device: str, one: history.Kept) -> bytes:
    sql = "SELECT digest FROM event WHERE inc = ? AND seq = ?"
    row = db.conn.execute(sql, [one.inc, one.event.i]).fetchone() if one.device == device else None
    return bytes(row[0]) if row else b""


def as_it_was_on(every: list[Told], day: date) -> Dossier | None:
    """Give the dossier as it was at the end of a local day; None before its first event. Pure."""
    return folded([one for one in every if local_day(one.event.at) <= day])


def as_seen(every: list[Told], seen: str) -> Dossier | None:
    """Give the dossier as a page showed it that carries the mark `seen` (see `mark`). Pure; an unknown mark gives all."""
    places = [place for place, one in enumerate(every) if mark_of(one.inc, one.event.i) == seen]
    return folded(every[: places[0] + 1] if places else every)


def folded(every: list[Told]) -> Dossier | None:
    """Fold events in their order."""
    dossier = None
    for one in every:
        dossier = advance(dossier, one.event, one.personal)
    return dossier


def mark(db: Database, dossier_id: str) -> str:
    """Name how far a dossier has come: what a page shows carries it, so that a later save knows what was seen."""
    row = db.conn.execute("SELECT last_inc, last_seq FROM dossier WHERE id = ?", [dossier_id]).fetchone()
    return mark_of(bytes(row[0]).hex(), row[1]) if row else ""


def mark_of(inc: str, seq: int) -> str:
    """Write a mark."""
    return f"{inc}.{seq}"
