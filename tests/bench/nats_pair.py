"""NATS JetStream as a replicator of the same events: a leaf at the commune, a hub at the province that sources its stream.

Set up as well as it lets itself: both stores fsync every message (`sync_interval: always`), the servers speak with the best of
their compressions, and a slow line is no slow consumer. It has no TLS here, and neither signature, chain nor receipt.
"""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nats
from nats.js.api import ExternalStream, StorageType, StreamConfig, StreamSource

from line_emulator import Road, Side
from provisioning.debian import DIE_WITH_US

PROGRAM = Path(sys.executable).with_name("nats-server")
CLIENTS, LEAVES = 4222, 7422
STARTED_S, CARRIED_S, LOOK_S = 10.0, 240.0, 0.02
AT_ONCE = 500  # Messages written before their acknowledgements are waited for.
SERVER = """
server_name: {name}
listen: "127.0.0.1:{clients}"
write_deadline: "60s"
jetstream {{ store_dir: "{store}", domain: {name}, sync_interval: always }}
leafnodes {{ {leaves} }}
"""
HUB = 'listen: "{address}:{leaves}", compression: s2_best'
LEAF = 'remotes: [ {{ url: "nats-leaf://{address}:{leaves}", compression: s2_best }} ]'


@dataclass(frozen=True)
class Pair:
    """Both servers, connected with each other over the line."""

    road: Road

    def keep(self, stream: str, events: Sequence[bytes]) -> None:
        """Write events into a stream of the leaf, durably."""
        with self.road.near.entered():
            asyncio.run(_keep(stream, events))

    def carry(self, stream: str, count: int) -> float:
        """Have the hub source the stream; gives seconds until it holds so many."""
        with self.road.far.entered():
            return asyncio.run(_carry(stream, count))


@contextmanager
def nats_pair(road: Road, folder: Path) -> Iterator[Pair]:
    """Have both servers running inside the block."""
    address = road.far.address
    with (folder / "nats.log").open("w") as log:
        running = [
            started(side, folder, name, leaves.format(address=address, leaves=LEAVES), log)
            for side, name, leaves in ((road.far, "province", HUB), (road.near, "commune", LEAF))
        ]
        try:
            for side in (road.far, road.near):
                wait_for(side, folder / "nats.log")
            yield Pair(road)
        finally:
            for process in running:
                process.terminate()
                process.wait()


def started(side: Side, folder: Path, name: str, leaves: str, log) -> subprocess.Popen:  # noqa: ANN001
    """Start one server on its side."""
    configuration = folder / f"{name}.conf"
    configuration.write_text(SERVER.format(name=name, clients=CLIENTS, store=folder / name, leaves=leaves))
    return subprocess.Popen([*DIE_WITH_US, *side.command, PROGRAM, "-c", configuration], stdout=log, stderr=log)


def wait_for(side: Side, log: Path) -> None:
    """Wait until a server listens."""
    until = time.monotonic() + STARTED_S
    with side.entered():
        while True:
            with socket.socket() as knocking:
                if knocking.connect_ex(("127.0.0.1", CLIENTS)) == 0:
                    return
            assert time.monotonic() < until, log.read_text()
            time.sleep(LOOK_S)


async def _keep(stream: str, events: Sequence[bytes]) -> None:
    line = await nats.connect(f"nats://127.0.0.1:{CLIENTS}")
    store = line.jetstream()
    await store.add_stream(StreamConfig(name=stream, subjects=[stream], storage=StorageType.FILE))
    for start in range(0, len(events), AT_ONCE):
        acks = [await store.publish_async(stream, event) for event in events[start : start + AT_ONCE]]
        await asyncio.gather(*acks)
    assert (await store.stream_info(stream)).state.messages == len(events)
    await line.close()


async def _carry(stream: str, count: int) -> float:
    line = await nats.connect(f"nats://127.0.0.1:{CLIENTS}")
    store = line.jetstream()
    source = StreamSource(name=stream, external=ExternalStream(api="$JS.commune.API"))
    began = time.monotonic()
    await store.add_stream(StreamConfig(name=f"{stream}-here", sources=[source], storage=StorageType.FILE))
    while (await store.stream_info(f"{stream}-here")).state.messages < count:
        assert time.monotonic() < began + CARRIED_S
        await asyncio.sleep(LOOK_S)
    took = time.monotonic() - began
    await line.close()
    return took
