"""Litestream on a leash: one replica folder per incarnation, so that two lives, or two boxes with one past, never share one.

The keeper starts litestream for the incarnation that the database is in, ends it within LOOK_EVERY_S when the box begins a new life
(the supervisor then starts a keeper for that one), and leaves a mark when litestream dies by itself, so that the pages can say so.
After an erasure it has the whole database written anew, so that a copy for the province can begin behind it.
"""

import fcntl
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlite_utils.db import Database

from appliance import clock, database, erasure, health, ledger
from appliance.config import Home
from appliance.durable import write_durably
from appliance.errors import Refused
from provisioning.debian import DIE_WITH_US
from provisioning.rendered import rendered
from sync import cover

LOOK_EVERY_S = 2.0
STOP_S = 15.0
ANEW_S = 900.0  # A gigabyte on a slow disk.
T = TypeVar("T")
PROGRAM = str(Path(sys.executable).with_name("litestream"))


def keep(home: Home, port: int) -> int:
    """Replicate until told to stop (SIGTERM); then 0. Gives 1 when litestream ended by itself: the supervisor starts anew."""
    told = _told_to_stop()
    while (incarnation := incarnation_of(home)) is None:
        if told.wait(LOOK_EVERY_S):
            return 0
    configuration = configure(home, incarnation, port)
    _begin_behind_erasures(home, incarnation, configuration)
    erased, running = _asked(home, cover.erasures), _start(home, configuration)
    while running.poll() is None and incarnation_of(home) == incarnation and not _erased_since(home, erased):
        if told.wait(LOOK_EVERY_S):
            break
    if running.poll() is not None and not told.is_set():
        write_durably(health.death_mark(home), clock.stamp().encode())
        return 1
    running.terminate()
    running.wait(STOP_S)
    if erasure.owed(home).exists():
        erasure.shrink(home)  # Only now does nobody hold the WAL; the supervisor starts the next keeper.
    return 0


def _erased_since(home: Home, erased: int | None) -> bool:
    return erasure.owed(home).exists() or _asked(home, cover.erasures) not in (None, erased)


def _begin_behind_erasures(home: Home, incarnation: str, configuration: Path) -> None:
    """Where something was erased since that was last done, have everything written anew; failing, it is tried at the next start.

    Counted before it begins: what is erased meanwhile is counted by the next keeper.
    """
    erased = _asked(home, cover.erasures)
    if erased in (None, cover.clean(home, incarnation).erasures) or (erasure.owed(home).exists() and not erasure.shrink(home)):
        return
    command = [*DIE_WITH_US, PROGRAM, "replicate", "-once", "-force-snapshot", "-config", str(configuration)]
    try:
        done = subprocess.run(command, timeout=ANEW_S, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return
    if done and erased is not None:
        cover.note_clean(home, incarnation, erased)


def configure(home: Home, incarnation: str, port: int) -> Path:
    """Write run/litestream.yml for this incarnation (16 hex digits) and give its path."""
    home.replica.mkdir(mode=0o750, exist_ok=True)
    path = home.run / "litestream.yml"
    write_durably(path, rendered("litestream.yml", home=home, incarnation=incarnation, port=port).encode())
    return path


def incarnation_of(home: Home) -> str | None:
    """Say which incarnation the database is in, or None before there is one."""
    return _asked(home, lambda db: ledger.incarnation(db).inc.hex())


def _asked(home: Home, question: Callable[[Database], T]) -> T | None:
    if not home.database.exists():
        return None
    db = database.connect(home.database, readonly=True)
    try:
        return question(db)
    except (Refused, database.sqlite3.OperationalError):
        return None  # Not enrolled yet, or its tables are being made at this moment.
    finally:
        db.conn.close()


def _start(home: Home, configuration: Path) -> subprocess.Popen[bytes]:
    """Start litestream holding the lock that tells the pages it lives; no other process keeps a copy of it."""
    with health.replica_lock(home).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # A keeper that is killed must not leave a writer that nobody watches.
        command = [*DIE_WITH_US, PROGRAM, "replicate", "-config", str(configuration)]
        return subprocess.Popen(command, pass_fds=[lock.fileno()])


def _told_to_stop() -> threading.Event:
    """Give an event that SIGTERM or SIGINT sets."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    return told
