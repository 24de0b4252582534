"""The events of one dossier in the order they count: this box's own, and those that came with a hand-over.

The order is that of the owner's versions, within one the owner's own events by lives and numbers, as the province folded them, then
what others added. What the province set aside because another one owned the dossier by then stays in the ledger and does not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils.db import Database

from appliance import events, ledger, ownership, rows
from appliance.events import Event
from appliance.ids import device_bytes
from appliance.ownership import ACCEPTED, State

Place = tuple[bytes, int]


@dataclass(frozen=True)
class Kept:
    """An event as it lies here: which device wrote it, its life, its bytes, and whether it counts."""

    device: str
    inc: bytes
    event: Event
    data: bytes
    counts: bool = True


def of_dossier(source: Database, target: Database, device: str, dossier: str) -> list[Kept]:
    """List the events of a dossier that count, in their order. `target` names the own ones, `source` holds all bytes."""
    brought = list(_brought(source, dossier))
    aside = {(one.device, one.inc, one.event.i) for one in brought if not one.counts}
    own = [one for one in _own(source, target, device, dossier) if (device, one.inc, one.event.i) not in aside]
    decided = [one for one in own if one.event.t != ACCEPTED or _is_ours(source, device, one.event)]
    counted = [*_with_version(decided), *_with_version([one for one in brought if one.counts])]
    owners = {version: ownership.owner_in(source, dossier, version) for version, _ in counted}
    return [one for _, one in sorted(counted, key=lambda pair: (pair[0], pair[1].device != (owners[pair[0]] or device)))]


def _with_version(kept: list[Kept]) -> Iterator[tuple[int, Kept]]:
    """Give each with the owner's version it stands in; one that says none stands in that of the one before."""
    version = 1
    for one in kept:
        version = max(version, one.event.o)
        yield version, one


def _own(source: Database, target: Database, device: str, dossier: str) -> Iterator[Kept]:
    for inc, seq in places_of(source, target, dossier):
        data = stored(source, inc, seq)
        yield Kept(device, inc, events.decode(data), data)


def _brought(db: Database, dossier: str) -> Iterator[Kept]:
    sql = "SELECT device, inc, bytes, counts FROM brought_event WHERE dossier = ? ORDER BY n"
    for device, inc, data, counts in db.conn.execute(sql, [dossier]).fetchall():
        yield Kept(device, bytes(inc), events.decode(bytes(data)), bytes(data), bool(counts))


def _is_ours(db: Database, device: str, event: Event) -> bool:
    found = ownership.handover(db, event.d["offer"])
    return found is not None and (found.state, found.taker) == (State.ACCEPTED, device)


def places_of(source: Database, target: Database, dossier: str) -> list[Place]:
    """List where a dossier's own events stand, in the ledger's order."""
    order = {life.inc: life.inc_no for life in ledger.incarnations(source)}
    found = target.conn.execute("SELECT inc, seq FROM dossier_event WHERE dossier = ?", [dossier]).fetchall()
    return sorted(((bytes(inc), seq) for inc, seq in found), key=lambda place: (order[place[0]], place[1]))


def stored(db: Database, inc: bytes, seq: int) -> bytes:
    """Give the bytes of one own event."""
    return bytes(db.conn.execute("SELECT bytes FROM event WHERE inc = ? AND seq = ?", [inc, seq]).fetchone()[0])


def set_aside(db: Database, dossier: str) -> list[Kept]:
    """List what does not count: written by one that was not the owner any more, for a person to look at."""
    return [one for one in _brought(db, dossier) if not one.counts]


def bring(db: Database, dossier: str, device: str, inc: bytes, data: bytes, counts: bool) -> None:
    """Keep an event that came by the feed; the same one again changes nothing."""
    event = events.decode(data)
    sql = "INSERT OR IGNORE INTO brought_event (dossier, device, inc, seq, bytes, counts, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)"
    db.conn.execute(sql, [dossier, device, inc, event.i, data, int(counts), int(event.p is not None)])


def name_files(source: Database, target: Database, dossier: str) -> None:
    """Enter the files of brought events among those of their dossier, unless it was erased by an act that counts."""
    erased = target.conn.execute("SELECT 1 FROM dossier_event WHERE dossier = ? AND kind = ?", [dossier, ownership.ERASED])
    brought = list(_brought(source, dossier))
    if erased.fetchone() or any(one.counts and one.event.t == ownership.ERASED for one in brought):
        return
    for one in brought:
        rows.name_files(target, one.event)


def personal_of(db: Database, kept: Kept) -> dict[str, Any]:
    """Unseal an event's personal fields; empty while its key is not here."""
    return ledger.personal_of(db, device_bytes(kept.device), kept.inc, kept.event)


def was_brought(db: Database, dossier: str) -> bool:
    """Say whether events were brought of a dossier."""
    return db.conn.execute("SELECT 1 FROM brought_event WHERE dossier = ?", [dossier]).fetchone() is not None


def here(db: Database, dossier: str) -> str:
    """Give the device of this box, as its own acts on a dossier name it; "" where it has none."""
    row = db.conn.execute("SELECT device FROM dossier_event WHERE dossier = ? LIMIT 1", [dossier]).fetchone()
    return row[0] if row else ""


def with_brought(db: Database) -> list[str]:
    """Name the dossiers that events were brought of."""
    return [row[0] for row in db.conn.execute("SELECT DISTINCT dossier FROM brought_event ORDER BY dossier")]
