"""What stands on the converted paper copy of an electronic result: its pages as they are shown, and the marks the law asks for.

Pages are pictures whose words lie under them and in their alternative text. It looks nothing up and judges nothing.
"""

import msgspec

from appliance.clock import local
from appliance.errors import Refused
from appliance.forms.slip import day_words
from appliance.text import moment_text

PAGES_MAX = 60
DPI = 150
DIGEST_GROUP = 16  # A digest is compared by eye, group by group.
REQUIRED = {
    "made_at": "Thời điểm chuyển đổi",
    "agency": "Tên cơ quan",
    "place": "Địa danh",
    "dossier_code": "Mã hồ sơ",
    "document_number": "Số, ký hiệu văn bản điện tử",
    "document_sha256": "Mã băm của văn bản điện tử",
    "officer_name": "Người chuyển đổi",
}


class PagePicture(msgspec.Struct, frozen=True):
    """One page: its picture (JPEG) and all its words."""

    jpeg: bytes
    words: str


class ConversionData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything printed on a converted copy. `signatures` are the electronic signatures as (whose, when they were made)."""

    made_at: str
    parent_agency: str = ""
    agency: str
    place: str
    dossier_code: str
    document_name: str = ""
    document_number: str
    document_date: str = ""
    document_sha256: str
    signatures: tuple[tuple[str, str], ...]
    pages: tuple[PagePicture, ...]
    officer_name: str
    officer_title: str = ""

    @property
    def qr_text(self) -> str:
        """Give what the QR code says: the electronic document's number and digest, to be compared with the dossier."""
        return f"{self.dossier_code}|{self.document_number}|SHA-256:{self.document_sha256}"

    def __post_init__(self) -> None:
        missing = [label for name, label in REQUIRED.items() if not getattr(self, name).strip()]
        if missing or not self.signatures or not self.pages:
            raise Refused("form_field_missing", fields=missing or ["Trang, chữ ký của văn bản điện tử"])
        if len(self.pages) > PAGES_MAX:
            raise Refused("form_too_long", most=PAGES_MAX)


def words(data: ConversionData) -> dict:
    """Give what the template prints; a picture goes as the numbers of its bytes."""
    plain = msgspec.to_builtins(data, builtin_types=(bytes,))
    return plain | {
        "pages": [{"jpeg": list(page.jpeg), "words": " ".join(page.words.split())} for page in data.pages],
        "document_sha256": " ".join(
            data.document_sha256[n : n + DIGEST_GROUP] for n in range(0, len(data.document_sha256), DIGEST_GROUP)
        ),
        "made_moment": moment_text(local(data.made_at)),
        "made_day": day_words(local(data.made_at)),
    }
