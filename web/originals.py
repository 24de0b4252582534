"""Bản chính giữ lại: given back to a person who signs for them; results nobody fetched, and originals left behind."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import moves, originals
from appliance.clock import moment_of, stamp, text_of
from appliance.dossier import Dossier
from web import desk, returns
from web.forms import Form
from web.per_request import act, box, officer

bp = Blueprint("originals", __name__)
KIND = "originals.returned"


@bp.get("/con-giu")
@act("release")
def page() -> str:
    """List results nobody fetched for the dated number of days, and originals whose dossier is over."""
    days = desk.catalogue_now().rules_on(desk.now().date()).uncollected_days
    before = text_of(moment_of(stamp()) - timedelta(days=days))
    waiting = originals.uncollected(box().db, before)
    return render_template(
        "originals.html", days=days, waiting=desk.rows(waiting), left=desk.rows(originals.held_after_end(box().db))
    )


@bp.get("/ho-so/<dossier>/tra-ban-chinh")
@act("release")
def one(dossier: str) -> tuple[str, int]:
    """Show what is kept, where it lies, and who may receive it."""
    found = desk.found(dossier)
    return show(found, Form({"receiver": returns.AUTHORISED if found.authorised else returns.OWNER}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    return render_template(
        "originals_one.html",
        dossier=found,
        kept=originals.kept(found),
        may=KIND in moves.legal(found),
        people=returns.people(found),
        form=form,
        failed=bool(form.problems),
    ), status


@bp.post("/ho-so/<dossier>/tra-ban-chinh")
@act("release")
def give_back(dossier: str) -> tuple[str, int] | Response:
    """Record who received the originals and signed for them."""
    found, form = desk.found(dossier), Form(request.form)
    receiver = returns.read_receiver(found, form)
    if not form.given.get("signed"):
        form.wrong("signed", "Mời người nhận ký nhận rồi đánh dấu vào ô này.")
    if form.problems:
        return show(found, form, 422)
    with box().writing() as at_once:
        originals.give_back(at_once, dossier, officer().id, receiver)
    flash(f"Đã trả bản chính của hồ sơ {found.code} cho {receiver['name']}.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


@bp.app_template_global()
def kept_originals(found: Dossier) -> tuple[dict[str, object], ...]:
    """List the originals of a dossier that lie here now."""
    return originals.kept(found)
