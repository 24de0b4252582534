"""Logging in, locking the screen and opening it again. A locked or ended session never takes away what is on the page."""

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from appliance import officers, sessions
from appliance.clock import local, stamp
from appliance.errors import Refused
from appliance.rights import PUBLIC, Role
from web.accounts import checked, log_in, log_in_again, log_out
from web.per_request import act, box, way_back
from web.vietnamese import sentence

bp = Blueprint("login", __name__)
COUNTERS_MIN = 3
KEPT = "kept:"  # Fields of another form on their way through the lock page.


@bp.get("/dang-nhap")
@act(PUBLIC)
def page() -> str | Response:
    """Show the login page; somebody who is logged in goes on."""
    if current_user.is_authenticated and not current_user.session.locked:
        return redirect(way_back(request.args.get("tiep")))
    return show("", 0)[0]


@bp.post("/dang-nhap")
@act(PUBLIC)
def log_in_here() -> tuple[str, int] | Response:
    """Check account and password, begin a session."""
    account, counter = request.form.get("account", "").strip().lower(), read_counter()
    try:
        officer = checked(box(), account, request.form.get("password", ""))
    except Refused as refused:
        return show(account, counter, sentence(refused))
    log_in(box(), officer, counter)
    return redirect(way_back(request.form.get("next")), 303)


def show(account: str, counter: int, error: str = "") -> tuple[str, int]:
    """Render the login page, with what went wrong."""
    admins = officers.holding(box().db, Role.ADMIN)
    now = local(stamp())
    return render_template(
        "login.html",
        account=account,
        counter=counter,
        counters=range(1, max(COUNTERS_MIN, len(box().home.settings.scanners)) + 1),
        error=error,
        admin=admins[0].name if admins else "",
        next=request.values.get("tiep", request.values.get("next", "")),
        today=now,
    ), 422 if error else 200


@bp.post("/dang-xuat")
@act(PUBLIC)
def logout() -> Response:
    """End this browser's session, locked or not."""
    if current_user.is_authenticated:
        log_out(box(), current_user.token)
    return redirect(url_for("login.page"), 303)


@bp.post("/khoa")
@act("own_work")
def lock() -> Response:
    """Lock the screen now. A script stays on its page; a plain form goes to the lock page."""
    with box().writing() as at_once:
        sessions.lock(at_once.db, current_user.session)
    if "X-Keep-Page" in request.headers:
        return jsonify({})
    return redirect(url_for("login.locked", tiep=request.form.get("next") or None), 303)


@bp.get("/khoa")
@act(PUBLIC)
def locked() -> str | Response:
    """Show the lock page."""
    if not current_user.is_authenticated:
        return redirect(url_for("login.page", tiep=request.args.get("tiep")))
    if not current_user.session.locked:
        return redirect(way_back(request.args.get("tiep")))
    return render_template("locked.html", officer=current_user.officer, next=request.args.get("tiep", ""))


@bp.post("/mo-khoa")
@act(PUBLIC)
def unlock() -> tuple[str, int] | Response | tuple[Response, int]:
    """Open a locked session with its owner's password, or begin a new one for the same person when it had ended."""
    keeps_page = "X-Keep-Page" in request.headers
    account = current_user.officer.account if current_user.is_authenticated else request.form.get("account", "")
    try:
        officer = checked(box(), account, request.form.get("password", ""))
    except Refused as refused:
        if keeps_page:
            return jsonify({"error": sentence(refused)}), 422
        if not current_user.is_authenticated:
            return show(account, 0, sentence(refused))
        return render_template("locked.html", officer=current_user.officer, error=sentence(refused), **carried()), 422
    if current_user.is_authenticated:
        with box().writing() as at_once:
            sessions.unlock(at_once.db, current_user.session, stamp())
    else:
        log_in_again(box(), officer, read_counter())
    if keeps_page:
        return jsonify({})
    if request.form.get("send_to"):
        return render_template("send_again.html", **carried()), 200
    return redirect(way_back(request.form.get("next")), 303)


def carried() -> dict[str, object]:
    """Give what the lock page carries along: where to go on, or a form that was being sent when the lock fell."""
    form = request.form
    kept = [(name.removeprefix(KEPT), value) for name, value in form.items(multi=True) if name.startswith(KEPT)]
    return {"next": form.get("next", ""), "send_to": way_back(form["send_to"]) if form.get("send_to") else "", "kept": kept}


def read_counter() -> int:
    """Read the counter of the day; anything else than a small number is none."""
    text = request.form.get("counter", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
