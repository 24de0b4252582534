"""Tra cứu: dossiers by code, slip, name without marks, phone, identity number or procedure; and what Ctrl+K finds of them."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for

from appliance import queries, searching
from appliance.dossier import Status
from appliance.queries import Listed
from appliance.searching import Wanted
from appliance.text import read_day
from web import desk, palette
from web.finding import TYPED_CHARS_MAX
from web.forms import Form
from web.palette import Hit
from web.per_request import act, box, holds
from web.vietnamese import CHANNELS
from web.words.moves import STATUS

bp = Blueprint("search_pages", __name__)
HITS_MAX = 6
LETTERS_MIN = 2


DUES = {"late": "Quá hạn, chưa xong", "today": "Đến hạn hôm nay", "done_late": "Xong trễ hạn"}


@bp.get("/tra-cuu")
@act("search")
def page() -> tuple[str, int]:
    """Show the search and what it found, page by page; never a person's number. Every filter stands in the address."""
    form = Form(request.args)
    wanted = read(form)
    found = searching.find(box().db, wanted, today().isoformat(), after()) if wanted.asks and not form.problems else None
    given: dict[str, Any] = {name: value for name, value in request.args.items() if value and name != "sau"}
    return render_template(
        "search.html",
        rows=desk.rows(found.rows) if found else [],
        others=searching.persons_found(box().db, found.rows, wanted.words) if found and wanted.words else {},
        form=form,
        failed=bool(form.problems),
        asked=found is not None,
        q=wanted.words,
        filtered=wanted != Wanted(words=wanted.words),
        later=bool(after()),
        next=url_for("search_pages.page", **given, sau=found.after) if found and found.after else "",
        first=url_for("search_pages.page", **given),
        bare=url_for("search_pages.page", q=wanted.words or None),
        procedure_words=procedure_words(wanted.procedure),
        statuses=[("", "Mọi trạng thái"), *((str(int(one)), STATUS[one][1]) for one in Status)],
        people=[("", "Mọi người"), *((one.id, one.name) for one in desk.who_may("take"))],
        dues=[("", "Mọi hồ sơ"), *DUES.items()],
        channels=[("", "Mọi cách nộp"), *CHANNELS.items()],
    ), 422 if form.problems else 200


def today() -> date:
    """Give the office's day."""
    return desk.now().date()


def after() -> int:
    """Give the mark of the page before, as the address says it."""
    return max(0, request.args.get("sau", 0, int))


def read(form: Form) -> Wanted:
    """Read the filters out of the address; what cannot be read is said beside its field."""
    first, last = (form.read(name, lambda typed: read_day(typed, today())) for name in ("tu", "den"))
    if first and last and last < first:
        form.wrong("den", "Ngày cuối phải từ ngày đầu trở đi.")
    status = form.text("trang_thai")
    return Wanted(
        words=form.text("q")[:TYPED_CHARS_MAX],
        status=int(status) if status in {str(int(one)) for one in Status} else 0,
        procedure=form.text("thu_tuc"),
        officer=form.text("can_bo"),
        channel=form.text("kenh") if form.text("kenh") in CHANNELS else "",
        first=first.isoformat() if first else "",
        last=last.isoformat() if last else "",
        due=form.text("han") if form.text("han") in DUES else "",
    )


def procedure_words(code: str) -> str:
    """Name the procedure that is filtered by."""
    known = desk.catalogue_now().procedures.get(code)
    return f"{known.name} – {code}" if known else code


@palette.provide("search")
def find(query: str) -> list[Hit]:
    """Give dossiers for Ctrl+K; where this officer's own act comes next, that page before the dossier."""
    if len(query) < LETTERS_MIN or not desk.has_page("dossier.page"):
        return []
    return [hit for one in queries.search(box().db, query)[:HITS_MAX] for hit in hits_of(one)]


def hits_of(one: Listed) -> list[Hit]:
    """Give the pages of one dossier."""
    name, hint = f"{one.code} · {one.applicant or '(đã xóa)'}", one.procedure_name
    hits = [Hit(name, url_for("dossier.page", dossier=one.id), "file-text", hint)]
    if one.status == Status.DONE and holds("release"):
        hits.insert(0, Hit(f"Trả kết quả: {name}", url_for("returns.dossier", dossier=one.id), "check-check", hint))
    return hits
