"""The one way a file that matters is written: temporary name, write, fsync, rename, fsync of the folder. What a full disk is."""

import errno
import os
import secrets
from pathlib import Path

SQLITE_FULL = 13


def is_full(error: BaseException) -> bool:
    """Say whether a file or the database could not be written for want of room."""
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or getattr(error, "sqlite_errorcode", None) == SQLITE_FULL


def write_durably(path: Path, data: bytes, mode: int = 0o640) -> None:
    """Put `data` at `path` so that after a power cut either the old or the new content is there, whole."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename or a deletion in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
