"""Do both sides hold the same? Recomputes digests from stored bytes here, asks for the same there, and names each difference.

Trusts no table of either side: events and files are read again, byte by byte. Changes nothing.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from appliance import chain, files, ledger
from appliance.box import Box, open_box
from appliance.config import Home
from appliance.errors import Refused
from appliance.ledger import Incarnation
from sync import progress, tables
from sync.protocol import InventoryLife
from sync.wire import Wire, open_wire

PAGES_MAX = 10_000


class Difference(StrEnum):
    """What can be found; equal things are only counted."""

    EVENT_DAMAGED_HERE = "event_damaged_here"
    EVENT_DAMAGED_THERE = "event_damaged_there"
    EVENT_DIFFERS = "event_differs"  # Both chains hold by themselves: a fork.
    EVENT_MISSING_HERE = "event_missing_here"
    EVENT_NOT_SENT = "event_not_sent"
    FILE_DAMAGED_HERE = "file_damaged_here"
    FILE_DAMAGED_THERE = "file_damaged_there"
    FILE_MISSING_HERE = "file_missing_here"
    FILE_MISSING_THERE = "file_missing_there"
    FILE_NOT_SENT = "file_not_sent"


WAITING = frozenset({Difference.EVENT_NOT_SENT, Difference.FILE_NOT_SENT})


@dataclass(frozen=True)
class Found:
    """One difference: what, in which life and event (incarnation, seq) or which file (digest)."""

    what: Difference
    about: str


@dataclass(frozen=True)
class Event:
    """An event as one side has it: SHA-256 of its bytes, and whether they fit into the chain."""

    digest: str
    fits: bool


@dataclass(frozen=True)
class Comparison:
    """What came of comparing: how much is equal, the heads of both sides by life, and every difference."""

    events_equal: int
    files_equal: int
    heads: tuple[tuple[str, str, str], ...]  # incarnation, our "seq digest", the province's
    found: tuple[Found, ...]

    @property
    def equal(self) -> bool:
        """Whether both sides hold the same, but for what was not sent yet."""
        return all(found.what in WAITING for found in self.found)


def compare(home: Home) -> Comparison:
    """Compare a box with its province. Raises LineDown and what the province refuses."""
    box = open_box(home)
    tables.prepare(home)
    try:
        return compare_box(box, open_wire(home))
    finally:
        box.close()


def compare_box(box: Box, wire: Wire) -> Comparison:
    """Compare an open box over a line."""
    found: list[Found] = []
    events_equal, heads = 0, []
    for life in ledger.incarnations(box.db):
        equal, head, differences = _compare_life(box, wire, life)
        events_equal += equal
        heads.append(head)
        found += differences
    files_equal, differences = _compare_files(box, wire)
    return Comparison(events_equal, files_equal, tuple(heads), (*found, *differences))


def _compare_life(box: Box, wire: Wire, life: Incarnation) -> tuple[int, tuple[str, str, str], list[Found]]:
    name = life.inc.hex()
    ours, head = _life_here(box, life), ledger.head(box.db, life.inc)
    theirs, head_there = _life_there(wire, name)
    pairs = list(enumerate(zip_longest(ours, theirs), start=1))
    found = [Found(what, f"{name} {seq}") for seq, (here, there) in pairs if (what := _event_difference(here, there))]
    return len(pairs) - len(found), (name, f"{head.seq} {head.digest.hex()}", head_there), found


def _event_difference(here: Event | None, there: Event | None) -> Difference | None:
    if there is None:
        return Difference.EVENT_NOT_SENT
    if here is None:
        return Difference.EVENT_MISSING_HERE
    if not here.fits:
        return Difference.EVENT_DAMAGED_HERE
    if not there.fits:
        return Difference.EVENT_DAMAGED_THERE
    return None if here == there else Difference.EVENT_DIFFERS


def _life_here(box: Box, life: Incarnation) -> list[Event]:
    links = list(ledger.stored(box.db, life.inc))
    broken = set(chain.misfits(box.device_bytes, life.inc, chain.first_previous(box.device_bytes, life.parent), links))
    return [Event(hashlib.sha256(data).hexdigest(), seq not in broken) for seq, _, data in links]


def _life_there(wire: Wire, inc: str) -> tuple[list[Event], str]:
    events: list[Event] = []
    for _ in range(PAGES_MAX):
        page = _page(wire, inc, len(events))
        if page is None:
            return [], ""
        events += [Event(digest, seq not in page.broken) for seq, digest in enumerate(page.events, start=len(events) + 1)]
        if not page.events or len(events) >= page.head.seq:
            return events, f"{page.head.seq} {page.head.digest}"
    raise Refused("line_foreign")


def _page(wire: Wire, inc: str, after: int) -> InventoryLife | None:
    try:
        return wire.inventory(inc, after)
    except Refused as refused:
        if refused.code == "life_unknown":
            return None  # Nothing of this life was sent yet.
        raise


def _compare_files(box: Box, wire: Wire) -> tuple[int, list[Found]]:
    theirs, waiting = dict(_files_there(wire)), progress.files_waiting(box.db)
    ours = {row[0] for row in box.db.conn.execute("SELECT DISTINCT digest FROM dossier_file")}
    found, equal = [], 0
    for digest in sorted(ours | theirs.keys()):
        here, there = files.found(box.home, digest), theirs.get(digest, "")
        differences = [*_here(digest, here), *_there(digest, there, digest in waiting)]
        found += [Found(what, digest) for what in differences]
        equal += not differences
    return equal, found


def _here(digest: str, here: str) -> list[Difference]:
    if here == digest:
        return []
    return [Difference.FILE_DAMAGED_HERE if here else Difference.FILE_MISSING_HERE]


def _there(digest: str, there: str, waiting: bool) -> list[Difference]:
    if there == digest:
        return []
    if there:
        return [Difference.FILE_DAMAGED_THERE]
    return [Difference.FILE_NOT_SENT if waiting else Difference.FILE_MISSING_THERE]


def _files_there(wire: Wire) -> Iterator[tuple[str, str]]:
    after = ""
    for _ in range(PAGES_MAX):
        page = wire.inventory_files(after)
        yield from ((file.digest, file.found) for file in page.files)
        if not page.more or not page.files:
            return
        after = page.files[-1].digest
