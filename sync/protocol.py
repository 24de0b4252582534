"""Protocol sync/1: what the two ends say to each other. Pure: no clock, disk, SQL or network.

What the province decides from it stands in sync/judging.py, what the device does next in sync/steps.py.

Version 1 grows by adding fields that older ends ignore; a field is never given another meaning. docs/sync.md is the specification.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

VERSION = 1
SPOKEN = (VERSION,)  # Every version this end speaks: the newest and, once there are any, the two before it.
LIVES_MAX = 64
KEYS_MAX = 1_000
DIGESTS_MAX = 1_000
ROWS_MAX = 1_000
AGAIN_MAX = 100  # Dossiers that one request has folded again, inside one transaction.
FEED_RECORDS_MAX = 200
FEED_BYTES_MAX = 1024 * 1024
JSON_BYTES_MAX = 256 * 1024
CHUNK_BYTES_MIN = 64 * 1024
CHUNK_BYTES_MAX = 4 * 1024 * 1024
COPY_FILES_MAX = 1_000  # A snapshot a week and a file an hour after it are 170.
COPY_BYTES_MAX = 8 * 1024**3

Inc = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Seq = Annotated[int, Meta(ge=0, lt=2**62)]
Device = Annotated[str, Meta(min_length=36, max_length=36)]
Text = Annotated[str, Meta(max_length=200)]


class Verdict(StrEnum):
    """What the receiver says of a head or a segment; the last two only answer a hello."""

    EXTENDS = "extends"
    ALREADY_HAVE = "already_have"
    GAP = "gap"
    FORK = "fork"
    NEED_PARENT = "need_parent"
    BEHIND = "behind"


class Why(StrEnum):
    """What kind of fork it is: only the first may be healed by the device alone."""

    FORKED = "forked"  # The device shows another branch of a life, or a life under an ordinal that another one has.
    REPLACED = "replaced"  # A later life is held that the device does not know: its work goes on in another box.
    TWO_MACHINES = "two_machines"  # Two machines speak with one key at the same time; an operator decides.


class Mark(msgspec.Struct, frozen=True):
    """A head on the wire: incarnation, number of its last event, digest; all hex."""

    inc: Inc
    seq: Seq
    digest: Digest


class Life(msgspec.Struct, frozen=True):
    """An incarnation as the device declares it; `parent` is the head it continues, None at enrolment."""

    inc: Inc
    inc_no: Annotated[int, Meta(ge=1, lt=2**31)]
    parent: Mark | None = None


class HeldLife(msgspec.Struct, frozen=True):
    """A life as the province holds it: id, ordinal, parent, head (seq 0 while no event of it has come)."""

    inc: Inc
    inc_no: Annotated[int, Meta(ge=1, lt=2**31)]
    parent: Mark | None
    head: Mark


class Hello(msgspec.Struct, frozen=True):
    """What a device says first: the life it wants to send, every head it holds, how far it has the feed, its clock, its backlog.

    `session` is made in memory when the sending process starts and never lies on a disk, so that no copy of a disk has it;
    `heard` is the `told` of the last answer that this process received.
    """

    life: Life
    heads: Annotated[tuple[Mark, ...], Meta(max_length=LIVES_MAX)]
    feed: Seq = 0
    at: Text = ""
    quality: Text = ""
    waiting_events: Seq = 0
    waiting_files: Seq = 0
    app: Text = ""
    session: Annotated[str, Meta(pattern="^([0-9a-f]{32})?$")] = ""
    heard: Seq = 0


class Lost(msgspec.Struct, frozen=True):
    """Events of the device that only the province holds: `after` … `until` of a life."""

    inc: Inc
    after: Seq
    until: Seq


class Statement(msgspec.Struct, frozen=True):
    """Something the province signed: the text as signed, and base64 of the Ed25519 signature over mark ‖ text."""

    body: Annotated[str, Meta(max_length=2 * 1024 * 1024)]
    sig: Annotated[str, Meta(max_length=100)]


class HelloAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the province answers: verdict, its own head of that life, what it wants first, its newest feed position and receipt."""

    verdict: Verdict
    have: Mark | None = None
    need: str = ""  # need_parent: the incarnation to send first
    lost: Lost | None = None
    feed: Seq = 0
    keys_wanted: Annotated[tuple[str, ...], Meta(max_length=KEYS_MAX)] = ()
    receipt: Statement | None = None
    why: str = ""  # fork: a Why. `lives`: forked: all that are held; behind: the lost one, where the device does not know it
    lives: Annotated[tuple[HeldLife, ...], Meta(max_length=LIVES_MAX)] = ()
    told: Seq = 0  # number of this answer among those the device was ever given


class SegmentAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the province says of a segment it has durably: verdict, its head now, the receipt, events it could not fold."""

    verdict: Verdict
    have: Mark
    receipt: Statement
    quarantined: tuple[int, ...] = ()


class KeyNews(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dossier's key (base64 of 32 bytes), or the news that it was destroyed."""

    dossier: Device
    key_id: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    secret: Annotated[str, Meta(max_length=64)] = ""
    destroyed_at: Text = ""


class KeyBundle(msgspec.Struct, frozen=True):
    """What is sealed to the province's age key, bound to its sender so that nobody else can hand it in."""

    device: Device
    keys: Annotated[tuple[KeyNews, ...], Meta(max_length=KEYS_MAX)]


class FileQuestion(msgspec.Struct, frozen=True):
    """Which of these files are missing?"""

    digests: Annotated[tuple[Digest, ...], Meta(max_length=DIGESTS_MAX)]


class MissingFile(msgspec.Struct, frozen=True):
    """A file the province wants, from `offset` on."""

    digest: Digest
    offset: Seq = 0


class FileAnswer(msgspec.Struct, frozen=True):
    """The files that are wanted; `refused` are those that no event of this device names."""

    missing: tuple[MissingFile, ...]
    refused: tuple[str, ...] = ()


class CopyFile(msgspec.Struct, frozen=True):
    """A sealed file of a copy of the database: its name in the replica, digest and size as it travels."""

    name: Annotated[str, Meta(pattern=r"^ltx/[1-9]/[0-9a-f]{16}-[0-9a-f]{16}\.ltx$")]
    file: Digest
    size: Annotated[int, Meta(ge=1, le=COPY_BYTES_MAX)]


class CopyList(msgspec.Struct, frozen=True):
    """All that a copy of the database consists of now: of which life, up to which moment (UTC text), and its files."""

    inc: Inc
    at: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
    files: Annotated[tuple[CopyFile, ...], Meta(min_length=1, max_length=COPY_FILES_MAX)]


class UploadAnswer(msgspec.Struct, frozen=True):
    """How far a file has come."""

    offset: Seq
    complete: bool


class WhyUnequal(StrEnum):
    """Why the province cannot make a dossier hold what it holds at its box."""

    KEY_WANTED = "key_wanted"
    SET_ASIDE = "set_aside"  # An event of it could not be read into the rows.
    DAMAGED_THERE = "damaged_there"  # Bytes of an event are not what the chain says.
    OF_ANOTHER = "of_another"  # No event of this device began it.


class ContentsAnswer(msgspec.Struct, frozen=True):
    """What the device's dossiers hold at the province: by which rules its rows are made, of which heads (`at`), how many
    dossiers, the digest of all; and files that they name and that are not there."""

    rules: Seq
    at: Digest
    dossiers: Seq
    digest: Digest
    missing: Annotated[tuple[Digest, ...], Meta(max_length=DIGESTS_MAX)] = ()


class Buckets(msgspec.Struct, frozen=True):
    """The first 8 bytes of the digest of each of the 256 buckets, one after the other."""

    at: Digest
    buckets: Annotated[str, Meta(pattern="^[0-9a-f]{4096}$")]


class Rows(msgspec.Struct, frozen=True):
    """The next dossiers of a bucket: id to the first 8 bytes of its digest."""

    at: Digest
    rows: Annotated[dict[Device, Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]], Meta(max_length=ROWS_MAX)]
    more: bool = False


class AgainQuestion(msgspec.Struct, frozen=True):
    """Dossiers whose rows should be made anew."""

    dossiers: Annotated[tuple[Device, ...], Meta(max_length=AGAIN_MAX)]


class FoldedAgain(msgspec.Struct, frozen=True):
    """What came of it: for each dossier that cannot be made whole there, why."""

    at: Digest
    why: dict[Device, Text]


class InventoryLife(msgspec.Struct, frozen=True):
    """A page of what the province holds of a life, worked out from stored bytes: the stored head, SHA-256 of each event from
    `after` + 1 on, and the numbers of those that do not fit into the chain."""

    head: Mark
    after: Seq
    events: tuple[str, ...]
    broken: tuple[int, ...] = ()


class InventoryFile(msgspec.Struct, frozen=True):
    """A file by its name, and the digest its bytes have now; empty when it is not there."""

    digest: Digest
    found: str


class InventoryFiles(msgspec.Struct, frozen=True):
    """A page of the files that events of this device name, in order of digest."""

    files: tuple[InventoryFile, ...]
    more: bool


def common_version(own: Sequence[int], tried: int, spoken: int) -> int | None:
    """Give the newest of our versions to go on with after one was refused by an end whose newest is `spoken`; None for none."""
    return max((one for one in own if one <= spoken and one < tried), default=None)
