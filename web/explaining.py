"""Giải trình chậm hạn: the written explanation of a late dossier to the head of the unit, before it may be finished."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import lateness
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.rights import Role
from appliance.rules import RuleEntry
from web import branch, desk
from web.forms import Form
from web.per_request import act, officer
from web.vietnamese import sentence

bp = Blueprint("explaining", __name__)
KIND = "lateness.explained"


@bp.get("/ho-so/<dossier>/giai-trinh")
@act("explain_lateness")
def page(dossier: str) -> tuple[str, int]:
    """Ask why it is late, and whom it is explained to."""
    return show(desk.found(dossier), Form({"head": next(iter(heads()), "")}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    missed = lateness.missed(found, desk.now().date())
    why = sentence(Refused("not_late", code=found.code)) if not missed else ""
    return branch.show(
        "explaining.html", found, form, KIND, status, heads=list(heads().items()), missed=missed, not_late=why, rule=rule()
    )


def rule() -> RuleEntry:
    """Give the dated rule that asks for an explanation, with its source."""
    return desk.catalogue_now().rule_entries_on(desk.now().date())["late_close_needs"]


def heads() -> dict[str, str]:
    """List whom an explanation may be addressed to: the leaders, by id."""
    return {one.id: f"{one.name}, {one.title}" for one in desk.who_may("extend") if Role.LEADER in one.roles}


@bp.post("/ho-so/<dossier>/giai-trinh")
@act("explain_lateness")
def explain(dossier: str) -> tuple[str, int] | Response:
    """Record the explanation."""
    found, form = desk.found(dossier), Form(request.form)
    head = form.choice("head", heads(), "Chọn người đứng đầu nhận giải trình.")
    words = form.text("reason", "Ghi vì sao chậm và làm gì để xong.", lateness.EXPLANATION_CHARS_MAX)

    def do(at_once: Act) -> bool:
        lateness.explain(at_once, dossier, officer().id, head, words)
        return True

    if form.problems or not branch.done(form, do):
        return show(found, form, 422)
    flash(f"Đã ghi giải trình của hồ sơ {found.code}.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
