"""An office's day over each kind of line: officers work on while the line is what it is; afterwards everything has come, once."""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance import ledger
from appliance.events import decode
from line_emulator import Road, line
from line_packets import BLACK_HOLE, BROADBAND, PROFILES, Profile
from real_ends import real_ends
from real_world import RealWorld
from simulation import office
from sync import progress

ACTS = 40
EVERY_S = 1.5
HOLE_FROM_S, HOLE_S = 15.0, 60.0
REST_S = 600.0
KINDS = (office.accept, office.act, office.accept, office.act, office.office, office.act, office.newer, office.accept, office.erase)
HEADING = (
    "",
    "| line | acts | slowest act (ms) | events | MB of files | acknowledged after (s: median, worst) | all there after the day (s) "
    "| bytes up over content | packets lost or swallowed | lost | doubled |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
)


@dataclass
class Watch:
    """When each event was recorded, and when its receipt was there."""

    world: RealWorld
    recorded: dict[int, float]
    acknowledged: dict[int, float]

    def look(self) -> None:
        """Note what is acknowledged by now."""
        life, now = ledger.incarnation(self.world.box.db), time.monotonic()
        last = progress.acknowledged(self.world.box.db, life.inc)
        for seq in self.recorded:
            if seq <= last:
                self.acknowledged.setdefault(seq, now)

    @property
    def waits(self) -> list[float]:
        """Give how long each event waited for its receipt."""
        return [self.acknowledged[seq] - at for seq, at in self.recorded.items()]


@contextmanager
def office_over(profile: Profile) -> Iterator[tuple[RealWorld, Road]]:
    """Have an office with its agent running over a line. Raises NoNamespaces."""
    start = BROADBAND if profile is BLACK_HOLE else profile
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="l")))
        road = stack.enter_context(line(start))
        ends = stack.enter_context(real_ends(folder / "d", road.near, road.far))
        world = RealWorld(ends, folder / "world")
        stack.callback(world.close)
        ends.agent.start()
        yield world, road


def day(profile: Profile) -> str:
    """Live through a day over one line; gives its row. Raises simulation.world.Broken, AssertionError."""
    with office_over(profile) as (world, road):
        road.become(BROADBAND if profile is BLACK_HOLE else profile)  # A flapping line begins with its good part now.
        before, began = road.counts(), time.monotonic()
        hole = threading.Thread(target=_fall_into_a_hole, args=(road, began)) if profile is BLACK_HOLE else None
        if hole:
            hole.start()
        watch = Watch(world, {}, {})
        slowest = work(world, watch, began)
        ended = time.monotonic()
        if hole:
            hole.join()
        _rest(world, watch)
        took = time.monotonic() - ended
        carried = {way: {name: n - before[way][name] for name, n in told.items()} for way, told in road.counts().items()}
        world.hold()
        return row(profile, world, watch, slowest, took, carried)


def work(world: RealWorld, watch: Watch, began: float) -> float:
    """Do a day's acts, one after the other whatever the line does; gives how long the slowest took."""
    slowest = 0.0
    for number in range(ACTS):
        while time.monotonic() < began + number * EVERY_S:
            watch.look()
            time.sleep(0.05)
        started = time.monotonic()
        world.does(KINDS[number % len(KINDS)])
        slowest = max(slowest, time.monotonic() - started)
        last = ledger.head(world.box.db).seq
        watch.recorded |= {seq: started for seq in range(1, last + 1) if seq not in watch.recorded}
    return slowest


def _fall_into_a_hole(road: Road, began: float) -> None:
    time.sleep(max(0.0, began + HOLE_FROM_S - time.monotonic()))
    road.become(BLACK_HOLE)
    time.sleep(HOLE_S)
    road.become(BROADBAND)


def _rest(world: RealWorld, watch: Watch) -> None:
    until = time.monotonic() + REST_S
    while world.unrest() and time.monotonic() < until:
        watch.look()
        time.sleep(0.1)
    world.rest(1.0)
    watch.look()


def row(profile: Profile, world: RealWorld, watch: Watch, slowest: float, took: float, carried: dict) -> str:
    """Say what was seen of a day."""
    content, file_bytes, events = sizes(world)
    lost, doubled = lost_and_doubled(world)
    assert (lost, doubled) == (0, 0)
    waits, gone = watch.waits, sum(told[name] for told in carried.values() for name in ("lost", "overflowed", "swallowed"))
    return (
        f"| {profile.name} | {ACTS} | {slowest * 1000:.0f} | {events} | {file_bytes / 1e6:.2f} "
        f"| {statistics.median(waits):.1f}, {max(waits):.1f} | {took:.0f} | {carried['up']['carried'] / content:.2f} "
        f"| {gone} | {lost} | {doubled} |"
    )


def sizes(world: RealWorld) -> tuple[int, int, int]:
    """Give bytes of events and files together, bytes of files, number of events."""
    stored = [bytes(row[0]) for row in world.box.db.conn.execute("SELECT bytes FROM event").fetchall()]
    named = {file.s: file.n for data in stored for file in decode(data).x}
    return sum(map(len, stored)) + sum(named.values()), sum(named.values()), len(stored)


def lost_and_doubled(world: RealWorld) -> tuple[int, int]:
    """Count events of the box that the province has not, and those it holds beyond the box's."""
    ours = world.box.db.conn.execute("SELECT hex(inc), seq, hex(digest) FROM event").fetchall()
    theirs = world.province.db.conn.execute("SELECT hex(inc), seq, hex(digest) FROM ledger").fetchall()
    return len(set(ours) - set(theirs)), len(theirs) - len(set(ours) & set(theirs))


def days(names: list[str]) -> list[str]:
    """Live through a day over each line; gives the table."""
    return [*HEADING, *(day(PROFILES[name]) for name in names)]
