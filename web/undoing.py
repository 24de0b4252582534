"""Hoàn tác: the last act is taken back by a new event, where nothing irrevocable followed; the page says what comes back."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import queries, undoing
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.ledger import Act
from web import branch, desk
from web.forms import Form
from web.per_request import act, box, officer
from web.vietnamese import sentence
from web.words.moves import UNDONE

bp = Blueprint("undoing", __name__)


@dataclass(frozen=True)
class Last:
    """The act that would be taken back: words, who, when (UTC text), the status after; whether it issued a paper."""

    words: str
    who: str
    at: str
    seq: int
    back_to: Status
    paper: bool


@bp.get("/ho-so/<dossier>/hoan-tac")
@act("undo")
def page(dossier: str) -> tuple[str, int]:
    """Say what would be taken back."""
    return show(desk.found(dossier), Form({}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed; what stands in the way is said instead of the form."""
    why = ""
    try:
        undoing.check(box().db, found, officer())
    except Refused as refused:
        why = sentence(refused)
    return branch.show("undoing.html", found, form, "act.undone", status, hindrance=why, last=last_of(found))


def last_of(found: Dossier) -> Last | None:
    """Tell the last act in words; None where nothing can be taken back."""
    if found.undo is None:
        return None
    step = queries.timeline(box().db, found.id)[-1]
    back_to = Status(found.undo.was.get("status") or found.status)
    who = desk.names().get(step.actor, step.actor)
    return Last(UNDONE[found.undo.kind], who, step.at, found.undo.seq, back_to, bool(step.facts.get("file")))


@bp.post("/ho-so/<dossier>/hoan-tac")
@act("undo")
def undo(dossier: str) -> tuple[str, int] | Response:
    """Take back the act that the page showed; another one that came meanwhile stays."""
    found, form = desk.found(dossier), Form(request.form)
    reason = branch.reason_of(form, "Ghi lý do hoàn tác.")
    seq = request.form.get("seq", 0, int)

    def do(at_once: Act) -> str:
        return undoing.undo(at_once, dossier, officer(), seq, reason)

    kind = None if form.problems else branch.done(form, do)
    if kind is None:
        return show(desk.found(dossier), form, 422)
    flash(f"Đã hoàn tác việc {UNDONE[kind]} của hồ sơ {found.code}.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
