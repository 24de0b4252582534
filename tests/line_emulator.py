"""A bad line between two network namespaces, packet by packet, in user space: TCP on both ends behaves as on the real one.

with line(THIRD_GENERATION) as road:              raises NoNamespaces where this machine has no /dev/net/tun or gives us no rights
    Popen([*road.far.command, "nginx", …])        a process at the province, which listens on road.far.address
    with road.near.entered(): …                   this thread, and threads it starts, at the commune
    road.become(BLACK_HOLE); road.counts()        from now on packets vanish; what became of packets so far
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from line_namespaces import ADDRESSES, enter, own_namespace
from line_packets import Profile
from provisioning.debian import DIE_WITH_US

NSENTER = "/usr/bin/nsenter"


class NoNamespaces(RuntimeError):
    """This machine does not let us make namespaces with TUN devices; the message is the kernel's reason."""


@dataclass(frozen=True)
class Side:
    """One end of the line: its address, and the namespace it lies in (a path that lives as long as the line; empty: this one)."""

    address: str
    namespace: str = ""

    @property
    def command(self) -> tuple[str, ...]:
        """Give what stands before a command that shall run here."""
        return (NSENTER, f"--net={self.namespace}", "--") if self.namespace else ()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Have the calling thread here inside the block: sockets that it makes, and threads that it starts, belong here."""
        home, there = own_namespace(), os.open(self.namespace or "/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            enter(there)
            yield
        finally:
            enter(home)
            os.close(home)
            os.close(there)


THIS_MACHINE = Side("127.0.0.1")


@dataclass(frozen=True)
class Road:
    """A line in operation: `near` is the commune's end, `far` the province's."""

    near: Side
    far: Side
    _process: subprocess.Popen

    def become(self, profile: Profile) -> None:
        """Be another line from now on; a flapping one begins with its good part."""
        self._ask(json.dumps(asdict(profile)))

    def counts(self) -> dict[str, dict[str, int]]:
        """Give what became of the packets so far: {"up" | "down": {packets, carried (bytes), lost, overflowed, swallowed}}."""
        return self._ask("")

    def _ask(self, order: str) -> dict:
        assert self._process.stdin and self._process.stdout
        print(order, file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())


@contextmanager
def line(profile: Profile) -> Iterator[Road]:
    """Have a line inside the block. Raises NoNamespaces."""
    command = [*DIE_WITH_US, sys.executable, str(Path(__file__).parent / "line_namespaces.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdin and process.stdout
            said = json.loads(process.stdout.readline())
            if "error" in said:
                raise NoNamespaces(said["error"])
            sides = (
                Side(address, f"/proc/{process.pid}/fd/{space}") for address, space in zip(ADDRESSES, said["spaces"], strict=True)
            )
            road = Road(*sides, process)
            road.become(profile)
            yield road
        finally:
            process.stdin.close()  # It ends with its input.
