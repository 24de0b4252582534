"""Ngày nghỉ, ngày làm bù: declare a day today, choose which running dossiers get a new due date, call their citizens.

Three pages: the days, the dossiers a day moves, the list to call. Nothing moves before a person chose it.
"""

from datetime import date, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import Response as AnyResponse
from werkzeug.wrappers import Response

from appliance import catalogue_shelf, declaring, forms, rows
from appliance.catalogue import Catalogue
from appliance.clock import local, stamp
from appliance.declaring import AT_ONCE_MAX, SHOWN_MAX, WORDS_CHARS_MAX, Call
from appliance.dossier import Dossier
from appliance.forms import TableData
from appliance.ledger import Act
from appliance.office import office_of
from appliance.text import day_text, moment_text, phone_text, read_day
from web import branch, desk
from web.forms import Form
from web.per_request import act, box, looked, officer
from web.register import attached_as, csv_of
from web.register_lines import columns, name_of
from web.words.clocks import DAY_KINDS

bp = Blueprint("declared_days", __name__)
OFF, WORK = "off", "work"
CALL_FORM = "calls"
CALL_COLUMNS = columns(
    ("STT", 1), ("Người nộp", 6), ("Điện thoại", 4), ("Mã hồ sơ", 5), ("Đã hẹn", 5), ("Hẹn mới", 5), ("Đã gọi", 5)
)
KINDS = {OFF: "Nghỉ", WORK: "Làm việc"}


@bp.get("/ngay-nghi")
@act("declare_day")
def page() -> tuple[str, int]:
    """Show the days the calendar names from this month on, and the form that declares one."""
    return show(Form({"day": day_text(desk.now().date()), "kind": OFF}))


def show(form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    today, own = desk.now().date(), {body["day"]: actor for _, actor, body in rows.office_facts(box().db, "calendar")}
    days = [one for one in desk.calendar_now().records if one.day >= today.replace(day=1) or one.day.isoformat() in own]
    return render_template(
        "declared_days.html", days=days, own=own, names=desk.names(), form=form, failed=bool(form.problems),
        kinds=list(KINDS.items()), DAY_KINDS=DAY_KINDS,
    ), status  # fmt: skip


@bp.post("/ngay-nghi")
@act("declare_day")
def declare() -> tuple[str, int] | Response:
    """Declare a day; go on to the dossiers it moves."""
    form = Form(request.form)
    day = form.read("day", lambda text: read_day(text, desk.now().date()), "Ghi ngày.")
    kind = form.choice("kind", KINDS)
    name = form.text("name", "Ghi tên gọi, ví dụ “Nghỉ bão số 12”.", WORDS_CHARS_MAX)
    basis = form.text("basis", "Ghi văn bản cho nghỉ hoặc làm bù.", WORDS_CHARS_MAX)
    if form.problems or day is None:
        return show(form, 422)
    calendar = desk.calendar_now()

    def do(at_once: Act) -> bool:
        declaring.declare(at_once, officer().id, calendar, day, name, basis, kind == WORK)
        return True

    if not branch.done(form, do):
        return show(form, 422)
    flash(f"Đã công bố ngày {day_text(day)}: {KINDS[kind].lower()}. Chưa đổi ngày hẹn của hồ sơ nào.")
    return redirect(url_for("declared_days.moved", day=day.isoformat()), 303)


@bp.get("/ngay-nghi/<day>")
@act("recompute_due")
def moved(day: str) -> tuple[str, int]:
    """List the running dossiers whose due date the day moves; a person ticks which."""
    return show_moved(read(day))


def show_moved(day: date, problem: str = "", status: int = 200) -> tuple[str, int]:
    """Render the dossiers a day moves."""
    after = request.args.get("sau", "")
    changes, mark = declaring.moved(box().db, desk.catalogue_now(), catalogue_of, day, desk.now(), after)
    for change in changes:
        looked(change.dossier.id, "due date moved")
    return render_template(
        "moved_dates.html", day=day, special=desk.calendar_now().special.get(day), changes=changes, problem=problem,
        failed=bool(problem), calls=len(declaring.calls(box().db, day)), later=bool(after),
        next=url_for("declared_days.moved", day=day.isoformat(), sau=mark) if mark else "",
    ), status  # fmt: skip


@bp.post("/ngay-nghi/<day>")
@act("recompute_due")
def recompute(day: str) -> tuple[str, int] | Response:
    """Give the ticked dossiers their new dates, so many in each transaction."""
    when, chosen = read(day), request.form.getlist("dossier")[:SHOWN_MAX]
    if not chosen:
        return show_moved(when, "Chưa chọn hồ sơ nào. Chưa đổi ngày hẹn nào. Chọn hồ sơ rồi bấm F9.", 422)
    count = 0
    for first in range(0, len(chosen), AT_ONCE_MAX):
        with box().writing() as at_once:
            part = chosen[first : first + AT_ONCE_MAX]
            count += declaring.recompute(at_once, desk.catalogue_now(), catalogue_of, officer().id, when, part)
    flash(f"Đã tính lại ngày hẹn của {count} hồ sơ. Gọi báo cho người dân.")
    return redirect(url_for("declared_days.calls", day=day), 303)


@bp.get("/ngay-nghi/<day>/goi")
@act("call_citizens")
def calls(day: str) -> str:
    """List the citizens to call, with telephone numbers; printed by the browser, ticked off here."""
    when = read(day)
    listed = to_call(when)
    left = sum(call.called_at is None for call, _ in listed)
    special = desk.calendar_now().special.get(when)
    return render_template("calls.html", day=when, special=special, listed=listed, left=left, names=desk.names())


def to_call(day: date) -> list[tuple[Call, Dossier]]:
    """List whole who is to be called because of a day, and note that their numbers were looked at."""
    listed = [(call, found) for call in declaring.calls(box().db, day) if (found := rows.load(box().db, call.dossier))]
    for call, _ in listed:
        looked(call.dossier, "telephone for a new date")
    return listed


@bp.get("/ngay-nghi/<day>/goi.csv")
@act("call_citizens")
def calls_csv(day: str) -> AnyResponse:
    """Give the whole list as CSV (UTF-8 with its mark)."""
    when = read(day)
    return attached_as(csv_of([column.head for column in CALL_COLUMNS], call_lines(when)), "text/csv", f"goi-{when}.csv")


@bp.get("/ngay-nghi/<day>/goi.pdf")
@act("call_citizens")
def calls_pdf(day: str) -> AnyResponse:
    """Give the whole list as PDF/A, to be ticked off by hand."""
    when, office = read(day), office_of(box().home.settings)
    special = desk.calendar_now().special.get(when)
    data = TableData(
        made_at=stamp(), parent_agency=office.parent, agency=office.agency, place=office.place,
        subtitle=f"Vì ngày {day_text(when)}" + (f", {special.name}" if special else ""),
        columns=CALL_COLUMNS, rows=tuple(call_lines(when)), empty="Không có ai cần gọi.",
    )  # fmt: skip
    return attached_as(forms.render(CALL_FORM, data), "application/pdf", f"goi-{when}.pdf")


def call_lines(day: date) -> list[tuple[str, ...]]:
    """Write the list of calls as texts."""
    called = desk.names()
    return [call_line(n, call, found, called) for n, (call, found) in enumerate(to_call(day), 1)]


def call_line(n: int, call: Call, found: Dossier, called: dict[str, str]) -> tuple[str, ...]:
    """Write one citizen's line."""
    who = found.applicant or {}
    by = call.called_by or ""
    told = f"{called.get(by, by)}, {moment_text(local(call.called_at))}" if call.called_at else ""
    return (
        str(n), name_of(found), phone_text(who["phone"]) if who.get("phone") else "không có số", found.code,
        *(moment_text(datetime.fromisoformat(at)) for at in (call.old, call.new)), told,
    )  # fmt: skip


@bp.post("/ngay-nghi/<day>/goi")
@act("call_citizens")
def tick(day: str) -> Response:
    """Note that one citizen was called, or take the note back."""
    when, called = read(day), request.form.get("called") == "1"
    with box().writing() as at_once:
        declaring.tick(at_once, officer().id, when, request.form.get("dossier", ""), called)
    return redirect(url_for("declared_days.calls", day=day), 303)


@bp.app_template_global()
def calls_open() -> tuple[str, int] | None:
    """Say for which day somebody is still to be called, and how many."""
    return declaring.calls_open(box().db)


def catalogue_of(dossier: Dossier) -> Catalogue:
    """Give the catalogue a dossier was accepted under. Raises Refused `catalogue_unknown`."""
    return catalogue_shelf.kept(box().home, dossier.catalogue)


def read(day: str) -> date:
    """Read the day of an address; 404 where it is none."""
    try:
        return date.fromisoformat(day)
    except ValueError:
        abort(404)
