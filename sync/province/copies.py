"""Copies of a box's database for the day on which all its disks are lost: sealed files, kept apart from those of the dossiers.

Of a device two lists stand: its newest, and its newest whole one. Nothing of them is ever given over the wire, and an erasure
takes them all: a copy holds the keys of dossiers, and the box lists only what was made after it.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils.db import Database

from appliance import clock, durable
from appliance.errors import Refused
from sync.protocol import COPY_BYTES_MAX, CopyFile, CopyList, FileAnswer, MissingFile
from sync.province import forks
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.province.store_sqlite import Device

FREE_BYTES_MIN = 2 * 1024**3  # What stays free for events and files of dossiers: copies wait before these have to.


@dataclass(frozen=True)
class Copy:
    """A list as it stands: of which life (hex), up to which moment, how many files there are and how many of them are here."""

    id: int
    inc: str
    at: str
    whole: bool
    files: int
    here: int


def take_list(province: Province, device: Device, said: CopyList) -> FileAnswer:
    """Keep what a copy consists of; says which of its files are wanted, and from which byte on.

    Raises Refused: province_full, sync_two_machines, life_unknown (not the device's newest), file_too_big, sync_malformed.
    """
    must_have_room(province)
    forks.must_be_one(province.db, device)
    if sum(file.size for file in said.files) > COPY_BYTES_MAX:
        raise Refused("file_too_big", size=sum(file.size for file in said.files), limit=COPY_BYTES_MAX)
    if len({file.name for file in said.files}) < len(said.files) or not _is_moment(said.at):
        raise Refused("sync_malformed")
    with province.writing() as db:
        if [life.inc.hex() for life in store.lives(db, device.id)[-1:]] != [said.inc]:
            raise Refused("life_unknown", inc=said.inc)
        _keep(db, device.id, said)
    look_whether_whole(province, device.id)
    lacking = [file.file for file in said.files if not _has(province, device.id, file)]
    return FileAnswer(tuple(MissingFile(digest, size_of(part(province, device.id, digest))) for digest in lacking))


def _is_moment(text: str) -> bool:
    try:
        clock.local(text)
    except (ValueError, OverflowError):
        return False
    return True


def must_have_room(province: Province) -> None:
    """Refuse copies where little room is left. Raises Refused `province_full`."""
    if shutil.disk_usage(province.home.root).free < FREE_BYTES_MIN:
        raise Refused("province_full")


def _keep(db: Database, device: str, said: CopyList) -> None:
    row = db.conn.execute(
        "SELECT id, inc, whole_at FROM database_copy WHERE device = ? ORDER BY id DESC LIMIT 1", [device]
    ).fetchone()
    if row and bytes(row[1]).hex() == said.inc and _files(db, row[0]) == set(said.files):
        return
    db.conn.execute("DELETE FROM database_copy WHERE device = ? AND whole_at IS NULL", [device])
    sql = "INSERT INTO database_copy (device, inc, at, listed_at) VALUES (?, ?, ?, ?) RETURNING id"
    (copy,) = db.conn.execute(sql, [device, bytes.fromhex(said.inc), said.at, clock.stamp()]).fetchone()
    rows = [(copy, file.name, file.file, file.size) for file in said.files]
    db.conn.executemany("INSERT INTO database_copy_file (copy, name, digest, size) VALUES (?, ?, ?, ?)", rows)


def look_whether_whole(province: Province, device: str) -> None:
    """Where every file of the newest list is here, let the older ones fall; and let go of files that no list names."""
    found = newest(province, device)
    if found and not found.whole and found.here == found.files:
        with province.writing() as db:
            db.conn.execute("UPDATE database_copy SET whole_at = ? WHERE id = ?", [clock.stamp(), found.id])
            db.conn.execute("DELETE FROM database_copy WHERE device = ? AND id < ?", [device, found.id])
    sweep(province, device)


def newest(province: Province, device: str, whole: bool = False) -> Copy | None:
    """Give the newest list of a device, or the newest whole one."""
    asked = "AND whole_at IS NOT NULL" if whole else ""
    sql = f"SELECT id, inc, at, whole_at FROM database_copy WHERE device = ? {asked} ORDER BY id DESC LIMIT 1"
    row = province.db.conn.execute(sql, [device]).fetchone()
    if row is None:
        return None
    files = _files(province.db, row[0])
    return Copy(
        row[0], bytes(row[1]).hex(), row[2], row[3] is not None, len(files), sum(_has(province, device, one) for one in files)
    )


def whole_until(db: Database, device: str) -> str | None:
    """Give the moment up to which the newest whole copy of a device holds."""
    sql = "SELECT at FROM database_copy WHERE device = ? AND whole_at IS NOT NULL ORDER BY id DESC LIMIT 1"
    row = db.conn.execute(sql, [device]).fetchone()
    return row[0] if row else None


def files_of(db: Database, copy: Copy) -> list[CopyFile]:
    """List the files of a copy, in order of name."""
    return sorted(_files(db, copy.id), key=lambda file: file.name)


def _files(db: Database, copy: int) -> set[CopyFile]:
    sql = "SELECT name, digest, size FROM database_copy_file WHERE copy = ?"
    return {CopyFile(*row) for row in db.conn.execute(sql, [copy]).fetchall()}


def size_named(db: Database, device: str, digest: str) -> int | None:
    """Give the size by which a list of this device names a file; else None."""
    sql = """SELECT f.size FROM database_copy_file f JOIN database_copy c ON c.id = f.copy
             WHERE f.digest = ? AND c.device = ? ORDER BY c.id DESC LIMIT 1"""
    row = db.conn.execute(sql, [digest, device]).fetchone()
    return row[0] if row else None


def folder(province: Province, device: str) -> Path:
    """Say where the files of a device's copies lie."""
    return province.home.root / "copies" / device


def place(province: Province, device: str, digest: str) -> Path:
    """Say where a file of a device's copies lies, whether or not it is there."""
    return folder(province, device) / digest


def _has(province: Province, device: str, file: CopyFile) -> bool:
    return place(province, device, file.file).exists()


def part(province: Province, device: str, digest: str) -> Path:
    """Say where what came so far of a file lies; a copy's do not lie among those of dossiers."""
    return place(province, device, digest).with_name(f"{digest}.part")


def size_of(path: Path) -> int:
    """Give how many bytes of an unfinished file are here."""
    return path.stat().st_size if path.exists() else 0


def take_in(province: Province, device: str, digest: str) -> None:
    """Put a file whose bytes were checked in its place, durably."""
    unfinished, whole = part(province, device, digest), place(province, device, digest)
    with unfinished.open("rb") as came:
        os.fsync(came.fileno())
    unfinished.replace(whole)
    durable.sync_folder(whole.parent)
    look_whether_whole(province, device)


def drop(db: Database, device: str) -> None:
    """Let every copy of a device fall, inside the caller's transaction; `sweep_all` takes the files."""
    db.conn.execute("DELETE FROM database_copy WHERE device = ?", [device])


def drop_with_key(db: Database, dossier: str) -> None:
    """Let the copies fall of every device that wrote on a dossier: they may hold its key."""
    sql = "DELETE FROM database_copy WHERE device IN (SELECT device FROM ledger WHERE dossier = ?)"
    db.conn.execute(sql, [dossier])


def sweep_all(province: Province) -> None:
    """Delete all that no list names."""
    for one in (province.home.root / "copies").glob("*"):
        sweep(province, one.name)


def sweep(province: Province, device: str) -> None:
    """Delete what lies here of a device's copies and no list of it names."""
    held = folder(province, device)
    for path in held.iterdir() if held.exists() else ():
        if size_named(province.db, device, path.name.removesuffix(".part")) is None:
            path.unlink(missing_ok=True)
            durable.sync_folder(held)
