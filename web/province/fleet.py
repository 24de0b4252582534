"""Bảng thiết bị, the province's first page: every commune's device, how far its ledger is held, and what needs somebody.

Says only what the province has seen itself; a device that is silent is said to be silent, not to be well. Changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, render_template, request

from appliance.clock import local, moment_of, stamp
from appliance.text import Line, day_text, fold, number_text, time_text
from sync.province import fleet
from sync.province.fleet import Standing
from sync.province.opened import Province
from sync.province.wanted import COUNTED_MAX
from web.per_request import act
from web.vietnamese import SET_ASIDE, SET_ASIDE_OTHER, sentence

bp = Blueprint("home", __name__)  # Takes the place of the commune's first page: the frame links to home.page.
TYPED_CHARS_MAX = 100
QUIET = timedelta(days=1)  # Boxes say hello every few minutes, day and night; half a day of it is how exactly we know.
SILENT = timedelta(days=3)
SHOWN = timedelta(days=7)  # A fork that was healed stays on the page so long, for somebody to ask the commune about it.
SLOW = timedelta(days=1)  # A file that takes longer than this to come is worth a telephone call.


@dataclass(frozen=True)
class Trouble:
    """Something amiss: how bad (bad, warn, hold), the code of its sentence, and when it holds at a moment."""

    kind: str
    code: str
    holds: Callable[[Standing, str], bool]


@dataclass(frozen=True)
class Unit:
    """A device on the page: its standing, the worst of its troubles as kind and word, and all of them in sentences."""

    at: Standing
    kind: str
    word: str
    files: str
    sentences: tuple[str, ...]


TROUBLES = (
    Trouble("hold", "fleet_revoked", lambda at, now: at.revoked_at is not None),
    Trouble("bad", "fleet_two_machines", lambda at, now: at.two_machines),
    Trouble("bad", "fleet_fork", lambda at, now: at.forks > 0 and not at.healed and not at.two_machines),
    Trouble("warn", "fleet_healed", lambda at, now: at.healed and not at.two_machines and not _older(at.fork_at, SHOWN, now)),
    Trouble("bad", "fleet_silent", lambda at, now: _older(at.heard_at, SILENT, now)),
    Trouble("warn", "fleet_quiet", lambda at, now: _older(at.heard_at, QUIET, now) and not _older(at.heard_at, SILENT, now)),
    Trouble("warn", "fleet_set_aside", lambda at, now: at.set_aside > 0),
    Trouble("warn", "fleet_files_late", lambda at, now: _older(at.files_since, SLOW, now)),
    Trouble("warn", "fleet_keys", lambda at, now: at.keys_away > 0),
    Trouble("hold", "fleet_never", lambda at, now: at.inc_no is None),
)
WORDS = {"ok": "Tốt", "warn": "Chú ý", "bad": "Hỏng", "hold": "Chờ"}
WORST_FIRST = ("bad", "warn", "hold", "ok")


@bp.get("/")
@act("view_fleet")
def page() -> str:
    """Show every device; `q` in the address keeps those whose name holds the words, marks or none."""
    now, typed = stamp(), request.args.get("q", "").strip()[:TYPED_CHARS_MAX]
    units = [unit_of(standing, now) for standing in fleet.fleet(province())]
    shown = [unit for unit in units if fold(typed) in fold(unit.at.name)]
    return render_template("province_fleet.html", units=units, shown=shown, todo=todo(units), q=typed, at=now, sums=sums(units))


@bp.get("/thiet-bi/<device>")
@act("view_fleet")
def device(device: str) -> str:
    """Show one device with every event that was set aside and every fork seen."""
    found = fleet.standing(province(), device) or abort(404)
    db = province().db
    return render_template(
        "province_device.html",
        unit=unit_of(found, stamp()),
        aside=[(one, SET_ASIDE.get(one.reason, SET_ASIDE_OTHER)) for one in fleet.set_aside(db, device)],
        forks=fleet.forks_seen(db, device),
        most=fleet.TROUBLES_MAX,
    )


def province() -> Province:
    """Give the receiver's side of this application."""
    return current_app.extensions["province"]


def unit_of(at: Standing, now: str) -> Unit:
    """Say how a device stands. A revoked one is asked nothing more."""
    found = [trouble for trouble in TROUBLES if trouble.holds(at, now)]
    if at.revoked_at:
        found = found[:1]
    kind = min((trouble.kind for trouble in found), key=WORST_FIRST.index, default="ok")
    facts = facts_of(at, now)
    word = "Đã ngắt" if at.revoked_at else WORDS[kind]
    return Unit(at, kind, word, facts["files"], tuple(sentence(Line(trouble.code, facts)) for trouble in found))


def facts_of(at: Standing, now: str) -> dict[str, Any]:
    """Give what the sentences are filled with."""
    away = moment_of(now) - moment_of(at.heard_at) if at.heard_at else timedelta()
    over = at.files_away > COUNTED_MAX
    return vars(at) | {
        "days": away.days,
        "files": f"trên {number_text(COUNTED_MAX)}" if over else number_text(at.files_away),
        "since": _moment(at.files_since) if at.files_since else "",
    }


def todo(units: list[Unit]) -> list[Unit]:
    """List the devices that need somebody, the worst first."""
    return sorted((unit for unit in units if unit.kind in ("bad", "warn")), key=lambda unit: WORST_FIRST.index(unit.kind))


def sums(units: list[Unit]) -> list[tuple[str, str]]:
    """Count what the title says of the whole province."""
    counts = [(word, sum(unit.kind == kind for unit in units)) for kind, word in WORDS.items()]
    events, files = sum(unit.at.events for unit in units), sum(unit.at.files_away for unit in units)
    bounded = any(unit.at.files_away > COUNTED_MAX for unit in units)
    told = [("Thiết bị", len(units)), *((word, n) for word, n in counts if n), ("Sự kiện đã nhận", events)]
    return [*((word, number_text(n)) for word, n in told), ("Tệp chưa về", f"{'trên ' if bounded else ''}{number_text(files)}")]


def _older(at: str | None, than: timedelta, now: str) -> bool:
    return at is not None and moment_of(now) - moment_of(at) > than


def _moment(at: str) -> str:
    return f"{time_text(local(at))}, {day_text(local(at).date())}"
