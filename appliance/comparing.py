"""What a person must compare after a restore or a fork, and whether the box still waits for what it may have lost.

Found by facts of the ledger alone; a person settles it, nothing here changes a dossier or a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils.db import Database

from appliance import ledger, rows
from appliance.events import Event
from appliance.ledger import Act

LISTED_MAX = 200
FOLDS_OTHERWISE = "folds_otherwise"  # Equal events, keys and rules, and yet other rows at the province.
WHOLE = "whole_life"  # Name in sync_state: the life of which the province said that nothing before it lacks here.


class What(StrEnum):
    """What is to be compared."""

    BOTH_SIDES = "both_sides"  # A dossier was written before the loss and after it, by people who did not know of each other.
    NUMBER_TWICE = "number_twice"  # One number stands on two papers.
    FILE_GONE = "file_gone"  # A file that neither the box nor the province has.
    CONTENT_DIFFERS = "content_differs"  # A dossier does not hold the same at the province, and could not be mended.


@dataclass(frozen=True)
class Case:
    """One thing to compare. `about`: book, period and number, a file's digest, or the code of a reason; `other` the second dossier;
    codes where known."""

    id: int
    what: What
    about: str
    dossier: str
    code: str
    other: str
    other_code: str
    found_at: str


def awaiting(db: Database) -> bool:
    """Say whether this life began after a loss and the province has not said yet that nothing lacks."""
    life = ledger.incarnation(db)
    if life.parent is None:
        return False
    row = db.conn.execute("SELECT value FROM sync_state WHERE name = ?", [WHOLE]).fetchone()
    return row is None or row[0] != life.inc.hex()


def note(act: Act, what: What, about: str, dossier: str = "", other: str = "") -> None:
    """Ask a person to compare something; the same thing twice is asked once."""
    sql = "INSERT OR IGNORE INTO to_compare (what, about, dossier, other, found_at) VALUES (?, ?, ?, ?, ?)"
    act.db.conn.execute(sql, [what, about, dossier, other, act.reading.at])
    act.touch("to_compare")


def withdraw(act: Act, what: What, about: str) -> None:
    """Ask nobody any more about what came right by itself."""
    act.db.conn.execute("DELETE FROM to_compare WHERE what = ? AND about = ? AND settled_at IS NULL", [what, about])
    act.touch("to_compare")


def differ(act: Act, found: Mapping[str, str]) -> None:
    """Ask a person about exactly these dossiers (id: code of the reason): those asked about before are equal now."""
    asked = act.db.conn.execute(
        "SELECT id, dossier, about FROM to_compare WHERE what = ? AND settled_at IS NULL", [What.CONTENT_DIFFERS]
    )
    over = [[id] for id, dossier, about in asked.fetchall() if found.get(dossier) != about]
    act.db.conn.executemany("DELETE FROM to_compare WHERE id = ?", over)
    for dossier, why in found.items():
        note(act, What.CONTENT_DIFFERS, why, dossier)
    act.touch("to_compare")


def note_clashes(act: Act, event: Event) -> None:
    """Ask a person to compare each number of an event that already stands for something else; called before the event is folded."""
    state = rows.NUMBER_STATES.get(event.t, "used")
    for number in rows.numbers(event):
        sql = "SELECT state, coalesce(dossier, '') FROM number_used WHERE unit = ? AND book = ? AND period = ? AND n = ?"
        key = [number["unit"], number["book"], number["period"], number["n"]]
        row = act.db.conn.execute(sql, key).fetchone()
        if row and row[1] != event.k and (row[1] or row[0] != state):
            note(act, What.NUMBER_TWICE, "|".join(map(str, key)), event.k, row[1])


def cases(db: Database, dossier: str = "") -> list[Case]:
    """List what was not settled yet, of all dossiers or of one, oldest first."""
    sql = """SELECT t.id, t.what, t.about, t.dossier, coalesce(d.code, ''), t.other, coalesce(o.code, ''), t.found_at
             FROM to_compare t LEFT JOIN dossier d ON d.id = t.dossier LEFT JOIN dossier o ON o.id = t.other
             WHERE t.settled_at IS NULL AND :dossier IN ('', t.dossier, t.other) ORDER BY t.id LIMIT :most"""
    found = db.conn.execute(sql, {"dossier": dossier, "most": LISTED_MAX})
    return [Case(id, What(what), *rest) for id, what, *rest in found]


def count(db: Database) -> int:
    """Count what was not settled yet."""
    return db.conn.execute("SELECT count(*) FROM to_compare WHERE settled_at IS NULL").fetchone()[0]


def settle(act: Act, id: int, officer: str) -> bool:
    """Keep that a person compared it; says whether it was still open."""
    sql = "UPDATE to_compare SET settled_at = ?, settled_by = ? WHERE id = ? AND settled_at IS NULL"
    act.touch("to_compare")
    return bool(act.db.conn.execute(sql, [act.reading.at, officer, id]).rowcount)
