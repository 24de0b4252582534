"""What stands on the papers that tell a citizen no, not yet, later, or no longer: forms 02 to 05, checked. It looks nothing up."""

from datetime import date, datetime

import msgspec

from appliance.clock import local
from appliance.errors import Refused
from appliance.forms.slip import day_words
from appliance.text import moment_form

ITEMS_MAX = 20
REASON_CHARS_MAX = 4_000
REQUIRED = {
    "made_at": "Thời điểm lập",
    "agency": "Tên cơ quan",
    "place": "Địa danh",
    "dossier_code": "Mã hồ sơ",
    "applicant_name": "Người nộp hồ sơ",
    "procedure_name": "Nội dung yêu cầu giải quyết",
    "reason": "Lý do",
    "signer_name": "Người ký",
}


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One paper that is missing or wrong: what, where to get or mend it, in which form to bring it."""

    what: str
    where: str = ""
    form: str = ""


class NoticeData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything printed on one of these forms; each prints the fields it has a place for. Moments as in SlipData.

    A value that exists has every required text (`form_field_missing` otherwise). The same data gives the same bytes.
    """

    made_at: str
    parent_agency: str = ""
    agency: str
    place: str
    dossier_code: str
    qr_text: str
    applicant_name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    procedure_name: str
    reason: str
    items: tuple[Item, ...] = ()
    until: str = ""  # ISO day by which an answer is asked for.
    contact: str = ""  # Telephone of the officer who answers questions; empty prints dots.
    stage: str = ""  # Status in words, as the dossier stood.
    asked_by: str = ""  # Who asked for it, in words.
    money: str = ""  # What becomes of money that was paid.
    accepted_at: str = ""  # UTC text
    due_at: str = ""  # The appointment that is not kept, and the new one: local ISO text.
    new_due_at: str = ""
    signer_title: str = ""
    signer_name: str

    def __post_init__(self) -> None:
        missing = [label for name, label in REQUIRED.items() if not getattr(self, name).strip()]
        if missing:
            raise Refused("form_field_missing", fields=missing)
        if len(self.items) > ITEMS_MAX:
            raise Refused("form_too_long", most=ITEMS_MAX)


def words(notice: NoticeData) -> dict:
    """Give what the template prints: the data, with days put into words."""
    return msgspec.to_builtins(notice) | {
        "made_day": day_words(local(notice.made_at)),
        "until_words": day_words(date.fromisoformat(notice.until)) if notice.until else "",
        "accepted_words": f"Lúc {moment_form(local(notice.accepted_at))}" if notice.accepted_at else "",
        "due_words": moment_form(datetime.fromisoformat(notice.due_at)) if notice.due_at else "",
        "new_due_words": moment_form(datetime.fromisoformat(notice.new_due_at)) if notice.new_due_at else "",
    }
