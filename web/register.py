"""Sổ văn bản đi and its like: every number of a register in a year, used, void or lost, and the ones nobody accounts for."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request

from appliance import clock, numbering, queries
from appliance.catalogue_sheets import Book
from appliance.numbering import Gap
from web import desk
from web.per_request import act, box

bp = Blueprint("register", __name__)
LINES_MAX = 300
STATES = {
    "used": ("quiet", "Đã dùng", "circle-check"),
    "voided": ("bad", "Đã hủy", "ban"),
    "lost": ("hold", "Mất khi khôi phục", "history"),
}


@dataclass(frozen=True)
class Line:
    """One number of the register. `state`: used, voided, lost; the rest is empty where no dossier has it any more."""

    n: int
    state: str
    reason: str
    at: str
    dossier: str
    code: str
    subject: str
    text: str  # the number as it is written
    date: str  # ISO
    signer: str


@bp.get("/so-van-ban")
@act("number_and_seal")
def page() -> str:
    """Show one register of one year, newest number first."""
    books = registers()
    book = next((one for one in books if one.id == request.args.get("so", books[0].id)), None) or abort(404)
    this_year = clock.local_day(clock.stamp()).year
    year = request.args.get("nam", this_year, int)
    gaps = [gap for gap in numbering.account(box().db) if gap.book == book.id and gap.period == str(year)]
    return render_template(
        "register.html", books=books, book=book, year=year, years=years(book, this_year), lines=lines(book, year), gaps=gaps,
        names=desk.names(), STATES=STATES, LINES_MAX=LINES_MAX, has_page=desk.has_page, missing=missing(gaps),
    )  # fmt: skip


def registers() -> list[Book]:
    """List the yearly registers that results are entered in, those of sealed documents first."""
    catalogue = desk.catalogue_now()
    rules = sorted(catalogue.result_rules, key=lambda rule: rule.path != "electronic")
    named = dict.fromkeys(rule.book for rule in rules if rule.book)
    return [catalogue.books[name] for name in named if name in catalogue.books]


def years(book: Book, this_year: int) -> list[int]:
    """List the years a register has numbers in, and this one; newest first."""
    found = box().db.conn.execute("SELECT DISTINCT period FROM number_used WHERE book = ?", [book.id])
    return sorted({this_year, *(int(period) for (period,) in found if period.isdigit())}, reverse=True)


def lines(book: Book, year: int) -> list[Line]:
    """Read a register's numbers, newest first."""
    sql = """SELECT n, state, reason, at, dossier FROM number_used WHERE book = ? AND period = ? ORDER BY n DESC LIMIT ?"""
    return [_line(book, *row) for row in box().db.conn.execute(sql, [book.id, str(year), LINES_MAX]).fetchall()]


def _line(book: Book, n: int, state: str, reason: str | None, at: str, dossier_id: str | None) -> Line:
    dossier = queries.dossier(box().db, dossier_id) if dossier_id else None
    if dossier is None:
        return Line(n, state, reason or "", at, "", "", "", "", "", "")
    facts = next((step.facts for step in reversed(queries.timeline(box().db, dossier.id)) if _is(step.facts, book, n)), {})
    signer = next((d.signer for d in dossier.documents if d.id == facts.get("document")), "")
    text, day = facts.get("text", ""), facts.get("date", "")
    return Line(n, state, reason or "", at, dossier.id, dossier.code, dossier.procedure_name, text, day, signer)


def _is(facts: dict[str, Any], book: Book, n: int) -> bool:
    number = facts.get("number") or {}
    return (number.get("book"), number.get("n")) == (book.id, n)


def missing(gaps: list[Gap]) -> str:
    """Name the numbers nobody accounts for: "7, 9–11"."""
    return ", ".join(str(gap.first) if gap.first == gap.last else f"{gap.first}–{gap.last}" for gap in gaps)
