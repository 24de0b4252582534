"""Ctrl+K: type, get pages and things to open. Page modules add what they can find with `provide`."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template, request, url_for

from appliance.officers import Officer
from appliance.text import fold
from web import menu
from web.per_request import act, holds, officer

bp = Blueprint("palette", __name__)
HITS_MAX = 12
QUERY_CHARS_MAX = 200


@dataclass(frozen=True)
class Hit:
    """One line of the palette. `hint` must not hold a full personal number."""

    label: str
    href: str
    icon: str = "arrow-right"
    hint: str = ""


Find = Callable[[str], list[Hit]]
PROVIDERS: list[tuple[str, Find]] = []


def provide(act_name: str) -> Callable[[Find], Find]:
    """Add a search to the palette, for officers who hold an act: `find(query) -> hits`, best first."""

    def add(find: Find) -> Find:
        PROVIDERS.append((act_name, find))
        return find

    return add


@bp.get("/lenh")
@act("own_work")
def page() -> str:
    """Give what matches: the list alone for the dialog, a whole page without scripts."""
    query = request.args.get("q", "").strip()[:QUERY_CHARS_MAX]
    hits = commands(query) + [hit for name, find in PROVIDERS if query and holds(name) for hit in find(query)]
    name = "palette_hits.html" if "X-Keep-Page" in request.headers else "palette.html"
    return render_template(name, query=query, hits=hits[:HITS_MAX])


def commands(query: str) -> list[Hit]:
    """List the pages this officer may open whose names hold the words typed, marks or none."""
    words = fold(query).split()
    return [hit for hit in pages_of(officer()) if all(word in fold(hit.label) for word in words)]


def pages_of(who: Officer) -> list[Hit]:
    """List every page and command of an officer."""
    site = current_app.extensions["site"]
    items = [
        Hit(menu.home_label(who, site.kind) if item is menu.HOME else item.label, url_for(item.endpoint), item.icon, item.hint)
        for item in site.menu
        if holds(item.act)
    ]
    return [
        *items,
        Hit("Tài khoản của tôi", url_for("account.page"), "id-card"),
        Hit("Đổi mật khẩu", url_for("account.password"), "lock"),
        Hit("Trợ giúp và phím tắt", url_for("help_pages.page"), "circle-question-mark"),
    ]
