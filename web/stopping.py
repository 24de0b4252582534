"""Dừng giải quyết (→ 8), while no result is signed: who asked, why, what is paid back, form 05 to be looked at."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import ending
from appliance.dossier import Dossier
from appliance.ending import ASKED_BY
from appliance.ledger import Act
from appliance.notices import STOPPING
from web import branch, desk
from web.branch import DOTS
from web.forms import Form
from web.per_request import act, box, officer

bp = Blueprint("stopping", __name__)
KIND = "dossier.stopped"


@bp.get("/ho-so/<dossier>/dung")
@act("stop")
def page(dossier: str) -> tuple[str, int]:
    """Ask who wants it stopped, and why."""
    return show(desk.found(dossier), Form({"asked_by": "applicant"}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    more = {
        "preview_at": url_for("stopping.preview", dossier=found.id),
        "paid": found.paid,
        "askers": list(ASKED_BY.items()),
    }
    return branch.show("stopping.html", found, form, KIND, status, **more)


@bp.post("/ho-so/<dossier>/dung/xem-truoc")
@act("stop")
def preview(dossier: str) -> str:
    """Draw form 05 as typed so far."""
    found, form = desk.found(dossier), Form(request.form)
    reason, contact, refund = form.text("reason") or DOTS, branch.contact_of(form), branch.refund_of(form, found.paid)
    asked_by = form.text("asked_by")
    return branch.preview(
        found, lambda home, at: ending.stopping(home, found, officer(), at, reason, asked_by, refund, contact), STOPPING
    )


@bp.post("/ho-so/<dossier>/dung")
@act("stop")
def stop(dossier: str) -> tuple[str, int] | Response:
    """Stop the dossier and print its paper."""
    found, form = desk.found(dossier), Form(request.form)
    asked_by = form.choice("asked_by", ASKED_BY, "Chọn ai yêu cầu dừng.")
    reason, contact = branch.reason_of(form, "Ghi căn cứ, lý do dừng."), branch.contact_of(form)
    refund = branch.refund_of(form, found.paid)

    def do(at_once: Act) -> str:
        paper = ending.stop(at_once, box().home, dossier, officer(), reason, asked_by, refund, contact)
        return branch.issued(at_once, found, paper)

    told = None if form.problems else branch.done(form, do)
    if told is None:
        return show(desk.found(dossier), form, 422)
    flash(f"Đã dừng giải quyết hồ sơ {found.code}. {told}")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
