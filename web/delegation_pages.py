"""Ủy quyền: who stands in for whom, from one day to another; it ends by itself."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import delegations, officers
from appliance.errors import Refused
from appliance.rights import Role
from appliance.text import day_text, read_day
from web import desk
from web.forms import Form
from web.per_request import act, box, officer
from web.vietnamese import sentence

bp = Blueprint("delegations", __name__)
FIELDS = {"delegation_days": "last", "delegation_basis": "basis", "delegation_self": "taker"}


@bp.get("/uy-quyen")
@act("delegate")
def page() -> tuple[str, int]:
    """List what stands, with the form of a new one."""
    today = day_text(desk.now().date())
    return show(Form({"giver": officer().id, "first": today, "last": today}))


def show(form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    today = desk.now().date()
    people = [(one.id, f"{one.name}, {one.title}") for one in officers.everybody(box().db) if one.active]
    return render_template(
        "delegations.html",
        standing=delegations.standing(box().db, box().device, today),
        today=today,
        form=form,
        failed=bool(form.problems),
        givers=people if for_others() else [(officer().id, officer().name)],
        takers=[("", "Chọn người"), *(one for one in people if for_others() or one[0] != officer().id)],
        names=desk.names(),
        me=officer().id,
        for_others=for_others(),
    ), status


def for_others() -> bool:
    """Say whether this officer records delegations of others, on paper that lies before him."""
    return Role.ADMIN in officer().roles


@bp.post("/uy-quyen")
@act("delegate")
def give() -> tuple[str, int] | Response:
    """Record a delegation."""
    form = Form(request.form)
    giver, taker = form.text("giver", most=10), form.text("taker", "Chọn người nhận ủy quyền.", 10)
    first, last = (form.read(name, read_ahead, "Ghi ngày, tháng, năm.") for name in ("first", "last"))
    basis = form.text("basis", sentence(Refused("delegation_basis")), delegations.BASIS_CHARS_MAX)
    if form.problems or first is None or last is None:
        return show(form, 422)
    try:
        with box().writing() as at_once:
            delegations.give(at_once, officer(), giver, taker, first, last, basis)
    except Refused as refused:
        form.wrong(FIELDS.get(refused.code, "giver"), sentence(refused))
        return show(form, 422)
    flash(f"Đã ghi ủy quyền đến hết ngày {day_text(last)}. Hết ngày đó tự thôi.")
    return redirect(url_for("delegations.page"), 303)


def read_ahead(typed: str) -> date:
    """Read a day that may lie in the next year."""
    today = desk.now().date()
    return read_day(typed, today.replace(day=1, year=today.year + 1))


@bp.post("/uy-quyen/thoi")
@act("delegate")
def end() -> Response:
    """End a delegation now."""
    giver, taker, first = (request.form.get(name, "") for name in ("giver", "taker", "first"))
    try:
        day = date.fromisoformat(first)
    except ValueError:
        raise Refused("delegation_unknown") from None
    with box().writing() as at_once:
        delegations.end(at_once, officer(), giver, taker, day)
    flash("Đã thôi ủy quyền.")
    return redirect(url_for("delegations.page"), 303)
