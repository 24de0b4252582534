"""What the province signs: receipts for what it holds, and the records of its feed. Pure; keys are handed in.

A statement is text and one Ed25519 signature over mark ‖ text. Feed records of one device form a chain: each names the digest of
the one before it, so none can be left out, changed, or given to another device.
"""

import base64
import hashlib
from typing import Any, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from appliance.errors import Refused
from sync.protocol import Device, Digest, Inc, Seq, Statement

RECEIPT_MARK = b"motcua-receipt-1"
FEED_MARK = b"motcua-feed-1"
FIRST_PREVIOUS = "0" * 64
Said = TypeVar("Said", bound=msgspec.Struct)


class Receipt(msgspec.Struct, frozen=True):
    """The province holds the chain of this life up to this head, since this moment; `number` is the receipt's own."""

    device: Device
    inc: Inc
    seq: Seq
    digest: Digest
    received_at: str
    number: Seq


class Record(msgspec.Struct, frozen=True):
    """One record of a device's feed: position, digest of the record before, kind, when, and what it says."""

    device: Device
    n: Seq
    previous: Digest
    t: str
    at: str
    d: dict[str, Any]


def sign_receipt(receipt: Receipt, key: Ed25519PrivateKey) -> Statement:
    """Put a receipt into signed text."""
    return _signed(RECEIPT_MARK, receipt, key)


def read_receipt(statement: Statement, key: Ed25519PublicKey) -> Receipt:
    """Give a receipt whose signature holds. Raises Refused `receipt_false`."""
    return _read(RECEIPT_MARK, statement, key, Receipt, "receipt_false")


def sign_record(record: Record, key: Ed25519PrivateKey) -> Statement:
    """Put a feed record into signed text."""
    return _signed(FEED_MARK, record, key)


def read_record(statement: Statement, key: Ed25519PublicKey) -> Record:
    """Give a feed record whose signature holds. Raises Refused `feed_false`."""
    return _read(FEED_MARK, statement, key, Record, "feed_false")


def record_digest(statement: Statement) -> str:
    """Give the digest by which the next feed record names this one."""
    return hashlib.sha256(FEED_MARK + statement.body.encode()).hexdigest()


def follows(record: Record, device: str, position: int, digest: str) -> bool:
    """Say whether a record is the next of this device's feed."""
    return record.device == device and record.n == position + 1 and record.previous == digest


def _signed(mark: bytes, said: msgspec.Struct, key: Ed25519PrivateKey) -> Statement:
    body = msgspec.json.encode(said)
    return Statement(body.decode(), base64.b64encode(key.sign(mark + body)).decode())


def _read(mark: bytes, statement: Statement, key: Ed25519PublicKey, kind: type[Said], code: str) -> Said:
    try:
        key.verify(base64.b64decode(statement.sig, validate=True), mark + statement.body.encode())
        return msgspec.json.decode(statement.body, type=kind)
    except (InvalidSignature, ValueError):
        raise Refused(code) from None
