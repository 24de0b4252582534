"""Beside a dossier: who has it open now, and notes to colleagues. The page asks again by itself; nothing is locked."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import colleagues
from appliance.clock import stamp
from appliance.errors import Refused
from web import desk
from web.per_request import act, box, officer
from web.vietnamese import sentence

bp = Blueprint("colleagues", __name__)


@bp.get("/ho-so/<dossier>/dong-nghiep")
@act("view_dossier")
def part(dossier: str) -> str:
    """Say that this page is open, and give who else has it open and what was noted."""
    found, at, me = desk.found(dossier), stamp(), officer().id
    with box().writing() as at_once:
        colleagues.come(at_once, dossier, me)
    others = [one for one in colleagues.here(box().db, dossier, at) if one != me]
    return render_template(
        "colleagues_part.html", dossier=found, others=others, notes=colleagues.notes(box().db, dossier), names=desk.names()
    )


@bp.post("/ho-so/<dossier>/ghi-chu")
@act("write_note")
def note(dossier: str) -> Response:
    """Leave a note; a wrong one is said in a toast and what was typed is still in the browser's form."""
    found = desk.found(dossier)
    try:
        with box().writing() as at_once:
            colleagues.write_note(at_once, dossier, officer().id, request.form.get("words", ""))
        flash(f"Đã ghi chú cho đồng nghiệp ở hồ sơ {found.code}.")
    except Refused as refused:
        if refused.code != "note_empty":
            raise
        flash(sentence(refused))
    return redirect(url_for("dossier.page", dossier=dossier, _anchor="h-notes"), 303)
