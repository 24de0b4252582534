"""Where a dossier was received, is resolved, was supported, in plain words. A code nobody knows the name of is shown as it is."""

from appliance import offices
from appliance.dossier import Dossier
from web import desk


def rows(found: Dossier, here: str) -> list[tuple[str, str]]:
    """Give the three as (term, words); `here` names the unit that keeps it. One row where all is here."""
    told = found.offices
    if not told:
        return [("Nơi tiếp nhận, giải quyết", here)]
    return [
        ("Nơi tiếp nhận", words(told[offices.RECEIVED]) if offices.RECEIVED in told else here),
        ("Nơi giải quyết", resolving(found, here)),
        ("Nơi hỗ trợ", supporting(found) or "không có"),
    ]


def words(code: str) -> str:
    """Name a unit by its code."""
    name = offices.name_of(desk.catalogue_now(), code)
    return f"{name} ({code})" if name else code or "nơi khác, chưa rõ mã"


def resolving(found: Dossier, here: str) -> str:
    """Say who resolves it; where no code is known, in the words of the catalogue."""
    code = found.offices.get(offices.RESOLVED)
    if code is None:
        return here
    return words(code) if code else offices.resolving(desk.catalogue_now(), found.procedure) or "cơ quan khác, danh mục không nêu"


def supporting(found: Dossier) -> str:
    """Say where somebody supported it; empty for nowhere."""
    code, agent = (found.offices.get(name) for name in (offices.SUPPORTED, offices.AGENT))
    helped = [f"nhân viên bưu điện {agent} lập hồ sơ"] if agent else []
    return "" if code is None else ", ".join((*helped, words(code) if code or not helped else "chưa rõ mã điểm"))
