"""What a desk says of the USB token: whether it is in, whose it is, and why signing is not possible now. Never sees a PIN.

The worker checks the same things again before it uses the PIN; this is for the eye, and so that no try is wasted.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from appliance import numbering, signing
from appliance.box import Box
from appliance.certificates import check_before_signing
from appliance.clock import local_day, moment_of, stamp
from appliance.errors import Refused
from appliance.text import day_text
from appliance.trust import read_trust
from hardware.usb_token import PinState
from hardware.workers import ask

ASK_S = 2.0
STALE = timedelta(seconds=15)  # The worker looks every 1.5 s while it is asked; an older answer may be about yesterday.
CERTIFICATES_MAX = 64
LOOKING = Refused("token_looking")

_certificates: dict[str, bytes] = {}  # DER by SHA-256: a certificate never changes.


@dataclass(frozen=True)
class TokenState:
    """The token of one person or of the organisation. `why` is None when it may sign now."""

    why: Refused | None
    holder: str = ""  # name, issuer, last day
    serial: str = ""
    certificate: str = ""
    pin: PinState = PinState.OK

    @property
    def badge(self) -> tuple[str, str]:
        """Give the badge: its kind and words."""
        if self.why is None:
            return "ok", "Đã cắm USB Token"
        return BADGES.get(self.why.code, ("bad", "Chưa ký được"))

    @property
    def is_in(self) -> bool:
        """Say whether the right token is in, whether or not it may sign."""
        return bool(self.certificate)


BADGES = {
    "token_looking": ("hold", "Đang tìm USB Token"),
    "token_absent": ("hold", "Chưa cắm USB Token"),
    "wrong_token": ("warn", "USB Token của người khác"),
    "certificate_not_registered": ("warn", "Chưa đăng ký chứng thư số"),
    "pin_locked": ("bad", "USB Token bị khóa"),
    "worker_away": ("bad", "Chương trình ký chưa chạy"),
}


def socket_of(box: Box) -> Path:
    """Say where the token worker listens."""
    return box.home.run / "token.sock"


def look(box: Box, kind: str, owner: str) -> TokenState:
    """Look for the token of `owner` (an officer, or the unit for the organisation) and judge whether it may sign now."""
    allowed = {one.sha256 for one in signing.registered(box.db, kind, owner)}
    if not allowed:
        return TokenState(Refused("certificate_not_registered"))
    now = stamp()
    try:
        state = seen(ask(socket_of(box), {"do": "tokens"}, ASK_S), allowed, now)
        if state.why is None:
            check(box, state, now)
    except Refused as refused:
        return TokenState(refused)
    return state


def seen(told: Mapping[str, Any], allowed: Collection[str], now: str) -> TokenState:
    """Judge by the worker's answer alone. Pure."""
    if told["fault"]:
        return TokenState(Refused(told["fault"]["code"], **told["fault"]["facts"]))
    if told["state"] == "idle" and (not told["looked_at"] or moment_of(now) - moment_of(told["looked_at"]) > STALE):
        return TokenState(LOOKING)
    found = [(token, one) for token in told["tokens"] for one in token["certificates"]]
    mine = next(((token, one) for token, one in found if one["sha256"] in allowed), None)
    if mine is None:
        names = sorted({one["cn"] for _, one in found})
        return TokenState(Refused("wrong_token", cn=names) if names else Refused("token_absent"))
    token, one = mine
    holder = f"{one['cn']} · {one['issuer']} · hạn {day_text(local_day(one['not_after']))}"
    pin = PinState(token["pin"])
    why = Refused("pin_locked") if pin is PinState.LOCKED else None
    return TokenState(why, holder, token["serial"], one["sha256"], pin)


def check(box: Box, state: TokenState, now: str) -> None:
    """Check clock and certificate. Raises Refused: clock_*, cert_*, revocation_unknown."""
    if doubt := numbering.clock_doubt(box.db, now):
        raise Refused(doubt)
    trust = read_trust(box.home.trust)
    der = der_of(box, state.certificate)
    check_before_signing(der, trust.issuers, trust.roots, trust.crls, now, state.certificate, trust.revoked)


def der_of(box: Box, sha256: str) -> bytes:
    """Give a certificate that is on a token now."""
    if sha256 not in _certificates:
        if len(_certificates) >= CERTIFICATES_MAX:
            _certificates.clear()
        _certificates[sha256] = bytes.fromhex(ask(socket_of(box), {"do": "certificate", "sha256": sha256}, ASK_S)["der"])
    return _certificates[sha256]
