"""Đối chiếu: whether our dossiers are the province's, what a person must look at, and why a box that was stopped does not send.

Shows codes and numbers, changes no dossier: who compared says so, and that is kept with the name and the time.
"""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from appliance import comparing
from appliance.clock import stamp
from appliance.comparing import Case, What
from appliance.errors import Refused
from appliance.text import day_text, number_text
from web import desk, line_state
from web.compared import compared
from web.per_request import act, box, officer
from web.vietnamese import sentence
from web.words.forks import COMPARED, WHY_DIFFERS

bp = Blueprint("comparing", __name__)


@dataclass(frozen=True)
class Shown:
    """One thing to compare, in words: what it is, which thing is meant, what to do."""

    case: Case
    name: str
    about: str
    todo: str


@bp.get("/doi-chieu")
@act("compare_after_loss")
def page() -> str:
    """Show what is to be compared, and whether lost work is still awaited."""
    found = [shown(case) for case in comparing.cases(box().db)]
    return render_template(
        "comparing.html",
        found=found,
        count=comparing.count(box().db),
        awaiting=comparing.awaiting(box().db),
        stopped=stopped(),
        compared=compared(box().db, stamp()),
    )


@bp.post("/doi-chieu/<int:case>")
@act("compare_after_loss")
def settle(case: int) -> Response:
    """Keep that this officer compared it."""
    with box().writing() as at_once:
        if not comparing.settle(at_once, case, officer().id):
            raise Refused("compared_already")
    flash("Đã ghi là đối chiếu xong.")
    return redirect(url_for("comparing.page"), 303)


def shown(case: Case) -> Shown:
    """Put a case into words."""
    name, todo = COMPARED[case.what]
    return Shown(case, name, about(case), todo)


def about(case: Case) -> str:
    """Say which number or file is meant, or why a dossier differs; a dossier is named by its own code beside it."""
    if case.what is What.NUMBER_TWICE:
        _, book, period, n = case.about.split("|")
        books = desk.catalogue_now().books
        return f"Số {number_text(int(n))}, {books[book].name if book in books else book}, {period_words(period)}"
    if case.what is What.CONTENT_DIFFERS:
        return WHY_DIFFERS[case.about]
    return f"Tệp {case.about[:12]}" if case.about else ""


def period_words(period: str) -> str:
    """Say the period of a number: a year, a day, or days from one to another."""
    if len(period) == len("2026"):
        return f"năm {period}"
    return "ngày " + " – ".join(day_text(date.fromisoformat(day)) for day in period.split("/"))


@bp.app_template_global("after_loss")
def after_loss() -> dict[str, object]:
    """Give what the first page says of it."""
    return {"count": comparing.count(box().db), "awaiting": comparing.awaiting(box().db), "stopped": stopped()}


def stopped() -> str:
    """Say in a sentence why the province takes nothing of this box any more; empty while it does."""
    known = dict(box().db.conn.execute("SELECT name, value FROM sync_state").fetchall())
    code = line_state.stopped(known)
    return sentence(Refused(code)) if code else ""
