"""What colleagues tell one another beside a dossier: who has it open now, and notes. Not in the ledger, not sent to the province.

A note is a person's words about a person: it goes with the dossier's erasure. Presence is forgotten within a day.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils.db import Database

from appliance.clock import moment_of, text_of
from appliance.errors import Refused
from appliance.ids import uuid7
from appliance.ledger import Act

PRESENT = timedelta(seconds=90)  # A page that did not ask again for so long was left.
FORGOTTEN = timedelta(days=1)
NOTE_CHARS_MAX = 1_000
NOTES_MAX = 50


@dataclass(frozen=True)
class Note:
    """One note: whose, when (UTC text), what."""

    officer: str
    at: str
    words: str


def come(act: Act, dossier_id: str, officer: str) -> None:
    """Note that an officer has the dossier's page open; colleagues' pages hear of it when he was not there before."""
    if officer not in here(act.db, dossier_id, act.reading.at):
        act.touch(f"here:{dossier_id}")
    act.db.conn.execute("DELETE FROM presence WHERE seen_at < ?", [_before(act.reading.at, FORGOTTEN)])
    sql = "INSERT OR REPLACE INTO presence (dossier, officer, seen_at) VALUES (?, ?, ?)"
    act.db.conn.execute(sql, [dossier_id, officer, act.reading.at])


def here(db: Database, dossier_id: str, at: str) -> dict[str, str]:
    """Give who has the dossier open at a moment (UTC text): officer's id and when the page asked last."""
    sql = "SELECT officer, seen_at FROM presence WHERE dossier = ? AND seen_at >= ? ORDER BY officer"
    return dict(db.conn.execute(sql, [dossier_id, _before(at, PRESENT)]).fetchall())


def write_note(act: Act, dossier_id: str, officer: str, words: str) -> None:
    """Leave a note for colleagues. Raises Refused `note_empty`, `field_long`, `dossier_unknown`, `already_erased`."""
    row = act.db.conn.execute("SELECT 1 FROM dossier WHERE id = ?", [dossier_id]).fetchone()
    if row is None:
        raise Refused("dossier_unknown")
    if act.db.conn.execute("SELECT 1 FROM dossier_key WHERE dossier = ? AND secret IS NULL", [dossier_id]).fetchone():
        raise Refused("already_erased")
    if not words.strip():
        raise Refused("note_empty")
    if len(words) > NOTE_CHARS_MAX:
        raise Refused("field_long", most=NOTE_CHARS_MAX)
    sql = "INSERT INTO note (id, dossier, officer, words, at) VALUES (?, ?, ?, ?, ?)"
    act.db.conn.execute(sql, [uuid7(), dossier_id, officer, words.strip(), act.reading.at])
    act.touch(f"here:{dossier_id}")


def notes(db: Database, dossier_id: str) -> list[Note]:
    """List the notes on a dossier, newest first."""
    sql = "SELECT officer, at, words FROM note WHERE dossier = ? ORDER BY id DESC LIMIT ?"
    return [Note(*row) for row in db.conn.execute(sql, [dossier_id, NOTES_MAX])]


def forget(db: Database, dossier_id: str) -> None:
    """Delete the notes and who was there: the dossier's person is erased."""
    db.conn.execute("DELETE FROM note WHERE dossier = ?", [dossier_id])
    db.conn.execute("DELETE FROM presence WHERE dossier = ?", [dossier_id])


def _before(at: str, how_long: timedelta) -> str:
    return text_of(moment_of(at) - how_long)
