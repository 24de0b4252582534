"""Folding in the ledger's order what arrived in another: events of an earlier life that came back after later ones were written.

The order is that of lives, then of numbers in a life; the province has the same one. Nothing here looks at a clock.
"""

from collections.abc import Collection

from sqlite_utils.db import Database

from appliance import events, history, ledger, rows
from appliance.advancing import advance
from appliance.events import Event
from appliance.ownership import ACCEPTED, BESIDE


def fold_again(source: Database, target: Database, device: str, dossier: str) -> None:
    """Make a dossier's row in `target` anew from its events in `source` (often the same database), in the order they count."""
    found, last, owner = None, None, ""
    for one in history.of_dossier(source, target, device, dossier):
        found = advance(found, one.event, history.personal_of(source, one))
        owner = one.device if one.event.t == ACCEPTED else owner or one.device
        last = last if one.event.t in BESIDE else one
    if found and last:
        rows.save(target, owner, last.inc, last.event, found, words=True, away=owner != device)


def fold_with_brought(source: Database, target: Database, device: str, dossier: str) -> None:
    """Fold a dossier of which events were brought, after its own were: its row, and the files that all of them name."""
    if history.was_brought(source, dossier):
        history.name_files(source, target, dossier)
        fold_again(source, target, device, dossier)


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
