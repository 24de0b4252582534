"""How long a second `make run` takes until both sites answer: everything started anew, yesterday's work kept."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from provisioning.demo.plan import Demo
from provisioning.demo.run import running

PORT_BASE = 28400
ROUNDS = 5
LIMIT_S = 5.0


def run() -> Iterator[dict]:
    """Start once to lay everything out, then measure warm starts."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), PORT_BASE)
        with running(demo):
            pass
        rounds = [warm_start_s(demo) for _ in range(ROUNDS)]
    spread = f"median of {ROUNDS}, {min(rounds):.2f} to {max(rounds):.2f} s"
    value = statistics.median(rounds)
    yield {"name": "warm_start", "value": value, "unit": "s", "limit": LIMIT_S, "ratio": None, "better": "lower", "note": spread}


def warm_start_s(demo: Demo) -> float:
    """Measure one start."""
    began = time.monotonic()
    with running(demo):
        return time.monotonic() - began
