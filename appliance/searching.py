"""Finding dossiers by every key with filters, page by page. Narrow indexes hold all that filters ask for.

Pages are told apart by the last row seen, never by counting rows away; the newest recorded dossier comes first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlite_utils.db import Database

from appliance import queries, roles, rows
from appliance.clock import LOCAL, text_of
from appliance.dossier import Dossier
from appliance.queries import Listed, listed_by, match_of
from appliance.roles import Named
from appliance.text import fold

PAGE_MAX = 50
# The index a filter is answered from, the most telling filter first; each holds the columns of all the others.
INDEXES = (("status", "dossier_of_status"), ("officer", "dossier_of_holder"), ("procedure", "dossier_of_procedure"))
INDEX = "dossier_filters"
USUAL = 10  # Nearly every dossier is returned: that status tells little.
# How a dossier stands with its day, as SQL (? is today, ISO), and the index that knows it.
FINISHED_LATE = "finished_at >= substr(due_at, 1, 10) || 'T17:00'"  # From the office's midnight on, which is 17:00 UTC.
DUE: dict[str, tuple[str, str]] = {
    "late": ("status IN (2, 4) AND substr(due_at, 1, 10) < ?", "dossier_of_status"),
    "today": ("status IN (2, 4) AND substr(due_at, 1, 10) = ?", "dossier_of_status"),
    "done_late": (FINISHED_LATE, "dossier_finished_late"),
}


@dataclass(frozen=True)
class Wanted:
    """What is looked for; an empty field asks for nothing. `first`, `last`: local days of acceptance (ISO), both counted."""

    words: str = ""
    status: int = 0
    procedure: str = ""
    officer: str = ""
    channel: str = ""
    first: str = ""
    last: str = ""
    due: str = ""

    @property
    def asks(self) -> bool:
        """Say whether anything is asked for at all."""
        return self != Wanted()


@dataclass(frozen=True)
class Page:
    """Some rows, and the mark of the next page (0 where there is none)."""

    rows: list[Listed]
    after: int


def find(db: Database, wanted: Wanted, today: str, after: int = 0) -> Page:
    """Give one page of dossiers, newest first; `after` is the mark of the page before, `today` a local ISO day."""
    sql, args = query(wanted, today, after)
    found = [row[0] for row in db.conn.execute(sql, args)]
    shown = found[:PAGE_MAX]
    return Page(listed_by(db, shown), shown[-1] if len(found) > PAGE_MAX else 0)


def persons_found(db: Database, listed: Iterable[Listed], words: str) -> dict[str, list[Named]]:
    """Say by dossier who else than the applicant was meant by the words, and in which role; erased ones have nobody."""
    asked = queries.words_of(words)
    unexplained = [one for one in listed if not _all_begin(asked, one.code, one.procedure, one.procedure_name, one.applicant or "")]
    dossiers = (rows.load(db, one.id) for one in unexplained)
    return {one.id: found for one in dossiers if one and (found := _meant(one, asked))}


def _meant(dossier: Dossier, words: list[str]) -> list[Named]:
    asked = [word for word in words if not _all_begin([word], dossier.code, dossier.procedure, dossier.procedure_name)]
    others = [one for one in roles.everyone(dossier) if one.called != roles.APPLICANT_CALLED and not one.is_applicant]
    return [one for one in others if asked and _all_begin(asked, *rows.person_words(one))]


def _all_begin(words: list[str], *texts: str) -> bool:
    """Say whether each word begins one of the texts' words."""
    among = fold(" ".join(texts)).split()
    return all(any(other.startswith(word) for other in among) for word in words)


def query(wanted: Wanted, today: str, after: int = 0) -> tuple[str, list[Any]]:
    """Give the SQL that finds the rows of a page, and what is bound. Pure."""
    clauses, args = filters(wanted, today, after)
    where = " AND ".join(["1", *clauses])
    limit = f"LIMIT {PAGE_MAX + 1}"
    if not wanted.words:
        return f"SELECT rid FROM dossier INDEXED BY {index_for(wanted)} WHERE {where} ORDER BY rid DESC {limit}", args
    match = match_of(wanted.words)
    if not match:
        return "SELECT rid FROM dossier WHERE 0", []
    sql = f"""SELECT rid FROM dossier_search CROSS JOIN dossier INDEXED BY {INDEX} ON rid = dossier_search.rowid
              WHERE dossier_search MATCH ? AND {where} ORDER BY dossier_search.rowid DESC {limit}"""
    return sql, [match, *args]


def filters(wanted: Wanted, today: str, after: int) -> tuple[list[str], list[Any]]:
    """Give the conditions of a page with what is bound to them."""
    asked: list[tuple[str, list[Any]]] = [("rid < ?", [after])] if after else []
    for name, column in (("status", "status"), ("procedure", "procedure"), ("officer", "holder"), ("channel", "channel")):
        if value := getattr(wanted, name):
            asked.append((f"{column} = ?", [value]))
    if wanted.first or wanted.last:
        asked.append(_days(wanted))
    if wanted.due in DUE:
        clause = DUE[wanted.due][0]
        asked.append((clause, [today] * clause.count("?")))
    return [clause for clause, _ in asked], [value for _, values in asked for value in values]


def _days(wanted: Wanted) -> tuple[str, list[Any]]:
    """Days of acceptance. Rows come in that order but for a few, so the days also say between which rows to look."""
    days = "accepted_at >= ? AND accepted_at < ?"
    bounds = [begin_of(wanted.first or "2000-01-01"), begin_of(wanted.last or "2999-12-30", days=1)]
    rows = f"rid >= (SELECT min(rid) FROM dossier WHERE {days}) AND rid <= (SELECT max(rid) FROM dossier WHERE {days})"
    return f"{days} AND {rows}", bounds * 3


def index_for(wanted: Wanted) -> str:
    """Name the index that leaves the least to look through."""
    telling = [index for name, index in INDEXES if getattr(wanted, name) not in ("", 0, USUAL)]
    return DUE[wanted.due][1] if wanted.due in DUE else telling[0] if telling else INDEX


def begin_of(day: str, days: int = 0) -> str:
    """Give the moment (UTC text) at which the office's day begins, or a day so many days later."""
    return text_of(datetime.combine(date.fromisoformat(day) + timedelta(days), time(), LOCAL))
