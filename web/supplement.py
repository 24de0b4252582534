"""Yêu cầu bổ sung (1, 4, 6 → 5): the list of papers with where and in which form, one reason, the dated last day, form 02."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import clocks, waiting
from appliance.catalogue import Catalogue
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.forms.notices import ITEMS_MAX
from appliance.ledger import Act
from appliance.notices import SUPPLEMENT
from appliance.text import day_text
from appliance.waiting import FORMS, Missing
from web import branch, desk
from web.branch import DOTS
from web.forms import Form
from web.per_request import act, box, officer
from web.vietnamese import sentence

bp = Blueprint("supplement", __name__)
KIND = "supplement.requested"
ROWS, MORE_ROWS = 3, 3
WORDS_CHARS_MAX = 300


@bp.get("/ho-so/<dossier>/yeu-cau-bo-sung")
@act("request_supplement")
def page(dossier: str) -> tuple[str, int]:
    """Ask what is missing."""
    return show(desk.found(dossier), Form({}))


def show(found: Dossier, form: Form, status: int = 200, more_rows: int = 0) -> tuple[str, int]:
    """Render the page with what was typed."""
    catalogue = desk.catalogue_now()
    more: dict[str, Any] = {
        "preview_at": url_for("supplement.preview", dossier=found.id),
        "count": min(ITEMS_MAX, rows_given(form) + more_rows),
        "round": waiting.rounds(found) + 1,
        "until": until(catalogue),
        "rule": catalogue.rule_entries_on(desk.now().date())["supplement_days"],
        "known": names_of(catalogue, found),
        "FORMS": FORMS,
        "over": over(catalogue, found),
    }
    return branch.show("supplement.html", found, form, KIND, status, **more)


def rows_given(form: Form) -> int:
    """Count the rows that the page has."""
    given = [n for n in range(1, ITEMS_MAX + 1) if f"what-{n}" in form.given]
    return max(given, default=ROWS)


def until(catalogue: Catalogue) -> date:
    """Give the last day for papers asked for today."""
    today = desk.now().date()
    return waiting.until_day(catalogue.rules_on(today), clocks.calendar_of(catalogue, box().db), today)


def over(catalogue: Catalogue, found: Dossier) -> str:
    """Say that no further request is allowed, where the dated rule knows a limit."""
    try:
        waiting.check_round(found, catalogue.rules_on(desk.now().date()))
    except Refused as refused:
        return sentence(refused)
    return ""


def names_of(catalogue: Catalogue, found: Dossier) -> list[str]:
    """List the papers of the procedure, to be chosen from while typing."""
    procedure = catalogue.procedures.get(found.procedure)
    return [component.name for component in procedure.components] if procedure else []


def read_items(form: Form) -> list[Missing]:
    """Read the rows; an empty one is left out, one without a name is wrong."""
    items = []
    for n in range(1, rows_given(form) + 1):
        what, where = (form.text(f"{name}-{n}", most=WORDS_CHARS_MAX) for name in ("what", "where"))
        if where and not what:
            form.wrong(f"what-{n}", "Ghi tên giấy tờ cần bổ sung.")
        kind = form.given.get(f"form-{n}", "")
        if what:
            items.append(Missing(what, where, kind if kind in FORMS else "original"))
    return items


@bp.post("/ho-so/<dossier>/yeu-cau-bo-sung/xem-truoc")
@act("request_supplement")
def preview(dossier: str) -> str:
    """Draw form 02 as typed so far."""
    found, form = desk.found(dossier), Form(request.form)
    items, reason = read_items(form) or [Missing(DOTS)], form.text("reason") or DOTS
    contact, last = branch.contact_of(form), until(desk.catalogue_now())
    return branch.preview(
        found, lambda home, at: waiting.request(home, found, officer(), at, items, reason, last, contact), SUPPLEMENT
    )


@bp.post("/ho-so/<dossier>/yeu-cau-bo-sung")
@act("request_supplement")
def ask(dossier: str) -> tuple[str, int] | Response:
    """Ask for the papers and print form 02; or give the page more rows."""
    found, form = desk.found(dossier), Form(request.form)
    if "more" in request.form:
        return show(found, form, more_rows=MORE_ROWS)
    items = read_items(form)
    if not items and not form.problems:
        form.wrong("what-1", "Ghi ít nhất một giấy tờ cần bổ sung.")
    reason, contact = branch.reason_of(form, "Ghi lý do yêu cầu bổ sung."), branch.contact_of(form)

    def do(at_once: Act) -> str:
        paper = waiting.request_supplement(at_once, box().home, dossier, officer(), items, reason, contact)
        return branch.issued(at_once, found, paper)

    told = None if form.problems else branch.done(form, do)
    if told is None:
        return show(desk.found(dossier), form, 422)
    asked = desk.found(dossier).pause
    last = f", hạn {day_text(date.fromisoformat(asked.until))}" if asked and asked.until else ""
    flash(f"Đã yêu cầu bổ sung hồ sơ {found.code}{last}. {told}")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
