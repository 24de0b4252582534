"""How a dossier ends without a result: refused before acceptance, withdrawn, stopped; and how a stopped one goes on.

What was paid is given back by the cashier; here stands only what was decided about it.
"""

from appliance import brought, catalogue_shelf, clock, clocks, drafts, moves, notices, portal_money
from appliance.config import Home
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import NoticeData
from appliance.ledger import Act
from appliance.notices import REFUSAL, STOPPING
from appliance.office import signer_title
from appliance.officers import Officer
from appliance.processing import load
from appliance.text import money_text

STAGES = {
    Status.NEW: "Mới đăng ký",
    Status.ACCEPTED: "Được tiếp nhận",
    Status.PROCESSING: "Đang xử lý",
    Status.SUPPLEMENT: "Yêu cầu bổ sung giấy tờ",
    Status.FINANCIAL: "Yêu cầu thực hiện nghĩa vụ tài chính",
}
ASKED_BY = {"applicant": "Người nộp hồ sơ", "office": "Cơ quan giải quyết"}


def refusal(home: Home, dossier: Dossier, officer: Officer, at: str, reason: str, contact: str = "") -> NoticeData:
    """Give what stands on form 03."""
    return notices.notice_of(home, REFUSAL, dossier, officer, at, reason, contact=contact)


def refuse(act: Act, home: Home, dossier_id: str, officer: Officer, reason: str, contact: str = "") -> FileRef:
    """Refuse a dossier that was not accepted (1, 5, 6 → 3) and give its form 03; the dated rule says whether money goes back.

    Raises Refused `reason_missing`, `wrong_status`, `money_taken`, and what the form refuses.
    """
    dossier = _asked(act, dossier_id, "dossier.refused", reason)
    file = notices.issue(home, REFUSAL, refusal(home, dossier, officer, act.reading.at, reason.strip(), contact))
    day = clock.local_day(act.reading.at)
    back = dossier.paid if catalogue_shelf.current(home, day).rules_on(day).refund_on_refusal else 0
    clear, personal = {"form": REFUSAL, "file": file.s, "refund": back}, {"reason": reason.strip()}
    act.record("dossier.refused", actor=officer.id, dossier=dossier_id, clear=clear, personal=personal, files=[file])
    return file


def withdraw(act: Act, dossier_id: str, officer: Officer, draft_id: str, reason: str, refund: int = 0) -> None:
    """Record that the citizen takes the dossier back (→ 7), with the request that lies in the draft, and what is paid back.

    Raises Refused `wrong_status`, `result_exists`, `request_missing`, `refund_wrong`, `reason_missing`, and those of
    `brought.taken`.
    """
    dossier = _asked(act, dossier_id, "dossier.withdrawn", reason)
    check_refund(dossier, refund)
    draft = brought.taken(act, draft_id, dossier, officer.id, brought.WITHDRAWAL)
    if not draft.pages:
        raise Refused("request_missing", code=dossier.code)
    act.record(
        "dossier.withdrawn",
        actor=officer.id,
        dossier=dossier_id,
        clear={"request": brought.request(draft), "refund": refund},
        personal={"reason": reason.strip()},
        files=drafts.files_named(draft),
    )
    drafts.close(act, draft_id, dossier_id)


def stopping(
    home: Home, dossier: Dossier, officer: Officer, at: str, reason: str, asked_by: str, refund: int, contact: str = ""
) -> NoticeData:
    """Give what stands on form 05."""
    money = (f"Hoàn trả {money_text(refund)}" if refund else "Không hoàn trả") if dossier.paid else "Chưa thu"
    if on_portal := portal_money.amount_of(dossier):
        money += f" tại đây; {money_text(on_portal)} nộp trên Cổng nằm ở Cổng"
    title = signer_title(officer.title, officer.stands_for)
    stage, asked = STAGES.get(dossier.status, ""), ASKED_BY.get(asked_by, "")
    more = {"contact": contact, "stage": stage, "asked_by": asked, "money": money, "signer_title": title}
    return notices.notice_of(home, STOPPING, dossier, officer, at, reason, **more)


def stop(
    act: Act, home: Home, dossier_id: str, officer: Officer, reason: str, asked_by: str, refund: int = 0, contact: str = ""
) -> FileRef:
    """Stop a dossier that has no signed result (→ 8) and give its form 05; `asked_by` applicant or office.

    Raises Refused `wrong_status`, `result_exists`, `reason_missing`, `refund_wrong`, and what the form refuses.
    """
    dossier = _asked(act, dossier_id, "dossier.stopped", reason)
    check_refund(dossier, refund)
    data = stopping(home, dossier, officer, act.reading.at, reason.strip(), asked_by, refund, contact)
    file = notices.issue(home, STOPPING, data)
    clear = {"form": STOPPING, "file": file.s, "asked_by": asked_by, "refund": refund}
    personal = {"reason": reason.strip()}
    act.record("dossier.stopped", actor=officer.id, dossier=dossier_id, clear=clear, personal=personal, files=[file])
    return file


def resume(act: Act, home: Home, dossier_id: str, officer: Officer, reason: str) -> None:
    """Let a stopped dossier go on (8 → 4); the time it was stopped counts as the dated rule says.

    Raises Refused `wrong_status`, `reason_missing`, and what `clocks.due_after_wait` refuses.
    """
    dossier = _asked(act, dossier_id, "dossier.resumed", reason)
    catalogue = catalogue_shelf.kept(home, dossier.catalogue)
    calendar = clocks.calendar_of(catalogue, act.db)
    due = clocks.due_after_wait(catalogue, dossier, clock.local(act.reading.at), calendar)
    clear, personal = {"due": due}, {"reason": reason.strip()}
    act.record("dossier.resumed", actor=officer.id, dossier=dossier_id, clear=clear, personal=personal)


def check_refund(dossier: Dossier, refund: int) -> None:
    """Refuse `refund_wrong`: nobody gets back more than was paid."""
    if not 0 <= refund <= dossier.paid:
        raise Refused("refund_wrong", code=dossier.code, paid=dossier.paid)


def _asked(act: Act, dossier_id: str, kind: str, reason: str) -> Dossier:
    """Give the dossier when the act is legal now and has its reason."""
    dossier = load(act, dossier_id)
    moves.check(dossier, kind)
    if not reason.strip():
        raise Refused("reason_missing")
    return dossier
