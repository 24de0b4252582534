"""Content-addressed files: files/ab/cd/<64 hex>, written durably before the event that names them, never changed.

No extension, no name of a person: the media type stands in the event. A file that is there under its digest is there for ever,
until its dossier is erased.
"""

import hashlib
import math
import os
from pathlib import Path

from appliance.config import Home
from appliance.durable import sync_folder, write_durably
from appliance.errors import Refused

FILE_MODE = 0o440
FILE_BYTES_MAX = 256 * 1024 * 1024


def digest_of(data: bytes) -> str:
    """Name bytes by their SHA-256, as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def path_of(home: Home, digest: str) -> Path:
    """Say where the file with this digest lies, whether or not it is there. Raises ValueError for no digest."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ValueError("not a SHA-256 digest")
    return home.files / digest[:2] / digest[2:4] / digest


def put(home: Home, data: bytes) -> str:
    """Keep `data` durably and give its digest. Putting the same bytes twice is one file."""
    if len(data) > FILE_BYTES_MAX:
        raise Refused("file_too_big", size=len(data), limit=FILE_BYTES_MAX)
    digest = digest_of(data)
    path = path_of(home, digest)
    if path.exists():
        os.utime(path)  # It is wanted anew: what tidies up takes only what was not wanted for long.
    else:
        _make_folders(home.files, path.parent)
        write_durably(path, data, FILE_MODE)
    return digest


def put_path(home: Home, path: Path) -> str:
    """Take in a file that lies whole on the same file system: `path` is moved, not copied. Gives its digest."""
    with path.open("rb") as whole:
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
        os.fchmod(whole.fileno(), FILE_MODE)
        os.fsync(whole.fileno())
    target = path_of(home, digest)
    _make_folders(home.files, target.parent)
    path.replace(target)
    sync_folder(target.parent)
    return digest


def put_checked(home: Home, path: Path, digest: str) -> bool:
    """Take in a file as `put_path` does where its bytes are what `digest` says; else leave it and say no."""
    with path.open("rb") as whole:
        if hashlib.file_digest(whole, "sha256").hexdigest() != digest:
            return False
    put_path(home, path)
    return True


def has(home: Home, digest: str) -> bool:
    """Say whether the file is here; does not read it."""
    return path_of(home, digest).exists()


def put_at(home: Home, digest: str) -> float:
    """Give when the file was last put, in Unix seconds; the end of time when it is not here."""
    try:
        return path_of(home, digest).stat().st_mtime
    except FileNotFoundError:
        return math.inf


def read(home: Home, digest: str) -> bytes:
    """Give the bytes, checked against their name. Raises Refused `file_missing` or `file_damaged`."""
    try:
        data = path_of(home, digest).read_bytes()
    except FileNotFoundError:
        raise Refused("file_missing", digest=digest[:12]) from None
    if digest_of(data) != digest:
        raise Refused("file_damaged", digest=digest[:12])
    return data


def found(home: Home, digest: str) -> str:
    """Give the digest that the stored bytes have now, read anew; empty when no file is there."""
    try:
        with path_of(home, digest).open("rb") as stored:
            return hashlib.file_digest(stored, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def remove(home: Home, digest: str) -> None:
    """Delete a file for good (erasure of a person, a draft page nobody accepted)."""
    path = path_of(home, digest)
    path.unlink(missing_ok=True)
    if path.parent.exists():
        sync_folder(path.parent)


def all_digests(home: Home) -> list[str]:
    """List the digests of all files here, sorted."""
    return sorted(path.name for path in home.files.glob("??/??/*") if len(path.name) == 64)


def _make_folders(top: Path, folder: Path) -> None:
    if folder.exists():
        return
    for part in (top, folder.parent, folder):
        if not part.exists():
            part.mkdir(mode=0o750, exist_ok=True)
            sync_folder(part.parent)
