"""Từ chối tiếp nhận (1, 5, 6 → 3): the reason is typed, form 03 is looked at, recorded and printed in one act."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import ending
from appliance.dossier import Dossier
from appliance.ledger import Act
from appliance.notices import REFUSAL
from web import branch, desk
from web.branch import DOTS
from web.forms import Form
from web.per_request import act, box, officer

bp = Blueprint("refusing", __name__)
KIND = "dossier.refused"


@bp.get("/ho-so/<dossier>/tu-choi")
@act("refuse")
def page(dossier: str) -> tuple[str, int]:
    """Ask for the reason."""
    return show(desk.found(dossier), Form({}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    return branch.show("refusing.html", found, form, KIND, status, preview_at=url_for("refusing.preview", dossier=found.id))


@bp.post("/ho-so/<dossier>/tu-choi/xem-truoc")
@act("refuse")
def preview(dossier: str) -> str:
    """Draw form 03 as typed so far."""
    found, form = desk.found(dossier), Form(request.form)
    reason, contact = form.text("reason") or DOTS, branch.contact_of(form)
    return branch.preview(found, lambda home, at: ending.refusal(home, found, officer(), at, reason, contact), REFUSAL)


@bp.post("/ho-so/<dossier>/tu-choi")
@act("refuse")
def refuse(dossier: str) -> tuple[str, int] | Response:
    """Refuse the dossier and print its paper."""
    found, form = desk.found(dossier), Form(request.form)
    reason, contact = branch.reason_of(form, "Ghi lý do từ chối."), branch.contact_of(form)

    def do(at_once: Act) -> str:
        paper = ending.refuse(at_once, box().home, dossier, officer(), reason, contact)
        return branch.issued(at_once, found, paper)

    told = None if form.problems else branch.done(form, do)
    if told is None:
        return show(desk.found(dossier), form, 422)
    flash(f"Đã từ chối tiếp nhận hồ sơ {found.code}. {told}")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
