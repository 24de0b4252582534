"""A tar inside age, as a stream in both directions: nothing is held whole in memory, and no clear byte touches a disk.

Written under another name, flushed to the stick, then renamed: what bears a bundle's name was written to its end. Read entry by
entry: age vouches for each 64 KiB, so that what came before a torn place is good.
"""

import errno
import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, BinaryIO

import pyrage

from appliance.durable import sync_folder
from appliance.errors import Refused
from sync.courier import layout
from sync.courier.layout import MANIFEST, MANIFEST_BYTES_MAX, SIGNATURE, Entry

PART = ".dang-chep"  # Says to who looks at the stick that this one is not done.
PIECE = 1024 * 1024
TAR_BLOCK, TAR_END = 512, 10_240
ENTRY_BYTES = 2 * TAR_BLOCK + 200  # Heading and filling in the tar, and its line in the manifest.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FIRST_LINE = b"age-encryption.org/v1"
SIGNATURE_BYTES_MAX = 200
Tell = Callable[[int], None]


class Torn(Refused):
    """A bundle that could be read only up to a place: `courier_cut`, `courier_damaged`."""


@dataclass(frozen=True)
class Source:
    """An entry to be written, and how its bytes are opened."""

    entry: Entry
    open: Callable[[], BinaryIO]


def body(name: str, data: bytes) -> Source:
    """Make an entry of bytes."""
    return Source(layout.entry_of(name, data), lambda: io.BytesIO(data))


def write(
    target: Path, manifest: bytes, signature: bytes, sources: Sequence[Source], to: pyrage.x25519.Recipient, tell: Tell
) -> int:
    """Write a bundle; gives its size. `tell` hears how many bytes are written so far.

    Raises Refused `courier_stick_full`, `courier_stick_gone`, `courier_changed` (a source went away); then nothing bears the
    bundle's name.
    """
    part = target.with_name(target.name + PART)
    every = [body(MANIFEST, manifest), body(SIGNATURE, signature), *sources]
    try:
        with part.open("wb") as out:
            sink = _Sink(out, tell)
            _seal(every, sink, to)
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise Refused("courier_stick_full" if error.errno in FULL else "courier_stick_gone") from error
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return sink.count


class _Sink:
    """What age writes to; keeps the disk's own error, which age only words."""

    def __init__(self, out: BinaryIO, tell: Tell):
        self._out, self._tell, self.count = out, tell, 0
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            written = self._out.write(data)
        except OSError as error:
            self.error = error
            raise
        self.count += written
        self._tell(self.count)
        return written

    def flush(self) -> None:
        self._out.flush()


def _seal(sources: Sequence[Source], sink: _Sink, to: pyrage.x25519.Recipient) -> None:
    faults: list[Exception] = []
    with _pipe(lambda out: _tar(sources, out), faults) as plain:
        try:
            pyrage.encrypt_io(plain, sink, [to])
        except (pyrage.EncryptError, OSError):
            raise sink.error or OSError(errno.EIO, "not written") from None
    if faults:
        raise Refused("courier_changed")


def _tar(sources: Sequence[Source], out: BinaryIO) -> None:
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, bufsize=PIECE) as tar:
        for source in sources:
            heading = tarfile.TarInfo(source.entry.name)
            heading.size, heading.mode = source.entry.size, 0o440
            with source.open() as data:
                tar.addfile(heading, data)


@contextmanager
def _pipe(work: Callable[[BinaryIO], None], faults: list[Exception]) -> Iterator[BinaryIO]:
    """Have a thread write into what the block reads; what it failed with is in `faults` when the block has ended."""
    reads, writes = os.pipe()

    def run() -> None:
        with suppress(OSError), os.fdopen(writes, "wb", buffering=PIECE) as out:
            try:
                work(out)
            except Exception as fault:  # Before the pipe is closed: who reads to its end looks for it then.
                faults.append(fault)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        with os.fdopen(reads, "rb", buffering=PIECE) as plain:
            yield plain
    finally:
        thread.join()


class Member:
    """One entry as it is read. Its bytes can be read once, in order."""

    def __init__(self, name: str, size: int, data: IO[bytes], why: Callable[[], Refused]):
        self.name, self.size, self._data, self._why = name, size, data, why

    def read(self, most: int) -> bytes:
        """Read exactly so many bytes, or fewer at the end of the entry. Raises Torn."""
        try:
            return self._data.read(most)
        except (tarfile.TarError, OSError):
            raise self._why() from None

    def whole(self, entry: Entry, most: int) -> bytes:
        """Read a small entry and check it against the manifest. Raises Refused `courier_malformed`, Torn."""
        data = self.read(most) if self.size <= most else b""
        if len(data) != entry.size or hashlib.sha256(data).hexdigest() != entry.digest:
            raise Refused("courier_malformed")
        return data


class Opened:
    """A bundle that is being read. Iterate once: its entries in order, the manifest first."""

    def __init__(self, plain: BinaryIO, faults: list[Exception], file: BinaryIO):
        self._plain, self._faults, self._file = plain, faults, file
        self._size = os.fstat(file.fileno()).st_size
        self._members = self._walk()

    def __iter__(self) -> Iterator[Member]:
        return self._members

    def head(self) -> tuple[bytes, bytes]:
        """Give manifest and signature. Raises Refused `courier_malformed` and why nothing could be read."""
        found = []
        for name, most in ((MANIFEST, MANIFEST_BYTES_MAX), (SIGNATURE, SIGNATURE_BYTES_MAX)):
            member = next(self._members, None)
            if member is None or member.name != name or member.size > most:
                raise Refused("courier_malformed")
            found.append(member.read(most))
        return found[0], found[1]

    def _walk(self) -> Iterator[Member]:
        try:
            with tarfile.open(fileobj=self._plain, mode="r|", bufsize=PIECE) as tar:
                for heading in tar:
                    data = tar.extractfile(heading) if heading.isfile() else None
                    if data is None:
                        raise Refused("courier_malformed")
                    yield Member(heading.name, heading.size, data, self.why)
            while self._plain.read(PIECE):
                pass  # To the last seal: only there age knows that nothing was cut off.
        except (tarfile.TarError, OSError):
            raise self.why() from None
        if self._faults:
            raise self.why()

    def why(self) -> Refused:
        """Say why reading ended before the end."""
        fault = self._faults[0] if self._faults else None
        if isinstance(fault, pyrage.DecryptError):
            return Refused("courier_not_ours" if self._begins_well() else "courier_no_bundle")
        return Torn("courier_cut" if self._file.tell() >= self._size else "courier_damaged")

    def _begins_well(self) -> bool:
        with suppress(OSError):
            self._file.seek(0)
            return self._file.read(len(FIRST_LINE)) == FIRST_LINE
        return False


@contextmanager
def opened(path: Path, identity: pyrage.x25519.Identity) -> Iterator[Opened]:
    """Open a bundle for reading. Raises Refused `courier_unreadable`; reading raises what Opened and Member say."""
    try:
        file = path.open("rb")
    except OSError:
        raise Refused("courier_unreadable") from None
    faults: list[Exception] = []
    with file, _pipe(lambda out: pyrage.decrypt_io(file, out, [identity]), faults) as plain:
        yield Opened(plain, faults, file)
