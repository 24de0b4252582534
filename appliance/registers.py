"""Registers drawn from the ledger's rows: sổ theo dõi hồ sơ (form 07), outgoing documents, certified copies, receipts.

Every line stands for a dossier received, or for a number used, void or lost, between two local days. Reads only.
Basis: TT 03/2025/TT-VPCP, form 07; NĐ 30/2020 (outgoing documents); NĐ 23/2015 (certifications); NĐ 123/2020 (receipts).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlite_utils.db import Database

from appliance import events, rows
from appliance.clock import LOCAL, text_of
from appliance.dossier import Dossier
from appliance.errors import Refused

DAYS_MAX = 366
LINES_MAX = 5_000
NUMBERED = ("document.numbered", "copies.certified", "fee.taken")  # Acts that take a number of a yearly book.


@dataclass(frozen=True)
class Span:
    """Two local days, both included. A span that exists is in order and not longer than a year (`period_wrong` otherwise)."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not self.first <= self.last <= self.first + timedelta(days=DAYS_MAX):
            raise Refused("period_wrong", most=DAYS_MAX)

    @property
    def moments(self) -> tuple[str, str]:
        """Give its beginning and the end after it as UTC text."""
        ends = (self.first, self.last + timedelta(days=1))
        begin, end = (text_of(datetime.combine(day, time(), LOCAL)) for day in ends)
        return begin, end


@dataclass(frozen=True)
class Entry:
    """One number of a book: its state (used, voided, lost), when (UTC text), and what it was used for where that is known."""

    n: int
    state: str
    reason: str
    at: str
    dossier: Dossier | None
    facts: dict[str, Any]
    actor: str


def received(db: Database, span: Span, most: int = LINES_MAX) -> list[Dossier]:
    """List the dossiers accepted here within a span, oldest first; not those handed over by others.

    Raises Refused `too_many_lines`.
    """
    here = "EXISTS (SELECT 1 FROM dossier_event e WHERE e.dossier = id AND e.kind IN ('dossier.accepted', 'dossier.imported'))"
    sql = f"SELECT state FROM dossier WHERE accepted_at >= ? AND accepted_at < ? AND {here} ORDER BY accepted_at, code LIMIT ?"
    found = [rows.decode(bytes(state)) for (state,) in db.conn.execute(sql, [*span.moments, most + 1])]
    return _bounded(found, most)


def numbers(db: Database, unit: str, book: str, span: Span, most: int = LINES_MAX) -> list[Entry]:
    """List the numbers of a yearly book taken within a span, newest first. Raises Refused `too_many_lines`."""
    sql = """SELECT n, state, reason, at, dossier FROM number_used
             WHERE unit = ? AND book = ? AND period BETWEEN ? AND ? AND at >= ? AND at < ?
             ORDER BY period DESC, n DESC LIMIT ?"""
    years = (str(span.first.year), str(span.last.year))
    found = db.conn.execute(sql, [unit, book, *years, *span.moments, most + 1]).fetchall()
    return [_entry(db, book, *row) for row in _bounded(found, most)]


def _bounded(found: list[Any], most: int) -> list[Any]:
    if len(found) > most:
        raise Refused("too_many_lines", most=most)
    return found


def _entry(db: Database, book: str, n: int, state: str, reason: str | None, at: str, dossier_id: str | None) -> Entry:
    event = next((one for one in _numbering(db, dossier_id) if _is(one.d, book, n)), None) if dossier_id else None
    dossier = rows.load(db, dossier_id) if dossier_id else None
    return Entry(n, state, reason or "", at, dossier, event.d if event else {}, event.a if event else "")


def _numbering(db: Database, dossier_id: str) -> Iterator[events.Event]:
    """Read the acts of a dossier that took numbers."""
    marks = ",".join("?" * len(NUMBERED))
    sql = f"""SELECT e.bytes FROM dossier_event d JOIN event e ON e.inc = d.inc AND e.seq = d.seq
              WHERE d.dossier = ? AND d.kind IN ({marks}) ORDER BY e.n DESC"""
    for (data,) in db.conn.execute(sql, [dossier_id, *NUMBERED]):
        yield events.decode(bytes(data))


def _is(facts: dict[str, Any], book: str, n: int) -> bool:
    number = facts.get("number") or {}
    return (number.get("book"), number.get("n")) == (book, n)
