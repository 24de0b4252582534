"""What the office calls itself on paper: agency lines, place, unit code. Read from the box's settings, never guessed."""

from dataclasses import dataclass

from appliance.config import Settings

KINDS = ("Xã ", "Phường ", "Đặc khu ")


@dataclass(frozen=True)
class Office:
    """Names as forms print them (NĐ 30/2020, Phụ lục I): issuing agency in capitals, its parent, the place before the date."""

    name: str
    agency: str
    parent: str
    place: str
    reception: str
    unit: str


def office_of(settings: Settings) -> Office:
    """Give the office's names, for example from "Xã An Châu" of "Tỉnh An Giang"."""
    place = next((settings.name.removeprefix(kind) for kind in KINDS if settings.name.startswith(kind)), settings.name)
    return Office(
        name=settings.name,
        agency=f"ỦY BAN NHÂN DÂN\n{settings.name.upper()}",
        parent=settings.province_name.upper(),
        place=place,
        reception=f"Trung tâm Phục vụ hành chính công {settings.name[:1].lower()}{settings.name[1:]}",
        unit=settings.unit,
    )


def signer_title(title: str, stands_for: str = "") -> str:
    """Write a signer's title as it stands over the signature (NĐ 30/2020/NĐ-CP, Phụ lục I).

    A deputy signs for the head (KT.); somebody else to whom a leader delegated it, by that leader's order (TUQ.).
    """
    own, leader = (words.split(" UBND")[0].upper() for words in (title, stands_for))
    if own.startswith("PHÓ ") and leader in ("", own.removeprefix("PHÓ ")):
        return f"KT. {own.removeprefix('PHÓ ')}\n{own}"
    return f"TUQ. {leader}\n{own}" if leader else own
