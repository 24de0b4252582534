"""Files on their way in: bounded chunks appended to a part in the spool, checked against their name at the end, then moved durably.

Only a file that an event of the sending device names is taken, so that nobody learns from us what others hold.
"""

import hashlib
import shutil
from pathlib import Path

from sqlite_utils.db import Database

from appliance import files
from appliance.crash import crash_here
from appliance.errors import Refused
from sync.protocol import CHUNK_BYTES_MAX, FileAnswer, MissingFile, UploadAnswer
from sync.province import forks, wanted
from sync.province.opened import Province
from sync.province.store_sqlite import Device

FREE_BYTES_MIN = 512 * 1024**2  # What stays free for events: files wait before the ledger has to.


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
    size = size_named(province.db, device, digest)
    if size is None:
        raise Refused("file_not_named", digest=digest)
    if files.has(province.home, digest):
        return UploadAnswer(size, True)
    return UploadAnswer(offset_of(province, device, digest), False)


def take_chunk(
    province: Province, device: Device, digest: str, offset: int, length: int, complete: bool, data: bytes
) -> UploadAnswer:
    """Append a chunk at `offset` of a file of `length` bytes; the chunk that ends it says so.

    Raises Refused: province_full, sync_two_machines, file_not_named, file_too_big, sync_body_too_big, upload_elsewhere (offset),
    upload_damaged.
    """
    _must_have_room(province)
    forks.must_be_one(province.db, device)
    now = state(province, device, digest)
    if now.complete:
        return now
    if length != size_named(province.db, device, digest) or length > files.FILE_BYTES_MAX:
        raise Refused("file_too_big", size=length, limit=files.FILE_BYTES_MAX)
    if len(data) > CHUNK_BYTES_MAX or offset + len(data) > length:
        raise Refused("sync_body_too_big", limit=CHUNK_BYTES_MAX)
    if offset != now.offset:
        raise Refused("upload_elsewhere", offset=now.offset)
    part = _part(province, device, digest)
    _append(part, offset, data)
    crash_here("receiver_after_chunk")
    if offset + len(data) < length or not complete:
        return UploadAnswer(offset + len(data), False)
    _finish(province, part, digest)
    return UploadAnswer(length, True)


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


def _finish(province: Province, part: Path, digest: str) -> None:
    with part.open("rb") as whole:
        fits = hashlib.file_digest(whole, "sha256").hexdigest() == digest
    if not fits:
        part.unlink()
        raise Refused("upload_damaged")
    crash_here("receiver_before_file_rename")
    files.put_path(province.home, part)
    crash_here("receiver_after_file_rename")
    wanted.came(province, [digest])


def _part(province: Province, device: Device, digest: str) -> Path:
    return province.home.spool / "uploads" / f"{device.id}.{digest}"
