"""Real processes, real HTTP and TLS, over emulated lines: days over each kind, every fault on every call, a death at every point.

`--profile 3g` lives through one day, `--point agent_after_send` dies at one point, `--fault twice` is about one fault.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from line_days import days, lost_and_doubled
from line_kills import POINTS, kills

from fault_proxy import CALLS, FaultProxy
from line_emulator import NoNamespaces, line
from line_faults import FAULTS
from line_packets import BROADBAND, PROFILES
from real_world import RealWorld
from test_bad_line import WORK_MAX, proxied, work

HEADING = ("| what befell | requests in all | at rest after (s) | lost | doubled |", "|---|---|---|---|---|")


def prove(words: list[str]) -> list[str]:
    """Do all of it, or the one thing that was asked for. Raises simulation.world.Broken, AssertionError."""
    options = argparse.ArgumentParser()
    options.add_argument("--profile", choices=PROFILES)
    options.add_argument("--fault", choices=[fault for fault in FAULTS if fault])
    options.add_argument("--point", choices=POINTS)
    asked = options.parse_args(words)
    if why := _without_namespaces():
        return [f"NOT PROVEN: this machine allows no network namespaces with TUN devices ({why})."]
    whole = not any(vars(asked).values())
    lines = _setting()
    if asked.profile or whole:
        lines += ["", "## Days", *days([asked.profile] if asked.profile else list(PROFILES))]
    if asked.fault or whole:
        lines += ["", "## Faults", *faults([asked.fault] if asked.fault else [name for name in FAULTS if name])]
    if asked.point or whole:
        lines += ["", "## Deaths", *kills([asked.point] if asked.point else list(POINTS))]
    return lines


def _without_namespaces() -> str:
    try:
        with line(BROADBAND):
            return ""
    except NoNamespaces as why:
        return str(why)


def _setting() -> list[str]:
    """Say what everything below ran on."""
    control = Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip()
    return [
        "The agent on one side of an emulated line (tests/line_emulator.py), nginx and the receiver under waitress on the other,",
        f"each in a network namespace of its own; TCP is the kernel's, with {control}. On flapping lines packets pass for 20 s and",
        "vanish for 40 s; the black hole swallows everything of a good line for 60 s of its day. Faults and deaths: on broadband.",
        "Every rule of tests/simulation/ but the count of bytes sent again held, at rest, after every row.",
        "",
        "| line | kbit/s | ms one way | lost |",
        "|---|---|---|---|",
        *(
            f"| {one.name} | {one.bits_per_s / 1000:.0f} | {one.one_way_s * 1000:.0f} | {one.loss:.1%} |"
            for one in PROFILES.values()
        ),
    ]


def faults(names: list[str]) -> list[str]:
    """Have each fault befall every call once, between a real agent and nginx; gives the table."""
    rows = []
    with (
        tempfile.TemporaryDirectory(prefix="f") as folder,
        line(BROADBAND) as road,
        proxied(Path(folder), road.near, road.far) as (world, proxy),
    ):
        world.ends.agent.start()
        for name in names:
            rows.append(fault(name, world, proxy))
            print(rows[-1], flush=True)
    return ["", f"Each befell these calls once: {', '.join(CALLS.values())}.", "", *HEADING, *rows]


def fault(name: str, world: RealWorld, proxy: FaultProxy) -> str:
    """Have a fault befall every call once; gives its row."""
    proxy.done, took = Counter(), 0.0
    for call in CALLS.values():
        proxy.order(call, name)
    for _ in range(WORK_MAX):
        work(world)
        took += world.rest()
        if not proxy.owed:
            break
    proxy.deliver_late()
    assert (proxy.owed, proxy.failures) == (0, [])
    world.hold()
    lost, doubled = lost_and_doubled(world)
    assert (lost, doubled) == (0, 0)
    return f"| {name} | {sum(proxy.done.values())} | {took:.0f} | {lost} | {doubled} |"
