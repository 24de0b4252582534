"""Folding in the ledger's order what arrived in another: events of an earlier life that came back after later ones were written.

The order is that of lives, then of numbers in a life; the province has the same one. Nothing here looks at a clock.
"""

from collections.abc import Collection

from sqlite_utils.db import Database

from appliance import events, ledger, rows
from appliance.advancing import advance
from appliance.events import Event
from appliance.ids import device_bytes

Place = tuple[bytes, int]


def fold_again(source: Database, target: Database, device: str, dossier: str) -> None:
    """Make a dossier's row in `target` anew from its events in `source` (often the same database), in the ledger's order."""
    mark, found, last = device_bytes(device), None, None
    for inc, seq in places_of(source, target, dossier):
        event = events.decode(stored(source, inc, seq))
        found = advance(found, event, ledger.personal_of(target, mark, inc, event))
        last = (inc, event)
    if found and last:
        rows.save(target, device, *last, found, words=True)


def places_of(source: Database, target: Database, dossier: str) -> list[Place]:
    """List where a dossier's events stand, in the ledger's order."""
    order = {life.inc: life.inc_no for life in ledger.incarnations(source)}
    found = target.conn.execute("SELECT inc, seq FROM dossier_event WHERE dossier = ?", [dossier]).fetchall()
    return sorted(((bytes(inc), seq) for inc, seq in found), key=lambda place: (order[place[0]], place[1]))


def stored(db: Database, inc: bytes, seq: int) -> bytes:
    """Give the bytes of one event."""
    return bytes(db.conn.execute("SELECT bytes FROM event WHERE inc = ? AND seq = ?", [inc, seq]).fetchone()[0])


def keep_facts_again(db: Database, target: Database, device: str, after: int) -> None:
    """Let the office's own acts of lives above the ordinal `after` stand once more over those of earlier lives."""
    for life in ledger.incarnations(db):
        for _, _, data in ledger.stored(db, life.inc) if life.inc_no > after else ():
            event = events.decode(data)
            if not event.k:
                rows.keep_office_fact(target, device, event)


def written_in_later_lives(db: Database, after: int) -> set[str]:
    """Name the dossiers that lives above the ordinal `after` have written."""
    later = [life.inc for life in ledger.incarnations(db) if life.inc_no > after]
    marks = ",".join("?" * len(later))
    return {row[0] for row in db.conn.execute(f"SELECT DISTINCT dossier FROM dossier_event WHERE inc IN ({marks})", later)}


class Late:
    """Watches a walk in order of arrival for what came after something of a later life."""

    def __init__(self, ordinals: dict[bytes, int]):
        self.ordinals, self.highest, self.by_dossier = ordinals, 0, dict[str, int]()
        self.dossiers: set[str] = set()
        self.lowest = 0  # ordinal of the earliest life that came late; 0 when none did

    def see(self, inc: bytes, event: Event) -> None:
        """Take one event into account."""
        ordinal = self.ordinals[inc]
        if ordinal < self.highest:
            self.lowest = min(self.lowest or ordinal, ordinal)
        if ordinal < self.by_dossier.get(event.k, 0):
            self.dossiers.add(event.k)
        self.highest = max(self.highest, ordinal)
        self.by_dossier[event.k] = max(self.by_dossier.get(event.k, 0), ordinal)

    def fold(self, source: Database, target: Database, device: str) -> None:
        """Put in order what came late."""
        put_in_order(source, target, device, self.dossiers - {""}, self.lowest)


def put_in_order(source: Database, target: Database, device: str, dossiers: Collection[str], after: int) -> None:
    """Fold some dossiers, and the office's acts after a life, in the ledger's order. `after` 0: nothing came late."""
    for dossier in dossiers:
        fold_again(source, target, device, dossier)
    if after:
        keep_facts_again(source, target, device, after)
