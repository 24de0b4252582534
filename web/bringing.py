"""Nhận bổ sung (5 → where the wait began): tick and scan what was brought, and print the slip with its new due date."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import brought, waiting
from appliance.dossier import Dossier
from appliance.ledger import Act
from web import branch, desk, due_words, gathering
from web.forms import Form
from web.per_request import act, box, officer

bp = Blueprint("bringing", __name__)
KIND = "supplement.received"
NOTE_CHARS_MAX = 1_000


@bp.get("/ho-so/<dossier>/nhan-bo-sung")
@act("receive_supplement")
def page(dossier: str) -> tuple[str, int]:
    """Show what was asked for."""
    return show(desk.found(dossier), Form({}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was ticked and scanned."""
    if branch.hindrance(found, KIND):
        return branch.show("bringing.html", found, form, KIND, status)
    draft = gathering.draft_of(found, brought.SUPPLEMENT)
    return branch.show(
        "bringing.html",
        found,
        form,
        KIND,
        status,
        asked=list(zip(draft.body.wanted, found.asked_items, strict=True)),
        ticked=set(request.form.getlist("have")),
        until=found.pause.until if found.pause else "",
        today=desk.now().date().isoformat(),
        due=None if found.payment else due_words.if_now(found),
        FORMS=waiting.FORMS,
        **gathering.beside(draft),
    )


@bp.post("/ho-so/<dossier>/nhan-bo-sung")
@act("receive_supplement")
def receive(dossier: str) -> tuple[str, int] | Response:
    """Take in what was brought."""
    found, form = desk.found(dossier), Form(request.form)
    draft, note = request.form.get("draft", ""), form.text("note", most=NOTE_CHARS_MAX)
    gathering.check_scans(form, draft)

    def do(at_once: Act) -> str:
        ticked = request.form.getlist("have")
        slip = waiting.receive_supplement(at_once, box().home, dossier, officer(), draft, ticked, note)
        return branch.issued(at_once, found, slip)

    told = None if form.problems else branch.done(form, do)
    if told is None:
        return show(desk.found(dossier), form, 422)
    flash(f"Đã nhận bổ sung hồ sơ {found.code}. {due_words.told(desk.found(dossier)) if told else ''} {told}".strip())
    return redirect(url_for("dossier.page", dossier=dossier), 303)
