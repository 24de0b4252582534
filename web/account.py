"""One's own account: password, size of text, other places where one is logged in."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from appliance import officers, sessions
from appliance.errors import Refused
from appliance.rights import ROLE_NAMES
from web.accounts import checked
from web.per_request import act, box, officer, way_back
from web.vietnamese import sentence

bp = Blueprint("account", __name__)
DENSITIES = ("", "thoang")
DENSITY_COOKIE = "mat-do"
YEAR_S = 365 * 24 * 3600


@bp.get("/tai-khoan")
@act("own_work")
def page() -> str:
    """Show one's own account."""
    names = [ROLE_NAMES[role] for role in sorted(officer().roles)]
    others = next(box().db.query("SELECT count(*) AS n FROM session WHERE officer = ?", [officer().id]))["n"] - 1
    return render_template("account.html", roles=names, others=others)


@bp.get("/mat-khau")
@act("own_work")
def password() -> str:
    """Show the form that changes one's password."""
    return render_template("password.html", problems=[])


@bp.post("/mat-khau")
@act("own_work")
def change_password() -> tuple[str, int] | AnyResponse:
    """Change one's password; every other browser of this officer is logged out."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    problems = password_problems(old, new, again)
    if problems:
        return render_template("password.html", problems=problems), 422
    hashed = officers.hashed(new)
    with box().writing() as at_once:
        officers.set_password(at_once.db, officer().id, hashed)
        sessions.end_all(at_once.db, officer().id, but=current_user.token)
    flash("Đã đổi mật khẩu. Các máy khác đã được đăng xuất.")
    return redirect(url_for("account.page"), 303)


def password_problems(old: str, new: str, again: str) -> list[tuple[str, str]]:
    """Say what is wrong with a change of password: (field, sentence)."""
    problems = []
    try:
        officers.check_new_password(new, officer().account)
    except Refused as refused:
        problems.append(("new", sentence(refused)))
    if new != again:
        problems.append(("again", "Hai lần nhập mật khẩu mới chưa giống nhau."))
    if not problems:
        try:
            checked(box(), officer().account, old)
        except Refused as refused:
            problems.append(("old", sentence(refused)))
    return problems


@bp.post("/dang-xuat-noi-khac")
@act("own_work")
def end_others() -> AnyResponse:
    """Log out every other browser of this officer."""
    with box().writing() as at_once:
        sessions.end_all(at_once.db, officer().id, but=current_user.token)
    flash("Đã đăng xuất ở mọi máy khác.")
    return redirect(url_for("account.page"), 303)


@bp.post("/mat-do")
@act("own_work")
def density() -> AnyResponse:
    """Remember in this browser how large text and buttons are."""
    wanted = request.form.get("density", "")
    answer: Response = redirect(way_back(request.form.get("next")), 303)  # type: ignore[assignment]
    answer.set_cookie(
        DENSITY_COOKIE, wanted if wanted in DENSITIES else "", max_age=YEAR_S, secure=True, httponly=True, samesite="Strict"
    )
    return answer
