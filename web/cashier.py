"""Thu phí: what is due, money given and change, one receipt number. The amount is never typed: it is the dossier's."""

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import queries, release
from appliance.clock import stamp
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.release import still_due
from appliance.text import money_text, money_words
from web import desk
from web.finding import find_one
from web.forms import Form
from web.per_request import act, box, officer
from web.vietnamese import FEE_METHODS, sentence

bp = Blueprint("cashier", __name__)
BOOK = "receipt"
REST = "Phần còn thiếu"


@bp.get("/thu-phi")
@act("take_fee")
def page() -> str | Response:
    """List what is due; a scanned slip or a name leads to its dossier."""
    query = request.args.get("q", "")
    only, hits = find_one(query)
    if only:
        return redirect(url_for("cashier.dossier", dossier=only), 303)
    waiting = queries.to_pay(box().db)
    listed = [one for one in hits if one.id in {due.id for due in waiting}] if query else waiting
    shown = [(row, still_due(desk.found(row.listed.id))) for row in desk.rows(listed)]
    return render_template("cashier.html", rows=shown, q=query, at=stamp(), elsewhere=len(hits) - len(listed) if query else 0)


@bp.get("/thu-phi/<dossier>")
@act("take_fee")
def dossier(dossier: str) -> tuple[str, int]:
    """Show what one dossier has to pay, or its receipts."""
    return show(desk.found(dossier), Form({"method": "cash"}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    due = still_due(found)
    odd = desk.catalogue_now().rules_on(desk.now().date()).odd_word
    return render_template(
        "cashier_one.html",
        dossier=found,
        due=due,
        lines=lines_due(found, due or 0),
        words=money_words(due, odd) if due else "",
        form=form,
        failed=bool(form.problems),
        methods=list(FEE_METHODS.items()),
        FEE_METHODS=FEE_METHODS,
        names=desk.names(),
        change=request.args.get("thua", 0, int),
    ), status


def lines_due(found: Dossier, due: int) -> list[dict[str, Any]]:
    """Give the lines still to be paid: those of the slip, or one for the rest where something was paid before."""
    if not found.fees:
        return [{"name": line["name"], "amount": line["amount"]} for line in found.fee_lines if line.get("amount")]
    return [{"name": REST, "amount": due}] if due else []


@bp.post("/thu-phi/<dossier>")
@act("take_fee")
def take(dossier: str) -> tuple[str, int] | Response:
    """Take the money: the whole of what is due, by one method."""
    found, form = desk.found(dossier), Form(request.form)
    due = still_due(found)
    if not due:
        raise Refused("fee_unknown" if due is None else "nothing_due", code=found.code)
    if request.form.get("due") != str(due):
        form.wrong("method", "Số tiền vừa thay đổi. Xem lại rồi thu.")
    method = form.choice("method", FEE_METHODS, "Chọn tiền mặt hoặc chuyển khoản.")
    given = form.read("given", read_money) if method == "cash" else None
    if given is not None and given < due:
        form.wrong("given", sentence(Refused("given_too_little", missing=due - given)))
    if form.problems:
        return show(found, form, 422)
    book = desk.catalogue_now().books[BOOK]
    with box().writing() as at_once:
        lines = lines_due(found, due)
        receipt = release.take_fee(at_once, dossier, officer().id, lines, method, book, box().home.settings.unit)
    change = given - due if given is not None else 0
    flash(f"Đã thu {money_text(due)}, biên lai {receipt}.")
    return redirect(url_for("cashier.dossier", dossier=dossier, thua=change or None), 303)


def read_money(typed: str) -> int:
    """Read an amount as typed, with or without dots. Raises Refused `amount_invalid`."""
    digits = re.sub(r"[\s.đ]", "", typed)
    if not re.fullmatch(r"\d{1,10}", digits, re.ASCII):
        raise Refused("amount_invalid")
    return int(digits)
