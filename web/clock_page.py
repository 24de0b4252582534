"""Đồng hồ: how the box's clock stands to what is known for certain; one named officer may confirm today's date."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import clock, numbering
from appliance.clock import stamp
from appliance.errors import Refused
from appliance.text import WEEKDAYS, day_text
from web import desk
from web.per_request import act, box, officer
from web.vietnamese import sentence

bp = Blueprint("clock_page", __name__)


@bp.get("/dong-ho")
@act("confirm_clock")
def page() -> str:
    """Show the clock, the earliest moment it can honestly show, and what to do."""
    at, floor = stamp(), numbering.floor(box().db)
    why, today = clock.trouble(at, floor), desk.now().date()
    known = box().db.conn.execute("SELECT actor, at FROM clock_confirmation WHERE date = ?", [today.isoformat()]).fetchone()
    return render_template(
        "clock.html",
        at=at,
        floor=floor,
        why=sentence(Refused(why)) if why else "",
        today=f"{WEEKDAYS[today.weekday()]}, {day_text(today)}",
        iso=today.isoformat(),
        confirmed=known and {"name": desk.names().get(known[0], known[0]), "at": known[1]},
    )


@bp.post("/dong-ho")
@act("confirm_clock")
def confirm() -> Response:
    """Record that today's date is right, so that numbering and signing go on by this clock."""
    if request.form.get("day") != desk.now().date().isoformat():
        raise Refused("day_changed")
    with box().writing() as at_once:
        if clock.trouble(at_once.reading.at, numbering.floor(at_once.db)):
            numbering.confirm_today(at_once, officer().id)
    flash("Đã xác nhận ngày hôm nay. Cấp số và ký số chạy tiếp.")
    return redirect(url_for("clock_page.page"), 303)
