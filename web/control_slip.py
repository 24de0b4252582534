"""Phiếu kiểm soát (form 06): a dossier's hand-overs from the ledger, on the page and as PDF; and the step it stands at."""

from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from appliance import control_slip, files, forms, handing, internal_process, looking_back, moves, officers, process_shelf
from appliance.catalogue_sheets import Process, Step
from appliance.clock import local, stamp
from appliance.control_slip import HandOver, Worked
from appliance.dossier import Dossier
from appliance.events import FileRef
from appliance.forms import Column, TableData
from appliance.office import office_of
from appliance.rights import Role
from appliance.text import moment_text
from appliance.working_calendar import work_minutes_between
from web import desk, durations, places, printing
from web.per_request import act, box, officer
from web.process_picture import role_name
from web.words.processes import VERDICTS

bp = Blueprint("control_slip", __name__)
bp.add_app_template_filter(durations.words, "duration")
bp.add_app_template_filter(role_name, "role_name")
FORM, PDF = "control", "application/pdf"
CITIZEN, UNIT_UNKNOWN = "Người nộp hồ sơ", "chờ người nhận"
LATE, IMPORTED = "Nhập sau, nhận trên phiếu in sẵn", "Chuyển từ hệ thống cũ"
COLUMNS = (
    Column(head="STT", share=2, align="center"),
    Column(head="Bên giao", share=9),
    Column(head="Bên nhận", share=9),
    Column(head="Thời gian giao nhận", share=6, align="center"),
    Column(head="Đã dùng / theo quy trình", share=6, align="center"),
    Column(head="Kết quả", share=5, align="center"),
    Column(head="Ghi chú", share=9),
)


@dataclass(frozen=True)
class Standing:
    """Where a dossier stands in its process: the step now (None when all are done), its number, minutes used there."""

    process: Process
    step: Step | None
    number: int
    used: int | None
    by_hand: bool  # The officer who asks may say that it is done.
    next: tuple[tuple[int, str], ...]


@bp.app_template_global()
def standing(dossier: Dossier) -> Standing | None:
    """Say where a dossier stands; None for one without a process of its own."""
    process = process_shelf.of_dossier(box().db, dossier)
    if process is None or not dossier.accepted_at:
        return None
    number = internal_process.place(process, dossier)
    step = internal_process.step_at(process, number)
    used = control_slip.minutes_at(rows_of(dossier, process), dossier, stamp(), worked()) if step else None
    by_hand = step is not None and internal_process.is_finished_by_hand(process, step) and dossier.status == int(step.status_after)
    choices = tuple((n, next_words(process, n)) for n in internal_process.following(process, number)) if by_hand else ()
    return Standing(process, step, number, used, by_hand and is_mine(dossier, step), choices)


def is_mine(dossier: Dossier, step: Step | None) -> bool:
    """Say whether the officer who asks holds the step's role; a specialist's step is its holder's."""
    if step is None or Role(step.role) not in officer().roles:
        return False
    return step.role != Role.SPECIALIST or dossier.holder == officer().id


def next_words(process: Process, number: int) -> str:
    """Name a step that may come next."""
    step = internal_process.step_at(process, number)
    return f"Bước {step.no}: {role_name(step.role)}" if step else "Hết quy trình"


def worked() -> Worked:
    """Give how working minutes are counted today."""
    rules, calendar = desk.rules_now(), desk.calendar_now()
    return lambda start, end: work_minutes_between(rules, calendar, local(start), local(end))


def process_of(dossier: Dossier) -> Process:
    """Give the process a dossier keeps; for one that came without any, the general one."""
    return process_shelf.of_dossier(box().db, dossier) or process_shelf.general_of(desk.catalogue_now())


def rows_of(dossier: Dossier, process: Process) -> list[HandOver]:
    """Read a dossier's hand-overs from the ledger, oldest first."""
    return control_slip.hand_overs(looking_back.told(box().db, box().device, dossier.id), process, worked())


@bp.get("/ho-so/<dossier>/phieu-kiem-soat")
@act("view_dossier")
def page(dossier: str) -> str:
    """Show the slip."""
    found = desk.found(dossier)
    process = process_of(found)
    return render_template(
        "control_slip.html", dossier=found, process=process, lines=lines(found, process), COLUMNS=COLUMNS,
        due=desk.chip_of(found),
    )  # fmt: skip


@bp.get("/ho-so/<dossier>/phieu-kiem-soat.pdf")
@act("view_dossier")
def pdf(dossier: str) -> Response:
    """Give the slip as it stands now, as PDF."""
    return Response(rendered(desk.found(dossier)), mimetype=PDF)


@bp.post("/ho-so/<dossier>/phieu-kiem-soat")
@act("print_paper")
def print_slip(dossier: str) -> AnyResponse:
    """Print the slip: the very bytes are kept with the dossier, as its next copy."""
    found = desk.found(dossier)
    paper = rendered(found)
    digest = files.put(box().home, paper)
    copy = 1 + sum(one.form == FORM for one in found.papers)
    with box().writing() as at_once:
        clear = {"form": FORM, "file": digest, "copy": copy}
        named = [FileRef(digest, len(paper), PDF)]
        at_once.record("paper.printed", actor=officer().id, dossier=dossier, clear=clear, files=named)
        printing.order(at_once, officer().id, dossier, found.code, digest)
    flash(f"Đang in phiếu kiểm soát hồ sơ {found.code}, bản thứ {copy}.")
    return redirect(url_for("control_slip.page", dossier=dossier), 303)


@bp.post("/ho-so/<dossier>/buoc")
@act("finish_step")
def finish(dossier: str) -> AnyResponse:
    """Say that the step the page showed is done. Whoever clicks late is told that the dossier has moved on."""
    number, following = request.form.get("step", 0, int), request.form.get("next", 0, int)
    with box().writing() as at_once:
        handing.finish_step(at_once, dossier, officer(), number, following, request.form.get("note", ""))
    flash(f"Đã xong bước {number} của hồ sơ {desk.found(dossier).code}.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


def lines(dossier: Dossier, process: Process) -> list[tuple[str, ...]]:
    """Write the hand-overs as the form prints them."""
    return [line(n, row, process) for n, row in enumerate(rows_of(dossier, process), 1)]


def line(n: int, row: HandOver, process: Process) -> tuple[str, ...]:
    """Write one row."""
    giver = party(row.giver) if row.giver else CITIZEN
    time = "" if row.used is None else f"{durations.words(row.used)} / {durations.words(row.planned)}"
    return (
        str(n), giver, taker_words(row, process), times_of(row), time, VERDICTS.get(row.verdict, ""),
        ". ".join(part for part in (came_words(row), steps_words(row.steps), row.note) if part),
    )  # fmt: skip


def came_words(row: HandOver) -> str:
    """Say how a dossier came, where not by ordinary acceptance."""
    if row.kind == moves.IMPORTED:
        return IMPORTED
    return LATE if row.late else ""


def times_of(row: HandOver) -> str:
    """Write when it was handed over; an offer's own hour, where somebody took what was offered."""
    taken = moment_text(local(row.at))
    return f"Giao {moment_text(local(row.offered_at))}\nNhận {taken}" if row.offered_at else taken


def taker_words(row: HandOver, process: Process) -> str:
    """Name who received; where nobody acted yet, the role and unit of the step it came to."""
    if row.kind == "dossier.returned":
        return CITIZEN
    if row.taker:
        return party(row.taker)
    step = internal_process.step_at(process, row.to_step)
    return "\n".join(part for part in (role_name(step.role), step.unit or UNIT_UNKNOWN) if part) if step else ""


def party(officer_id: str) -> str:
    """Name an officer with the title; the box itself where a machine acted."""
    called = {one.id: f"{one.name}\n{one.title}" for one in officers.everybody(box().db)}
    return called.get(officer_id, officer_id)


def steps_words(steps: tuple[int, ...]) -> str:
    """Name the steps a row finished."""
    if not steps:
        return ""
    return f"Xong bước {steps[0]}" if len(steps) == 1 else f"Xong bước {steps[0]}–{steps[-1]}"


def rendered(dossier: Dossier) -> bytes:
    """Set the slip as PDF/A."""
    office, process = office_of(box().home.settings), process_of(dossier)
    data = TableData(
        made_at=stamp(), parent_agency=office.parent, agency=office.agency, place=office.place,
        subtitle=f"Quy trình {process.id}, bản {process.version}",
        facts=(("Mã hồ sơ", dossier.code), ("Thủ tục", dossier.procedure_name), ("Cơ quan giải quyết", office.name),
               ("Cơ quan phối hợp", places.supporting(dossier))),
        columns=COLUMNS, rows=tuple(lines(dossier, process)), qr_text=dossier.code,
    )  # fmt: skip
    return forms.render(FORM, data)
