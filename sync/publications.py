"""What a province may publish, as bodies of feed records, and the files that travel beside them. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
import zstandard
from msgspec import Meta

from appliance import catalogue, clock, staff, trust
from appliance.decisions import Sort
from appliance.errors import Refused
from appliance.events import Sealed
from appliance.rights import Role
from sync.protocol import Device, Digest, Text

NOTE_CHARS_MAX = 2_000
BYTES_MAX = 4 * 1024 * 1024  # Of one file as it travels, compressed; the largest of today's catalogue is 0.16 MB.
PAPER_BYTES_MAX = 32 * 1024 * 1024  # Of one file that travels as it is.
REASON_CHARS_MAX = 300
REVOKED = {"certificate": "[0-9a-f]{64}", "device": "[0-9a-f-]{36}"}  # What may be revoked, and how its id looks.
PAPERS_MAX = 50  # Of one online dossier.
LEVEL = 19  # Packed once and fetched by every commune.

FilingCode = Annotated[str, Meta(pattern="^[0-9A-Z][0-9A-Z.-]{3,59}$")]


class File(msgspec.Struct, frozen=True):
    """A file that travels beside the record, as zstd: its name, SHA-256 and size as it travels."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9._-]{0,60}$")]
    file: Digest
    size: Annotated[int, Meta(ge=1, le=BYTES_MAX)]


class CatalogueSaid(msgspec.Struct, frozen=True):
    """A catalogue bundle: the digest it goes by, the day it takes effect, its version, its files."""

    digest: Digest
    effective_from: Text
    version: Text
    files: Annotated[tuple[File, ...], Meta(max_length=catalogue.FILES_MAX)]


class ProcessesSaid(msgspec.Struct, frozen=True):
    """A file of internal processes, and what to call it."""

    source: Text
    files: Annotated[tuple[File, ...], Meta(min_length=1, max_length=1)]


class TrustSaid(msgspec.Struct, frozen=True):
    """The whole list of roots and issuers that officers' signatures are judged by: base64 of DER."""

    roots: Annotated[tuple[str, ...], Meta(max_length=trust.FILES_MAX)]
    issuers: Annotated[tuple[str, ...], Meta(max_length=trust.FILES_MAX)]
    files: tuple[File, ...] = ()


class SoftwareSaid(msgspec.Struct, frozen=True):
    """A notice of a version of the software: to be read, nothing is done by itself."""

    version: Text
    note: Annotated[str, Meta(max_length=NOTE_CHARS_MAX)]
    files: tuple[File, ...] = ()


class AccountSaid(msgspec.Struct, frozen=True):
    """An account of somebody who works at this commune: whose, which roles, open or closed. Never a password.

    `together`: takes money besides accepting, because there are not enough people.
    """

    officer: Annotated[str, Meta(pattern=f"^{staff.ID.pattern}$")]
    name: Annotated[str, Meta(min_length=1, max_length=staff.NAME_CHARS_MAX)]
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=len(Role))]
    open: bool
    section: Annotated[str, Meta(max_length=100)] = ""
    together: bool = False
    files: tuple[File, ...] = ()

    def __post_init__(self) -> None:
        if any(role.startswith("province") for role in self.roles):
            raise ValueError("a role of the province")

    @property
    def about(self) -> str:
        """Name it for who reads what came of it."""
        return f"{self.officer} {self.name}"


class RevocationSaid(msgspec.Struct, frozen=True):
    """An officer's signing certificate (`id`: SHA-256 of its DER), or a device of this unit, that counts no more since a moment.

    `name` is whose it is; why, and `by` whose word. A later one of a certificate may be `withdrawn`: then it is as if never said.
    """

    what: Literal["certificate", "device"]
    id: Text
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    since: Text
    reason: Annotated[str, Meta(min_length=1, max_length=REASON_CHARS_MAX)]
    by: Annotated[str, Meta(min_length=1, max_length=200)]
    withdrawn: bool = False
    files: tuple[File, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(REVOKED[self.what], self.id) or clock.text_of(clock.moment_of(self.since)) != self.since:
            raise ValueError("neither a certificate nor a device, or no moment in UTC")
        if self.what == "device" and self.withdrawn:
            raise ValueError("a device is admitted anew, never taken back")

    @property
    def about(self) -> str:
        """Name it for who reads what came of it."""
        return self.name


class Paper(msgspec.Struct, frozen=True):
    """A file that travels beside the record as it is: its SHA-256 is the one that an event will name."""

    file: Digest
    size: Annotated[int, Meta(ge=1, le=PAPER_BYTES_MAX)]
    media: Literal["application/pdf"]


class DecisionSaid(msgspec.Struct, frozen=True):
    """What a higher agency decided on a dossier this device owns: which dossier, what, under which number and day, who, the file.

    `decision` names it; `words`, who decided and a note, are sealed under the dossier's key.
    """

    dossier: Device
    code: Annotated[str, Meta(min_length=1, max_length=60)]
    decision: Digest
    sort: Sort
    text: Annotated[str, Meta(min_length=1, max_length=60)]
    date: date
    agency: Annotated[str, Meta(min_length=1, max_length=200)]
    words: Sealed
    files: Annotated[tuple[Paper, ...], Meta(min_length=1, max_length=1)]

    @property
    def about(self) -> str:
        """Name it for who reads what came of it."""
        return f"{self.code}, số {self.text}"


class Sent(msgspec.Struct, frozen=True):
    """A file that travels beside the record as it is; JSON is the filing itself, all else a paper of it."""

    file: Digest
    size: Annotated[int, Meta(ge=1, le=PAPER_BYTES_MAX)]
    media: Literal["application/json", "application/pdf", "image/jpeg", "image/png"]


class FilingSaid(msgspec.Struct, frozen=True):
    """An online dossier for this commune: its portal's code, which procedure, the catalogue it was judged by, its files.

    The first file is the filing (sync/filings.py); no word about a person is in the record.
    """

    code: FilingCode
    procedure: Annotated[str, Meta(min_length=1, max_length=60)]
    catalogue: Digest
    files: Annotated[tuple[Sent, ...], Meta(min_length=1, max_length=PAPERS_MAX + 1)]

    def __post_init__(self) -> None:
        if [one.media == "application/json" for one in self.files] != [True, *[False] * (len(self.files) - 1)]:
            raise ValueError("the filing is not the first file")

    @property
    def about(self) -> str:
        """Name it for who reads what came of it."""
        return self.code


PUBLISHED: Mapping[str, type[Any]] = {
    "catalogue.published": CatalogueSaid,
    "processes.published": ProcessesSaid,
    "trust.published": TrustSaid,
    "software.noticed": SoftwareSaid,
    "account.stated": AccountSaid,
    "decision.stated": DecisionSaid,
    "revocation.stated": RevocationSaid,
    "filing.stated": FilingSaid,
}


def packed(data: bytes, name: str, keep: Callable[[bytes], str]) -> File:
    """Pack a file as it travels and keep it; gives how a record names it. Raises Refused `published_too_big`."""
    small = zstandard.ZstdCompressor(level=LEVEL).compress(data)
    if len(small) > BYTES_MAX:
        raise Refused("published_too_big", name=name, limit=BYTES_MAX)
    return File(name, keep(small), len(small))


def unpacked(data: bytes, most: int) -> bytes:
    """Give a file as it was, at most so many bytes. Raises ValueError."""
    try:
        if not 0 <= zstandard.frame_content_size(data) <= most:
            raise ValueError("too big")
        return zstandard.ZstdDecompressor().decompress(data, max_output_size=most)
    except zstandard.ZstdError as error:
        raise ValueError("not packed") from error
