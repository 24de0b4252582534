"""What a request of a device says, read within bounds: certificate, body, positions. What cannot be read is refused."""

import hashlib
import ssl
from typing import TypeVar
from urllib.parse import unquote

import msgspec
from flask import request

from appliance.errors import Refused
from sync.problems import check_content_digest
from sync.protocol import JSON_BYTES_MAX

T = TypeVar("T")


def fingerprint(escaped_pem: str) -> str:
    """Give the SHA-256 of the certificate that nginx passes on; empty for none."""
    try:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(unquote(escaped_pem))).hexdigest()
    except ValueError:
        return ""


def asked(kind: type[T]) -> T:
    """Read the body as JSON of a kind. Raises Refused `sync_malformed`."""
    try:
        return msgspec.json.decode(body(JSON_BYTES_MAX), type=kind)
    except msgspec.DecodeError:
        raise Refused("sync_malformed") from None


def body(limit: int) -> bytes:
    """Give the body, within bounds and as its digest says. Raises Refused `sync_body_too_big`, `body_digest_wrong`."""
    if (request.content_length or 0) > limit:
        raise Refused("sync_body_too_big", limit=limit)
    data = request.get_data(cache=False)
    check_content_digest(data, request.headers.get("Content-Digest"))
    return data


def after() -> int:
    """Give the position after which something is asked."""
    return as_number(request.args.get("after", "0"))


def number(header: str) -> int:
    """Give a header that must be a number."""
    return as_number(request.headers.get(header, ""))


def inc() -> bytes:
    """Give the incarnation asked for."""
    text = request.args.get("inc", "")
    if len(text) != 16 or not set(text) <= set("0123456789abcdef"):
        raise Refused("sync_malformed")
    return bytes.fromhex(text)


def checked(digest: str) -> str:
    """Refuse what is no digest."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise Refused("sync_malformed")
    return digest


def as_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refused("sync_malformed")
    return int(text)
