"""The whole demonstration, started once for all tests that need real processes, real nginx and a real line.

def test_x(demonstration):    a Demo that runs: its URLs, homes, ports; supervisor through `control(demonstration)`
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from provisioning.demo.plan import Demo
from provisioning.demo.run import control, running

BASES = range(20_400, 32_000, 400)  # Below the kernel's own choice of ports.
PORTS = 201
DEADLINE_S = 120
_HELD: dict[int, socket.socket] = {}


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Have two homes and everything around them running; the line is whole at the beginning."""
    demo = Demo(tmp_path_factory.mktemp("d"), free_base())
    with running(demo):
        yield demo


def free_base() -> int:
    """Find a stretch of ports that nobody listens on, and that no other test process has chosen and does not listen on yet."""
    return next(base for base in BASES if _is_ours(base) and all(is_free(base + n) for n in range(PORTS)))


def _is_ours(base: int) -> bool:
    """Say whether this process has, or gets, a stretch to itself until it ends: a name of the kernel's that goes with it."""
    if base not in _HELD:
        held = socket.socket(socket.AF_UNIX)
        try:
            held.bind(f"\0motcua-test-ports-{base}")
        except OSError:
            held.close()
            return False
        _HELD[base] = held
    return True


def is_free(port: int) -> bool:
    """Say whether nobody listens on a port."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def eventually(holds: Callable[[], object]) -> bool:
    """Wait, within a bound, until something holds; what cannot be asked yet does not hold yet."""
    until = time.monotonic() + DEADLINE_S
    while time.monotonic() < until:
        try:
            if holds():
                return True
        except (OSError, urllib3.exceptions.HTTPError):
            pass
        time.sleep(0.1)
    return False


@contextmanager
def stopped(demo: Demo, program: str) -> Iterator[None]:
    """Have one program stopped inside the block, and running again after it."""
    with control(demo) as supervisor:
        supervisor.stopProcess(program)
        try:
            yield
        finally:
            supervisor.startProcess(program)


def pid_of(demo: Demo, program: str) -> int:
    """Give the process id of a program; 0 while it is down."""
    with control(demo) as supervisor:
        return supervisor.getProcessInfo(program)["pid"]


def pid_to_signal(demo: Demo, program: str) -> int:
    """Give the process id of a program that runs; a signal to process 0 would reach the tests themselves."""
    assert eventually(lambda: pid_of(demo, program)), f"{program} does not run"
    return pid_of(demo, program)


@contextmanager
def asking(root: Path, key: Path | None = None) -> Iterator[urllib3.PoolManager]:
    """Give an HTTPS client that trusts one root, with or without a client certificate (`key`: a .key beside its .crt)."""
    chosen = {"cert_file": str(key.with_suffix(".crt")), "key_file": str(key)} if key else {}
    with urllib3.PoolManager(ca_certs=str(root), retries=False, timeout=20, **chosen) as pool:  # type: ignore[arg-type]
        yield pool
