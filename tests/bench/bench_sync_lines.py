"""How near the agent comes to what lines that delay and lose packets can carry: scans, 10,000 events, the backlog of a week.

The lines are emulated packet by packet between two namespaces (line_emulator.py); the province is nginx with TLS and client
certificates and the receiver, as processes of their own. A floor is the bodies' bytes at the line's rate; nothing is faster.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from far_end import congestion_control, emulated_or_said, far_province, timed_round
from figures import figure
from outbox import fresh, live, scan, stored

from line_emulator import Road, line
from line_packets import BROADBAND, THIRD_GENERATION, Profile
from sync.agent import send_all
from wire_room import Commune, Room

SCANS = {THIRD_GENERATION: (16, 1), BROADBAND: (160, 2)}  # how many files a round, how many rounds
GOODPUT = {THIRD_GENERATION: 0.80, BROADBAND: 0.85}
DOSSIERS = 1_000  # Of ten events each.
WEEK_DOSSIERS, WEEK_SCANS = 840, 400  # 8,400 events, and a twentieth of the scans of a week (1 GB).
PAYLOAD = 0.954  # Of a line with packets of 1,400 bytes: what headers of IP, TCP and TLS leave.
EVENTS_S = 10.0


@emulated_or_said
def run() -> Iterator[dict]:
    """Give the figures of both lines."""
    for profile, more in ((THIRD_GENERATION, ten_thousand), (BROADBAND, week)):
        with tempfile.TemporaryDirectory() as folder, line(profile) as road, far_province(road, Path(folder)) as room:
            yield goodput(profile, road, room, Path(folder))
            yield from more(profile, road, room, Path(folder))


def goodput(profile: Profile, road: Road, room: Room, folder: Path) -> dict:
    """Send scans whose events are acknowledged, by agents that do not know the line yet."""
    (count, rounds), shares = SCANS[profile], []
    for number in range(rounds):
        box = fresh(room, folder, number)
        size = sum(scan(box) for _ in range(count))
        events_first(box, road)
        shares.append(size * 8 / timed_round(box, road) / profile.bits_per_s)
    note = f"{count} files of 50-200 kB, {described(profile)}, {congestion_control(road)}"
    return figure(f"sync_goodput_{profile.name}_packets", shares, "of the line", "higher", note, GOODPUT[profile])


def ten_thousand(profile: Profile, road: Road, room: Room, folder: Path) -> Iterator[dict]:
    """Send 10,000 events: hello, keys, packing, checking, folding, receipts, against the segments' bytes and a hand-shake."""
    box = fresh(room, folder, 90)
    live(box, DOSSIERS)
    took = timed_round(box, road)
    sent, events = box.line.bodies["/segments"], len(stored(box))
    floor = sent * 8 / profile.bits_per_s + 6 * profile.one_way_s
    note = f"{events} events of {DOSSIERS} dossiers, {sent} bytes: {took:.1f} s over {floor:.1f} s, {described(profile)}"
    yield figure(f"sync_10000_events_{profile.name}_over_floor", [took / floor], "times", "lower", note, limit=2.0)


def week(profile: Profile, road: Road, room: Room, folder: Path) -> Iterator[dict]:
    """Catch up what a week without a line left: all of its events, some of its scans."""
    box = fresh(room, folder, 91)
    live(box, WEEK_DOSSIERS)
    size = sum(scan(box) for _ in range(WEEK_SCANS))
    events = events_first(box, road)
    took = events + timed_round(box, road)
    floor = (size + box.line.bodies["/segments"]) * 8 / PAYLOAD / profile.bits_per_s
    note = f"{len(stored(box))} events and {size / 1e6:.0f} MB: {took:.1f} s over {floor:.1f} s, {described(profile)}"
    yield figure(f"sync_catch_up_{profile.name}_over_floor", [took / floor], "times", "lower", note, limit=1.2)
    yield figure(f"sync_week_of_events_{profile.name}", [events], "s", "lower", "before any of the scans", limit=EVENTS_S)


def events_first(box: Commune, road: Road) -> float:
    """Bring the events to the province; gives seconds."""
    with road.near.entered():
        began = time.perf_counter()
        send_all(box.sender)
        took = time.perf_counter() - began
        box.line.pool.clear()
    return took


def described(profile: Profile) -> str:
    """Say what a line is."""
    rate, round_trip = profile.bits_per_s / 1e6, 2000 * profile.one_way_s
    return f"{rate:g} Mbit/s, {round_trip:.0f} ms round trip, {profile.loss:.1%} lost"
