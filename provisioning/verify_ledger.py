"""Kiểm tra sổ cái đã xuất và giấy nhận của tỉnh: python3 kiem-tra.py [SỔ_CÁI.jsonl] [KHÓA_TỈNH.pub]. Standard library only.

A copy lies beside every ledger written to a folder; docs/ledger.md and docs/sync.md (5) say what it checks. It shows that no event
was changed, left out or moved, and that what the province acknowledged is there. Compare the key with what the province publishes.
"""

import base64
import hashlib
import json
import sys
import uuid
from pathlib import Path
from typing import Any

LEDGER, KEY = "so-cai.jsonl", "khoa-tinh.pub"
RECEIPT = b"motcua-receipt-1"
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]


def recover(data: bytes) -> Point:
    """Read a point of the curve (RFC 8032, 5.1.3). Raises ValueError."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - squared) % P or (sign and not x):
        raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def add(one: Point, two: Point) -> Point:
    """Add two points (RFC 8032, 5.1.4)."""
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar: int, point: Point) -> Point:
    """Multiply a point. Not for secrets: takes as long as the number says."""
    found: Point = (0, 1, 1, 0)
    while scalar:
        found = add(found, point) if scalar & 1 else found
        point, scalar = add(point, point), scalar >> 1
    return found


BASE = recover((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether an Ed25519 signature holds; with the `cryptography` package, where it is, a hundred times faster than without."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return signed_by_hand(key, message, signature)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_by_hand(key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether an Ed25519 signature holds (RFC 8032, 5.1.7), with nothing but numbers: some 20 ms each."""
    try:
        public, r, s = recover(key), recover(signature[:32]), int.from_bytes(signature[32:], "little")
    except ValueError:
        return False
    if len(signature) != 64 or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, BASE), add(r, times(k, public))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def read_key(path: Path) -> bytes:
    """Give the 32 bytes of a public key in PEM."""
    lines = path.read_text(encoding="ascii").splitlines()
    return base64.b64decode("".join(line for line in lines if not line.startswith("-")))[-32:]


def first_previous(device: bytes, parent: dict[str, Any] | None) -> bytes:
    """Give what the first event of a life follows."""
    inc, seq, digest = (parent["inc"], parent["seq"], parent["digest"]) if parent else ("00" * 8, 0, "00" * 32)
    known = device + bytes.fromhex(inc) + seq.to_bytes(8, "big") + bytes.fromhex(digest)
    return hashlib.sha256(b"motcua-inc-1" + known).digest()


class Ledger:
    """What was read so far: heads by place, faults in words, how far each life is acknowledged."""

    def __init__(self, key: bytes | None):
        self.key = key
        self.heads: dict[tuple[str, int], str] = {}
        self.last: dict[str, int] = {}
        self.acknowledged: dict[str, int] = {}
        self.receipts = 0
        self.faults: list[str] = []
        self.device, self.inc, self.previous = "", "", b""

    def take(self, record: dict[str, Any]) -> None:
        """Take the next line: a life, an event of it, or a receipt for it."""
        if "receipt" in record:
            self.take_receipt(record["receipt"])
        elif "inc" in record:
            self.begin(record)
        else:
            self.take_event(record)

    def begin(self, life: dict[str, Any]) -> None:
        """Begin a life where its parent's head is."""
        self.device, self.inc, parent = life["device"], life["inc"], life["parent"]
        self.last[self.inc] = 0
        if parent and parent["seq"] and self.heads.get((parent["inc"], parent["seq"])) != parent["digest"]:
            self.faults.append(f"đời máy {self.inc} không nối với đời trước")
        self.previous = first_previous(uuid.UUID(self.device).bytes, parent)

    def take_event(self, record: dict[str, Any]) -> None:
        """Compute the chain over the next event; after a break it goes on from what is written."""
        seq, event = record["seq"], record["event"].encode()
        place = uuid.UUID(self.device).bytes + bytes.fromhex(self.inc) + seq.to_bytes(8, "big")
        digest = hashlib.sha256(b"motcua-ev-1" + place + self.previous + event).hexdigest()
        if seq != self.last[self.inc] + 1 or json.loads(event)["i"] != seq or digest != record["digest"]:
            self.faults.append(f"đời máy {self.inc} sự kiện {seq} bị sửa, thiếu hoặc sai chỗ")
        self.heads[self.inc, seq], self.last[self.inc] = record["digest"], seq
        self.previous = bytes.fromhex(record["digest"])

    def take_receipt(self, statement: dict[str, str]) -> None:
        """Check a receipt: signed by the province, for this device, for a head that is here."""
        said = json.loads(statement["body"])
        name = f"giấy nhận số {said['number']} (đời máy {said['inc']} sự kiện {said['seq']})"
        self.receipts += 1
        if self.key and not signed(self.key, RECEIPT + statement["body"].encode(), base64.b64decode(statement["sig"])):
            self.faults.append(f"{name} không có chữ ký của tỉnh")
        if said["device"] != self.device or self.heads.get((said["inc"], said["seq"])) != said["digest"]:
            self.faults.append(f"{name} không khớp sổ cái này")
        self.acknowledged[said["inc"]] = max(said["seq"], self.acknowledged.get(said["inc"], 0))


def main(path: Path, key: Path) -> int:
    """Say the head of every life and how far it is acknowledged, and what does not hold; 1 when something does not."""
    public = read_key(key) if key.exists() else None
    ledger = Ledger(public)
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                ledger.take(json.loads(line))
            except (ValueError, KeyError, TypeError):
                ledger.faults.append(f"dòng {number} không đọc được")
    for words in ledger.faults:
        print("SAI:", words)
    for inc, last in ledger.last.items():
        told = ledger.acknowledged.get(inc, 0)
        print(f"Đời máy {inc}: {last} sự kiện, mã băm cuối {ledger.heads.get((inc, last), '-')}, tỉnh xác nhận đến sự kiện {told}.")
    known = (
        f"khóa {hashlib.sha256(public).hexdigest()[:16]}, so với khóa tỉnh công bố"
        if public
        else "CHƯA kiểm tra chữ ký: không có khóa"
    )
    print(f"{ledger.receipts} giấy nhận ({known}). {'Có chỗ sai.' if ledger.faults else 'Sổ cái đúng.'}")
    return 1 if ledger.faults else 0


if __name__ == "__main__":
    given = [Path(name) for name in sys.argv[1:3]]
    here = Path(__file__).parent
    sys.exit(main(*given, *(here / LEDGER, here / KEY)[len(given) :]))
