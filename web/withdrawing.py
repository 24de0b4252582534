"""Rút hồ sơ (→ 7): the citizen's request is scanned or taken from a file, and what becomes of money is decided."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import brought, ending
from appliance.dossier import Dossier
from appliance.ledger import Act
from appliance.text import money_text
from web import branch, desk, gathering
from web.forms import Form
from web.per_request import act, officer

bp = Blueprint("withdrawing", __name__)
KIND = "dossier.withdrawn"


@bp.get("/ho-so/<dossier>/rut")
@act("withdraw")
def page(dossier: str) -> tuple[str, int]:
    """Ask for the request and the reason."""
    return show(desk.found(dossier), Form({}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed and scanned."""
    more = {} if branch.hindrance(found, KIND) else gathering.beside(gathering.draft_of(found, brought.WITHDRAWAL))
    return branch.show("withdrawing.html", found, form, KIND, status, paid=found.paid, **more)


@bp.post("/ho-so/<dossier>/rut")
@act("withdraw")
def withdraw(dossier: str) -> tuple[str, int] | Response:
    """Record the withdrawal with its request."""
    found, form = desk.found(dossier), Form(request.form)
    draft = request.form.get("draft", "")
    reason, refund = branch.reason_of(form, "Ghi lý do rút theo đơn."), branch.refund_of(form, found.paid)
    gathering.check_scans(form, draft)

    def do(at_once: Act) -> bool:
        ending.withdraw(at_once, dossier, officer(), draft, reason, refund)
        return True

    if form.problems or not branch.done(form, do):
        return show(desk.found(dossier), form, 422)
    back = f" Thu ngân hoàn trả {money_text(refund)}." if refund else ""
    flash(f"Đã ghi nhận rút hồ sơ {found.code}.{back}")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
