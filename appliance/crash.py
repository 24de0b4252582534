"""Labelled points at which a test may kill the process, to see what survives. Asleep unless run/CRASH_AT names one."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

_armed_in: Path | None = None
_watching: Callable[[str], None] | None = None


def arm_from(run_folder: Path) -> None:
    """Tell this process where a kill order would lie. Only a demonstration's home ever calls this."""
    global _armed_in
    _armed_in = run_folder / "CRASH_AT"


def watch(watching: Callable[[str], None] | None) -> None:
    """Call this at every point that is reached, with its label: a simulation raises there what stands for death. None ends it."""
    global _watching
    _watching = watching


def crash_here(label: str) -> None:
    """Die at once by SIGKILL if the order names this label; the order is used up first, so the restarted process lives."""
    if _watching:
        _watching(label)
    if _armed_in is None or not _armed_in.exists() or _armed_in.read_text().strip() != label:
        return
    _armed_in.unlink()
    os.kill(os.getpid(), signal.SIGKILL)
