"""What the pages of a dossier's branches share: why an act is not possible now, doing it in one transaction, showing its paper.

Each page says what is true: not possible and why, wrong and where, done and what came of it.
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, render_template

from appliance import forms, moves
from appliance.clock import stamp
from appliance.config import Home
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import NoticeData
from appliance.forms import preview as pictures
from appliance.ledger import Act
from appliance.text import money_text
from web import printing, timeline
from web.cashier import read_money
from web.forms import Form
from web.per_request import act, box, holds, officer
from web.result import PREVIEW_DPI, previews
from web.vietnamese import sentence

bp = Blueprint("branch", __name__)
REASON_CHARS_MAX = 3_000
CONTACT_CHARS_MAX = 60
DOTS = "……………………"
NONE, WHOLE, PART = "none", "whole", "part"


def hindrance(found: Dossier, kind: str) -> str:
    """Say why an act is not possible now, as a sentence; empty when it is."""
    try:
        moves.check(found, kind)
    except Refused as refused:
        return sentence(refused)
    return ""


def show(template: str, found: Dossier, form: Form, kind: str, status: int = 200, **more: Any) -> tuple[str, int]:
    """Render a branch's page with what was typed; `more` may say a `hindrance` of its own."""
    shared = {"dossier": found, "form": form, "failed": bool(form.problems), "hindrance": hindrance(found, kind)}
    given = shared | {"prints": holds("print")} | more
    return render_template(template, **given, newest=timeline.history(found)[0] if given["hindrance"] else None), status


def done(form: Form, do: Callable[[Act], Any]) -> Any:
    """Do an act in one transaction and give what came of it; a refusal stands on the form and nothing was kept."""
    try:
        with box().writing() as at_once:
            return do(at_once)
    except Refused as refused:
        form.wrong("main", sentence(refused))
    return None


def issued(at_once: Act, found: Dossier, paper: FileRef | None) -> str:
    """Order the paper that an act issued, in its transaction, and say what becomes of it."""
    if paper is None:
        return ""
    if not holds("print"):
        return "Mời cán bộ in ở mục Giấy đã cấp của hồ sơ."
    printing.order(at_once, officer().id, found.id, found.code, paper.s)
    return "Đang in."


def reason_of(form: Form, words: str) -> str:
    """Read the reason; `words` is the sentence when there is none."""
    return form.text("reason", words, REASON_CHARS_MAX)


def contact_of(form: Form) -> str:
    """Read the telephone number that the paper names for questions."""
    return form.text("contact", most=CONTACT_CHARS_MAX)


def refund_of(form: Form, paid: int) -> int:
    """Read what is paid back of what was taken; nothing is asked where nothing was taken."""
    if not paid:
        return 0
    choice = form.choice("refund", {NONE: "", WHOLE: "", PART: ""}, "Chọn cách xử lý số tiền đã thu.")
    if choice != PART:
        return paid if choice == WHOLE else 0
    amount = form.read("refund_amount", read_money, "Ghi số tiền hoàn trả.") or 0
    if amount > paid:
        form.wrong("refund_amount", f"Không hoàn quá {money_text(paid)} đã thu.")
    return amount


def preview(found: Dossier, make: Callable[[Home, str], NoticeData], form_id: str) -> str:
    """Set a paper as typed so far and give it as a part of the page; nothing is kept."""
    trouble, pages, name = "", 0, ""
    try:
        pdf = forms.render(form_id, make(box().home, stamp()))
        name, pages = previews.put(found.id, officer().id, pdf), pictures.page_count(pdf)
    except Refused as refused:
        trouble = sentence(refused)
    return render_template("branch_preview.html", dossier=found, trouble=trouble, pages=pages, name=name)


@bp.get("/ho-so/<dossier>/xem-truoc/<name>/<int:number>")
@act("view_page")
def preview_page(dossier: str, name: str, number: int) -> Response:
    """Give one page of one's own preview as an image; nothing keeps it."""
    pdf = previews.get(name, dossier, officer().id)
    if pdf is None or not 1 <= number <= pictures.page_count(pdf):
        abort(404)
    return Response(pictures.page_jpeg(pdf, number, PREVIEW_DPI), mimetype="image/jpeg")
