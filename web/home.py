"""The first page after the login: what waits for this officer and where to begin."""

from datetime import datetime, time

from flask import Blueprint, render_template

from appliance import clock
from appliance.clock import LOCAL
from appliance.drafts import Draft, open_of
from web.per_request import act, box, counter, officer

bp = Blueprint("home", __name__)
DRAFTS_SHOWN = 8


@bp.get("/")
@act("own_work")
def page() -> str:
    """Show the officer's own start."""
    return render_template("home.html", officer=officer(), counter=counter(), today=today(), drafts=drafts(), now=clock.stamp())


def today() -> dict[str, int]:
    """Count what the office did since midnight, Vietnamese time."""
    day = clock.local_day(clock.stamp())
    since = clock.text_of(datetime.combine(day, time(), LOCAL))
    sql = """SELECT count(*) FILTER (WHERE accepted_at >= :since) AS accepted,
                    count(*) FILTER (WHERE returned_at >= :since) AS returned,
                    count(*) FILTER (WHERE status = 9) AS ready,
                    count(*) FILTER (WHERE status NOT IN (3, 7, 8, 9, 10)) AS open
             FROM dossier WHERE away = 0"""
    return next(box().db.query(sql, {"since": since}))


def drafts() -> list[Draft]:
    """List the officer's own drafts, newest first."""
    return open_of(box().db, officer().id)[:DRAFTS_SHOWN]
