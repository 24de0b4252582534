"""The lines and columns of each register: form 07, outgoing documents, certified copies, receipts."""

from dataclasses import dataclass
from datetime import date

from appliance import registers
from appliance.clock import local, local_day
from appliance.dossier import Dossier
from appliance.forms import Column
from appliance.office import office_of
from appliance.registers import Entry, Span
from appliance.text import day_text, moment_text, money_text, phone_text
from web import places
from web.per_request import box
from web.vietnamese import FEE_METHODS, RETURNED_HOW
from web.words.money import VOID_REASONS
from web.words.moves import STATUS
from web.words.paper_slips import ORIGINS

ERASED = "(đã xóa)"
STATES = {
    "used": ("quiet", "Đã dùng", "circle-check"),
    "voided": ("bad", "Đã hủy", "ban"),
    "lost": ("hold", "Mất khi khôi phục", "history"),
}


@dataclass(frozen=True)
class Line:
    """One line: its cells as they are printed, the dossier it belongs to (id, "" for none), its state."""

    cells: tuple[str, ...]
    dossier: str
    state: str = "used"


def columns(*heads: tuple[str, int]) -> tuple[Column, ...]:
    """Name columns with their shares."""
    return tuple(Column(head=head, share=share) for head, share in heads)


FOLLOW_UP_COLUMNS = columns(
    ("STT", 2), ("Mã hồ sơ", 8), ("Tên thủ tục hành chính", 11), ("Số lượng", 3), ("Cá nhân, tổ chức", 8),
    ("Địa chỉ, số điện thoại", 9), ("Cơ quan chủ trì", 6), ("Nhận", 6), ("Hẹn trả", 6), ("Trả kết quả", 6),
    ("Phương thức nhận", 6), ("Ký nhận", 6), ("Ghi chú", 6),
)  # fmt: skip
BOOK_COLUMNS = columns(
    ("Số", 2), ("Số, ký hiệu", 6), ("Ngày", 5), ("Trích yếu", 14), ("Mã hồ sơ", 8), ("Người ký", 8), ("Tình trạng", 8)
)
CERTIFIED_COLUMNS = columns(
    ("Số", 2), ("Số chứng thực", 4), ("Ngày", 5), ("Người yêu cầu", 8), ("Bản chính, số trang, số bản", 14), ("Số bản", 3),
    ("Mã hồ sơ", 8), ("Người ký", 8), ("Tình trạng", 7),
)  # fmt: skip
RECEIPT_COLUMNS = columns(
    ("Số", 2), ("Số biên lai", 5), ("Ngày", 5), ("Nội dung thu", 10), ("Mã hồ sơ", 8), ("Người nộp", 8), ("Số tiền", 5),
    ("Hình thức", 6), ("Người thu", 7), ("Tình trạng", 7),
)  # fmt: skip


def follow_up_lines(span: Span) -> list[Line]:
    """Write form 07."""
    agency = office_of(box().home.settings).name
    return [follow_up_line(n, one, agency) for n, one in enumerate(registers.received(box().db, span), 1)]


def follow_up_line(n: int, dossier: Dossier, agency: str) -> Line:
    """Write one dossier's line of form 07."""
    person = dossier.applicant or {}
    phone = phone_text(person["phone"]) if person.get("phone") else ""
    reach = "\n".join(part for part in (person.get("address", ""), phone) if part)
    due = (dossier.due or {}).get("at")
    cells = (
        str(n), dossier.code, dossier.procedure_name, "1", name_of(dossier), reach, places.resolving(dossier, agency),
        moment_text(local(dossier.accepted_at)), moment_text(local(due)) if due else "",
        moment_text(local(dossier.returned_at)) if dossier.returned_at else "", RETURNED_HOW.get(dossier.returned_how, ""),
        (dossier.receiver or {}).get("name", ""), ", ".join(
            part for part in (STATUS[int(dossier.status)][1], ORIGINS.get(dossier.origin, "")) if part
        ),
    )  # fmt: skip
    return Line(cells, dossier.id)


def name_of(dossier: Dossier) -> str:
    """Name the applicant, or say that the name was erased."""
    person = dossier.applicant or {}
    return person.get("name") or person.get("organisation") or ERASED


def book_line(entry: Entry, called: dict[str, str]) -> Line:
    """Write a number of a book of documents."""
    signer = signer_of(entry)
    subject = entry.dossier.procedure_name if entry.dossier else ""
    cells = (
        str(entry.n), entry.facts.get("text", ""), day_of(entry), subject, code_of(entry), called.get(signer, signer),
        state_of(entry),
    )  # fmt: skip
    return Line(cells, entry.dossier.id if entry.dossier else "", entry.state)


def signer_of(entry: Entry) -> str:
    """Name the officer who signed the document that a number is of."""
    documents = entry.dossier.documents if entry.dossier else ()
    return next((one.signer for one in documents if one.id == entry.facts.get("document")), "")


def certified_line(entry: Entry, called: dict[str, str]) -> Line:
    """Write a number of a register of certifications: who asked, which originals, how many copies of each."""
    facts, dossier = entry.facts, entry.dossier
    names = {part["key"]: part["name"] for part in dossier.parts} if dossier else {}
    each = "bản" if "signer" in facts else "bản điện tử"
    listed = [f"{names.get(one['key'], ERASED)}: {one['pages']} trang × {one['copies']} {each}" for one in facts.get("lines", ())]
    what = "\n".join(listed) or (dossier.procedure_name if dossier else "")
    signer, copies = facts.get("signer") or signer_of(entry), facts.get("copies", "")
    cells = (
        str(entry.n), facts.get("text", ""), day_of(entry), name_of(dossier) if dossier else "", what, str(copies),
        code_of(entry), called.get(signer, signer), state_of(entry),
    )  # fmt: skip
    return Line(cells, dossier.id if dossier else "", entry.state)


def receipt_line(entry: Entry, called: dict[str, str]) -> Line:
    """Write a receipt."""
    facts = entry.facts
    amount = money_text(facts["amount"]) if "amount" in facts else ""
    what = ", ".join(line["name"] for line in facts.get("lines", ()))
    payer = name_of(entry.dossier) if entry.dossier else ""
    cells = (
        str(entry.n), facts.get("receipt", ""), day_of(entry), what, code_of(entry), payer, amount,
        FEE_METHODS.get(facts.get("method", ""), ""), called.get(entry.actor, entry.actor), receipt_state(entry, called),
    )  # fmt: skip
    return Line(cells, entry.dossier.id if entry.dossier else "", entry.state)


def receipt_state(entry: Entry, called: dict[str, str]) -> str:
    """Say what became of a receipt: void, why and by whom; or given back, by which voucher."""
    number, dossier = entry.facts.get("receipt", ""), entry.dossier
    fee = next((one for one in dossier.fees if one.receipt == number), None) if dossier else None
    if fee and fee.voided_at:
        who, day = called.get(fee.voided_by, fee.voided_by), day_text(local_day(fee.voided_at))
        return f"{STATES['voided'][1]}: {VOID_REASONS.get(fee.why_void, fee.why_void).lower()}; {who}, {day}"
    back = [refund for refund in dossier.refunds if number in refund.receipts] if dossier else []
    return "; ".join([state_of(entry), *(f"hoàn trả {money_text(one.amount)}, giấy {one.voucher}" for one in back)])


def day_of(entry: Entry) -> str:
    """Give the date a document bears, else the day the number was taken."""
    return day_text(date.fromisoformat(entry.facts["date"]) if entry.facts.get("date") else local_day(entry.at))


def code_of(entry: Entry) -> str:
    """Give the dossier's code, or nothing."""
    return entry.dossier.code if entry.dossier else ""


def state_of(entry: Entry) -> str:
    """Say what became of a number."""
    words = STATES[entry.state][1]
    return f"{words}: {entry.reason}" if entry.reason else words
