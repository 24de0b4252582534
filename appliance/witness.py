"""The head witness: a small file outside the database that remembers how far the ledger had come.

A database that stands behind its witness was rolled back (an old copy, a lying disk): the box then opens a new incarnation
before its first write, and needs no network to know it. The witness only ever moves forward.

Two places of one size are written in turn, over what lies there: a full disk has room for that, and a cut leaves one whole.
"""

import fcntl
import os
from pathlib import Path

import msgspec

from appliance.chain import Head
from appliance.durable import write_durably

PLACE_BYTES = 4096  # A block of the disk: both places are never in one write.
PLACES = 2


class Witness(msgspec.Struct, frozen=True):
    """What a place holds: ordinal of the incarnation, and its head in hex."""

    inc_no: int
    inc: str
    seq: int
    digest: str

    @property
    def order(self) -> tuple[int, int]:
        """Give by what one is newer than another."""
        return self.inc_no, self.seq


def read(path: Path) -> Witness | None:
    """Give what was witnessed, or None on a new box. A file without a whole place raises msgspec.DecodeError."""
    try:
        places = _places(path)
    except FileNotFoundError:
        return None
    if not any(places):
        raise msgspec.DecodeError("no place of the witness is whole")
    return max(filter(None, places), key=lambda one: one.order)


def _places(path: Path) -> list[Witness | None]:
    """Decode each place; None for one that is torn, or not there yet."""
    data = path.read_bytes()
    return [_decoded(data[at : at + PLACE_BYTES]) for at in range(0, PLACES * PLACE_BYTES, PLACE_BYTES)]


def _decoded(place: bytes) -> Witness | None:
    try:
        return msgspec.json.decode(place, type=Witness)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def move(path: Path, inc_no: int, head: Head) -> None:
    """Write the new head durably, unless the file already stands further (two processes write it)."""
    new = Witness(inc_no, head.inc.hex(), head.seq, head.digest.hex())
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        seen = read(path)
        if seen is None or seen.order < new.order:
            _write(path, new)
    finally:
        os.close(lock)


def _write(path: Path, new: Witness) -> None:
    data = msgspec.json.encode(new).ljust(PLACE_BYTES)
    if not path.exists() or path.stat().st_size != PLACES * PLACE_BYTES:
        write_durably(path, data * PLACES)
        return
    orders = [one.order if one else (0, 0) for one in _places(path)]
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, data, orders.index(min(orders)) * PLACE_BYTES)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_behind(inc_no: int, head: Head, seen: Witness | None) -> bool:
    """Say whether a ledger that ends at `head` has lost what the witness saw."""
    return seen is not None and (inc_no, head.seq) < seen.order
