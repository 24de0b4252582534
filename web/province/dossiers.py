"""Hồ sơ toàn tỉnh: dossiers of all communes by code, name without marks, phone or number; what Ctrl+K finds of them.

Everything chosen stands in the address. No personal number is shown in full here.
"""

from flask import Blueprint, current_app, render_template, request, url_for

from appliance.dossier import Status
from sync.province import fleet, queries
from sync.province.queries import Found
from web import palette
from web.palette import Hit
from web.per_request import act
from web.province.fleet import province

bp = Blueprint("dossiers", __name__)
TYPED_CHARS_MAX = 200
LETTERS_MIN = 2
HITS_MAX = 6


@bp.get("/ho-so")
@act("search")
def page() -> str:
    """List dossiers: `q` words, `xa` a device, `tinh-trang` a national status, `truoc` only what came before this place."""
    typed = request.args.get("q", "").strip()[:TYPED_CHARS_MAX]
    device, status = request.args.get("xa", ""), request.args.get("tinh-trang", 0, int)
    before = request.args.get("truoc", None, int)
    rows, more = queries.dossiers(province().db, typed, device, status, before)
    return render_template(
        "province_dossiers.html",
        rows=rows,
        q=typed,
        device=device,
        status=status,
        before=before,
        older=address(typed, device, status, rows[-1].rid) if more else "",
        newest=address(typed, device, status),
        communes=fleet.names(province().db),
        statuses=tuple(Status),
    )


def address(typed: str, device: str, status: int, before: int | None = None) -> str:
    """Give the address of a page of the list."""
    chosen = {"q": typed, "xa": device, "tinh-trang": status, "truoc": before}
    return url_for("dossiers.page", **{name: value for name, value in chosen.items() if value})  # type: ignore[arg-type]


@palette.provide("search")
def find(query: str) -> list[Hit]:
    """Give dossiers for Ctrl+K."""
    if len(query) < LETTERS_MIN or current_app.extensions["site"].kind != "province":
        return []
    rows, _ = queries.dossiers(province().db, query)
    return [hit_of(one) for one in rows[:HITS_MAX]]


def hit_of(one: Found) -> Hit:
    """Give the page of one dossier."""
    name = one.applicant or ("đã xóa" if one.erased else "chưa có khóa")
    return Hit(
        f"{one.code} · {name}", url_for("dossier.page", dossier=one.id), "file-text", f"{one.commune} · {one.procedure_name}"
    )
