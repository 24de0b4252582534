"""Sổ đăng ký: form 07, outgoing documents, certified copies and receipts between two days, on the page, as CSV and as PDF.

The address holds the register and the days. A yearly book names the numbers nobody accounts for.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request

from appliance import forms, numbering, registers
from appliance.catalogue_sheets import Book
from appliance.clock import local_day, stamp
from appliance.errors import Refused
from appliance.forms import Column, TableData
from appliance.numbering import Gap
from appliance.office import office_of
from appliance.registers import Entry, Span
from appliance.text import NBSP, day_text, read_day
from web import desk
from web.per_request import act, box
from web.register_lines import (
    BOOK_COLUMNS,
    CERTIFIED_COLUMNS,
    FOLLOW_UP_COLUMNS,
    RECEIPT_COLUMNS,
    STATES,
    Line,
    book_line,
    certified_line,
    follow_up_lines,
    receipt_line,
)
from web.vietnamese import sentence

bp = Blueprint("register", __name__)
FOLLOW_UP, RECEIPTS = "theo-doi", "receipt"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # A spreadsheet would run a cell that begins so.


@dataclass(frozen=True)
class Register:
    """A register: its id in the address, its name, the form it is printed on, its columns, the column of the dossier's code."""

    id: str
    name: str
    form: str
    columns: tuple[Column, ...]
    code_at: int
    read: Callable[[Span], list[Line]]


def all_registers() -> list[Register]:
    """List the registers: sealed documents, certified copies, receipts, and form 07."""
    books = [*result_books(), desk.catalogue_now().books[RECEIPTS]]
    follow_up = Register(FOLLOW_UP, "Sổ theo dõi hồ sơ", "register", FOLLOW_UP_COLUMNS, 1, follow_up_lines)
    return [*(of_book(book) for book in books), follow_up]


def result_books() -> list[Book]:
    """List the yearly books that results are entered in, those of sealed documents first, electronic copies after paper ones."""
    catalogue = desk.catalogue_now()
    rules = sorted(catalogue.result_rules, key=lambda rule: rule.path != "electronic")
    books = (book for rule in rules for book in (rule.book, rule.electronic.book if rule.electronic else None))
    named = dict.fromkeys(book for book in books if book)
    return [catalogue.books[name] for name in named if name in catalogue.books]


def of_book(book: Book) -> Register:
    """Make the register of a book."""
    write, heads, code_at = layout(book)
    unit = box().home.settings.unit

    def read(span: Span) -> list[Line]:
        called = desk.names()
        return [write(entry, called) for entry in registers.numbers(box().db, unit, book.id, span)]

    return Register(book.id, book.name, "book", heads, code_at, read)


def layout(book: Book) -> tuple[Callable[[Entry, dict[str, str]], Line], tuple[Column, ...], int]:
    """Say how a book is written: by which lines, in which columns, where the code stands."""
    if book.id == RECEIPTS:
        return receipt_line, RECEIPT_COLUMNS, 4
    rules = desk.catalogue_now().result_rules
    certified = {rule.book for rule in rules if rule.originals} | {rule.electronic.book for rule in rules if rule.electronic}
    return (certified_line, CERTIFIED_COLUMNS, 6) if book.id in certified else (book_line, BOOK_COLUMNS, 4)


@bp.get("/so-van-ban")
@act("view_registers")
def page() -> str | tuple[str, int]:
    """Show one register between two days: `so`, `tu`, `den`."""
    register, problem, lines = chosen(), "", []
    try:
        span = span_asked(register)
        lines = register.read(span)
    except Refused as refused:
        problem, span = sentence(refused), span_usual(register)
    gaps = gaps_of(register, span)
    shown = render_template(
        "register.html", registers=all_registers(), register=register, span=span, lines=lines, gaps=gaps, missing=missing(gaps),
        STATES=STATES, problem=problem, failed=bool(problem),
    )  # fmt: skip
    return (shown, 422) if problem else shown


@bp.get("/so-van-ban.csv")
@act("view_registers")
def as_csv() -> Response:
    """Give the register as CSV (UTF-8 with its mark, so that a spreadsheet reads the letters)."""
    register = chosen()
    lines = [line.cells for line in register.read(span_asked(register))]
    return attached(csv_of([column.head for column in register.columns], lines), "text/csv", register, "csv")


@bp.get("/so-van-ban.pdf")
@act("view_registers")
def as_pdf() -> Response:
    """Give the register as PDF/A."""
    register = chosen()
    span, office = span_asked(register), office_of(box().home.settings)
    data = TableData(
        made_at=stamp(), parent_agency=office.parent, agency=office.agency, place=office.place,
        subtitle=f"Từ ngày {day_text(span.first)} đến ngày {day_text(span.last)}",
        facts=(("Sổ", register.name),) if register.form == "book" else (),
        columns=register.columns, rows=tuple(line.cells for line in register.read(span)),
    )  # fmt: skip
    return attached(forms.render(register.form, data), "application/pdf", register, "pdf")


def attached(data: bytes, media: str, register: Register, ending: str) -> Response:
    """Give a file to keep."""
    return attached_as(data, media, f"so-{register.id}.{ending}")


def attached_as(data: bytes, media: str, name: str) -> Response:
    """Give a file to keep under a name."""
    return Response(data, mimetype=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def csv_of(heads: Iterable[str], lines: Iterable[Iterable[str]]) -> bytes:
    """Write a table as CSV in UTF-8 with its mark; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([harmless(cell) for cell in line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """Write a cell so that no spreadsheet takes it for a formula; its blanks are plain ones, so that it can be searched."""
    plain = cell.replace(NBSP, " ")
    return f"'{plain}" if plain.startswith(FORMULA_STARTS) else plain


def chosen() -> Register:
    """Give the register in the address; without one the first."""
    every = all_registers()
    return next((one for one in every if one.id == request.args.get("so", every[0].id)), None) or abort(404)


def span_asked(register: Register) -> Span:
    """Read the days in the address. Raises Refused `period_wrong`, `date_invalid`."""
    usual, today = span_usual(register), local_day(stamp())
    first, last = (request.args.get(name) for name in ("tu", "den"))
    return Span(read_day(first, today) if first else usual.first, read_day(last, today) if last else usual.last)


def span_usual(register: Register) -> Span:
    """Give the days shown first: this month of dossiers, this year of a book."""
    today = local_day(stamp())
    return Span(today.replace(day=1) if register.id == FOLLOW_UP else today.replace(month=1, day=1), today)


def gaps_of(register: Register, span: Span) -> list[Gap]:
    """List the numbers nobody accounts for in the years of a span."""
    return numbering.account(box().db, register.id, (str(span.first.year), str(span.last.year)))


def missing(gaps: Iterable[Gap]) -> str:
    """Name the numbers nobody accounts for: "7, 9–11"."""
    return ", ".join(str(gap.first) if gap.first == gap.last else f"{gap.first}–{gap.last}" for gap in gaps)
