"""How the box itself is: what was observed (`facts`), and which alarms follow (`alarms`, pure). Starts and repairs nothing.

Pages call `look`; a part without an alarm is well. Scanners, tokens, printers and the line are asked elsewhere.

Litestream's own metrics stay at zero while it replicates nothing, so it is judged by the lock it holds and by what lies on disk.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from appliance import clock, numbering
from appliance.box import Box
from appliance.clock import moment_of
from appliance.config import Home

REPLICA_LAG_MAX_S = 30.0  # Litestream writes every second; after a busy minute a checkpoint may take a few.
DEATH_SHOWN = timedelta(hours=24)
WAL_BYTES_MAX = 64 * 1024 * 1024
DISK_LOW_BYTES = 2 * 1024**3
DISK_FULL_BYTES = 512 * 1024**2


class Alarm(StrEnum):
    """What a technician must look at; web/vietnamese.py has the sentence for each."""

    REPLICA_STOPPED = "replica_stopped"  # Litestream does not run, or a commit waits too long for it.
    REPLICA_DIED = "replica_died"  # It ended by itself within the last day; the supervisor started it anew.
    WAL_LARGE = "wal_large"
    DISK_LOW = "disk_low"
    DISK_FULL = "disk_full"
    CLOCK_BEHIND = "clock_behind"
    CLOCK_AHEAD = "clock_ahead"


@dataclass(frozen=True)
class Facts:
    """What was observed at `now` (UTC text). Times of files are seconds since 1970, 0.0 when there is none."""

    now: str
    clock_trouble: str | None
    replica_runs: bool
    written_at: float
    replicated_at: float
    replica_died_at: str | None
    wal_bytes: int
    disk_free_bytes: int


@dataclass(frozen=True)
class Part:
    """One part of the box: `replica`, `disk`, `database` or `clock`; its alarm, whose code has a sentence; what was seen of it."""

    id: str
    alarm: Alarm | None
    facts: dict[str, object]


PARTS = {
    "replica": (Alarm.REPLICA_STOPPED, Alarm.REPLICA_DIED),
    "disk": (Alarm.DISK_FULL, Alarm.DISK_LOW),
    "database": (Alarm.WAL_LARGE,),
    "clock": (Alarm.CLOCK_BEHIND, Alarm.CLOCK_AHEAD),
}


def look(box: Box) -> list[Part]:
    """Look at every part of the box now."""
    return parts(facts(box.home, numbering.floor(box.db)))


def parts(seen: Facts) -> list[Part]:
    """Sort what was seen, and the worst alarm of each part, under the parts of the box."""
    raised = alarms(seen)
    shown: dict[str, dict[str, object]] = {
        "replica": {"replicated_at": _text_of(seen.replicated_at), "died_at": seen.replica_died_at},
        "disk": {"free_mb": seen.disk_free_bytes // 1024**2},
        "database": {"wal_mb": seen.wal_bytes // 1024**2, "written_at": _text_of(seen.written_at)},
        "clock": {"now": seen.now},
    }
    return [Part(id, next((a for a in raised if a in own), None), shown[id]) for id, own in PARTS.items()]


def facts(home: Home, floor: str) -> Facts:
    """Look at a box. `floor` is the earliest moment that now can honestly be (numbering.floor). Takes milliseconds."""
    now, wal = clock.stamp(), home.database.with_name(home.database.name + "-wal")
    mark = death_mark(home)
    return Facts(
        now=now,
        clock_trouble=clock.trouble(now, floor),
        replica_runs=is_held(replica_lock(home)),
        written_at=_changed_at(wal),
        replicated_at=max((_changed_at(path) for path in _newest_of_each_level(home.replica)), default=0.0),
        replica_died_at=mark.read_text() if mark.exists() else None,
        wal_bytes=wal.stat().st_size if wal.exists() else 0,
        disk_free_bytes=shutil.disk_usage(home.root).free,
    )


def alarms(seen: Facts) -> list[Alarm]:
    """Say what is wrong, the worst first. An empty list means that nothing is known to be."""
    moment = moment_of(seen.now)
    waiting_s = moment.timestamp() - seen.written_at if seen.written_at > seen.replicated_at else 0.0
    checks = {
        Alarm.DISK_FULL: seen.disk_free_bytes < DISK_FULL_BYTES,
        Alarm.REPLICA_STOPPED: not seen.replica_runs or waiting_s > REPLICA_LAG_MAX_S,
        Alarm.CLOCK_BEHIND: seen.clock_trouble == Alarm.CLOCK_BEHIND,
        Alarm.CLOCK_AHEAD: seen.clock_trouble == Alarm.CLOCK_AHEAD,
        Alarm.WAL_LARGE: seen.wal_bytes > WAL_BYTES_MAX,
        Alarm.DISK_LOW: DISK_FULL_BYTES <= seen.disk_free_bytes < DISK_LOW_BYTES,
        Alarm.REPLICA_DIED: seen.replica_died_at is not None and moment - moment_of(seen.replica_died_at) < DEATH_SHOWN,
    }
    return [alarm for alarm, holds in checks.items() if holds]


def death_mark(home: Home) -> Path:
    """Say where the keeper of the replica notes (UTC text) that litestream ended by itself."""
    return home.run / "replica-died"


def replica_lock(home: Home) -> Path:
    """Say which file litestream itself holds locked for as long as it lives, however it dies."""
    return home.run / "replica.lock"


def is_held(path: Path) -> bool:
    """Say whether a process holds a lock on a file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _text_of(seconds: float) -> str | None:
    return clock.text_of(datetime.fromtimestamp(seconds, UTC)) if seconds else None


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def _newest_of_each_level(replica: Path) -> Iterator[Path]:
    """Give the newest file of each level of each incarnation: names are transaction numbers, so the last name is the newest."""
    for level in replica.glob("*/ltx/*"):
        newest = max((path for path in level.iterdir() if path.suffix == ".ltx"), default=None)
        if newest:
            yield newest
