"""Troubles of the line and how each is recognised, as one table. Looks at failures and answers; asks and repairs nothing.

What people are told of each lies in web/words/line.py; docs/line-troubles.md is made of both (tests/test_line_troubles.py).
"""

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta

import urllib3

from appliance import clock

UNTIMELY = {9, 10}  # OpenSSL's codes for a certificate of the right issuer that is not valid yet, or not any more.
GATEWAYS = {502, 503, 504}
PROXY_WANTS_LOGIN = 407
NETWORK_WANTS_LOGIN = 511
CLOCK_OFF_MAX = timedelta(minutes=5)
DAY = timedelta(days=1)  # Certificates begin and end by days: by so much a clock has to be off before it is to blame.


@dataclass(frozen=True)
class Trouble:
    """A trouble by its code: its name, how it is recognised, and what may hold a try up: see tests/test_line_troubles.py."""

    code: str
    name: str
    recognised: str
    held_by: str = ""


TROUBLES = (
    Trouble("line_cut", "no line", "no route, connection refused, reset, or closed before the answer was whole"),
    Trouble("line_name", "lying DNS: no such name", "the name of the province cannot be resolved", "resolver"),
    Trouble(
        "line_untrusted",
        "lying DNS: a wrong host; TLS intercepted",
        "the certificate is not of the province's root, or bears another name",
    ),
    Trouble("line_portal", "captive portal", "200, 3xx or 511 without `Sync-Version`: a log-in page"),
    Trouble("line_half_open", "half-open connection", "connected, and then no byte is acknowledged or answered in time", "answer"),
    Trouble("line_proxy", "proxy that wants a log-in", "407 without `Sync-Version`"),
    Trouble("line_gateway", "gateway without the province behind it", "502, 503 or 504 without `Sync-Version`"),
    Trouble("line_foreign", "somebody else", "any other answer without `Sync-Version`, no TLS, or what cannot be read"),
    Trouble("line_black_hole", "black hole", "no answer to the attempt to connect", "connect"),
    Trouble(
        "line_clock",
        "wrong clock",
        "the province's certificate is outside its days, and the trusted floor or the newest `Date` of the province shows why",
    ),
    Trouble("line_untimely", "expired certificate, or a wrong clock", "the same, and nothing shows that the clock is to blame"),
    Trouble("province_full", "full disk at the province", "507 `province_full`: files wait, events go on", "heartbeat"),
    Trouble("box_full", "full disk here", "`No space left` or SQLITE_FULL in a round of the agent"),
)


@dataclass(frozen=True)
class Heard:
    """The newest `Date` of the province itself, and the monotonic second at which it came."""

    date: datetime
    at: float

    def now(self, monotonic: float) -> datetime:
        """Work out what the province's clock shows now."""
        return self.date + timedelta(seconds=monotonic - self.at)


def of_failure(error: Exception) -> str:
    """Name what befell a request that got no answer."""
    if isinstance(error, urllib3.exceptions.SSLError):
        return _of_tls(error.args[0] if error.args else None)
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "line_name"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "line_black_hole" if isinstance(error.__cause__, TimeoutError) else "line_cut"
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return "line_black_hole"
    timed_out = (TimeoutError, urllib3.exceptions.TimeoutError)
    silent = isinstance(error, timed_out) or any(isinstance(part, timed_out) for part in error.args)
    return "line_half_open" if silent else "line_cut"


def _of_tls(error: object) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "line_untimely" if error.verify_code in UNTIMELY else "line_untrusted"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return "line_cut"
    reason = getattr(error, "reason", None) or ""
    return "line_foreign" if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST") else "line_untrusted"


def of_answer(status: int) -> str:
    """Name what gave an answer without the mark of the province."""
    if status in GATEWAYS:
        return "line_gateway"
    if status == PROXY_WANTS_LOGIN:
        return "line_proxy"
    return "line_portal" if status < 400 or status == NETWORK_WANTS_LOGIN else "line_foreign"


def with_clock(code: str, now: str, floor: str, there: datetime | None) -> str:
    """Say `line_clock` for an untimely certificate where the trusted floor, or the clock `there`, shows that ours is to blame."""
    if code != "line_untimely":
        return code
    off = abs(clock.moment_of(now) - there) > DAY if there else False
    return "line_clock" if off or clock.trouble(now, floor) else code


def clock_off_min(now: str, there: datetime | None) -> int:
    """Give by how many minutes our clock is ahead of the province's, or 0 while it is about right or nobody knows."""
    off = clock.moment_of(now) - there if there else timedelta()
    return round(off.total_seconds() / 60) if abs(off) > CLOCK_OFF_MAX else 0
