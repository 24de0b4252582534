"""The chain of digests over the events of one incarnation. Pure; docs/ledger.md has the test vectors.

digest = SHA-256("motcua-ev-1" ‖ device(16) ‖ inc(8) ‖ seq(8, big endian) ‖ previous digest(32) ‖ event bytes).
Device and incarnation are inside, so a chain cannot be transplanted to another box or another life of the same box.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

EVENT_MARK = b"motcua-ev-1"
LIFE_MARK = b"motcua-inc-1"
NO_DIGEST = bytes(32)


@dataclass(frozen=True)
class Head:
    """Where a chain ends: incarnation (8 bytes), number of its last event (0 for none), digest (32 bytes)."""

    inc: bytes
    seq: int
    digest: bytes


@dataclass(frozen=True)
class Break:
    """The first place where a chain does not hold, and why: `gap` or `digest`."""

    seq: int
    why: str


def digest_of(device: bytes, inc: bytes, seq: int, previous: bytes, event: bytes) -> bytes:
    """Give the 32-byte digest of the chain up to and with this event."""
    return hashlib.sha256(EVENT_MARK + device + inc + seq.to_bytes(8, "big") + previous + event).digest()


def first_previous(device: bytes, parent: Head | None) -> bytes:
    """Give what the first event of an incarnation follows: a hash over the parent's head, or over nothing at enrolment."""
    parent = parent or Head(bytes(8), 0, NO_DIGEST)
    return hashlib.sha256(LIFE_MARK + device + parent.inc + parent.seq.to_bytes(8, "big") + parent.digest).digest()


def first_break(device: bytes, inc: bytes, start: bytes, links: Iterable[tuple[int, bytes, bytes]]) -> Break | None:
    """Walk (seq, digest, event bytes) from the incarnation's first event; give the first break or None."""
    previous, expected = start, 1
    for seq, digest, event in links:
        if seq != expected:
            return Break(expected, "gap")
        previous = digest_of(device, inc, seq, previous, event)
        if previous != digest:
            return Break(seq, "digest")
        expected += 1
    return None


def misfits(device: bytes, inc: bytes, start: bytes, links: Iterable[tuple[int, bytes, bytes]]) -> Iterator[int]:
    """Name every event whose bytes do not give its digest after the digest stored before it; one damaged event is one finding."""
    previous = start
    for seq, digest, event in links:
        if digest_of(device, inc, seq, previous, event) != digest:
            yield seq
        previous = digest
