"""What stands on a fee receipt (biên lai) or a refund's voucher: who paid or got back how much, for what, under which number.

It looks nothing up.
"""

import msgspec

from appliance.clock import local
from appliance.errors import Refused
from appliance.forms.slip import day_words, thousands
from appliance.text import money_words

LINES_MAX = 50
REQUIRED = {
    "made_at": "Thời điểm lập",
    "agency": "Tên cơ quan",
    "place": "Địa danh",
    "number": "Số biên lai",
    "dossier_code": "Mã hồ sơ",
    "payer_name": "Người nộp tiền",
    "officer_name": "Người thu tiền",
}
METHODS = {"cash": "Tiền mặt", "transfer": "Chuyển khoản"}


class ReceiptData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything printed on a receipt; both copies (liên) lie on one sheet. Lines are (name, whole đồng)."""

    made_at: str
    parent_agency: str = ""
    agency: str
    place: str
    number: str
    dossier_code: str
    payer_name: str
    address: str = ""
    procedure_name: str = ""
    lines: tuple[tuple[str, int], ...]
    method: str
    odd_word: str = "linh"  # How zero tens are read, by the dated rule.
    officer_name: str

    @property
    def qr_text(self) -> str:
        """Give what the QR code says: the dossier it belongs to."""
        return self.dossier_code

    def __post_init__(self) -> None:
        missing = [label for name, label in REQUIRED.items() if not getattr(self, name).strip()]
        if missing or not self.lines:
            raise Refused("form_field_missing", fields=missing or ["Khoản thu"])
        if len(self.lines) > LINES_MAX:
            raise Refused("form_too_long", most=LINES_MAX)


def words(receipt: ReceiptData) -> dict:
    """Give what the template prints: the data, with day and money put into words."""
    total = sum(amount for _, amount in receipt.lines)
    return msgspec.to_builtins(receipt) | {
        "lines": [[name, thousands(amount)] for name, amount in receipt.lines],
        "made_day": day_words(local(receipt.made_at)),
        "total_text": thousands(total),
        "total_words": money_words(total, receipt.odd_word),
        "method_words": METHODS.get(receipt.method, receipt.method),
    }
