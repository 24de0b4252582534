"""A day that the office declares off (a storm) or working, and the due dates that move with it when a person says so.

Declaring moves nothing by itself. Who was given a new day is to be called; that list is kept beside the ledger.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils.db import Database

from appliance import clock, rows
from appliance.catalogue import Catalogue
from appliance.clocks import EventDue, calendar_of, due_after_wait
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.processing import load
from appliance.text import day_text
from appliance.working_calendar import Calendar

BACK_DAYS_MAX, AHEAD_DAYS_MAX = 31, 400
SHOWN_MAX = 200
AT_ONCE_MAX = 50  # Dossiers recomputed in one transaction.
WORDS_CHARS_MAX = 200

CatalogueOf = Callable[[Dossier], Catalogue]


@dataclass(frozen=True)
class Change:
    """A running dossier whose due date a day moves: the old one (local ISO text) and the new one as an event keeps it."""

    dossier: Dossier
    old: str
    new: EventDue


@dataclass(frozen=True)
class Call:
    """A citizen to be called: the dossier, the old and the new due date (local ISO text), who called and when (UTC text)."""

    dossier: str
    old: str
    new: str
    called_by: str | None
    called_at: str | None


def declare(act: Act, officer: str, calendar: Calendar, day: date, name: str, basis: str, working: bool) -> None:
    """Record that a day is off, or that it is a working day. Moves no due date.

    Raises Refused `reason_missing`, `day_too_far`, `day_is_so_already`.
    """
    away = (day - clock.local_day(act.reading.at)).days
    if not name.strip() or not basis.strip():
        raise Refused("reason_missing")
    if not -BACK_DAYS_MAX <= away <= AHEAD_DAYS_MAX:
        raise Refused("day_too_far", back=BACK_DAYS_MAX, ahead=AHEAD_DAYS_MAX)
    if calendar.is_working(day) == working:
        raise Refused("day_is_so_already", day=day_text(day))
    clear = {"day": day.isoformat(), "name": name.strip(), "basis": basis.strip(), "working": working}
    act.record("calendar.day_declared", actor=officer, clear=clear)
    act.touch("dossiers")


def moved(
    db: Database, catalogue: Catalogue, of: CatalogueOf, day: date, now: datetime, after: str = ""
) -> tuple[list[Change], str]:
    """List the running dossiers whose due date the declared day moves, the most urgent first, SHOWN_MAX a page.

    Gives the page and the mark of the next one ("" where there is none); `after` is the mark of the page before.
    """
    with_day, without = calendar_of(catalogue, db), calendar_of(catalogue, db, without=day)
    sql = """SELECT state FROM dossier WHERE status IN (2, 4) AND away = 0 AND due_at >= ? AND due_at || '|' || code > ?
             ORDER BY due_at, code"""
    found: list[Change] = []
    for (state,) in db.conn.execute(sql, [day.isoformat(), after]):
        if change := _change(rows.decode(state), of, with_day, without, now):
            if len(found) == SHOWN_MAX:
                return found, f"{found[-1].old}|{found[-1].dossier.code}"
            found.append(change)
    return found, ""


def recompute(act: Act, catalogue: Catalogue, of: CatalogueOf, officer: str, day: date, chosen: Sequence[str]) -> int:
    """Give the chosen dossiers (AT_ONCE_MAX at most) the due date the declared day makes; gives how many moved.

    One that moved already is passed over, so a list sent twice moves nothing twice. Raises Refused `too_many_at_once`.
    """
    if len(chosen) > AT_ONCE_MAX:
        raise Refused("too_many_at_once", most=AT_ONCE_MAX)
    with_day, without = calendar_of(catalogue, act.db), calendar_of(catalogue, act.db, without=day)
    now, count = clock.local(act.reading.at), 0
    for dossier_id in chosen:
        if change := _change(load(act, dossier_id), of, with_day, without, now):
            _move(act, officer, day, change)
            count += 1
    return count


def calls(db: Database, day: date) -> list[Call]:
    """List who was given a new date because of a day: not called first."""
    sql = """SELECT dossier, old, new, called_by, called_at FROM to_call WHERE day = ?
             ORDER BY called_at IS NOT NULL, new, dossier"""
    return [Call(*row) for row in db.conn.execute(sql, [day.isoformat()])]


def calls_open(db: Database) -> tuple[str, int] | None:
    """Give the oldest day (ISO) for which somebody is still to be called, and how many."""
    sql = "SELECT day, count(*) FROM to_call WHERE called_at IS NULL GROUP BY day ORDER BY day LIMIT 1"
    return db.conn.execute(sql).fetchone()


def tick(act: Act, officer: str, day: date, dossier_id: str, called: bool) -> None:
    """Note that a citizen was called, or take the note back."""
    sql = "UPDATE to_call SET called_by = ?, called_at = ? WHERE day = ? AND dossier = ?"
    act.db.conn.execute(sql, [*([officer, act.reading.at] if called else [None, None]), day.isoformat(), dossier_id])


def _change(dossier: Dossier, of: CatalogueOf, with_day: Calendar, without: Calendar, now: datetime) -> Change | None:
    """Compare both counts: only what this very day moves is listed, not what differs for another reason."""
    if dossier.due is None or dossier.pause is not None or dossier.finished_at:
        return None
    try:
        catalogue = of(dossier)
        new, before = due_after_wait(catalogue, dossier, now, with_day), due_after_wait(catalogue, dossier, now, without)
    except Refused:
        return None  # A procedure the catalogue no longer has: its due date was promised by a person.
    old = dossier.due.get("at")
    return Change(dossier, old, new) if old and new and before and before["at"] != new["at"] != old else None


def _move(act: Act, officer: str, day: date, change: Change) -> None:
    clear = {"due": change.new, "because": day.isoformat()}
    act.record("due.recomputed", actor=officer, dossier=change.dossier.id, clear=clear)
    act.db.conn.execute(
        "INSERT OR REPLACE INTO to_call (day, dossier, old, new) VALUES (?, ?, ?, ?)",
        [day.isoformat(), change.dossier.id, change.old, change.new["at"]],
    )
