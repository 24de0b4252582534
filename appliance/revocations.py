"""Signing certificates that the province stated are not to be trusted, as one file of the trust folder.

It covers the hours until the authority's next list, and offices that no list reaches. It is the province's word, kept apart from
authorities' lists, and may be taken back. A certificate goes by SHA-256 of its DER, as wherever signing is registered and judged.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from appliance.clock import local, moment_of
from appliance.durable import write_durably
from appliance.text import moment_text

FILE = "revoked-by-province.json"


class Revoked(msgspec.Struct, frozen=True):
    """A certificate (SHA-256 of its DER, hex) that is not trusted since a moment (UTC text): why, and who says so.

    `n`: the record of the box's feed that says it; 0 where none does.
    """

    certificate: str
    since: str
    reason: str
    by: str
    n: int = 0

    @property
    def facts(self) -> dict[str, str]:
        """Give what sentences about it are filled with."""
        return {"since": moment_text(local(self.since)), "reason": self.reason, "by": self.by}


def read(folder: Path) -> tuple[Revoked, ...]:
    """Read what is stated; none where nothing was. A damaged file raises msgspec.DecodeError: then nobody is judged."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=tuple[Revoked, ...])
    except FileNotFoundError:
        return ()


def keep(folder: Path, stated: Iterable[Revoked]) -> bool:
    """Put everything that is stated in the place of what stood; says whether anything changed."""
    data = msgspec.json.encode(sorted(stated, key=lambda one: one.certificate))
    path = folder / FILE
    if (path.read_bytes() if path.exists() else b"[]") == data:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(path, data)
    return True


def against(stated: Sequence[Revoked], certificate: str, proven: datetime | None = None) -> Revoked | None:
    """Give what speaks against a signature of a certificate. Only a time proven to lie before that moment (`proven`) saves it.

    What the box's own clock says counts for nothing here: whoever holds a lost token may set a clock.
    """
    found = next((one for one in stated if one.certificate == certificate), None)
    return None if found is None or (proven and proven < moment_of(found.since)) else found
