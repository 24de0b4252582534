"""The real Litestream beside a test: `with replicating(home):` ends by restoring the copy and comparing it with the live box."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance import database, ledger, verify
from appliance.config import Home
from provisioning import replicate

BEGIN_S = 10.0
STOP_S = 20.0


@contextmanager
def replicating(home: Home) -> Iterator[None]:
    """Replicate `home` while the block runs; then the restored copy must verify and end where the live ledger ends."""
    incarnation = replicate.incarnation_of(home)
    assert incarnation
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configuration = replicate.configure(home, incarnation, port)
    with (home.root / "litestream.log").open("w") as log:
        running = subprocess.Popen([replicate.PROGRAM, "replicate", "-config", configuration], stdout=log, stderr=log)
        try:
            wait_for_first_copy(home, incarnation)
            yield
        finally:
            running.terminate()
            running.wait(STOP_S)
    assert_copy_equal(home, home.root / "restored.db")


def wait_for_first_copy(home: Home, incarnation: str) -> None:
    """Wait until something lies in the replica."""
    until = time.monotonic() + BEGIN_S
    while not any((home.replica / incarnation).rglob("*.ltx")):
        assert time.monotonic() < until, (home.root / "litestream.log").read_text()
        time.sleep(0.05)


def restore(home: Home, out: Path) -> None:
    """Restore the newest copy into a new file."""
    source = f"file://{home.replica}/{replicate.incarnation_of(home)}"
    out.unlink(missing_ok=True)
    subprocess.run([replicate.PROGRAM, "restore", "-o", out, source], check=True, capture_output=True, timeout=60)


def assert_copy_equal(home: Home, out: Path) -> None:
    """Restore, verify the chain of the copy, and compare the heads."""
    restore(home, out)
    live, copy = database.connect(home.database, readonly=True), database.connect(out, readonly=True)
    try:
        assert verify.check_chain(copy, home.settings.device) == []
        assert ledger.head(copy) == ledger.head(live)
    finally:
        live.conn.close()
        copy.conn.close()
        out.unlink()
