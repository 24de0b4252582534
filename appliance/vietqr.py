"""The payload of a VietQR code: EMVCo's merchant-presented fields with NAPAS' transfer to an account, and its checksum.

It says where money should go. It never says that money came: only a person who holds the bank's notice does.
"""

import binascii

import msgspec

from appliance.text import fold

NAPAS, TO_ACCOUNT = "A000000727", "QRIBFTTA"
ONCE, DONG, VIETNAM = "12", "704", "VN"
CONTENT_CHARS_MAX = 25  # What every bank's application shows whole.
CRC_FIELD = "6304"


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The office's account for fees: the bank's six-digit number at NAPAS and its name, the account and its holder."""

    bin: str
    bank: str
    number: str
    holder: str


def payload(account: Account, amount: int, content: str) -> str:
    """Give the text of the code for one payment of `amount` đồng; `content` loses its marks and what does not fit."""
    to = _field("00", NAPAS) + _field("01", _field("00", account.bin) + _field("01", account.number)) + _field("02", TO_ACCOUNT)
    parts = (("00", "01"), ("01", ONCE), ("38", to), ("53", DONG), ("54", str(amount)), ("58", VIETNAM))
    body = "".join(_field(*part) for part in parts) + _field("62", _field("08", words_of(content))) + CRC_FIELD
    return f"{body}{binascii.crc_hqx(body.encode('ascii'), 0xFFFF):04X}"  # CRC-16/CCITT-FALSE, as EMVCo asks.


def words_of(content: str) -> str:
    """Write the content of a transfer as banks pass it on: capitals and figures without marks."""
    plain = fold(content).upper()
    return "".join(char if char.isascii() and (char.isalnum() or char in " .-") else " " for char in plain)[:CONTENT_CHARS_MAX]


def _field(name: str, value: str) -> str:
    return f"{name}{len(value):02d}{value}"
