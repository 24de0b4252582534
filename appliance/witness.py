"""The head witness: a small file outside the database that remembers how far the ledger had come.

A database that stands behind its witness was rolled back (an old copy, a lying disk): the box then opens a new incarnation
before its first write, and needs no network to know it. The witness only ever moves forward.
"""

import fcntl
import os
from pathlib import Path

import msgspec

from appliance.chain import Head
from appliance.durable import write_durably


class Witness(msgspec.Struct, frozen=True):
    """What the file holds: ordinal of the incarnation, and its head in hex."""

    inc_no: int
    inc: str
    seq: int
    digest: str


def read(path: Path) -> Witness | None:
    """Give what was witnessed, or None on a new box. A torn or foreign file raises msgspec.DecodeError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Witness)
    except FileNotFoundError:
        return None


def move(path: Path, inc_no: int, head: Head) -> None:
    """Write the new head durably, unless the file already stands further (two processes write it)."""
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        seen = read(path)
        if seen is None or (seen.inc_no, seen.seq) < (inc_no, head.seq):
            write_durably(path, msgspec.json.encode(Witness(inc_no, head.inc.hex(), head.seq, head.digest.hex())))
    finally:
        os.close(lock)


def is_behind(inc_no: int, head: Head, seen: Witness | None) -> bool:
    """Say whether a ledger that ends at `head` has lost what the witness saw."""
    return seen is not None and (inc_no, head.seq) < (seen.inc_no, seen.seq)
