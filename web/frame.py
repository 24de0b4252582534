"""What base.html shows on every page: office, menu, state chip, who sits here, density; and the filters of templates."""

from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user

from appliance import roles, text
from appliance.clock import local, stamp
from web import menu, state_chip
from web.account import DENSITIES, DENSITY_COOKIE
from web.per_request import box, holds
from web.vietnamese import RESULT_STATES
from web.words.moves import STATUS
from web.words.paper_slips import ORIGINS

FILTERS = {
    "money": text.money_text,
    "number": text.number_text,
    "phone": text.phone_text,
    "phone_mask": text.phone_masked,
    "id_groups": text.number_grouped,
    "person_mask": text.number_masked,
    "birth": text.birth_text,
    "in_roles": lambda dossier: roles.in_roles(dossier.persons, dossier.applicant),
    "iso_day": lambda day: text.day_text(date.fromisoformat(day)),
    "day": lambda at: text.day_text(_moment(at).date()) if at else "–",  # An online dossier has no moment of acceptance yet.
    "clock": lambda at: text.time_text(_moment(at)) if at else "–",
    "moment": lambda at: text.moment_text(_moment(at)) if at else "–",
}

# The login page's drawing: rings as on a bronze drum (radius, width of line, dashes).
RINGS = (
    (60, 1, "0"), (72, 8, "2 4"), (86, 1, "0"), (96, 1, "0"), (112, 16, "1 9"), (130, 1, "0"), (150, 10, "7 5"),
    (168, 1, "0"), (176, 1, "0"), (206, 26, "1.5 12"), (236, 1, "0"), (252, 8, "2 4"), (268, 1, "0"), (276, 1, "0"),
    (312, 22, "9 7"), (340, 1, "0"), (350, 1, "0"), (392, 34, "1.5 16"), (430, 1, "0"), (446, 8, "2 4"), (462, 1, "0"),
)  # fmt: skip


def set_up(app: Flask) -> None:
    """Give templates their filters and the frame's values."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(holds=holds, STATUS=STATUS, ORIGINS=ORIGINS, RINGS=RINGS, RESULT_STATES=RESULT_STATES)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(frame)


def frame() -> dict[str, Any]:
    """Gather what every page shows."""
    settings = box().home.settings
    density = request.cookies.get(DENSITY_COOKIE, "")
    return {
        "site": current_app.extensions["site"],
        "office": settings.name,
        "province": settings.province_name,
        "density": density if density in DENSITIES else "",
        "here": current_user if current_user.is_authenticated else None,
        "menu": menu_here,
        "chip": chip,
        "demo": settings.demo,
        "blueprints": current_app.blueprints,
    }


def chip() -> state_chip.Chip:
    """Say how things stand with the province."""
    return state_chip.chip(state_chip.facts(box().db), stamp())


def menu_here() -> list[dict[str, Any]]:
    """List the menu of the officer who asks, with counts and the page that is open."""
    officer = current_user.officer
    site = current_app.extensions["site"]
    return [
        {
            "item": item,
            "label": menu.home_label(officer, site.kind) if item is menu.HOME else item.label,
            "count": item.count(box().db, officer) if item.count else None,
            "current": request.endpoint is not None and request.endpoint.split(".")[0] == item.endpoint.split(".")[0],
        }
        for item in menu.items_for(site.menu, officer)
    ]


def _moment(at: str | datetime) -> datetime:
    return local(at) if isinstance(at, str) else at
