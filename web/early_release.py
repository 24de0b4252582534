"""A leader's recorded decision that a result may leave before its time-stamp, where the dated rule leaves it to him."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import release
from appliance.documents import Signature
from appliance.dossier import Dossier
from appliance.rules import EarlyRelease, RuleEntry
from web import desk
from web.forms import Form
from web.per_request import act, box, officer

bp = Blueprint("early_release", __name__)
RULE = "release_before_timestamp"
REASON_CHARS_MAX = 1_000


@bp.get("/ho-so/<dossier>/cho-tra-truoc")
@act("decide_early_release")
def page(dossier: str) -> tuple[str, int]:
    """Show what is decided and under which rule."""
    return show(desk.found(dossier), Form({}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    return render_template(
        "early_release.html",
        dossier=found,
        result=found.result,
        waits=found.result is not None and found.result.signature == Signature.SEALED and not found.allowed_early,
        allowed=desk.early_release(found) == EarlyRelease.LEADER_DECISION,
        rule=rule_in_force(),
        form=form,
        failed=bool(form.problems),
    ), status


def rule_in_force() -> RuleEntry:
    """Give the dated rule with its source."""
    return desk.catalogue_now().rule_entries_on(desk.now().date())[RULE]


@bp.post("/ho-so/<dossier>/cho-tra-truoc")
@act("decide_early_release")
def decide(dossier: str) -> tuple[str, int] | Response:
    """Record the decision with its reason."""
    found, form = desk.found(dossier), Form(request.form)
    reason = form.text("reason", "Ghi lý do cho trả trước.", REASON_CHARS_MAX)
    if form.problems:
        return show(found, form, 422)
    with box().writing() as at_once:
        release.allow_early(at_once, dossier, officer().id, desk.early_release(found), reason)
    flash(f"Đã ghi quyết định cho trả trước hồ sơ {found.code}.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
