"""What docs/sync.md and docs/ledger.md say of bytes, digests and signatures, written from their text alone.

Imports nothing of ours: whoever judges a receiver must not ask the receiver's own code. `Fails` carries Vietnamese words.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyrage
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

RECEIPT, FEED, SEGMENT = b"motcua-receipt-1", b"motcua-feed-1", b"motcua-seg-1"
SEGMENT_BYTES_MAX, KEYS_BYTES_MAX = 8 * 1024 * 1024, 1024 * 1024
NOTHING = "0" * 64
BUCKETS = 256
Head = dict[str, Any]  # {inc, seq, digest}


class Fails(Exception):
    """An article that does not hold, and what was seen."""


class NotTried(Exception):
    """An article that could not be tried, and why."""


@dataclass(frozen=True)
class Stretch:
    """Events in a row of one life, as a receiver gave them back."""

    inc: str
    first: int
    events: tuple[bytes, ...]


def need(holds: object, words: str) -> None:
    """Raise Fails when something does not hold."""
    if not holds:
        raise Fails(words)


def life_start(device: str, parent: Head | None) -> str:
    """Give what the first event of a life follows."""
    inc, seq, digest = (parent["inc"], parent["seq"], parent["digest"]) if parent else ("00" * 8, 0, NOTHING)
    known = uuid.UUID(device).bytes + bytes.fromhex(inc) + seq.to_bytes(8, "big") + bytes.fromhex(digest)
    return hashlib.sha256(b"motcua-inc-1" + known).hexdigest()


def link(device: str, inc: str, seq: int, previous: str, event: bytes) -> str:
    """Give the digest of the chain up to and with an event."""
    place = uuid.UUID(device).bytes + bytes.fromhex(inc) + seq.to_bytes(8, "big")
    return hashlib.sha256(b"motcua-ev-1" + place + bytes.fromhex(previous) + event).hexdigest()


def load_key(pem: str) -> Ed25519PublicKey:
    """Read the province's signing key. Raises ValueError."""
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an Ed25519 key")
    return key


def signed(key: Ed25519PublicKey, sig: object, message: bytes) -> bool:
    """Say whether base64 of a signature holds over a message."""
    try:
        key.verify(base64.b64decode(str(sig), validate=True), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def statement_holds(key: Ed25519PublicKey, mark: bytes, statement: object) -> bool:
    """Say whether {body, sig} was signed over mark ‖ body."""
    if not isinstance(statement, dict) or not isinstance(statement.get("body"), str):
        return False
    return signed(key, statement.get("sig"), mark + statement["body"].encode())


def said(statement: Any) -> dict[str, Any]:
    """Give what a statement's text says; Fails when it is no JSON object."""
    try:
        body = json.loads(statement["body"])
    except (TypeError, KeyError, ValueError):
        raise Fails("bản ghi có chữ ký không đọc được") from None
    need(isinstance(body, dict), "bản ghi có chữ ký không phải đối tượng JSON")
    return body


def record_digest(statement: dict[str, str]) -> str:
    """Give the digest by which the next feed record names this one."""
    return hashlib.sha256(FEED + statement["body"].encode()).hexdigest()


def json_of(said: Mapping[str, Any]) -> bytes:
    """Write JSON as a body."""
    return json.dumps(said, ensure_ascii=False).encode()


def content_digest(body: bytes) -> str:
    """Give the Content-Digest field of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def read_keys(data: bytes, identity: pyrage.x25519.Identity, device: str) -> dict[str, tuple[str, str]]:
    """Open a bundle of keys that was made for this device: dossier to key id and secret, which is empty for a destroyed one."""
    try:
        packed = pyrage.decrypt(data, [identity])
        plain = zstandard.ZstdDecompressor(max_window_size=KEYS_BYTES_MAX).stream_reader(packed).read(KEYS_BYTES_MAX)
        bundle = json.loads(plain)
        need(bundle["device"] == device, "gói khóa trả lại ghi máy khác")
        return {news["dossier"]: (news["key_id"], news.get("secret", "")) for news in bundle["keys"]}
    except (pyrage.DecryptError, zstandard.ZstdError, ValueError, KeyError, TypeError):
        raise Fails("gói khóa trả lại không mở được") from None


def read_segment(data: bytes, device: str, key: Ed25519PublicKey) -> Stretch:
    """Read a segment that a receiver signed. Fails when form, chain or signature do not hold."""
    try:
        plain = zstandard.ZstdDecompressor(max_window_size=SEGMENT_BYTES_MAX).stream_reader(data).read(SEGMENT_BYTES_MAX + 1)
        line, *events = plain.split(b"\n")
        heading = json.loads(line)
        inc, first, count, previous, head = (heading[name] for name in ("inc", "first", "count", "previous", "head"))
    except (zstandard.ZstdError, ValueError, KeyError, TypeError):
        raise Fails("gói sự kiện trả lại không đọc được") from None
    need(len(events) == count, f"gói sự kiện trả lại ghi {count} sự kiện nhưng có {len(events)}")
    last = previous
    for seq, event in enumerate(events, first):
        last = link(device, inc, seq, last, event)
    need(last == head, "chuỗi của gói sự kiện trả lại không đến đúng mã băm cuối")
    place = uuid.UUID(device).bytes + bytes.fromhex(inc) + first.to_bytes(8, "big") + count.to_bytes(8, "big")
    covered = SEGMENT + place + bytes.fromhex(previous) + bytes.fromhex(head)
    need(signed(key, heading.get("sig"), covered), "chữ ký của tỉnh trên gói sự kiện trả lại không đúng")
    return Stretch(inc, first, tuple(events))


def at_of(heads: list[Head], feed: int) -> str:
    """Give the digest of the heads and the feed that contents are compared at."""
    told = (bytes.fromhex(head["inc"]) + head["seq"].to_bytes(8, "big") + bytes.fromhex(head["digest"]) for head in heads)
    return hashlib.sha256(b"motcua-heads-1" + feed.to_bytes(8, "big") + b"".join(told)).hexdigest()


def bucket_of(dossier: str) -> int:
    """Give the bucket of a dossier."""
    return hashlib.sha256(dossier.encode()).digest()[0]
