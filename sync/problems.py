"""How the receiver says no on the wire: RFC 9457 problems, one row a code; and RFC 9530 digests of bodies.

The Vietnamese sentence of each code stands in web/vietnamese.py, because the commune shows it.
"""

import base64
import hashlib
from collections.abc import Mapping

import msgspec

from appliance.errors import Refused

MEDIA = "application/problem+json"

# code: (status, title)
PROBLEMS: Mapping[str, tuple[int, str]] = {
    "sync_malformed": (400, "The request cannot be read"),
    "sync_version_unknown": (400, "This version of the protocol is not spoken here"),
    "device_unknown": (403, "No device is known by this certificate"),
    "device_revoked": (403, "The device was revoked"),
    "device_replaced": (403, "The device has a newer certificate: another machine goes on in its place"),
    "sync_two_machines": (403, "Two machines speak with this device's key; an operator must choose one"),
    "file_missing": (404, "The file is not here"),
    "file_not_named": (404, "No event of this device names this file"),
    "life_unknown": (409, "Say hello first: this incarnation is not known"),
    "sync_gap": (409, "The segment begins beyond what is held"),
    "sync_fork": (409, "Another event is held at the same place"),
    "upload_elsewhere": (409, "The upload stands at another offset"),
    "segment_too_big": (413, "The segment is above the bounds"),
    "sync_body_too_big": (413, "The body is above the bounds"),
    "segment_malformed": (422, "The segment cannot be read"),
    "segment_chain_broken": (422, "The chain over the events does not reach the stated head"),
    "segment_signature_wrong": (422, "The segment's signature does not hold"),
    "body_digest_wrong": (422, "The body is not what its digest says"),
    "upload_damaged": (422, "The file is not what its name says; it begins anew"),
    "keys_unreadable": (422, "The keys cannot be opened"),
    "file_too_big": (413, "The file is above the bounds"),
    "province_busy": (503, "Busy: try again later"),
    "province_full": (507, "No room on the disk; what was acknowledged is safe"),
}


class Problem(msgspec.Struct, frozen=True):
    """The members every problem has; `facts` of the refusal stand beside them on the wire."""

    type: str
    title: str
    status: int
    code: str


def problem_of(refused: Refused) -> tuple[int, bytes]:
    """Give status and body for a refusal; an unlisted code is a defect and comes out as KeyError."""
    status, title = PROBLEMS[refused.code]
    problem = Problem(f"urn:motcua:sync:{refused.code}", title, status, refused.code)
    return status, msgspec.json.encode(msgspec.to_builtins(problem) | refused.facts)


def refusal_of(body: bytes) -> Refused:
    """Read a problem back into the refusal; what is no problem of ours is `line_foreign` (a captive portal, a proxy)."""
    try:
        facts = msgspec.json.decode(body, type=dict[str, object])
    except msgspec.DecodeError:
        return Refused("line_foreign")
    code = facts.pop("code", None)
    if code not in PROBLEMS:
        return Refused("line_foreign")
    return Refused(str(code), **{name: value for name, value in facts.items() if name not in ("type", "title", "status")})


def content_digest(body: bytes) -> str:
    """Give the Content-Digest field of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def check_content_digest(body: bytes, field: str | None) -> None:
    """Refuse a body that is not what its digest says, or that says none. Raises Refused `body_digest_wrong`."""
    if field is None or content_digest(body) not in (part.strip() for part in field.split(",")):
        raise Refused("body_digest_wrong")
