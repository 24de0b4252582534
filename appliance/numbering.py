"""Numbers of books, from ranges the province granted in advance; taken in the transaction of the event that uses them.

Every number of a book is used, void with a reason, or listed as lost in a named restore; `account` proves it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date

import msgspec
from sqlite_utils.db import Database

from appliance import clock, events
from appliance.catalogue_sheets import Book
from appliance.errors import Refused
from appliance.ledger import Act


@dataclass(frozen=True)
class Number:
    """One number taken: whose book, which book, which day or year, which number."""

    unit: str
    book: str
    period: str
    n: int

    def clear(self) -> dict[str, str | int]:
        """Give the number as it stands in an event."""
        return asdict(self)


@dataclass(frozen=True)
class Gap:
    """Numbers of a period that nobody accounts for: a defect, or a hand in the database."""

    unit: str
    book: str
    period: str
    first: int
    last: int


@dataclass(frozen=True)
class Block:
    """Numbers first to last of a book, set aside for paper slips on the days `begins` to `ends` (ISO); `at` is UTC text."""

    unit: str
    book: str
    first: int
    last: int
    begins: str
    ends: str
    at: str
    actor: str

    @property
    def period(self) -> str:
        """Name the days of the block as an ISO interval: the period of a number that is void on all of them."""
        return f"{self.begins}/{self.ends}"

    @property
    def key(self) -> str:
        """Name the block: its days and its first number."""
        return f"{self.begins}.{self.first}"

    def holds(self, day: str) -> bool:
        """Say whether the numbers are set aside on an ISO day."""
        return self.begins <= day <= self.ends


def take(act: Act, book: Book, unit: str) -> Number:
    """Take the next number of a book; never one that is set aside for paper slips.

    Raises Refused `numbers_exhausted`, `clock_behind`, `clock_ahead`.
    """
    confirm_clock(act)
    period = period_of(book, clock.local_day(act.reading.at))
    for first, last in free(act.db, book.id, unit, act.life.inc_no, period):
        sql = "SELECT max(n) FROM number_used WHERE unit = ? AND book = ? AND period = ? AND n BETWEEN ? AND ?"
        highest = act.db.conn.execute(sql, [unit, book.id, period, first, last]).fetchone()[0]
        n = first if highest is None else highest + 1
        if n <= last:
            return Number(unit, book.id, period, n)
    raise Refused("numbers_exhausted", book=book.id, period=period)


def grants(db: Database, book: str, unit: str, inc_no: int) -> list[tuple[int, int]]:
    """List the ranges (first, last) this incarnation may use of a book."""
    sql = "SELECT first, last FROM number_grant WHERE book = ? AND unit = ? AND inc_no = ? ORDER BY first"
    return [(first, last) for first, last in db.conn.execute(sql, [book, unit, inc_no])]


def free(db: Database, book: str, unit: str, inc_no: int, period: str) -> list[tuple[int, int]]:
    """List what is left of the ranges for ordinary acceptance in a period, once the blocks of that day are set aside."""
    held = taken_out(db, unit, book, period)
    return [piece for granted in grants(db, book, unit, inc_no) for piece in without(granted, held)]


def taken_out(db: Database, unit: str, book: str, period: str) -> list[tuple[int, int]]:
    """List, lowest first, the numbers of a period that are not for ordinary use: those the system before used, and blocks."""
    before = continued(db, unit, book, period)
    return [*([(1, before)] if before else []), *((one.first, one.last) for one in blocks(db, unit, book, period))]


def continued(db: Database, unit: str, book: str, period: str) -> int:
    """Give the last number of a period that the system before this one used; 0 when nothing was taken over."""
    sql = "SELECT body FROM office_fact WHERE topic = 'register' AND key = ?"
    row = db.conn.execute(sql, ["|".join((unit, book, period))]).fetchone()
    return int(msgspec.json.decode(row[0])["last"]) if row else 0


def blocks(db: Database, unit: str, book: str, day: str = "") -> list[Block]:
    """List the blocks of a book, lowest first; with a day (ISO) only those set aside on it."""
    sql = "SELECT body, at, actor FROM office_fact WHERE topic = 'block' ORDER BY key"
    every = [Block(**msgspec.json.decode(body), at=at, actor=actor) for body, at, actor in db.conn.execute(sql)]
    found = [one for one in every if (one.unit, one.book) == (unit, book) and (not day or one.holds(day))]
    return sorted(found, key=lambda one: (one.first, one.begins))


def without(whole: tuple[int, int], held: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Cut ranges (lowest first) out of a range."""
    begin, last = whole
    for one_first, one_last in held:
        if one_first > begin:
            yield begin, min(one_first - 1, last)
        begin = max(begin, one_last + 1)
        if begin > last:
            return
    yield begin, last


def grant(db: Database, book: str, unit: str, inc_no: int, first: int, last: int, source: str) -> None:
    """Keep a range the province granted; the same grant twice is one."""
    sql = "INSERT OR IGNORE INTO number_grant (book, unit, inc_no, first, last, source) VALUES (?, ?, ?, ?, ?, ?)"
    db.conn.execute(sql, [book, unit, inc_no, first, last, source])


def period_of(book: Book, day: date) -> str:
    """Name the period of a book that a legal date falls in: 2026-11-21 or 2026."""
    return day.isoformat() if book.period == "day" else str(day.year)


def confirm_clock(act: Act) -> None:
    """Refuse to number or sign by a clock known to be wrong, unless an officer confirmed today's date."""
    if why := clock_doubt(act.db, act.reading.at):
        raise Refused(why, now=act.reading.at, floor=floor(act.db))


def clock_doubt(db: Database, at: str) -> str | None:
    """Say why nothing may be numbered or signed at `at`: `clock_behind`, `clock_ahead`, or None once somebody confirmed the day."""
    why = clock.trouble(at, floor(db))
    return why if why and not _confirmed(db, clock.local_day(at)) else None


def confirm_today(act: Act, actor: str) -> None:
    """Record that a named officer confirms today's date, so that numbering and signing go on by this clock."""
    day = clock.local_day(act.reading.at).isoformat()
    act.record("clock.confirmed", actor=actor, clear={"date": day})
    sql = "INSERT OR IGNORE INTO clock_confirmation (date, actor, at) VALUES (?, ?, ?)"
    act.db.conn.execute(sql, [day, actor, act.reading.at])


def floor(db: Database) -> str:
    """Give the earliest moment that now can honestly be: build, newest event, newest time the province or an authority signed."""
    last = db.conn.execute("SELECT bytes FROM event ORDER BY n DESC LIMIT 1").fetchone()
    trusted = db.conn.execute("SELECT max(at) FROM trusted_time").fetchone()[0]
    return max(clock.BUILT, events.decode(bytes(last[0])).at if last else "", trusted or "")


def _confirmed(db: Database, day: date) -> bool:
    sql = "SELECT 1 FROM clock_confirmation WHERE date = ?"
    return db.conn.execute(sql, [day.isoformat()]).fetchone() is not None


def account(db: Database, only: str = "", years: tuple[str, str] = ("", "9999")) -> list[Gap]:
    """List the numbers below the highest used one of each range that are neither used, void nor lost; empty is right.

    Of every book and period, or of one book and the years from the first to the last named. Numbers set aside for paper slips
    are not handed out in order: `paper_slips.twice` accounts for them.
    """
    found = []
    ranges = "SELECT book, unit, first, last FROM number_grant WHERE ?1 IN ('', book)"
    for book, unit, *granted in db.conn.execute(ranges, [only]).fetchall():
        sql = """SELECT period, n FROM number_used
                 WHERE book = ? AND unit = ? AND period BETWEEN ? AND ? AND n BETWEEN ? AND ? ORDER BY period, n"""
        used: dict[str, list[int]] = {}
        for period, n in db.conn.execute(sql, [book, unit, *years, *granted]):
            used.setdefault(period, []).append(n)
        for period, numbers in used.items():
            for first, last in without((granted[0], granted[1]), taken_out(db, unit, book, period)):
                found += [Gap(unit, book, period, a, b) for a, b in _holes(first, [n for n in numbers if first <= n <= last])]
    return found


def _holes(first: int, numbers: Iterable[int]) -> Iterable[tuple[int, int]]:
    expected = first
    for n in numbers:
        if n > expected:
            yield expected, n - 1
        expected = n + 1
