"""Images of pages and files of dossiers as routes with rights; who looked is recorded. No shared cache ever keeps one.

url_for("pages.page", dossier=…, digest=…, size="nho", turn=0, n=1)     image of a scanned page, or of page n of a PDF
url_for("pages.file", dossier=…, digest=…)                              the file as it is stored
"""

from uuid import UUID

from flask import Blueprint, Response, abort, request

from appliance import drafts, files
from appliance.errors import Refused
from web import derived
from web.per_request import act, box, officer

bp = Blueprint("pages", __name__)
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@bp.get("/tiep-nhan/<uuid:draft>/trang/<page>/<size>")
@act("draft")
def of_draft(draft: UUID, page: str, size: str) -> Response:
    """Give the image of a page of one's own draft."""
    found = drafts.load(box().db, str(draft))
    if found.officer != officer().id:
        abort(403)
    one = next((p for p in found.pages if p.id == page), None)
    if one is None or size not in derived.SIZES:
        abort(404)
    return sent(derived.Image(one.digest, one.media, one.facts.get("n", 1), one.turn, size))


@bp.get("/ho-so/<dossier>/trang/<digest>/<size>")
@act("view_page")
def page(dossier: str, digest: str, size: str) -> Response:
    """Give the image of a page of a dossier. `?turn=` quarter turns clockwise, `?n=` the page of a PDF."""
    if size not in derived.SIZES:
        abort(404)
    turn, n = request.args.get("turn", 0, int), request.args.get("n", 1, int)
    return sent(derived.Image(digest, media_of(dossier, digest), n, turn % 4, size))


@bp.get("/ho-so/<dossier>/tep/<digest>")
@act("view_page")
def file(dossier: str, digest: str) -> Response:
    """Give a file of a dossier as it is stored."""
    media = media_of(dossier, digest)
    answer = Response(files.read(box().home, digest), mimetype=media)
    name = f"{code_of(dossier)}-{digest[:8]}.{ENDINGS.get(media, 'bin')}"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def media_of(dossier: str, digest: str) -> str:
    """Give the media type of a file of this dossier; 404 where the dossier does not name it."""
    sql = "SELECT media FROM dossier_file WHERE dossier = ? AND digest = ?"
    row = box().db.conn.execute(sql, [dossier, digest]).fetchone()
    return row[0] if row else abort(404)


def code_of(dossier: str) -> str:
    """Give the legal code of a dossier."""
    return box().db.conn.execute("SELECT code FROM dossier WHERE id = ?", [dossier]).fetchone()[0]


def sent(wanted: derived.Image) -> Response:
    """Send an image: the browser may keep it but asks each time, so nobody sees it after the logout."""
    try:
        data, media = derived.image(box().home, wanted)
    except Refused as refused:
        if refused.code not in ("page_unknown", "file_missing"):
            raise
        abort(404)
    answer = Response(data, mimetype=media)
    answer.set_etag(wanted.name)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request)  # type: ignore[return-value]
