"""Slips printed beforehand for when the box is down: a block of numbers set aside, each used once later, or void with a reason.

A block belongs to its days: from the day it was reserved (or 1 January of the next year) to the end of that year. The day in
a dossier's code is written on the paper by hand, so a number of a block is used on one day only. It never looks at a draft.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlite_utils.db import Database

from appliance import clock, numbering
from appliance.catalogue_sheets import Book
from appliance.drafts import LateEntry
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.numbering import Block, Number
from appliance.text import day_text, moment_text

SET_ASIDE_SHARE = 3  # At most one number of so many granted ones is set aside: the counter's own must never run out for it.
QR_MARK = "PHIEU-IN-SAN"
CODE_CHARS_MAX = 120
DAY_DIGITS = 6


class State(StrEnum):
    """What became of a slip."""

    BLANK = "blank"
    USED = "used"
    VOIDED = "voided"


class Why(StrEnum):
    """Why a slip was used: what did not work at the counter. A code, so that no free text stands outside the seal."""

    POWER = "power"
    BOX = "box"
    NETWORK = "network"


class Spoilt(StrEnum):
    """Why a slip is void."""

    WRITTEN_WRONG = "written_wrong"
    PRINTED_WRONG = "printed_wrong"
    LOST = "lost"
    YEAR_OVER = "year_over"


@dataclass(frozen=True)
class Slip:
    """One number of a block and what became of it. `day` (ISO) is the day it was used on, `at` (UTC text) when that was entered."""

    n: int
    state: State
    dossier: str = ""
    day: str = ""
    reason: str = ""
    at: str = ""


def reserve(act: Act, book: Book, unit: str, count: int, most: int, officer: str, next_year: bool = False) -> Block:
    """Set aside the highest free numbers of the ranges this life was granted, and give the block.

    Raises Refused `block_size`, `block_no_room`, `clock_behind`, `clock_ahead`.
    """
    numbering.confirm_clock(act)
    if not 1 <= count <= most:
        raise Refused("block_size", most=most)
    today = clock.local_day(act.reading.at)
    begins = date(today.year + 1, 1, 1) if next_year else today
    ends = date(begins.year, 12, 31)
    first, last = _room(act, book, unit, begins.isoformat(), ends.isoformat(), count)
    block = Block(unit, book.id, first, last, begins.isoformat(), ends.isoformat(), act.reading.at, officer)
    clear = {name: getattr(block, name) for name in ("unit", "book", "first", "last", "begins", "ends")}
    act.record("block.reserved", actor=officer, clear=clear)
    act.touch("paper_slips")
    return block


def _room(act: Act, book: Book, unit: str, day: str, ends: str, count: int) -> tuple[int, int]:
    granted = sum(last - first + 1 for first, last in numbering.grants(act.db, book.id, unit, act.life.inc_no))
    held = sum(one.last - one.first + 1 for one in numbering.blocks(act.db, unit, book.id, day))
    sql = "SELECT max(n) FROM number_used WHERE unit = ? AND book = ? AND period BETWEEN ? AND ? AND n BETWEEN ? AND ?"
    for first, last in reversed(numbering.free(act.db, book.id, unit, act.life.inc_no, day)):
        highest = act.db.conn.execute(sql, [unit, book.id, day, ends, first, last]).fetchone()[0] or first - 1
        if last - highest >= count and (held + count) * SET_ASIDE_SHARE <= granted:
            return last - count + 1, last
    raise Refused("block_no_room", count=count)


def slips(db: Database, block: Block) -> list[Slip]:
    """List every number of a block with what became of it."""
    told = {slip.n: slip for slip in _told(db, block)}
    return [told.get(n, Slip(n, State.BLANK)) for n in range(block.first, block.last + 1)]


def twice(db: Database) -> list[str]:
    """Name the numbers of blocks that more than one act speaks of; empty is right."""
    sql = "SELECT DISTINCT json_extract(CAST(body AS TEXT), '$.unit'), json_extract(CAST(body AS TEXT), '$.book')"
    books = db.conn.execute(f"{sql} FROM office_fact WHERE topic = 'block'").fetchall()
    every = [block for unit, book in books for block in numbering.blocks(db, unit, book)]
    return [
        f"{block.book} {block.period} {n}"
        for block in every
        for n, count in Counter(slip.n for slip in _told(db, block)).items()
        if count > 1
    ]


def _told(db: Database, block: Block) -> list[Slip]:
    """Read what is known of a block's numbers; its own interval sorts between its first and its last day."""
    sql = """SELECT n, state, coalesce(dossier, ''), period, coalesce(reason, ''), at FROM number_used
             WHERE unit = ? AND book = ? AND n BETWEEN ? AND ? AND period BETWEEN ? AND ? ORDER BY n"""
    found = db.conn.execute(sql, [block.unit, block.book, block.first, block.last, block.begins, block.ends])
    return [
        Slip(n, State.USED if state == "used" else State.VOIDED, dossier, period, reason, at)
        for n, state, dossier, period, reason, at in found
    ]


def read_code(typed: str, book: Book, unit: str, day: date) -> int:
    """Read the number of a paper slip: its QR, the whole code with the day written in, or the last digits alone.

    Raises Refused `paper_code_wrong`, `paper_code_day` (the code names another day than the one typed beside it).
    """
    text = "".join(typed.split()).upper()
    if text.startswith(QR_MARK):
        text = text.split("|")[2] if text.count("|") >= 2 else ""
    digits = text.rpartition("-")[2]
    if not (digits.isascii() and digits.isdigit()) or len(text) > CODE_CHARS_MAX:
        raise Refused("paper_code_wrong")
    number = int(digits)
    if text != digits and text.split("-")[-2].isdigit() and text != book.write(number, day, unit=unit).upper():
        raise Refused("paper_code_day", code=book.write(number, day, unit=unit))
    return number


def qr_text(block: Block, n: int) -> str:
    """Write what the QR code of a blank slip says."""
    return "|".join((QR_MARK, block.unit, str(n), block.period))


def judge(db: Database, book: Book, unit: str, late: LateEntry, now: str, days_max: int) -> Block:
    """Give the block a late entry draws on; `now` UTC text.

    Raises Refused `late_in_future`, `late_too_old`, `paper_number_unknown`, `paper_number_days`, `late_before_block`,
    `paper_number_used`, `paper_number_voided`.
    """
    day = clock.local_day(late.at)
    if late.at > now:
        raise Refused("late_in_future", now=moment_text(clock.local(now)))
    if (clock.local_day(now) - day).days > days_max:
        raise Refused("late_too_old", days=days_max)
    block = _block_of(db, book, unit, late.n, day)
    if late.at < block.at:
        raise Refused("late_before_block", number=late.n, at=moment_text(clock.local(block.at)))
    _must_be_blank(db, block, late.n)
    return block


def use(act: Act, book: Book, unit: str, late: LateEntry, days_max: int) -> Number:
    """Take the number of a paper slip for the day it was written on. Raises what `judge` raises, `clock_behind`, `clock_ahead`."""
    numbering.confirm_clock(act)
    judge(act.db, book, unit, late, act.reading.at, days_max)
    act.touch("paper_slips")
    return Number(unit, book.id, clock.local_day(late.at).isoformat(), late.n)


def void(act: Act, block: Block, n: int, why: Spoilt, officer: str) -> None:
    """Make a blank slip void. Raises Refused `paper_number_unknown`, `paper_number_used`, `paper_number_voided`."""
    if not block.first <= n <= block.last:
        raise Refused("paper_number_unknown", number=n)
    _must_be_blank(act.db, block, n)
    number = Number(block.unit, block.book, block.period, n)
    act.record("number.voided", actor=officer, clear={"number": number.clear(), "reason": str(why)})
    act.touch("paper_slips")


def void_rest(act: Act, block: Block, why: Spoilt, officer: str) -> int:
    """Make every slip void that is still blank; gives how many."""
    blank = [slip.n for slip in slips(act.db, block) if slip.state is State.BLANK]
    for n in blank:
        void(act, block, n, why, officer)
    return len(blank)


def _block_of(db: Database, book: Book, unit: str, n: int, day: date) -> Block:
    every = [one for one in numbering.blocks(db, unit, book.id) if one.first <= n <= one.last]
    if not every:
        raise Refused("paper_number_unknown", number=n)
    if found := next((one for one in every if one.holds(day.isoformat())), None):
        return found
    days = [day_text(date.fromisoformat(text)) for text in (every[-1].begins, every[-1].ends)]
    raise Refused("paper_number_days", number=n, first=days[0], last=days[1])


def _must_be_blank(db: Database, block: Block, n: int) -> None:
    slip = next((one for one in _told(db, block) if one.n == n), None)
    if slip is None:
        return
    if slip.state is State.VOIDED:
        raise Refused("paper_number_voided", number=n)
    code = db.conn.execute("SELECT code FROM dossier WHERE id = ?", [slip.dossier]).fetchone()
    raise Refused("paper_number_used", number=n, code=code[0] if code else "")
