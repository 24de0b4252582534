"""Thu phí: what is due, money given and change, one receipt number. The amount is never typed: it is the dossier's."""

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from appliance import money, papers, queries, vietqr
from appliance.clock import stamp
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.forms import qr
from appliance.money import Owed, owed_now
from appliance.text import money_text, money_words
from appliance.vietqr import Account
from web import desk, printing
from web.finding import find_one
from web.forms import Form
from web.per_request import act, box, officer
from web.vietnamese import FEE_METHODS, sentence
from web.words.money import VOID_REASONS

bp = Blueprint("cashier", __name__)


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
    shown = [(row, owed_now(desk.found(row.listed.id)).amount) for row in desk.rows(listed)]
    back = [] if query else [(row, desk.found(row.listed.id).to_refund) for row in desk.rows(queries.to_refund(box().db))]
    elsewhere = len(hits) - len(listed) if query else 0
    return render_template("cashier.html", rows=shown, back=back, q=query, at=stamp(), elsewhere=elsewhere)


@bp.get("/thu-phi/<dossier>")
@act("take_fee")
def dossier(dossier: str) -> tuple[str, int]:
    """Show what one dossier has to pay, or its receipts."""
    return show(desk.found(dossier), Form({"method": "cash"}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    owed = owed_now(found)
    odd = desk.catalogue_now().rules_on(desk.now().date()).odd_word
    return render_template(
        "cashier_one.html",
        dossier=found,
        due=owed.amount,
        lines=owed.lines,
        words=money_words(owed.amount, odd) if owed.amount else "",
        account=account(),
        qr=transfer_code(found, owed),
        content=vietqr.words_of(found.code),
        form=form,
        failed=bool(form.problems),
        methods=list(FEE_METHODS.items()),
        FEE_METHODS=FEE_METHODS,
        VOID_REASONS=VOID_REASONS,
        names=desk.names(),
        me=officer().id,
        change=request.args.get("thua", 0, int),
    ), status


def account() -> Account | None:
    """Give the office's account for fees, where the catalogue in force names one."""
    return desk.catalogue_now().rules_on(desk.now().date()).collection_accounts.get(box().home.settings.unit)


def transfer_code(found: Dossier, owed: Owed) -> Markup | None:
    """Draw the VietQR code for what is owed now; it says where money should go, never that it came."""
    to = account()
    return Markup(qr.svg(vietqr.payload(to, owed.amount, found.code))) if to and owed.amount else None


@bp.post("/thu-phi/<dossier>")
@act("take_fee")
def take(dossier: str) -> tuple[str, int] | Response:
    """Take the money, the whole of what is due, by one method, and print the receipt."""
    found, form = desk.found(dossier), Form(request.form)
    due = owed_now(found).amount
    if not due:
        raise Refused("fee_unknown" if due is None else "nothing_due", code=found.code)
    if request.form.get("due") != str(due):
        form.wrong("method", "Số tiền vừa thay đổi. Xem lại rồi thu.")
    method = form.choice("method", FEE_METHODS, "Chọn tiền mặt hoặc chuyển khoản.")
    given = form.read("given", read_money) if method == money.CASH else None
    if given is not None and given < due:
        form.wrong("given", sentence(Refused("given_too_little", missing=due - given)))
    missing = sentence(Refused("reference_missing")) if method == money.TRANSFER else ""
    reference = form.text("reference", missing, money.REFERENCE_CHARS_MAX)
    if form.problems:
        return show(found, form, 422)
    taken = take_now(found, method, reference)
    change = given - due if given is not None else 0
    flash(f"Đã thu {money_text(due)}, biên lai {taken.receipt} đang in.")
    return redirect(url_for("cashier.dossier", dossier=dossier, thua=change or None), 303)


def take_now(found: Dossier, method: str, reference: str) -> money.Taken:
    """Take all that is owed now, and print its receipt."""
    with box().writing() as at_once:
        taken = money.take_fee(at_once, box().home, desk.catalogue_now(), found.id, officer(), method, reference=reference)
        printing.order(at_once, officer().id, found.id, found.code, taken.file)
    return taken


@bp.post("/thu-phi/<dossier>/in-bien-lai")
@act("take_fee")
def print_again(dossier: str) -> Response:
    """Print a receipt once more: the stored file, byte for byte, as its next copy."""
    with box().writing() as at_once:
        paper = papers.reprint(at_once, dossier, officer().id, request.form.get("file", ""), "another")
        printing.order(at_once, officer().id, dossier, desk.found(dossier).code, paper.file)
    flash("Đang in lại biên lai.")
    return redirect(url_for("cashier.dossier", dossier=dossier), 303)


def read_money(typed: str) -> int:
    """Read an amount as typed, with or without dots. Raises Refused `amount_invalid`."""
    digits = re.sub(r"[\s.đ]", "", typed)
    if not re.fullmatch(r"\d{1,10}", digits, re.ASCII):
        raise Refused("amount_invalid")
    return int(digits)
