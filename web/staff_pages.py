"""Tài khoản cán bộ: who has an account and which roles; a locked login and a forgotten password solved here, without a line."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import officers, staff
from appliance.clock import stamp
from appliance.errors import Refused
from appliance.officers import Officer
from appliance.rights import ROLE_NAMES, Role
from web import desk
from web.forms import Form
from web.per_request import act, box, officer
from web.vietnamese import sentence
from web.words.people import CHANGES

bp = Blueprint("staff", __name__)
BY_PROVINCE = {staff.PROVINCE: "tỉnh"}
HERE = [role for role in Role if not role.startswith("province")]


@bp.get("/can-bo")
@act("help_accounts")
def page() -> str:
    """List everybody, who is locked out first."""
    now = stamp()
    rows = [(one, officers.locked_until(box().db, one.account, now)) for one in officers.everybody(box().db)]
    rows.sort(key=lambda row: (not row[1], not row[0].active, row[0].id))
    changes = staff.last_changes(box().db)
    return render_template(
        "staff.html", rows=rows, changes=changes, names=desk.names() | BY_PROVINCE, ROLE_NAMES=ROLE_NAMES, CHANGES=CHANGES
    )


@bp.get("/can-bo/<who>")
@act("help_accounts")
def person(who: str) -> tuple[str, int]:
    """Show one account."""
    return show(known(who), Form({}))


def known(who: str) -> Officer:
    """Give the officer of an id. Raises Refused `officer_unknown`."""
    found = officers.by_id(box().db, who)
    if found is None:
        raise Refused("officer_unknown")
    return found


def show(one: Officer, form: Form, status: int = 200, words: str = "") -> tuple[str, int]:
    """Render one account; `words` are the one-time words, on the screen this once and kept nowhere."""
    return render_template(
        "staff_one.html",
        one=one,
        form=form,
        failed=bool(form.problems),
        words=words,
        locked=officers.locked_until(box().db, one.account, stamp()),
        last=staff.last_changes(box().db).get(one.id),
        names=desk.names() | BY_PROVINCE,
        roles=[(role.value, ROLE_NAMES[role]) for role in HERE],
        me=officer().id,
        CHANGES=CHANGES,
    ), status


@bp.post("/can-bo/<who>/mo-khoa")
@act("help_accounts")
def unlock(who: str) -> Response:
    """Open a login that wrong passwords locked."""
    one = known(who)
    with box().writing() as at_once:
        staff.unlock(at_once, officer().id, who)
    flash(f"Đã mở khóa. {one.name} đăng nhập được ngay bằng mật khẩu cũ.")
    return redirect(url_for("staff.person", who=who), 303)


@bp.post("/can-bo/<who>/mat-khau")
@act("help_accounts")
def reset(who: str) -> tuple[str, int]:
    """Put one-time words in the place of a forgotten password and show them, this once."""
    one, words = known(who), staff.one_time_words()
    hashed = officers.hashed(words)
    try:
        with box().writing() as at_once:
            staff.reset_password(at_once, officer().id, who, hashed)
    except Refused as refused:
        return show(one, Form({}, {"reset": sentence(refused)}), 422)
    return show(known(who), Form({}), words=words)


@bp.post("/can-bo/<who>/vai-tro")
@act("manage_accounts")
def roles(who: str) -> tuple[str, int] | Response:
    """Set a person's roles."""
    form = Form(request.form)
    try:
        with box().writing() as at_once:
            staff.set_roles(at_once, officer().id, who, wanted_roles(), together="together" in request.form)
    except Refused as refused:
        form.wrong("roles", sentence(refused))
        return show(known(who), form, 422)
    flash(f"Đã đổi vai trò của {known(who).name}. Người này đăng nhập lại để làm tiếp.")
    return redirect(url_for("staff.person", who=who), 303)


def wanted_roles() -> frozenset[Role]:
    """Read the roles that are ticked; anything else is none."""
    return frozenset(role for role in HERE if role.value in request.form.getlist("role"))


@bp.post("/can-bo/<who>/<any(dong, mo):what>")
@act("manage_accounts")
def switch(who: str, what: str) -> tuple[str, int] | Response:
    """Close an account, or open it again."""
    one = known(who)
    try:
        with box().writing() as at_once:
            (staff.close if what == "dong" else staff.reopen)(at_once, officer().id, who)
    except Refused as refused:
        return show(one, Form({}, {"close": sentence(refused)}), 422)
    flash(f"Đã {'đóng' if what == 'dong' else 'mở lại'} tài khoản của {one.name}.")
    return redirect(url_for("staff.person", who=who), 303)


@bp.get("/can-bo-moi")
@act("manage_accounts")
def new() -> tuple[str, int]:
    """Show the form of a new account."""
    return show_new(Form({}))


def show_new(form: Form, status: int = 200) -> tuple[str, int]:
    """Render the form of a new account with what was typed."""
    ticked = {role.value for role in wanted_roles()}
    choices = [(role.value, ROLE_NAMES[role], role.value in ticked) for role in HERE]
    return render_template("staff_new.html", form=form, failed=bool(form.problems), roles=choices), status


@bp.post("/can-bo-moi")
@act("manage_accounts")
def add() -> tuple[str, int]:
    """Open an account with one-time words."""
    form, words = Form(request.form), staff.one_time_words()
    one_id = form.text("id", "Ghi mã cán bộ.", 6).upper()
    name, title = form.text("name", "Ghi họ tên.", staff.NAME_CHARS_MAX), form.text("title", "Ghi chức danh.", 200)
    made = Officer(one_id, one_id.lower(), name, wanted_roles(), title, form.text("section", most=100))
    if form.problems:
        return show_new(form, 422)
    hashed = officers.hashed(words)
    try:
        with box().writing() as at_once:
            staff.open_account(at_once, officer().id, made, hashed)
            staff.set_roles(at_once, officer().id, made.id, made.roles, together="together" in request.form)
    except Refused as refused:
        form.wrong("roles" if refused.code.startswith("roles") else "id", sentence(refused))
        return show_new(form, 422)
    return show(known(made.id), Form({}), words=words)
