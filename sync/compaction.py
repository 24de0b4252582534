"""Which records of a feed still stand, and the record that takes the place of the others. Pure.

A record falls when a later one says the same thing anew; whatever this module does not know stands. The record that takes the place
of those that fell names every one that stands by number and digest, so that none can be left out unsaid.
"""

import base64
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import msgspec

from appliance import trust
from appliance.errors import Refused
from sync.protocol import Digest, Seq
from sync.publications import PUBLISHED
from sync.statements import Record
from sync.told import BODIES as TOLD

COMPACTED = "feed.compacted"
FILING = "filing.stated"
STANDS_MAX = 10_000  # Records that one list may name: 0.8 MB of it.
Place = tuple[Any, Any]  # what a record is about, and its rank among those about the same: the highest stands


class Stands(msgspec.Struct, frozen=True):
    """The body of `feed.compacted`: number and digest of each record before it that stands, in order."""

    stands: tuple[tuple[Seq, Digest], ...]

    def next_after(self, position: int) -> tuple[int, str] | None:
        """Give the first record that stands after a position; None when all are behind it."""
        return next((one for one in self.stands if one[0] > position), None)


def read(record: Record) -> Stands:
    """Read the body of a `feed.compacted`. Raises Refused `feed_false` where it names nothing in order, or what comes after it."""
    try:
        found = msgspec.convert(record.d, Stands)
    except msgspec.ValidationError:
        raise Refused("feed_false", position=record.n) from None
    numbers = [0, *(n for n, _ in found.stands), record.n]
    if any(before >= after for before, after in zip(numbers, numbers[1:], strict=False)):
        raise Refused("feed_false", position=record.n)
    return found


def standing(records: Iterable[Record], filed: Collection[str] = ()) -> set[int]:
    """Give the numbers of the records that stand. An earlier list of them never does: the next takes its place.

    `filed`: codes of the online dossiers that the box has made of what its feed said; nothing of those stands.
    """
    newest: dict[Any, tuple[Any, int]] = {}
    alone = set()
    for record in (one for one in records if one.t != COMPACTED):
        try:
            about, rank = PLACES[record.t](record)
        except (KeyError, TypeError, ValueError, Refused):  # A kind nobody here knows, or a body that cannot be read.
            alone.add(record.n)
            continue
        newest[record.t, about] = max(newest.get((record.t, about), ((), 0)), (rank, record.n))
    for code in filed:
        newest.pop((FILING, (code,)), None)
    return alone | {n for _, n in newest.values()}


def _crl(record: Record) -> Place:
    """The newest list of an issuer stands; of two issued at once the first, as `trust.keep_crl` keeps it."""
    der = base64.b64decode(_body(record).der)
    return trust.crl_issuer(der), (trust.crl_times(der)[0], -record.n)


def _newest(*fields: str) -> Callable[[Record], Place]:
    def place(record: Record) -> Place:
        said = _body(record)
        return tuple(getattr(said, name) for name in fields), (record.n,)

    return place


def _body(record: Record) -> Any:
    """Read a body as a box does: what has no effect there takes no other's place here. Raises ValueError."""
    return msgspec.convert(record.d, BODIES[record.t])


BODIES: Mapping[str, type[Any]] = {**TOLD, **PUBLISHED}
PLACES: Mapping[str, Callable[[Record], Place]] = {
    "crl.published": _crl,
    "time.signed": lambda record: ((), (_body(record).at, record.n)),
    "catalogue.noticed": _newest("digest"),
    "calendar.day_announced": _newest("day"),
    "catalogue.published": _newest("digest"),
    "processes.published": _newest("source"),
    "trust.published": _newest(),
    "software.noticed": _newest("version"),
    "account.stated": _newest("officer"),
    "decision.stated": _newest("decision"),
    "revocation.stated": _newest("what", "id"),
    FILING: _newest("code"),
    "unit.known": _newest("unit"),
}
