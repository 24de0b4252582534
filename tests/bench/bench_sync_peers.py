"""The same events over the same bad line, alternating in one run: ours, one POST an event, and NATS JetStream as a replicator.

Ours is the whole of it: agent, keys, TLS with client certificates, signature, chain, fold, receipt. One POST an event is ours with
segments of a single event. NATS carries the same bytes from a leaf to a hub (nats_pair.py), both stores as durable as ours, without
TLS, signature, chain, receipt, keys or rows, and is already connected when its time begins. It was chosen because it can be run as
it is meant to be: one maintained binary that stores and forwards an append-only stream over a line that comes and goes. CouchDB is
not packaged for Debian and replicates documents, which have no order; morango replicates the models of Django.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from far_end import emulated_or_said, far_province, timed_round
from figures import figure, spread
from nats_pair import Pair, nats_pair
from outbox import fresh, live, sealed_bytes, stored

from appliance import ledger
from line_emulator import Road, line
from line_packets import THIRD_GENERATION
from sync import segments, sender
from wire_room import Commune, Room

ROUNDS, DOSSIERS, SINGLE = 2, 200, 20  # SINGLE: events sent one by one; a second each would be too long for all.
QUIET_S = 1.0  # After it what was acknowledged late is counted too.


@emulated_or_said
def run() -> Iterator[dict]:
    """Give what each takes an event, in time and in bytes on the wire, and ours over theirs."""
    with (
        tempfile.TemporaryDirectory() as folder,
        line(THIRD_GENERATION) as road,
        far_province(road, Path(folder)) as room,
        nats_pair(road, Path(folder)) as pair,
    ):
        rounds = [one_round(road, room, pair, Path(folder), number) for number in range(ROUNDS)]
    ours, single, theirs = ([one[way] for one in rounds] for way in ("ours", "single", "nats"))
    yield from times(ours, single, theirs)
    yield from sizes(ours, single, theirs)


def times(ours: list, single: list, theirs: list) -> Iterator[dict]:
    """Give ours over theirs in time, an event each."""
    seconds = [[1000 * one[0] for one in way] for way in (ours, single, theirs)]
    note = f"ms an event: ours {spread(seconds[0])}, one POST each {spread(seconds[1])}, NATS {spread(seconds[2])}"
    against = [[a / b for a, b in zip(seconds[0], other, strict=True)] for other in seconds[1:]]
    yield figure("sync_time_over_one_post_an_event_3g", against[0], "times", "lower", note, limit=0.05)
    yield figure("sync_time_over_nats_3g", against[1], "times", "lower", note, limit=1.0)


def sizes(ours: list, single: list, theirs: list) -> Iterator[dict]:
    """Give ours over theirs in bytes besides the sealed parts, an event each: packets up with all that is in them."""
    size = [[one[1] for one in way] for way in (ours, single, theirs)]
    note = f"bytes an event besides sealed: ours {spread(size[0])}, one POST each {spread(size[1])}, NATS {spread(size[2])}"
    against = [[a / b for a, b in zip(size[0], other, strict=True)] for other in size[1:]]
    yield figure("sync_bytes_over_one_post_an_event_3g", against[0], "times", "lower", note, limit=0.1)
    yield figure("sync_bytes_over_nats_3g", against[1], "times", "lower", note, limit=1.0)


def one_round(road: Road, room: Room, pair: Pair, folder: Path, number: int) -> dict[str, tuple[float, float]]:
    """Give seconds and bytes besides sealed ones, each for an event, of all three."""
    first, second = (fresh(room, folder, 2 * number + n) for n in range(2))
    live(first, DOSSIERS, seed=number)
    live(second, 1 + SINGLE // 10, seed=number)
    events, stream = stored(first), f"events-{number}"
    pair.keep(stream, events)
    return {
        "ours": for_each(road, events, lambda: timed_round(first, road)),
        "single": for_each(road, stored(second)[:SINGLE], lambda: one_by_one(second, road)),
        "nats": for_each(road, events, lambda: pair.carry(stream, len(events))),
    }


def for_each(road: Road, events: list[bytes], carried) -> tuple[float, float]:  # noqa: ANN001
    """Carry events; give seconds and bytes up besides sealed ones, each for an event."""
    before = road.counts()["up"]["carried"]
    took = carried()
    time.sleep(QUIET_S)
    sent = road.counts()["up"]["carried"] - before
    return took / len(events), (sent - sealed_bytes(events)) / len(events)


def one_by_one(box: Commune, road: Road) -> float:
    """Send the first events of a box each in a segment of its own, hello and keys before; gives seconds."""
    life = ledger.incarnation(box.box.db)
    with road.near.entered(), single_events():
        began = time.perf_counter()
        sender.say_hello(box.sender, life)
        sender.send_keys(box.sender)
        for segment, last in sender.packed_after(box.sender, life, 0):
            box.sender.wire.segment(segment)
            if last == SINGLE:
                break
        took = time.perf_counter() - began
        box.line.pool.clear()
    return took


@contextmanager
def single_events() -> Iterator[None]:
    """Have segments of one event inside the block."""
    whole, segments.EVENTS_MAX = segments.EVENTS_MAX, 1
    try:
        yield
    finally:
        segments.EVENTS_MAX = whole
