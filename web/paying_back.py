"""Hủy biên lai, hoàn trả: a receipt that was wrong is voided and what it took is taken anew; what an end decided goes back."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import money, moves, paying_back
from appliance.dossier import Dossier, Fee
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.paying_back import Payout
from appliance.text import money_text
from web import branch, desk
from web.forms import Form
from web.per_request import act, box, holds, officer
from web.vietnamese import FEE_METHODS, sentence
from web.words.money import VOID_REASONS

bp = Blueprint("paying_back", __name__)
VOIDED, REFUNDED = "receipt.voided", "fee.refunded"


@bp.app_template_global()
def may_void(found: Dossier) -> bool:
    """Say whether this officer may void receipts of a dossier now."""
    return holds("void_receipt") and VOIDED in moves.legal(found)


@bp.get("/ho-so/<dossier>/huy-bien-lai/<receipt>")
@act("void_receipt")
def void_page(dossier: str, receipt: str) -> tuple[str, int]:
    """Ask why a receipt is voided and how its money goes back."""
    return show_void(desk.found(dossier), receipt, Form({}))


def show_void(found: Dossier, receipt: str, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed; one that this officer cannot void alone says so."""
    fee, why = None, ""
    try:
        fee = paying_back.receipt_of(found, receipt)
        paying_back.must_be_another(box().db, fee, officer(), desk.rules_now())
    except Refused as refused:
        why = sentence(refused)
    open_shift = fee is not None and paying_back.in_open_shift(box().db, fee)
    more = {"fee": fee, "open_shift": open_shift, "reasons": [("", "Chọn lý do"), *VOID_REASONS.items()], "hindrance": why}
    return branch.show("voiding.html", found, form, VOIDED, status, **more, **shared())


def shared() -> dict[str, object]:
    """Give what both pages show."""
    return {"FEE_METHODS": FEE_METHODS, "methods": list(FEE_METHODS.items()), "names": desk.names()}


def read_payout(form: Form, usual: str = "") -> Payout:
    """Read how money goes back and to whom."""
    method = form.choice("method", FEE_METHODS, "" if usual else "Chọn tiền mặt hoặc chuyển khoản.") or usual
    missing = sentence(Refused("reference_missing")) if method == money.TRANSFER and not usual else ""
    return Payout(method, form.text("reference", missing, money.REFERENCE_CHARS_MAX), form.text("name", most=200))


@bp.post("/ho-so/<dossier>/huy-bien-lai/<receipt>")
@act("void_receipt")
def void(dossier: str, receipt: str) -> tuple[str, int] | Response:
    """Void a receipt; the cashier goes on to take what is owed again."""
    found, form = desk.found(dossier), Form(request.form)
    reason = form.choice("reason", VOID_REASONS, "Chọn lý do hủy.")
    note = form.text("note", most=paying_back.NOTE_CHARS_MAX)
    usual = next((fee.method for fee in found.receipts if fee.receipt == receipt), money.CASH)
    payout, copy_back = read_payout(form, usual), "copy_back" in request.form

    def do(at_once: Act) -> Fee:
        rules = desk.rules_now()
        return paying_back.void(at_once, rules, dossier, officer(), receipt, reason, payout, copy_back=copy_back, note=note)

    fee = None if form.problems else branch.done(form, do)
    if fee is None:
        return show_void(desk.found(dossier), receipt, form, 422)
    flash(f"Đã hủy biên lai {receipt}. Trả lại người nộp {money_text(fee.amount)} rồi thu lại đúng, nếu còn phải thu.")
    after = "cashier.dossier" if holds("take_fee") else "dossier.page"
    return redirect(url_for(after, dossier=dossier), 303)


@bp.get("/thu-phi/<dossier>/hoan-tra")
@act("pay_back")
def refund_page(dossier: str) -> tuple[str, int]:
    """Show what was decided to go back."""
    found = desk.found(dossier)
    person = found.applicant or {}
    return show_refund(found, Form({"name": person.get("name") or person.get("organisation", ""), "method": money.CASH}))


def show_refund(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    return branch.show("refunding.html", found, form, REFUNDED, status, **shared())


@bp.post("/thu-phi/<dossier>/hoan-tra")
@act("pay_back")
def refund(dossier: str) -> tuple[str, int] | Response:
    """Record that the money went back and print the voucher that the receiver signs."""
    found, form = desk.found(dossier), Form(request.form)
    payout = read_payout(form)
    if not payout.receiver:
        form.wrong("name", "Ghi họ tên người nhận tiền.")
    if request.form.get("due") != str(found.to_refund):
        form.wrong("main", "Số tiền hoàn trả vừa thay đổi. Xem lại rồi chi.")
    if "confirmed" not in request.form:
        form.wrong("confirmed", "Đánh dấu khi người nhận đã nhận đủ tiền.")

    def do(at_once: Act) -> str:
        file = paying_back.refund(at_once, box().home, desk.catalogue_now(), dossier, officer(), payout)
        return branch.issued(at_once, found, file)

    printing = "" if form.problems else branch.done(form, do)
    if not printing:
        return show_refund(desk.found(dossier), form, 422)
    flash(f"Đã hoàn trả {money_text(found.to_refund)} của hồ sơ {found.code}. {printing}")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
