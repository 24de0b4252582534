"""What stands on the slip a citizen takes home: the words of form 01, checked. It never looks anything up."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from appliance.clock import local
from appliance.errors import Refused

COMPONENTS_MAX = 200
REQUIRED = {
    "made_at": "Thời điểm lập",
    "agency": "Tên cơ quan",
    "place": "Địa danh",
    "reception_place": "Bộ phận tiếp nhận",
    "dossier_code": "Mã hồ sơ",
    "qr_text": "Nội dung mã QR",
    "applicant_name": "Người nộp hồ sơ",
    "procedure_name": "Nội dung yêu cầu giải quyết",
    "limit_text": "Thời gian giải quyết",
    "received_at": "Thời gian nhận hồ sơ",
    "due_at": "Thời gian trả kết quả",
    "officer_name": "Người tiếp nhận hồ sơ",
}


class Sheet(StrEnum):
    """The two copies (liên) that the form asks for."""

    CITIZEN = "citizen"
    FILE = "file"


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One paper that was handed in. Counts are pieces of paper of that kind; None prints an empty cell.

    In the certification variant `pages` are those of the original, `copies` the certified copies asked for, and
    `fee` the whole fee of the row in đồng.
    """

    name: str
    note: str = ""
    originals: int | None = None
    copies: int | None = None
    certified: int | None = None
    pages: int | None = None
    fee: int | None = None


class SlipData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything printed on the slip. A value that exists has every required text (`form_field_missing` otherwise).

    Moments are ISO text with offset or Z; they are printed in Viet Nam's time. Nothing is looked up or worked out
    here but the total of the fees. The same data gives the same bytes.
    """

    made_at: str  # When this paper was made: its date at the top right and the PDF's creation date.
    parent_agency: str = ""  # First line at the top left, capitals; may stay empty.
    agency: str  # Bold line(s) under it, capitals; "\n" breaks the line.
    place: str  # Name of the place before the date, e.g. "An Châu".
    reception_place: str  # "Bộ phận Tiếp nhận và Trả kết quả: …"
    dossier_code: str  # Legal code of the dossier.
    qr_text: str  # Payload of the QR code exactly as a reader shall give it back.
    applicant_name: str  # Tiếp nhận hồ sơ của
    address: str = ""
    phone: str = ""  # Printed as given.
    email: str = ""
    procedure_name: str  # Nội dung yêu cầu giải quyết
    persons: tuple[tuple[str, str], ...] = ()  # Who hands it in for another, whom it is about: role and name.
    components: tuple[Paper, ...] = ()
    certification: bool = False  # Rows show pages, copies and fee, with a total.
    sets: int = 1  # Số lượng hồ sơ (bộ)
    limit_text: str  # Thời gian giải quyết theo quy định, with its unit, e.g. "03 ngày làm việc".
    received_at: str
    due_at: str
    result_place: str = ""  # Đăng ký nhận kết quả tại
    book: str = ""  # Quyển số; empty leaves the line out.
    book_no: str = ""  # Số thứ tự in that book.
    submitter_name: str = ""  # Printed under the submitter's signature; empty when he writes it himself.
    officer_name: str
    sheets: tuple[Sheet, ...] = (Sheet.CITIZEN, Sheet.FILE)
    print_no: int = 1  # From 2 on the slip says which copy it is.
    corrected: bool = False  # What stands on an earlier copy was corrected.
    notes: tuple[str, ...] = ()  # Sentences above the signatures.

    def __post_init__(self) -> None:
        missing = [label for name, label in REQUIRED.items() if not getattr(self, name).strip()]
        missing += [f"Tên giấy tờ thứ {i}" for i, paper in enumerate(self.components, 1) if not paper.name.strip()]
        if missing:
            raise Refused("form_field_missing", fields=missing)
        if len(self.components) > COMPONENTS_MAX:
            raise Refused("form_too_long", most=COMPONENTS_MAX)


def words(slip: SlipData) -> dict:
    """Give what the template prints: the data, with moments and money put into words."""
    printed = msgspec.to_builtins(slip)
    for row, paper in zip(printed["components"], slip.components, strict=True):
        row["fee_text"] = "" if paper.fee is None else thousands(paper.fee)
    return printed | {
        "made_day": day_words(local(slip.made_at)),
        "received_words": moment_words(local(slip.received_at)),
        "due_words": moment_words(local(slip.due_at)),
        "fee_total_text": thousands(sum(paper.fee or 0 for paper in slip.components)),
    }


def day_words(day: date) -> str:
    """Give a day as forms write it; day and month under ten and month 1-2 with a leading zero (NĐ 30/2020/NĐ-CP)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def moment_words(moment: datetime) -> str:
    return f"{moment:%H} giờ {moment:%M} phút, {day_words(moment)}"


def thousands(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
