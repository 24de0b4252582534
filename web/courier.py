"""Chuyển dữ liệu bằng USB: the technician's page at a commune and the operator's at the province; both only order and show.

A file goes up in pieces, so that a large bundle passes the bounds of one request; without scripts a form takes up to those bounds.
"""

from pathlib import Path
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, send_file, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.utils import secure_filename
from werkzeug.wrappers import Response

from appliance.errors import Refused
from appliance.ids import uuid7
from sync import progress, tables
from sync.courier import books, going
from sync.province import courier_out
from sync.province.opened import Province
from web import courier_jobs, courier_words, sticks
from web.forms import Form
from web.per_request import act, box, officer
from web.vietnamese import sentence

bp = Blueprint("courier", __name__)
USUAL_MB = 4_000
DOWNLOAD = "download"
PIECE_BYTES_MAX = 32 * 1024 * 1024


@bp.record_once
def prepare(state: BlueprintSetupState) -> None:
    """Have the tables that the agent would make with its first round; the page may be the first that needs them."""
    home = state.app.extensions["box"].home
    if home.settings.kind == "commune":
        tables.prepare(home)


def at_province() -> bool:
    """Say on which side this application stands."""
    return current_app.extensions["site"].kind == "province"


@bp.get("/chuyen-usb")
@act("courier")
def page() -> str:
    """Show what was carried, what goes on, and the forms."""
    return show(Form({"mb": str(USUAL_MB)}))[0]


def show(form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page of this side with what was typed."""
    side = {} if at_province() else commune_side()
    return render_template("courier.html", form=form, failed=bool(form.problems), **news(), **side), status


def news() -> dict[str, Any]:
    """Gather what changes while work goes on: the job, and the list."""
    job = courier_jobs.newest(box())
    why = courier_words.refused_words(job.refusal, at_province()) if job and job.refusal else ""
    rows = courier_out.listed(province().db) if at_province() else books.bundles(box().db)
    return {"job": job, "why": why, "rows": rows, "size_text": courier_words.size_text, "at_province": at_province()}


def province() -> Province:
    """Give the receiver's side of this application."""
    return current_app.extensions["province"]


def commune_side() -> dict[str, Any]:
    """Gather what only the technician of a commune sees."""
    home = box().home
    places = [(str(one.path), f"{one.name} – trống {courier_words.size_text(one.free)}") for one in sticks.mounted(home)]
    series = books.next_of(box().db, False)
    return {
        "places": [*places, (DOWNLOAD, "Tải về máy đang dùng")],
        "chosen": places[0][0] if places else DOWNLOAD,
        "answers": [(str(path), path.name) for path in sticks.answers(home, box().device)],
        "waiting": progress.backlog(box().db),
        "series": series,
    }


@bp.get("/chuyen-usb/viec")
@act("courier")
def state() -> str:
    """Give the part that changes while work goes on."""
    return render_template("courier_news.html", **news())


@bp.post("/chuyen-usb/ghi")
@act("courier")
def export() -> Response | tuple[str, int]:
    """Order a bundle to be written."""
    if at_province():
        abort(404)
    form = Form(request.form)
    mb = form.read("mb", read_mb, "Ghi dung lượng của gói.")
    place = form.choice("place", dict(commune_side()["places"]), sentence(Refused("courier_folder")))
    if form.problems or mb is None:
        return show(form, 422)
    to = "" if place == DOWNLOAD else place
    return ordered(form, "place", {"do": "export", "folder": to, "mb": mb, "again": bool(form.text("again"))})


def read_mb(typed: str) -> int:
    """Read a size. Raises Refused `courier_size`."""
    least, most = going.BYTES_MIN // going.MB, going.BYTES_MAX // going.MB
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 0
    if not least <= number <= most:
        raise Refused("courier_size", least=least, most=most)
    return number


def ordered(form: Form, field: str, body: dict[str, Any]) -> Response | tuple[str, int]:
    """Write the job down and go back to the page; on a refusal show it beside a field."""
    try:
        with box().writing() as at_once:
            courier_jobs.order(at_once, officer().id, body)
    except Refused as refused:
        form.wrong(field, sentence(refused))
        return show(form, 422)
    return redirect(url_for("courier.page"), 303)


@bp.post("/chuyen-usb/doc")
@act("courier")
def read() -> Response | tuple[str, int]:
    """Order a file to be taken in: one that was sent with the form, or an answer that lies on a stick."""
    form, sent = Form(request.form | {"mb": str(USUAL_MB)}), request.files.get("file")
    chosen = form.text("answer")
    if sent and secure_filename(sent.filename or ""):
        path = new_upload()
        sent.save(path)
        return ordered(form, "file", body_of(path))
    if not at_province() and chosen in dict(commune_side()["answers"]):
        return ordered(form, "answer", {"do": "answer", "path": chosen})
    form.wrong("file", sentence(Refused("courier_no_file")))
    return show(form, 422)


def new_upload(name: str = "") -> Path:
    """Name a place for a file that comes up."""
    return courier_jobs.folder(box().home) / f"{officer().id}-{name or uuid7()}.len"


def body_of(path: Path) -> dict[str, Any]:
    """Say what is to be done with a file that came up."""
    return {"do": "bundle" if at_province() else "answer", "path": str(path), "by": officer().id}


@bp.put("/chuyen-usb/manh/<uuid:upload>")
@act("courier")
def piece(upload: Any) -> tuple[dict[str, Any], int] | dict[str, Any]:
    """Take one piece of a file: `at` where it begins, `of` how long the whole is. The last one orders the work."""
    at, whole = request.args.get("at", 0, int), request.args.get("of", 0, int)
    path = new_upload(str(upload))
    held, data = path.stat().st_size if path.exists() else 0, request.get_data(cache=False)
    if at != held or len(data) > PIECE_BYTES_MAX or not 0 < held + len(data) <= whole <= going.BYTES_MAX:
        return {"at": held, "words": sentence(Refused("courier_unreadable"))}, 409
    with path.open("ab") as out:
        out.write(data)
    if held + len(data) < whole:
        return {"at": held + len(data)}
    try:
        with box().writing() as at_once:
            courier_jobs.order(at_once, officer().id, body_of(path))
    except Refused as refused:
        path.unlink()
        return {"words": sentence(refused)}, 422
    return {"next": url_for("courier.page")}


@bp.get("/chuyen-usb/tai-ve/<name>")
@act("courier")
def fetch(name: str) -> Response:
    """Give a sealed bundle or answer to the browser."""
    path = courier_jobs.file_of(box().home, name)
    if path is None:
        raise Refused("courier_answer_gone" if at_province() else "courier_bundle_gone")
    return send_file(path, "application/octet-stream", as_attachment=True, download_name=name, max_age=0)
