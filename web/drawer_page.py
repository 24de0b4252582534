"""Kiểm két: what a cashier took since the last count, the cash counted, why it differs; and the shifts that were closed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import drawer
from appliance.drawer import Closed, Shift
from appliance.errors import Refused
from web import desk
from web.cashier import read_money
from web.forms import Form
from web.per_request import act, box, holds, officer
from web.vietnamese import FEE_METHODS, sentence
from web.words.money import DIFFERENCES, VOID_REASONS

bp = Blueprint("drawer", __name__)


@bp.get("/ket")
@act("view_drawers")
def page() -> tuple[str, int]:
    """Show one's own open shift and closed ones; who leads or audits sees everybody's closed shifts."""
    return show(Form({}))


def show(form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    return render_template(
        "drawer.html",
        shift=own_shift(),
        closed=shifts(),
        form=form,
        failed=bool(form.problems),
        names=desk.names(),
        reasons=[("", "Không lệch"), *DIFFERENCES.items()],
        DIFFERENCES=DIFFERENCES,
        FEE_METHODS=FEE_METHODS,
        VOID_REASONS=VOID_REASONS,
    ), status


def own_shift() -> Shift | None:
    """Give the open shift of a cashier; others have no drawer."""
    return drawer.open_shift(box().db, officer().id) if holds("count_drawer") else None


def shifts() -> list[Closed]:
    """List closed shifts: one's own, or all for who has no drawer."""
    return drawer.closed(box().db, officer().id if holds("count_drawer") else "")


@bp.post("/ket")
@act("count_drawer")
def count() -> tuple[str, int] | Response:
    """Record the count and close the shift."""
    form = Form(request.form)
    counted = form.read("counted", read_money, "Nhập số tiền mặt đếm được, 0 nếu không có.")
    why = form.choice("why", {"": "", **DIFFERENCES}, "")
    expected = form.read("expected", read_money)
    if form.problems or counted is None:
        return show(form, 422)
    try:
        with box().writing() as at_once:
            drawer.count(at_once, officer().id, -1 if expected is None else expected, counted, why)
    except Refused as refused:
        form.wrong("why" if refused.code == "difference_unexplained" else "counted", sentence(refused))
        return show(form, 422)
    flash("Đã ghi kiểm két và chốt ca.")
    return redirect(url_for("drawer.page"), 303)
