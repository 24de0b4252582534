"""Giao bản nháp: who may not accept (the postal agent) hands what was drafted and scanned to an officer who may."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import drafts
from appliance.errors import Refused
from appliance.officers import Officer
from appliance.rights import Role
from web import desk
from web.own_drafts import own
from web.per_request import act, box, officer

bp = Blueprint("draft_handing", __name__)


@bp.app_template_global()
def receivers() -> list[Officer]:
    """List the colleagues who may accept a draft today."""
    return [one for one in desk.who_may("accept") if one.id != officer().id]


@bp.post("/tiep-nhan/<uuid:draft>/giao")
@act("hand_over_draft")
def hand_over(draft: UUID) -> Response:
    """Give one's own draft to the colleague chosen."""
    mine, to = own(str(draft)), {one.id: one for one in receivers()}.get(request.form.get("to", ""))
    if to is None:
        raise Refused("receiver_cannot")
    if not mine.version:
        raise Refused("draft_unknown")
    with box().writing() as at_once:
        agent = officer().id if Role.POSTAL_AGENT in officer().roles else ""
        drafts.hand_over(at_once, mine.id, officer().id, to.id, agent)
    flash(f"Đã giao bản nháp cho {to.name}. Người đó thấy ở trang chính của mình.")
    return redirect(url_for("reception.page"), 303)
