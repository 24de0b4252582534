"""In bản giấy chuyển đổi: the converted paper copy of an electronic result, made once for an officer, then printed again."""

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from appliance import converting
from appliance.clock import stamp
from appliance.dossier import Dossier
from appliance.errors import Refused
from web import desk, printing
from web.per_request import act, box, holds, officer

bp = Blueprint("converting", __name__)


@bp.app_template_global()
def may_convert(found: Dossier) -> bool:
    """Say whether this officer may print a converted copy now; the signatures are judged when he does."""
    if not holds("convert_result") or found.erased_at:
        return False
    try:
        converting.convertible(found, desk.early_release(found))
    except Refused:
        return False
    return True


@bp.post("/ho-so/<dossier>/in-ban-chuyen-doi")
@act("convert_result")
def print_copy(dossier: str) -> Response:
    """Judge the signatures, then make the copy or take the one that was made, and order its print."""
    found, rule, home, at = desk.found(dossier), desk.early_release(desk.found(dossier)), box().home, stamp()
    document = converting.convertible(found, rule)
    made = converting.made_already(found, document, officer().id)
    if made:
        converting.judged(home, document, at)
        with box().writing() as at_once:
            paper = converting.again(at_once, dossier, officer(), rule, made)
            printing.order(at_once, officer().id, dossier, found.code, paper.file)
        flash(f"Đang in lại bản giấy chuyển đổi, bản thứ {paper.copy}. Ký và đóng dấu vào trang xác nhận.")
    else:
        pdf = converting.set_copy(home, found, document, officer(), at)
        with box().writing() as at_once:
            file = converting.keep(at_once, home, dossier, officer(), rule, document.file, pdf)
            printing.order(at_once, officer().id, dossier, found.code, file.s)
        flash("Đang in bản giấy chuyển đổi. Ký và đóng dấu vào trang xác nhận rồi mới trao.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
