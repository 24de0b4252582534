"""Quy trình nội bộ: what is in force, what waits for a leader, one version as a picture with its table, and its approval."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import process_faults, process_shelf
from appliance.catalogue_sheets import Process
from appliance.clock import local_day, stamp
from appliance.errors import Refused
from appliance.internal_process import GENERAL, Approved
from appliance.text import fold
from web import desk
from web.per_request import act, box, officer
from web.process_picture import picture
from web.vietnamese import sentence
from web.words.processes import BASES, CONDITIONS

bp = Blueprint("processes", __name__)
APPROVED_AT_ONCE_MAX = 500
TABS = (("", "Đang áp dụng"), ("cho", "Chờ phê duyệt"), ("chung", "Chưa có quy trình riêng"))


@dataclass(frozen=True)
class Line:
    """A version of a process in the list: its procedure by name, and who approved it (None while it waits)."""

    process: Process
    name: str
    approved: Approved | None
    source: str = ""
    doubts: int = 0


@bp.get("/quy-trinh")
@act("view_processes")
def page() -> str:
    """List versions: in force, waiting, or the procedures that run under the general one."""
    return shown()


def shown(problem: str = "") -> str:
    """Render the list, with what could not be approved just now."""
    word = request.values.get("nhom", "")
    lists = {"": in_force(), "cho": waiting()}
    without = without_own()
    words = fold(request.args.get("q", "")).split()
    rows = [line for line in lists.get(word, []) if all(one in fold(f"{line.process.id} {line.name}") for one in words)]
    procedures = [pair for pair in without if all(one in fold(" ".join(pair)) for one in words)]
    return render_template(
        "processes.html", rows=rows, procedures=procedures if word == "chung" else [], word=word, problem=problem,
        failed=bool(problem), tabs=[(*tab, len(without) if tab[0] == "chung" else len(lists[tab[0]])) for tab in TABS],
        names=desk.names(), BASES=BASES, GENERAL=GENERAL, total=process_faults.planned_minutes,
    )  # fmt: skip


def in_force() -> list[Line]:
    """List every approved version, newest approval of a process first."""
    found = sorted(process_shelf.approved(box().db), key=lambda one: (one.process.code, one.process.id, one.begins, one.at))
    return [Line(one.process, name_of(one.process), one) for one in found]


def waiting() -> list[Line]:
    """List the versions nobody approved yet, with how many doubts each leaves."""
    procedures = desk.catalogue_now().procedures
    return [
        Line(one.process, name_of(one.process), None, one.source, len(process_faults.doubts(one.process, procedures)))
        for one in process_shelf.offered(box().db, desk.catalogue_now())
    ]


def without_own() -> list[tuple[str, str]]:
    """List the procedures of which at least one case runs under the general process, or under none."""
    catalogue = desk.catalogue_now()
    cover = process_shelf.covering(process_shelf.approved(box().db), catalogue, local_day(stamp()))
    codes = sorted({code for (code, _), one in cover.items() if one is None or one.process.code == GENERAL})
    return [(code, catalogue.procedures[code].name) for code in codes]


def name_of(process: Process) -> str:
    """Name a process by its procedure."""
    found = desk.catalogue_now().procedures.get(process.code)
    return found.name if found else process.name or process.id


@bp.get("/quy-trinh/<path:process>")
@act("view_processes")
def one(process: str) -> str:
    """Show one version."""
    return shown_one(found(process, request.args.get("ban", "")))


def found(process: str, version: str) -> Line:
    """Find a version by its name; without a version the newest that is in force, or else the one that waits."""
    every = [line for line in (*waiting(), *in_force()) if line.process.id == process and version in ("", line.process.version)]
    return every[-1] if every else abort(404)


def shown_one(line: Line, problem: str = "", status: int = 200) -> str:
    """Render one version: what is wrong with it, its picture, its table."""
    procedures = desk.catalogue_now().procedures
    return render_template(
        "process.html", line=line, process=line.process, picture=picture(line.process), problem=problem, failed=bool(problem),
        faults=[sentence(one) for one in process_faults.faults(line.process, procedures)],
        doubts=[sentence(one) for one in process_faults.doubts(line.process, procedures)],
        total=process_faults.planned_minutes(line.process.steps), limit=process_faults.most_minutes(line.process.legal_limit),
        names=desk.names(), BASES=BASES, CONDITIONS=CONDITIONS,
    )  # fmt: skip


@bp.post("/quy-trinh")
@act("approve_process")
def approve() -> Response | tuple[str, int]:
    """Put the chosen versions in force on the ground that was typed: all of them, or none."""
    chosen = {tuple(value.rsplit("|", 1)) for value in request.form.getlist("process")[:APPROVED_AT_ONCE_MAX]}
    basis = request.form.get("basis", "")
    processes = [line.process for line in waiting() if (line.process.id, line.process.version) in chosen]
    if not processes:
        return shown("Chưa chọn quy trình nào. Bấm phím cách ở dòng cần phê duyệt."), 422
    try:
        with box().writing() as at_once:
            for process in processes:
                process_shelf.approve(at_once, desk.catalogue_now(), process, officer().id, basis)
    except Refused as refused:
        return shown(sentence(refused)), 422
    flash(f"Đã phê duyệt {len(processes)} quy trình. Hồ sơ tiếp nhận từ bây giờ theo bản này.")
    return redirect(url_for("processes.page"), 303)
