"""Tiếp tục giải quyết (8 → 4): a leader's decision, with the due date counted anew by the dated rule."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import ending
from appliance.dossier import Dossier
from appliance.ledger import Act
from web import branch, desk, due_words
from web.forms import Form
from web.per_request import act, box, officer

bp = Blueprint("resuming", __name__)
KIND = "dossier.resumed"


@bp.get("/ho-so/<dossier>/tiep-tuc")
@act("resume")
def page(dossier: str) -> tuple[str, int]:
    """Ask for the reason, and show when it would be due."""
    return show(desk.found(dossier), Form({}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    return branch.show("resuming.html", found, form, KIND, status, due=due_words.if_now(found))


@bp.post("/ho-so/<dossier>/tiep-tuc")
@act("resume")
def resume(dossier: str) -> tuple[str, int] | Response:
    """Let the dossier go on."""
    found, form = desk.found(dossier), Form(request.form)
    reason = branch.reason_of(form, "Ghi lý do cho tiếp tục.")

    def do(at_once: Act) -> bool:
        ending.resume(at_once, box().home, dossier, officer(), reason)
        return True

    if form.problems or not branch.done(form, do):
        return show(desk.found(dossier), form, 422)
    flash(f"Hồ sơ {found.code} được giải quyết tiếp. {due_words.told(desk.found(dossier))}")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
