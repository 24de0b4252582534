"""Which acts a dossier's page offers: those legal now by the table of moves, that this officer may do and that have a page."""

from dataclasses import dataclass

from flask import Blueprint

from appliance import between_units, moves, ownership, undoing
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.ownership import OFFERED
from web import desk
from web.per_request import box, holds, officer

bp = Blueprint("dossier_acts", __name__)


@dataclass(frozen=True)
class Offer:
    """One act: its kind of event, the right it needs, its page, its words and icon."""

    kind: str
    right: str
    endpoint: str
    words: str
    icon: str


OFFERS = (
    Offer("dossier.accepted", "accept", "filed.page", "Tiếp nhận…", "check"),
    Offer("payment.requested", "request_payment", "payments.page", "Yêu cầu nộp tiền…", "banknote"),
    Offer("supplement.requested", "request_supplement", "supplement.page", "Yêu cầu bổ sung…", "circle-pause"),
    Offer("supplement.received", "receive_supplement", "bringing.page", "Nhận bổ sung…", "inbox"),
    Offer("dossier.refused", "refuse", "refusing.page", "Từ chối tiếp nhận…", "ban"),
    Offer("dossier.transferred", "transfer", "handing_over.dossier", "Chuyển cho…", "send"),
    Offer("handover.offered", "hand_to_unit", "between_units.one", "Chuyển hồ sơ đến đơn vị khác…", "send"),
    Offer("dossier.withdrawn", "withdraw", "withdrawing.page", "Rút hồ sơ…", "undo-2"),
    Offer("dossier.stopped", "stop", "stopping.page", "Dừng giải quyết…", "circle-stop"),
    Offer("dossier.resumed", "resume", "resuming.page", "Tiếp tục giải quyết…", "circle-dot"),
    Offer(moves.UNDONE, "undo", "undoing.page", "Hoàn tác…", "undo-2"),
)


@bp.app_template_global()
def offers(dossier: Dossier, besides: str = "") -> list[Offer]:
    """List the acts offered now, without the one whose page is `besides`: the page's main act."""
    legal = legal_here(dossier)
    fitting = [one for one in OFFERS if one.kind in legal and holds(one.right) and desk.has_page(one.endpoint)]
    kept = [one for one in fitting if one.endpoint != besides and (one.kind != moves.UNDONE or may_undo(dossier))]
    return [one for one in kept if one.kind != OFFERED or not between_units.stands(box().db, dossier.id).open]


def legal_here(dossier: Dossier) -> tuple[str, ...]:
    """List the kinds of acts that are legal now, none where another commune owns the dossier."""
    try:
        ownership.check(box().db, box().device, dossier.id, "")
    except Refused:
        return ()
    return moves.legal(dossier)


def may_undo(dossier: Dossier) -> bool:
    """Say whether this officer can take the last act back."""
    try:
        undoing.check(box().db, dossier, officer())
    except Refused:
        return False
    return True
