"""What stands on slips that are printed beforehand: form 01 with its number and empty lines. It looks nothing up."""

from datetime import date

import msgspec

from appliance.errors import Refused
from appliance.forms import qr
from appliance.forms.slip import day_words

SLIPS_MAX = 200


class Blank(msgspec.Struct, frozen=True):
    """One slip: its number as the book writes it, and what its QR code says."""

    number: str
    qr_text: str


class BlankSlipData(msgspec.Struct, frozen=True, kw_only=True):
    """A block of blank slips, each in two copies; `begins` and `ends` (ISO days) say when they may be used.

    Raises Refused `form_too_long`, `form_field_missing`. The same data gives the same bytes.
    """

    made_at: str
    parent_agency: str = ""
    agency: str
    place: str
    reception_place: str
    unit: str
    begins: str
    ends: str
    slips: tuple[Blank, ...]

    def __post_init__(self) -> None:
        if not self.slips:
            raise Refused("form_field_missing", fields=["Số phiếu"])
        if len(self.slips) > SLIPS_MAX:
            raise Refused("form_too_long", most=SLIPS_MAX)


def words(blank: BlankSlipData) -> dict:
    """Give what the template prints."""
    return msgspec.to_builtins(blank) | {
        "slips": [{"number": one.number, "qr_svg": qr.svg(one.qr_text)} for one in blank.slips],
        "year": blank.begins[:4],
        "begins_words": day_words(date.fromisoformat(blank.begins)),
        "ends_words": day_words(date.fromisoformat(blank.ends)),
    }
