"""A segment: events of one life in a row, exactly as stored, compressed once and signed once. Pure.

Bytes: zstd of lines; the first is the heading (JSON), each other one event. The chain is not sent: it follows from the bytes, and
the one signature over mark ‖ device ‖ inc ‖ first ‖ count ‖ previous digest ‖ head digest covers every event through it.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta

from appliance.chain import digest_of
from appliance.errors import Refused
from appliance.events import EVENT_BYTES_MAX, decode

MARK = b"motcua-seg-1"
EVENTS_MAX = 5_000
WIRE_BYTES_MAX = 1024 * 1024
BYTES_MAX = 8 * 1024 * 1024
LEVEL = 19
FINE = {"min_match": 4, "target_length": 999, "strategy": zstandard.STRATEGY_BTULTRA2}  # In base64 a match of three is chance.
LARGE_BYTES, LARGE_LEVEL = 1024 * 1024, 12  # Level 19 would take seconds, in which a 3G line carries far more than it saves.


class Heading(msgspec.Struct, frozen=True):
    """The first line: the life in hex, the number of the first event, how many, the digests around them, the signature."""

    inc: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    first: Annotated[int, Meta(ge=1, lt=2**62)]
    count: Annotated[int, Meta(ge=1, le=EVENTS_MAX)]
    previous: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    head: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    sig: Annotated[str, Meta(max_length=100)]


@dataclass(frozen=True)
class Segment:
    """Events `first` … `last` of a life; `digests` are the chain's, one an event, after `previous`."""

    device: bytes
    inc: bytes
    first: int
    previous: bytes
    events: tuple[bytes, ...]
    digests: tuple[bytes, ...]

    @property
    def last(self) -> int:
        """Give the number of the last event."""
        return self.first + len(self.events) - 1

    def digest_at(self, seq: int) -> bytes:
        """Give the chain's digest at `seq`, from just before the first event to the last."""
        return self.previous if seq == self.first - 1 else self.digests[seq - self.first]

    def after(self, seq: int) -> list[tuple[int, bytes, bytes]]:
        """List (seq, digest, bytes) of the events after `seq`."""
        links = zip(range(self.first, self.last + 1), self.digests, self.events, strict=True)
        return [link for link in links if link[0] > seq]


def link(device: bytes, inc: bytes, first: int, previous: bytes, events: Sequence[bytes]) -> Segment:
    """Work out the chain over events that follow each other."""
    digests, last = [], previous
    for seq, event in enumerate(events, start=first):
        last = digest_of(device, inc, seq, last, event)
        digests.append(last)
    return Segment(device, inc, first, previous, tuple(events), tuple(digests))


def fitting(events: Iterable[bytes]) -> list[bytes]:
    """Take from the front as many events as one segment may hold before compression."""
    taken: list[bytes] = []
    room = BYTES_MAX - 1024  # Of which the heading takes a part.
    for event in events:
        room -= len(event) + 1
        if room < 0 or len(taken) == EVENTS_MAX:
            break
        taken.append(event)
    return taken


def pack(segment: Segment, key: Ed25519PrivateKey) -> bytes:
    """Sign and compress; may come out above WIRE_BYTES_MAX, then `halved` is sent instead."""
    sig = base64.b64encode(key.sign(signed_bytes(segment))).decode()
    heading = Heading(segment.inc.hex(), segment.first, len(segment.events), segment.previous.hex(), segment.digests[-1].hex(), sig)
    lines = b"\n".join((msgspec.json.encode(heading), *segment.events))
    if len(lines) > LARGE_BYTES:
        return zstandard.ZstdCompressor(level=LARGE_LEVEL).compress(lines)
    fine = zstandard.ZstdCompressionParameters.from_level(LEVEL, source_size=len(lines), **FINE)
    return zstandard.ZstdCompressor(compression_params=fine).compress(lines)


def halved(segment: Segment) -> Segment:
    """Give the first half of a segment."""
    half = (len(segment.events) + 1) // 2
    return link(segment.device, segment.inc, segment.first, segment.previous, segment.events[:half])


def unpack(data: bytes, device: bytes, key: Ed25519PublicKey) -> Segment:
    """Read a segment of this device: bounds, chain, signature, and the envelope of each event.

    Raises Refused: segment_too_big, segment_malformed, segment_chain_broken, segment_signature_wrong.
    """
    if len(data) > WIRE_BYTES_MAX:
        raise Refused("segment_too_big", size=len(data), limit=WIRE_BYTES_MAX)
    heading_line, *events = _decompressed(data).split(b"\n", EVENTS_MAX + 1)
    heading = _heading(heading_line)
    if heading.count != len(events):
        raise Refused("segment_malformed")
    segment = link(device, bytes.fromhex(heading.inc), heading.first, bytes.fromhex(heading.previous), events)
    if segment.digests[-1].hex() != heading.head:
        raise Refused("segment_chain_broken", first=heading.first)
    _check_signature(segment, heading, key)
    _check_envelopes(segment)
    return segment


def signed_bytes(segment: Segment) -> bytes:
    """Give what the signature of a segment covers."""
    numbers = segment.first.to_bytes(8, "big") + len(segment.events).to_bytes(8, "big")
    return MARK + segment.device + segment.inc + numbers + segment.previous + segment.digests[-1]


def _decompressed(data: bytes) -> bytes:
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=BYTES_MAX).stream_reader(data)
        plain = reader.read(BYTES_MAX + 1)
    except zstandard.ZstdError:
        raise Refused("segment_malformed") from None
    if len(plain) > BYTES_MAX:
        raise Refused("segment_too_big", size=len(plain), limit=BYTES_MAX)
    return plain


def _heading(line: bytes) -> Heading:
    try:
        return msgspec.json.decode(line, type=Heading)
    except msgspec.DecodeError:
        raise Refused("segment_malformed") from None


def _check_signature(segment: Segment, heading: Heading, key: Ed25519PublicKey) -> None:
    try:
        key.verify(base64.b64decode(heading.sig, validate=True), signed_bytes(segment))
    except (InvalidSignature, ValueError):
        raise Refused("segment_signature_wrong", first=heading.first) from None


def _check_envelopes(segment: Segment) -> None:
    """Check what every event of every version has: it decodes, it is bounded, and its number is its place."""
    for seq, event in enumerate(segment.events, start=segment.first):
        try:
            fits = len(event) <= EVENT_BYTES_MAX and decode(event).i == seq
        except msgspec.DecodeError:
            fits = False
        if not fits:
            raise Refused("segment_malformed", seq=seq)
