"""Tra cứu: dossiers by code, slip, name without marks, phone, identity number or procedure; and what Ctrl+K finds of them."""

from flask import Blueprint, render_template, request, url_for

from appliance import queries
from appliance.dossier import Status
from appliance.queries import FOUND_MAX, Listed
from web import desk, palette
from web.finding import TYPED_CHARS_MAX
from web.palette import Hit
from web.per_request import act, box, holds

bp = Blueprint("search_pages", __name__)
HITS_MAX = 6
LETTERS_MIN = 2


@bp.get("/tra-cuu")
@act("search")
def page() -> str:
    """Show the search and what it found; never a person's number."""
    query = request.args.get("q", "").strip()[:TYPED_CHARS_MAX]
    found = queries.search(box().db, query) if query else []
    return render_template("search.html", rows=desk.rows(found), q=query, most=FOUND_MAX)


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
