"""A province at the far end of an emulated line, as a demonstration runs it: nginx with TLS and client certificates, the receiver.

Where the machine makes no namespaces, what would be measured over such a line is one figure that misses its limit and says why.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

from figures import figure

from line_emulator import NoNamespaces, Road
from real_ends import real_ends
from sync.province.opened import open_province
from wire_room import Commune, Room

CONTROL = Path("/proc/sys/net/ipv4/tcp_congestion_control")


def emulated_or_said(run: Callable[[], Iterator[dict]]) -> Callable[[], Iterator[dict]]:
    """Measure over emulated lines, or say that this machine has none."""

    @wraps(run)
    def measured() -> Iterator[dict]:
        try:
            yield from run()
        except NoNamespaces as why:
            yield figure(f"{run.__module__.removeprefix('bench_')}_emulated_line", [0.0], "lines", "higher", f"{why}", limit=1.0)

    return measured


@contextmanager
def far_province(road: Road, folder: Path) -> Iterator[Room]:
    """Have a province there inside the block; boxes are admitted through `Room.commune`."""
    with real_ends(folder, road.near, road.far) as ends:
        room = Room(open_province(ends.demo.province), ends.url)
        yield room
        room.province.close()


def timed_round(commune: Commune, road: Road) -> float:
    """Let the agent catch up from the near end of the line, over connections of its own; gives seconds."""
    with road.near.entered():
        began = time.perf_counter()
        held = commune.round()
        took = time.perf_counter() - began
        commune.line.pool.clear()
    assert held and commune.state()["waiting_events"] == commune.state()["waiting_files"] == "0", commune.state()
    return took


def congestion_control(road: Road) -> str:
    """Name what the commune's TCP decides its pace by."""
    with road.near.entered():
        return CONTROL.read_text().strip()
