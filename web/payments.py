"""Yêu cầu nghĩa vụ tài chính: after the check an officer says what is to be paid, by what basis, until when (1, 4, 5 → 6)."""

from collections.abc import Collection

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import money, moves
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.fees import FeeLine
from appliance.text import day_text, money_text, read_day
from web import desk
from web.cashier import read_money
from web.forms import Form
from web.per_request import act, box, holds, officer
from web.vietnamese import sentence

bp = Blueprint("payments", __name__)
KIND = "payment.requested"
FIELD_OF = {"day_past": "until", "all_waived": "exemption", "exemption_not_listed": "exemption"}
SPARE_LINES = 2  # Empty lines offered below what is owed already.


@bp.app_template_global()
def may_take_fee(found: Dossier) -> bool:
    """Say whether there is something to pay now and this officer may take it."""
    return holds("take_fee") and bool(money.owed_now(found).amount)


@bp.get("/ho-so/<dossier>/yeu-cau-nop")
@act("request_payment")
def page(dossier: str) -> tuple[str, int]:
    """Show the request, begun with what the fee table says."""
    found = desk.found(dossier)
    typed = {"until": day_text(money.days_to_pay(desk.catalogue_now(), desk.now().date()))}
    for n, line in enumerate(money.to_ask(found)):
        typed |= {f"name-{n}": line["name"], f"amount-{n}": str(line["amount"] or "")}
    return show(found, Form(typed))


def table_of(found: Dossier) -> dict[str, FeeLine]:
    """Give what today's fee table says of the lines still to be paid here."""
    return money.of_table(desk.catalogue_now(), found, desk.now().date())


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    table = table_of(found)
    lines = max(len(money.to_ask(found)) + SPARE_LINES, sum(name.startswith("name-") for name in form.given))
    legal = KIND in moves.legal(found)
    return render_template(
        "payment_request.html",
        dossier=found,
        form=form,
        failed=bool(form.problems),
        lines=min(lines, money.LINES_MAX),
        legal=legal,
        fixed=money.fixed(table),
        table=table,
        exemptions=[(reason, reason) for reason in money.exemptions(table)],
        sentence=sentence,
    ), status


@bp.post("/ho-so/<dossier>/yeu-cau-nop")
@act("request_payment")
def ask(dossier: str) -> tuple[str, int] | Response:
    """Record the request; the dossier waits for the money from here on."""
    found, form = desk.found(dossier), Form(request.form)
    today = desk.now().date()
    exemption = form.text("exemption")
    lines = read_lines(form, {name for name, line in table_of(found).items() if exemption in line.exemptions})
    basis = form.text("basis", sentence(Refused("payment_basis_missing")), 500)
    until = form.read("until", lambda typed: read_day(typed, today.replace(year=today.year + 1)), "Ghi hạn nộp.")
    if form.problems or until is None:
        return show(found, form, 422)
    try:
        with box().writing() as at_once:
            money.request_payment(at_once, dossier, officer().id, lines, basis, until, desk.catalogue_now(), exemption)
    except Refused as refused:
        form.wrong(FIELD_OF.get(refused.code, "name-0"), sentence(refused))
        return show(found, form, 422)
    flash(f"Đã yêu cầu nộp {money_text(desk.found(dossier).payment['amount'])} cho hồ sơ {found.code}.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


def read_lines(form: Form, waived: Collection[str] = ()) -> list[dict]:
    """Read the lines of the request; an empty line is none, half a line is a problem unless it is waived."""
    lines = []
    for n in range(money.LINES_MAX):
        name, typed = form.text(f"name-{n}", most=200), form.text(f"amount-{n}")
        amount = form.read(f"amount-{n}", read_money)
        if name and not typed and name not in waived:
            form.wrong(f"amount-{n}", "Ghi số tiền của khoản này.")
        if typed and not name:
            form.wrong(f"name-{n}", "Ghi tên khoản thu.")
        if name in waived:
            lines.append({"name": name, "amount": 0})
        elif name and amount:
            lines.append({"name": name, "amount": amount})
    if not lines and not form.problems:
        form.wrong("name-0", "Ghi ít nhất một khoản phải nộp.")
    return lines
