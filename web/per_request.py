"""What every request goes through: is the act declared, who asks, is the screen locked, may they, and who looked at whom.

    @bp.get("/ho-so/<dossier>")
    @act("view_dossier")
    def page(dossier): ...

A route with `<dossier>` in its address leaves a row in `looking` by itself, before its answer is sent.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from appliance import catalogue_shelf, sessions
from appliance.box import Box
from appliance.clock import local_day, moment_of, stamp, text_of
from appliance.errors import Refused
from appliance.officers import Officer
from appliance.rights import DEVICE, PUBLIC, known, may

View = TypeVar("View", bound=Callable[..., Any])

LOOKING_AGAIN = timedelta(minutes=10)  # The same person at the same thing within this time is one look.
LOCKED, UNKNOWN = 423, 401
NEVER_KEPT = frozenset({"csrf_token", "password", "pin", "old", "new", "again"})


class UndeclaredRoute(RuntimeError):
    """A route says no act, or one that is not in the table of rights: the application must not start."""


def act(name: str) -> Callable[[View], View]:
    """Declare the act a view needs. Stands under the route decorator."""

    def mark(view: View) -> View:
        view.act = name  # type: ignore[attr-defined]
        return view

    return mark


def box() -> Box:
    """Give the box this application works on."""
    return current_app.extensions["box"]


def officer() -> Officer:
    """Give the officer who asks; only in views that need an account."""
    return current_user.officer


def counter() -> int:
    """Give the counter chosen at the login; 0 means none today."""
    return current_user.session.counter


def holds(name: str) -> bool:
    """Say whether the officer who asks may do an act; used by templates to leave out what would be refused."""
    return current_user.is_authenticated and may(current_user.officer.roles, name)


def looked(dossier_id: str, what: str) -> None:
    """Record that this officer sees something of a dossier; once in ten minutes for the same thing."""
    now, who = stamp(), officer().id
    since = text_of(moment_of(now) - LOOKING_AGAIN)
    sql = "SELECT 1 FROM looking WHERE dossier = ? AND officer = ? AND what = ? AND at > ? LIMIT 1"
    if box().db.conn.execute(sql, [dossier_id, who, what, since]).fetchone():
        return
    with box().writing() as at_once:
        at_once.db.conn.execute(
            "INSERT INTO looking (at, officer, dossier, what) VALUES (?, ?, ?, ?)", [now, who, dossier_id, what]
        )


def set_up(app: Flask) -> None:
    """Put the catalogue in force and the guard before every view, and the record of looking after it."""
    app.before_request(decide_under_todays_catalogue)
    app.before_request(guard)
    app.after_request(record_looking)


def declare(app: Flask) -> None:
    """Walk the routes once. Raises UndeclaredRoute naming those without an act."""
    acts = {rule.endpoint: act_of(app, rule.endpoint) for rule in app.url_map.iter_rules()}
    wrong = sorted(endpoint for endpoint, name in acts.items() if not known(name))
    if wrong:
        raise UndeclaredRoute(f"routes without a known act: {', '.join(wrong)}")
    app.extensions["acts"] = acts


def act_of(app: Flask, endpoint: str) -> str:
    """Find the act of an endpoint: on its view, or on the mounted blueprint it belongs to."""
    mounted = app.extensions.get("mounted", {})
    return mounted.get(endpoint.rpartition(".")[0]) or getattr(app.view_functions[endpoint], "act", "")


def decide_under_todays_catalogue() -> None:
    """Let one request be decided under one catalogue: that in force today, or the last good one where a kept one is damaged."""
    with suppress(Refused):
        box().decide_under(catalogue_shelf.current(box().home, local_day(stamp())).digest)


def guard() -> AnyResponse | None:
    """Let the request through, or answer instead of the view."""
    wanted = current_app.extensions["acts"].get(request.endpoint or "")
    if wanted in (None, PUBLIC, DEVICE):
        return None  # None: there is no such page; the router says so itself.
    if not current_user.is_authenticated:
        return knock(UNKNOWN, "login.page")
    if current_user.session.locked:
        return knock(LOCKED, "login.locked")
    if not may(current_user.officer.roles, wanted):
        abort(403)
    if current_user.officer.must_change and request.endpoint not in MUST_CHANGE_SEES:
        return redirect(url_for("account.password"))
    note_activity()
    return None


MUST_CHANGE_SEES = ("account.password", "account.change_password", "login.logout", "live.live", "live.state")


def knock(status: int, endpoint: str) -> AnyResponse:
    """Send a person to the login or lock page; tell a script by status alone, so that the page it lives in stays."""
    if is_navigation() and request.method == "POST" and status == LOCKED:
        return keep_form(status)
    if is_navigation():
        back = request.full_path.rstrip("?") if request.method == "GET" else ""
        return redirect(url_for(endpoint, tiep=back or None), 303)
    answer = jsonify({"status": status})
    answer.status_code = status
    return answer


def keep_form(status: int) -> AnyResponse:
    """Ask for the password and carry what was being sent along: a lock takes nothing away that was typed."""
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in NEVER_KEPT]
    page = render_template("locked.html", officer=officer(), kept=kept, send_to=request.full_path.rstrip("?"))
    return make_response(page, status)


def is_navigation() -> bool:
    """Say whether a person's browser is about to show the answer as a page."""
    mode = request.headers.get("Sec-Fetch-Mode")
    return mode == "navigate" if mode else "HX-Request" not in request.headers and request.endpoint != "live.live"


def is_background() -> bool:
    """Say whether a page asks by itself; the page's own scripts mark such requests."""
    return "X-Background" in request.headers


def note_activity() -> None:
    """Keep the session awake when a person did something; written down at most every half minute."""
    now = stamp()
    if not is_background() and sessions.is_stale(current_user.session, now):
        with box().writing() as at_once:
            sessions.touch(at_once.db, current_user.session, now)


def record_looking(answer: Response) -> Response:
    """Record a look at the dossier in the address, when the answer shows something of it."""
    dossier = (request.view_args or {}).get("dossier")
    if dossier and answer.status_code < 400 and current_user.is_authenticated and "looking_done" not in g:
        rest = [str(value) for name, value in sorted((request.view_args or {}).items()) if name != "dossier"]
        looked(dossier, " ".join([current_app.extensions["acts"][request.endpoint], *rest]))
        g.looking_done = True
    return answer


def way_back(path: str | None) -> str:
    """Give a path of this site to go on to, or the home page: never another host, never a script."""
    good = path and path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path
    return path if good and path else url_for("home.page")
