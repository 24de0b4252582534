"""The emulator's own process: two network namespaces without names, a TUN device in each, every packet through us.

Reads a profile (JSON) from each line of its input and answers each with a line of counts; ends with its input. The namespaces
are kept by this process's descriptors alone: whenever and however it ends, nothing of them is left.
"""

import ctypes
import fcntl
import heapq
import json
import os
import selectors
import socket
import struct
import sys
import time
from dataclasses import dataclass, field
from random import Random

from line_packets import PROFILES, Profile, Way

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFMTU, SIOCSIFFLAGS = 0x8916, 0x891C, 0x8922, 0x8914
IFF_UP_RUNNING = 0x41
MTU = 1400
DEVICE, LOOP = b"line", b"lo"
ADDRESSES, MASK = ("10.77.0.1", "10.77.0.2"), "255.255.255.0"  # The commune's, the province's.
AT_ONCE = 64  # Packets taken from one side before the other has its turn.
PACKET_BYTES_MAX = 2048


def enter(namespace: int) -> None:
    """Bring the calling thread into a network namespace (a descriptor). Raises OSError."""
    _obeyed(ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET))


def own_namespace() -> int:
    """Give a descriptor of the calling thread's network namespace."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _obeyed(answer: int) -> None:
    if answer:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def make_side(address: str) -> tuple[int, int]:
    """Make a namespace with a TUN device in it; gives the device and the namespace, as descriptors. Raises OSError."""
    _obeyed(ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET))
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", DEVICE, IFF_TUN | IFF_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for order, said in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, MASK)):
            fcntl.ioctl(asked, order, struct.pack("16sHH4s8x", DEVICE, socket.AF_INET, 0, socket.inet_aton(said)))
        fcntl.ioctl(asked, SIOCSIFMTU, struct.pack("16si12x", DEVICE, MTU))
        for device in (DEVICE, LOOP):
            fcntl.ioctl(asked, SIOCSIFFLAGS, struct.pack("16sH14x", device, IFF_UP_RUNNING))
    return tun, own_namespace()


@dataclass
class Carrier:
    """Carries packets between two TUN devices, as the line says."""

    up: Way
    down: Way
    tuns: tuple[int, int]
    waiting: list[tuple[float, int, int, bytes]] = field(default_factory=list)  # due, order, device, packet
    taken: int = 0

    def run(self, orders: int) -> None:
        """Carry until the orders end."""
        with selectors.DefaultSelector() as ready:
            for one in (*self.tuns, orders):
                ready.register(one, selectors.EVENT_READ)
            while True:
                wait_s = max(0.0, self.waiting[0][0] - time.monotonic()) if self.waiting else None
                found = {key.fd for key, _ in ready.select(wait_s)}
                if orders in found and not self.obey(orders):
                    return
                for way, (here, there) in ((self.up, self.tuns), (self.down, self.tuns[::-1])):
                    if here in found:
                        self.take(way, here, there)
                self.deliver()

    def take(self, way: Way, here: int, there: int) -> None:
        """Take what waits on one side."""
        for _ in range(AT_ONCE):
            try:
                packet = os.read(here, PACKET_BYTES_MAX)
            except BlockingIOError:
                return
            due = way.due(len(packet), time.monotonic()) if packet[0] >> 4 == 4 else None
            if due is not None:
                self.taken += 1
                heapq.heappush(self.waiting, (due, self.taken, there, packet))

    def deliver(self) -> None:
        """Hand over what is due."""
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, _, there, packet = heapq.heappop(self.waiting)
            os.write(there, packet)

    def obey(self, orders: int) -> bool:
        """Become another line where that was ordered, say what was counted; says whether there was an order at all."""
        order = os.read(orders, PACKET_BYTES_MAX)
        if order.strip():
            for way in (self.up, self.down):
                way.become(Profile(**json.loads(order)), time.monotonic())
        if order:
            print(json.dumps({"up": self.up.counts(), "down": self.down.counts()}), flush=True)
        return bool(order)


def main() -> None:
    """Make both sides, say where they are, carry."""
    try:
        (near, near_space), (far, far_space) = (make_side(address) for address in ADDRESSES)
    except OSError as why:
        print(json.dumps({"error": str(why)}), flush=True)
        return
    print(json.dumps({"spaces": [near_space, far_space]}), flush=True)
    line = PROFILES["broadband"]
    Carrier(Way(line, Random(1)), Way(line, Random(2)), (near, far)).run(sys.stdin.fileno())


if __name__ == "__main__":
    main()
