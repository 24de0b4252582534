"""Erase the persons of one dossier for good: a basis, the code typed once more, and when the replicas will have forgotten."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import erasure
from appliance.clock import moment_of, stamp, text_of
from appliance.dossier import Dossier
from appliance.errors import Refused
from web import desk
from web.forms import Form
from web.per_request import act, box, officer
from web.result import previews
from web.vietnamese import ERASE_BASES, sentence

bp = Blueprint("erasing", __name__)


@bp.get("/ho-so/<dossier>/xoa")
@act("erase_person")
def page(dossier: str) -> tuple[str, int]:
    """Say what will be erased and what stays; after it, when everything will have forgotten."""
    return show(desk.found(dossier), Form({}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    return render_template(
        "erasing.html",
        dossier=found,
        form=form,
        failed=bool(form.problems),
        bases=list(ERASE_BASES.items()),
        days=erasure.REPLICA_RETENTION_DAYS,
        forgotten_by=forgotten_by(found.erased_at or stamp()),
    ), status


def forgotten_by(at: str) -> str:
    """Give the moment by which the replicas hold nothing of the person any more (UTC text)."""
    return text_of(moment_of(at) + timedelta(days=erasure.REPLICA_RETENTION_DAYS))


@bp.post("/ho-so/<dossier>/xoa")
@act("erase_person")
def erase(dossier: str) -> tuple[str, int] | Response:
    """Erase. Typing the code again is the confirmation."""
    found, form = desk.found(dossier), Form(request.form)
    if found.erased_at:
        raise Refused("already_erased")
    basis = form.choice("basis", ERASE_BASES, "Chọn căn cứ xóa.")
    if form.text("code").upper() != found.code.upper():
        form.wrong("code", sentence(Refused("code_not_repeated")))
    if form.problems:
        return show(found, form, 422)
    erasure.erase(box(), dossier, officer().id, basis)
    previews.forget(dossier)
    flash(f"Đã xóa thông tin cá nhân của hồ sơ {found.code}.")
    return redirect(url_for("erasing.page", dossier=dossier), 303)
