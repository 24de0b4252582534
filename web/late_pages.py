"""Sắp đến hạn và quá hạn: running dossiers near or past their day, and late ones that got a new day; who must do what next.

The filters live in the address: `muc` the stage, `nguoi` who holds it, `thu-tuc` the procedure, `q` words of the list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, render_template, request

from appliance import lateness, queries
from appliance.clock import stamp
from appliance.dossier import Dossier
from appliance.text import fold
from web import clock_part, desk
from web.clock_part import ANSWERED, Clock
from web.due_chip import Chip
from web.per_request import act, box, officer
from web.words.clocks import STAGES

bp = Blueprint("late", __name__)
NOBODY, MINE = "chua-nhan", "toi"
TYPED_CHARS_MAX = 100
# Word in the address → stage.
WORDS = {"sap-han": "remind", "can-han": "apologise", "hom-nay": "today", "qua-han": "late", "da-hen-lai": ANSWERED}


@dataclass(frozen=True)
class Line:
    """A line of the page: the dossier, its clock, its deadline in words, who holds it."""

    dossier: Dossier
    clock: Clock
    due: Chip
    holder: str


@bp.get("/han-tra")
@act("view_dossier")
def page() -> str:
    """Show what is near or late, the most urgent first."""
    every = lines()
    word = request.args.get("muc", "")
    shown = filtered([one for one in every if word not in WORDS or one.clock.stage == WORDS[word]])
    return render_template(
        "late.html",
        lines=shown,
        tabs=[("", "Tất cả", len(every)), *((w, STAGES[s][1], sum(x.clock.stage == s for x in every)) for w, s in WORDS.items())],
        word=word if word in WORDS else "",
        holders=sorted({(x.dossier.holder, x.holder) for x in every if x.dossier.holder}, key=lambda pair: pair[1]),
        procedures=sorted({(x.dossier.procedure, x.dossier.procedure_name) for x in every}, key=lambda pair: pair[1]),
        rules=desk.rules_now(),
        full=len(every) >= queries.LIST_MAX,
        most=queries.LIST_MAX,
        at=stamp(),
    )


def lines() -> list[Line]:
    """Gather every dossier that somebody must look at, by due date."""
    called, until = desk.names(), watched_until()
    found = queries.near_or_late(box().db, until.isoformat())
    every = [Line(one, clock_part.of(one), desk.chip_of(one), called.get(one.holder, one.holder)) for one in found]
    return [one for one in every if one.clock.stage in STAGES]


def watched_until() -> date:
    """Give the day before which a due date concerns somebody today."""
    return lateness.watched_until(desk.rules_now(), desk.calendar_now(), desk.now().date()) + timedelta(days=1)


def filtered(every: list[Line]) -> list[Line]:
    """Keep what the address asks for."""
    who, procedure = request.args.get("nguoi", ""), request.args.get("thu-tuc", "")
    words = fold(request.args.get("q", "")[:TYPED_CHARS_MAX]).split()
    holds: dict[str, Callable[[Line], bool]] = {
        "": lambda one: True,
        NOBODY: lambda one: not one.dossier.holder,
        MINE: lambda one: one.dossier.holder == officer().id,
    }
    fits = holds.get(who, lambda one: one.dossier.holder == who)
    kept = [one for one in every if fits(one) and procedure in ("", one.dossier.procedure)]
    return [one for one in kept if all(word in fold(text_of(one)) for word in words)]


def text_of(one: Line) -> str:
    """Give what the words of the filter are looked for in."""
    return " ".join((one.dossier.code, (one.dossier.applicant or {}).get("name", ""), one.dossier.procedure_name, one.holder))


@bp.app_template_global()
def due_or_late() -> int:
    """Count the running dossiers that are due today or late."""
    tomorrow = desk.now().date() + timedelta(days=1)
    sql = "SELECT count(*) FROM dossier WHERE status IN (2, 4) AND due_at < ?"
    return box().db.conn.execute(sql, [tomorrow.isoformat()]).fetchone()[0]
