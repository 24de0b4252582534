"""Sắp đến hạn và quá hạn: running dossiers near or past their day, and late ones that got a new day; who must do what next.

The filters live in the address: `muc` the stage, `nguoi` who holds it, `thu-tuc` the procedure, `q` words of the list.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for

from appliance import decisions, lateness, queries
from appliance.clock import LOCAL, stamp
from appliance.dossier import Dossier
from appliance.text import fold
from web import clock_part, desk
from web.clock_part import ANSWERED, Clock
from web.due_chip import Chip
from web.per_request import act, box, holds, officer
from web.words.clocks import LEADING, NOBODYS, OFFICE, OWN, STAGES

bp = Blueprint("late", __name__)
NOBODY, MINE = "chua-nhan", "toi"
TYPED_CHARS_MAX = 100
PAGE_MAX = 50
# Word in the address → stage.
WORDS = {"sap-han": "remind", "can-han": "apologise", "hom-nay": "today", "qua-han": "late", "da-hen-lai": ANSWERED}
URGENT_FIRST = [(word, stage) for word, stage in reversed(WORDS.items()) if stage != ANSWERED]


@dataclass(frozen=True)
class Near:
    """A dossier that somebody must look at, the stage of its clock, and who holds it by name."""

    dossier: Dossier
    stage: str
    holder: str


@dataclass(frozen=True)
class Line:
    """A line of the page: what is near, its clock, its deadline in words."""

    near: Near
    clock: Clock
    due: Chip


@bp.get("/han-tra")
@act("view_dossier")
def page() -> str:
    """Show what is near or late, the most urgent first, page by page; every filter stands in the address."""
    every = near()
    word, number = request.args.get("muc", ""), max(1, request.args.get("trang", 1, int))
    fitting = filtered([one for one in every if word not in WORDS or one.stage == WORDS[word]])
    shown = fitting[(number - 1) * PAGE_MAX : number * PAGE_MAX]
    given: dict[str, Any] = {name: value for name, value in request.args.items() if value and name != "trang"}
    return render_template(
        "late.html",
        lines=[Line(one, clock_part.of(one.dossier), desk.chip_of(one.dossier)) for one in shown],
        tabs=[("", "Tất cả", len(every)), *((w, STAGES[s][1], sum(x.stage == s for x in every)) for w, s in WORDS.items())],
        word=word if word in WORDS else "",
        holders=sorted({(x.dossier.holder, x.holder) for x in every if x.dossier.holder}, key=lambda pair: pair[1]),
        procedures=sorted({(x.dossier.procedure, x.dossier.procedure_name) for x in every}, key=lambda pair: pair[1]),
        rules=desk.rules_now(),
        found=len(fitting),
        first_shown=(number - 1) * PAGE_MAX + 1,
        before=url_for("late.page", **given, trang=number - 1) if number > 1 else "",
        next=url_for("late.page", **given, trang=number + 1) if len(fitting) > number * PAGE_MAX else "",
        full=len(every) >= queries.NEAR_MAX,
        most=queries.NEAR_MAX,
        at=stamp(),
    )


def near() -> list[Near]:
    """Gather every dossier that somebody must look at, by due date."""
    called, today = desk.names(), desk.now().date()
    found = queries.near_or_late(box().db, watched_until().isoformat())
    staged = [(one, clock_part.stage_of(one, bool(lateness.missed(one, today)))) for one in found]
    return [Near(one, stage, called.get(one.holder, one.holder)) for one, stage in staged if stage in STAGES]


def watched_until() -> date:
    """Give the day before which a due date concerns somebody today."""
    return lateness.watched_until(desk.rules_now(), desk.calendar_now(), desk.now().date()) + timedelta(days=1)


def filtered(every: list[Near]) -> list[Near]:
    """Keep what the address asks for."""
    who, procedure = request.args.get("nguoi", ""), request.args.get("thu-tuc", "")
    words = fold(request.args.get("q", "")[:TYPED_CHARS_MAX]).split()
    holds: dict[str, Callable[[Near], bool]] = {
        "": lambda one: True,
        NOBODY: lambda one: not one.dossier.holder,
        MINE: lambda one: one.dossier.holder == officer().id,
    }
    fits = holds.get(who, lambda one: one.dossier.holder == who)
    kept = [one for one in every if fits(one) and procedure in ("", one.dossier.procedure)]
    return [one for one in kept if all(word in fold(text_of(one)) for word in words)]


def text_of(one: Near) -> str:
    """Give what the words of the filter are looked for in."""
    return " ".join((one.dossier.code, (one.dossier.applicant or {}).get("name", ""), one.dossier.procedure_name, one.holder))


@dataclass(frozen=True)
class Reminder:
    """One line on the first page: how many, in which stage, the address of exactly those."""

    stage: str
    words: str
    count: int
    address: str


@bp.app_template_global()
def reminders() -> list[Reminder]:
    """Count what is new, near or late: for who processes his own and what nobody took, for everybody else the whole office's."""
    if not holds("take") or holds("extend"):
        return [*decided(), *reminded(LEADING if holds("extend") else OFFICE)]
    return [*decided(), *reminded(OWN, MINE, officer().id), *reminded(NOBODYS, NOBODY, "")]


def decided() -> list[Reminder]:
    """Tell of higher agencies' decisions on what this officer holds, until he has opened the dossier."""
    found = decisions.news_for(box().db, officer().id)
    words = "hồ sơ tôi giữ có văn bản mới của cấp trên"
    return [Reminder("news", words, len(found), url_for("dossier.page", dossier=found[0]))] if found else []


def reminded(words: Mapping[str, str], who: str | None = None, holder: str | None = None) -> list[Reminder]:
    """Count by stage, of one holder ("" for nobody) or of all, the most urgent first."""
    rules, calendar, today = desk.rules_now(), desk.calendar_now(), desk.now().date()
    counted: Counter[str] = Counter()
    for day, held_by, count in queries.near_by_day(box().db, watched_until().isoformat(), today.isoformat()):
        if holder in (None, held_by):
            due = datetime.combine(date.fromisoformat(day), rules.day_end(), LOCAL)
            counted[lateness.stage(rules, calendar, due, today)] += count
    return [
        Reminder(stage, words[stage], counted[stage], url_for("late.page", muc=word, nguoi=who))
        for word, stage in URGENT_FIRST
        if counted[stage]
    ]
