"""Files on their way in: bounded chunks appended to a part in the spool, checked against their name at the end, then moved durably.

Only a file that an event of the sending device names is taken, so that nobody learns from us what others hold; or one that its list
of a database copy names, which lies apart (sync/province/copies.py).
"""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils.db import Database

from appliance import files
from appliance.crash import crash_here
from appliance.errors import Refused
from sync.protocol import CHUNK_BYTES_MAX, COPY_BYTES_MAX, FileAnswer, MissingFile, UploadAnswer
from sync.province import copies, forks, wanted
from sync.province.opened import Province
from sync.province.store_sqlite import Device

FREE_BYTES_MIN = 512 * 1024**2  # What stays free for events: files wait before the ledger has to.


@dataclass(frozen=True)
class Awaited:
    """A file that may come: the size by which it is named, whether a dossier or only a copy of the database names it, its part."""

    size: int
    of_copy: bool
    here: bool
    part: Path


def missing(province: Province, device: Device, digests: tuple[str, ...]) -> FileAnswer:
    """Say which of these files are wanted, and from which offset. Raises Refused `province_full`."""
    _must_have_room(province)
    named = {digest for digest in digests if size_named(province.db, device, digest) is not None}
    lacking = [digest for digest in digests if digest in named and not files.has(province.home, digest)]
    wanted.came(province, named - set(lacking))
    return FileAnswer(
        tuple(MissingFile(digest, offset_of(province, device, digest)) for digest in lacking),
        tuple(digest for digest in digests if digest not in named),
    )


def state(province: Province, device: Device, digest: str) -> UploadAnswer:
    """Say how far a file has come. Raises Refused `file_not_named`."""
    return _state(awaited(province, device, digest))


def _state(file: Awaited) -> UploadAnswer:
    return UploadAnswer(file.size, True) if file.here else UploadAnswer(copies.size_of(file.part), False)


def has_for(province: Province, device: Device, digest: str) -> bool:
    """Say whether a file of the device's dossiers is here; one of a copy is given to nobody. Raises Refused `file_not_named`."""
    file = awaited(province, device, digest)
    if file.of_copy:
        raise Refused("file_not_named", digest=digest)
    return file.here


def awaited(province: Province, device: Device, digest: str) -> Awaited:
    """Say what is known of a file that this device may send. Raises Refused `file_not_named`."""
    size = size_named(province.db, device, digest)
    if size is not None:
        return Awaited(size, False, files.has(province.home, digest), _part(province, device, digest))
    size = copies.size_named(province.db, device.id, digest)
    if size is None:
        raise Refused("file_not_named", digest=digest)
    here = copies.place(province, device.id, digest).exists()
    return Awaited(size, True, here, copies.part(province, device.id, digest))


def take_chunk(
    province: Province, device: Device, digest: str, offset: int, length: int, complete: bool, data: bytes
) -> UploadAnswer:
    """Append a chunk at `offset` of a file of `length` bytes; the chunk that ends it says so.

    Raises Refused: province_full, sync_two_machines, file_not_named, file_too_big, sync_body_too_big, upload_elsewhere (offset),
    upload_damaged.
    """
    _must_have_room(province)
    forks.must_be_one(province.db, device)
    file = awaited(province, device, digest)
    now = _state(file)
    if now.complete:
        return now
    _must_fit(province, file, length)
    if len(data) > CHUNK_BYTES_MAX or offset + len(data) > length:
        raise Refused("sync_body_too_big", limit=CHUNK_BYTES_MAX)
    if offset != now.offset:
        raise Refused("upload_elsewhere", offset=now.offset)
    _append(file.part, offset, data)
    crash_here("receiver_after_chunk")
    if offset + len(data) < length or not complete:
        return UploadAnswer(offset + len(data), False)
    _finish(province, device, file, digest)
    return UploadAnswer(length, True)


def _must_fit(province: Province, file: Awaited, length: int) -> None:
    limit = COPY_BYTES_MAX if file.of_copy else files.FILE_BYTES_MAX
    if length != file.size or length > limit:
        raise Refused("file_too_big", size=length, limit=limit)
    if file.of_copy:
        copies.must_have_room(province)


def size_named(db: Database, device: Device, digest: str) -> int | None:
    """Give the size by which an event of a dossier that this device owns names a file, or one it handed over; else None."""
    sql = """SELECT max(f.size) FROM dossier_file f JOIN dossier d ON d.id = f.dossier WHERE f.digest = ?1
             AND (d.device = ?2 OR EXISTS (SELECT 1 FROM copy_file c WHERE c.device = ?2 AND c.digest = ?1 AND c.dossier = d.id))"""
    return db.conn.execute(sql, [digest, device.id]).fetchone()[0]


def offset_of(province: Province, device: Device, digest: str) -> int:
    """Give how many bytes of an unfinished file are here."""
    part = _part(province, device, digest)
    return part.stat().st_size if part.exists() else 0


def _must_have_room(province: Province) -> None:
    if shutil.disk_usage(province.home.root).free < FREE_BYTES_MIN:
        raise Refused("province_full")


def _append(part: Path, offset: int, data: bytes) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as out:
        out.truncate(offset)
        out.write(data)


def _finish(province: Province, device: Device, file: Awaited, digest: str) -> None:
    with file.part.open("rb") as whole:
        fits = hashlib.file_digest(whole, "sha256").hexdigest() == digest
    if not fits:
        file.part.unlink()
        raise Refused("upload_damaged")
    crash_here("receiver_before_file_rename")
    if file.of_copy:
        return copies.take_in(province, device.id, digest)
    files.put_path(province.home, file.part)
    crash_here("receiver_after_file_rename")
    wanted.came(province, [digest])


def _part(province: Province, device: Device, digest: str) -> Path:
    return province.home.spool / "uploads" / f"{device.id}.{digest}"
