"""Check a ledger dump without any of our code: python3 verify_ledger.py DUMP.jsonl. Standard library only."""

import hashlib
import json
import sys
import uuid
from pathlib import Path


def first_previous(device: bytes, parent: dict | None) -> bytes:
    """Give what the first event of an incarnation follows."""
    inc, seq, digest = (
        (bytes(8), 0, bytes(32))
        if parent is None
        else (bytes.fromhex(parent["inc"]), parent["seq"], bytes.fromhex(parent["digest"]))
    )
    return hashlib.sha256(b"motcua-inc-1" + device + inc + seq.to_bytes(8, "big") + digest).digest()


def main(path: str) -> int:
    """Print the head of every incarnation, or the first place where the chain does not hold."""
    device, inc, previous, expected = b"", b"", b"", 1
    heads: dict[tuple[str, int], str] = {}
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if "inc" in record:
            device, inc = uuid.UUID(record["device"]).bytes, bytes.fromhex(record["inc"])
            parent, expected = record["parent"], 1
            if parent and parent["seq"] and heads.get((parent["inc"], parent["seq"])) != parent["digest"]:
                return print(f"BROKEN: incarnation {inc.hex()} does not follow its parent") or 1
            previous = first_previous(device, parent)
            continue
        seq, event = record["seq"], record["event"].encode()
        previous = hashlib.sha256(b"motcua-ev-1" + device + inc + seq.to_bytes(8, "big") + previous + event).digest()
        if seq != expected or json.loads(event)["i"] != seq or previous.hex() != record["digest"]:
            return print(f"BROKEN: incarnation {inc.hex()} event {seq}") or 1
        heads[inc.hex(), seq], expected = previous.hex(), expected + 1
    for (life, seq), digest in heads.items():
        if (life, seq + 1) not in heads:
            print(f"holds: incarnation {life} seq {seq} digest {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
