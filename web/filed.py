"""Tiếp nhận hồ sơ gửi đến (1, 6 → 2): a dossier from the portal or the post is checked, gets its appointment and its slip."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import choosing, clocks, money, reception, slips
from appliance.choosing import Choice
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ledger import Act
from appliance.money import still_due
from appliance.text import read_day
from web import branch, desk, due_words, payments
from web.forms import Form
from web.per_request import act, box, counter, officer
from web.reception_form import RESULT_BY
from web.vietnamese import CHANNELS

bp = Blueprint("filed", __name__)
KIND = "dossier.accepted"
PROMISED_MAX = timedelta(days=5 * 365)  # A two-figure year means one that lies ahead.


@bp.get("/ho-so/<dossier>/tiep-nhan")
@act("accept")
def page(dossier: str) -> tuple[str, int]:
    """Show what would be accepted, and until when it would be due."""
    return show(desk.found(dossier), Form({}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    choice = choice_now(found)
    more = {
        "choice": choice,
        "due": clocks.written(choice.due) if choice else None,
        "limit": slips.limit_words(choice.limit, choice.due) if choice else "",
        "owed": still_due(found),
        "exemptions": [(reason, reason) for reason in money.exemptions(payments.table_of(found))],
        "CHANNELS": CHANNELS,
        "RESULT_BY": RESULT_BY,
    }
    return branch.show("filed.html", found, form, KIND, status, **more)


def choice_now(found: Dossier) -> Choice | None:
    """Say what accepting now means; None where the catalogue cannot say."""
    catalogue = desk.catalogue_now()
    try:
        return choosing.choice_of(catalogue, found, desk.now(), clocks.calendar_of(catalogue, box().db))
    except Refused:
        return None


@bp.post("/ho-so/<dossier>/tiep-nhan")
@act("accept")
def accept(dossier: str) -> tuple[str, int] | Response:
    """Accept the dossier and print its slip."""
    found, form = desk.found(dossier), Form(request.form)
    choice = choice_now(found)
    asks = choice is not None and choice.due.at is None
    due_day = form.read("due_day", promised, "Ghi ngày hẹn trả.") if asks else ""
    exemption = form.text("exemption")

    def do(at_once: Act) -> str:
        made = reception.accept_filed(
            at_once, box().home, desk.catalogue_now(), dossier, officer(), str(counter() or ""), due_day or "", exemption
        )
        first = not found.accepted_at  # The same press twice prints once.
        return branch.issued(at_once, found, FileRef(made.slip, made.slip_size, "application/pdf")) if first else ""

    told = None if form.problems else branch.done(form, do)
    if told is None:
        return show(desk.found(dossier), form, 422)
    flash(f"Đã tiếp nhận hồ sơ {found.code}. {due_words.told(desk.found(dossier))} {told}")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


def promised(typed: str) -> str:
    """Read a day that lies ahead as ISO text. Raises Refused `date_invalid`."""
    today = desk.now().date()
    day = read_day(typed, today + PROMISED_MAX)
    if day < today:
        raise Refused("date_invalid")
    return day.isoformat()
