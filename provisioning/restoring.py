"""Bringing a box's database back from the copies that Litestream keeps, one folder a life: `motcua restore`.

Refuses while the box's own database lives. Leaves the mark by which the next opening begins a new life before anything is written;
deletes nothing: a broken database is moved aside. Stopped at any point, it is simply done again.
"""

import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils.db import Database
from sqlite_utils.utils import sqlite3

from appliance import crash, database, events, files, health, ledger, restored, verify, witness
from appliance.chain import Head
from appliance.config import Home
from appliance.crash import crash_here
from appliance.durable import sync_folder
from appliance.errors import Refused
from appliance.restored import Restored
from appliance.witness import Witness
from provisioning.replicate import PROGRAM

RESTORE_S = 3600.0
TAILS = ("", "-wal", "-shm")


@dataclass(frozen=True)
class Copy:
    """A database made from one replica: the file, ordinal and head of the life it was writing, time of its last event."""

    path: Path
    inc_no: int
    head: Head
    at: str


@dataclass(frozen=True)
class Outcome:
    """What was restored: the copy's life, its last event and that event's time; how many events lack (None: not known);
    files the ledger names that are not here; where a broken database went."""

    inc_no: int
    seq: int
    at: str
    lacking: int | None
    files_missing: int
    moved_aside: Path | None


def restore(home: Home, source: Path, life: int | None = None, accept_loss: bool = False) -> Outcome:
    """Put the newest copy under `source` in the place of a database that is gone or broken.

    `life`: the newest ordinal that the province knows of this box; needed where no head witness is left. `accept_loss`: go on
    although the witness saw more than the copy holds.
    Raises Refused: not_enrolled, restore_running, restore_alive, restore_no_copy, restore_foreign, restore_life_unknown,
    restore_loses (events, at).
    """
    _must_be_still(home)
    with tempfile.TemporaryDirectory(dir=home.root, prefix="restoring-") as folder:
        copy = _newest(source, Path(folder))
        missing = _check(home, copy)
        seen = witness.read(home.witness)
        lacking = _lacking(copy, seen)
        if seen is None and life is None:
            raise Refused("restore_life_unknown")
        if seen and witness.is_behind(copy.inc_no, copy.head, seen) and not accept_loss:
            raise Refused("restore_loses", events="…" if lacking is None else lacking, at=copy.at)
        restored.mark(home, Restored(copy.head.inc.hex(), max(copy.inc_no, life or 0, seen.inc_no if seen else 0)))
        crash_here("restore_after_mark")
        aside = _move_aside(home, copy)
        crash_here("restore_after_moving_aside")
        copy.path.replace(home.database)
        sync_folder(home.root)
    return Outcome(copy.inc_no, copy.head.seq, copy.at, lacking, missing, aside)


def _must_be_still(home: Home) -> None:
    if not home.settings_file.exists() or not (home.keys / "device.ed25519").exists():
        raise Refused("not_enrolled")
    if home.settings.demo:
        crash.arm_from(home.run)
    if any(map(health.is_held, (health.replica_lock(home), home.run / "agent.lock"))) or _answers(home.run / "web.sock"):
        raise Refused("restore_running")
    if _lives(home.database):
        raise Refused("restore_alive")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as knock:
        return knock.connect_ex(str(path)) == 0


def _lives(path: Path) -> bool:
    """Say whether a database is whole and has a ledger: then it is not replaced, whatever lies in the replica."""
    if not path.exists() or not path.stat().st_size:
        return False
    db = None
    try:
        db = database.connect(path)
        return db.conn.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok" and bool(ledger.incarnations(db))
    except sqlite3.DatabaseError:
        return False
    finally:
        if db:
            db.conn.close()


def _newest(source: Path, folder: Path) -> Copy:
    """Make a database of each replica, and give the one that stands furthest; what it holds says so, not the time of a file."""
    found = [copy for one in sorted(source.glob("?" * 16)) if any(one.rglob("*.ltx")) if (copy := _made(one, folder / one.name))]
    if not found:
        raise Refused("restore_no_copy", place=source)
    return max(found, key=lambda copy: (copy.inc_no, copy.head.seq))


def _made(replica: Path, out: Path) -> Copy | None:
    command = [PROGRAM, "restore", "-o", str(out), f"file://{replica.absolute()}"]
    if subprocess.run(command, capture_output=True, timeout=RESTORE_S, check=False).returncode:
        return None
    db = database.connect(out)
    try:
        life, head = ledger.incarnation(db), ledger.head(db)
        last = events.decode(db.conn.execute("SELECT bytes FROM event ORDER BY n DESC LIMIT 1").fetchone()[0])
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Copy(out, life.inc_no, head, last.at)
    except (Refused, sqlite3.DatabaseError):
        return None
    finally:
        db.conn.close()


def _check(home: Home, copy: Copy) -> int:
    """Refuse a copy whose chain is not this device's or does not hold; gives how many files it names that are not here."""
    db = database.connect(copy.path, readonly=True)
    try:
        if verify.check_chain(db, home.settings.device):
            raise Refused("restore_foreign")
        return _files_missing(home, db)
    finally:
        db.conn.close()


def _files_missing(home: Home, db: Database) -> int:
    named = db.conn.execute("SELECT DISTINCT digest FROM dossier_file").fetchall()
    return sum(not files.has(home, digest) for (digest,) in named)


def _lacking(copy: Copy, seen: Witness | None) -> int | None:
    """Say how many events the witness saw beyond the copy; None where it saw none of them or another life."""
    if seen is None or seen.inc_no != copy.inc_no:
        return None
    return max(0, seen.seq - copy.head.seq)


def _move_aside(home: Home, copy: Copy) -> Path | None:
    """Move what is left of a database aside, under the number its life will not have again."""
    aside: Path | None = None
    for tail in TAILS:
        path = home.database.with_name(home.database.name + tail)
        if path.exists():
            aside = aside or _free(home, copy)
            path.replace(aside.with_name(aside.name + tail))
    return aside


def _free(home: Home, copy: Copy) -> Path:
    names = (home.root / f"broken-{copy.inc_no}-{n}.db" for n in range(1, 1_000))
    return next(path for path in names if not any(path.with_name(path.name + tail).exists() for tail in TAILS))
