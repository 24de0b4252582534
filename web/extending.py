"""Xin lỗi và hẹn lại (form 04): whoever works on the dossier drafts it, a leader decides; the letter is previewed and printed."""

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import extension
from appliance.dossier import Dossier
from appliance.ledger import Act
from appliance.text import day_text, read_day
from web import branch, desk
from web.branch import DOTS
from web.forms import Form
from web.per_request import act, box, holds, officer
from web.vietnamese import sentence

bp = Blueprint("extending", __name__)


@bp.get("/ho-so/<dossier>/hen-lai")
@act("extend")
def page(dossier: str) -> tuple[str, int]:
    """Show the letter as drafted, or ready to be written."""
    return show(desk.found(dossier), drafted(dossier), decides=True)


@bp.get("/ho-so/<dossier>/hen-lai/du-thao")
@act("propose_extension")
def propose_page(dossier: str) -> tuple[str, int]:
    """Show the draft for the leader."""
    return show(desk.found(dossier), drafted(dossier), decides=False)


def drafted(dossier: str) -> Form:
    """Fill the form from the letter that waits; before one is ready only the next day is suggested."""
    found = desk.found(dossier)
    if draft := waiting(found):
        return Form({"day": day_text(date.fromisoformat(draft.day)), "reason": draft.reason})
    if not (found.due or {}).get("at"):
        return Form({})
    return Form({"day": day_text(extension.suggested(desk.calendar_now(), found, desk.now().date()))})


def waiting(found: Dossier) -> extension.Draft | None:
    """Give the letter that an officer wrote or that lies ready by itself."""
    return extension.waiting(box().db, desk.rules_now(), desk.calendar_now(), found, desk.now().date())


def show(found: Dossier, form: Form, decides: bool, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    why = extension.why_not(found, desk.rules_now())
    return branch.show(
        "extending.html", found, form, extension.EXTENDED, status,
        decides=decides, draft=waiting(found), names=desk.names(), why=sentence(why) if why else "",
        preview_at=url_for("extending.preview", dossier=found.id) if holds("extend") and not why else "",
        rule=desk.catalogue_now().rule_entries_on(desk.now().date())["extensions_max"],
    )  # fmt: skip


def read(form: Form) -> tuple[date | None, str]:
    """Read the new day and the reason."""
    day = form.read("day", lambda text: read_day(text, desk.now().date()), "Ghi ngày hẹn mới.")
    return day, form.text("reason", "Ghi lý do chậm.", extension.REASON_CHARS_MAX)


@bp.post("/ho-so/<dossier>/hen-lai/xem-truoc")
@act("extend")
def preview(dossier: str) -> str:
    """Draw form 04 as typed so far."""
    found, form = desk.found(dossier), Form(request.form)
    day, reason = read(form)
    new = day or extension.suggested(desk.calendar_now(), found, desk.now().date())
    rules = desk.rules_now()
    return branch.preview(
        found, lambda home, at: extension.letter(home, found, officer(), rules, at, new, reason or DOTS), extension.APOLOGY
    )


@bp.post("/ho-so/<dossier>/hen-lai/du-thao")
@act("propose_extension")
def propose(dossier: str) -> tuple[str, int] | Response:
    """Keep the draft for the leader."""
    found, form = desk.found(dossier), Form(request.form)
    day, reason = read(form)

    def do(at_once: Act) -> bool:
        assert day
        extension.draft(at_once, dossier, officer().id, desk.rules_now(), desk.calendar_now(), day, reason)
        return True

    if form.problems or not branch.done(form, do):
        return show(found, form, decides=False, status=422)
    flash(f"Đã trình lãnh đạo thư xin lỗi của hồ sơ {found.code}. Ngày hẹn chưa đổi.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


@bp.post("/ho-so/<dossier>/hen-lai")
@act("extend")
def decide(dossier: str) -> tuple[str, int] | Response:
    """Name the new day, issue the letter and print it."""
    found, form = desk.found(dossier), Form(request.form)
    day, reason = read(form)

    def do(at_once: Act) -> str:
        assert day
        paper = extension.decide(at_once, box().home, dossier, officer(), desk.rules_now(), desk.calendar_now(), day, reason)
        return branch.issued(at_once, found, paper)

    told = None if form.problems else branch.done(form, do)
    if told is None:
        return show(found, form, decides=True, status=422)
    assert day
    flash(f"Đã hẹn lại hồ sơ {found.code} ngày {day_text(day)}. {told}")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
