"""Kiểm tra một hồ sơ xuất thành thư mục: python3 kiem-tra.py [THƯ MỤC]. Standard library only; a copy lies in every such folder.

Checks that every event carries the digest it was stored under and that every file has the bytes its event names. Whether the
events are all there is only shown by the whole ledger or by the province's receipts.
"""

import hashlib
import json
import sys
import uuid
from pathlib import Path

MARK = b"motcua-ev-1"


def faults(folder: Path) -> list[str]:
    """List what does not hold, in words; empty when everything does."""
    found: list[str] = []
    named: dict[str, int] = {}
    for line in (folder / "su-kien.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        event = json.loads(one["event"])
        head = MARK + uuid.UUID(one["device"]).bytes + bytes.fromhex(one["inc"]) + one["seq"].to_bytes(8, "big")
        digest = hashlib.sha256(head + bytes.fromhex(one["previous"]) + one["event"].encode()).hexdigest()
        if digest != one["digest"] or event["i"] != one["seq"]:
            found.append(f"sự kiện {one['seq']} bị sửa")
        named |= {file["s"]: one["seq"] for file in event.get("x", [])}
    lying = json.loads((folder / "tep.json").read_text(encoding="utf-8"))
    for digest, seq in named.items():
        if digest not in lying:
            found.append(f"thiếu tệp {digest[:12]} của sự kiện {seq}")
    for digest, path in lying.items():
        file = folder / path
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            found.append(f"tệp {path} thiếu hoặc bị sửa")
        elif digest not in named:
            found.append(f"tệp {path} không sự kiện nào nêu")
    return found


def main(folder: Path) -> int:
    """Say what was checked and what does not hold; 1 when something does not."""
    found = faults(folder)
    for words in found:
        print("SAI:", words)
    events = (folder / "su-kien.jsonl").read_text(encoding="utf-8").splitlines()
    files = json.loads((folder / "tep.json").read_text(encoding="utf-8"))
    print(f"Đã kiểm tra {len(events)} sự kiện, {len(files)} tệp: {'có chỗ sai' if found else 'đúng cả'}.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))
