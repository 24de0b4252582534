"""What a courier's bundle and its answer say of themselves: manifests, their signatures, names of files. Pure.

A bundle is age of an ordinary tar: manifest.json, manifest.sig, then the entries in the order of the manifest. The signature
covers the manifest and, through its digests, every entry. Nothing outside the seal names a person; the name of the file says only
which device, which day, which number.
"""

import base64
import hashlib
from datetime import datetime
from typing import Annotated, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta

from appliance.errors import Refused
from sync.protocol import DIGESTS_MAX, Device, Digest, HelloAnswer, MissingFile, SegmentAnswer, Seq, Text

VERSION = 1
MARK = b"motcua-courier-1"
ANSWER_MARK = b"motcua-courier-answer-1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
ENDING = ".age"
ENTRIES_MAX = 20_000
MANIFEST_BYTES_MAX = 8 * 1024 * 1024
ANSWER_BYTES_MAX = 8 * 1024 * 1024
BODIES_BYTES_MAX = 64 * 1024 * 1024  # Of segments and keys in one bundle: they are held in memory while it is made.
Said = TypeVar("Said", bound=msgspec.Struct)


class Entry(msgspec.Struct, frozen=True):
    """An entry of the tar: name, bytes, SHA-256."""

    name: Text
    size: Seq
    digest: Digest

    @property
    def kind(self) -> str:
        """Give the folder it lies in: hello, keys, segments, files, answer, feed, lost, crls."""
        return self.name.partition("/")[0]


Entries = Annotated[tuple[Entry, ...], Meta(max_length=ENTRIES_MAX)]


class Manifest(msgspec.Struct, frozen=True):
    """What a bundle of a device holds. `part` counts the sticks of one series from 1; `last` when nothing that waited was left
    out; `feed` is how far the device has its feed; `reply_to` the age recipient that the answer is sealed to; `wants` names
    files of its feed that it waits for."""

    version: int
    device: Device
    number: Seq
    part: Seq
    last: bool
    made_at: Text
    feed: Seq
    reply_to: Text
    entries: Entries
    wants: Annotated[tuple[Digest, ...], Meta(max_length=DIGESTS_MAX)] = ()


class AnswerManifest(msgspec.Struct, frozen=True):
    """What an answer holds, and to which bundle of which device it is one."""

    version: int
    device: Device
    bundle: Digest
    number: Seq
    answered_at: Text
    entries: Entries


class Problem(msgspec.Struct, frozen=True):
    """An entry that was not taken, and the code the wire would have answered."""

    entry: Text
    code: Text


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the province says of a bundle, in the words of the wire. `lives`: a hello's answer for each hello in the bundle, with
    what is held after everything was taken. `keys`: the key entries taken. `files`: digests that are here and whole. `missing`:
    files the province wants of this device. `lacking`: numbers of bundles that have to come before. `cut`: why reading ended early.
    """

    lives: tuple[HelloAnswer, ...]
    segments: tuple[SegmentAnswer, ...] = ()
    keys: tuple[str, ...] = ()
    files: tuple[Digest, ...] = ()
    missing: tuple[MissingFile, ...] = ()
    problems: tuple[Problem, ...] = ()
    lacking: tuple[int, ...] = ()
    cut: str = ""

    @property
    def good(self) -> bool:
        """Whether everything in the bundle was taken."""
        return not self.problems and not self.cut


def entry_of(name: str, data: bytes) -> Entry:
    """Name a body."""
    return Entry(name, len(data), hashlib.sha256(data).hexdigest())


def id_of(manifest: bytes) -> str:
    """Name a bundle by its manifest: the same stick twice is the same bundle."""
    return hashlib.sha256(manifest).hexdigest()


def bundle_name(device: str, day: datetime, number: int) -> str:
    """Name a bundle's file: device, day, number; nothing else is said outside the seal."""
    return f"motcua-{short(device)}-{day:%Y%m%d}-goi-{number:04d}{ENDING}"


def answer_name(device: str, day: datetime, number: int) -> str:
    """Name the file of an answer."""
    return f"motcua-{short(device)}-{day:%Y%m%d}-tra-loi-{number:04d}{ENDING}"


def short(device: str) -> str:
    """Give the end of a device's id: its beginning is a time, and boxes are enrolled by the dozen."""
    return device[-8:]


def sign(mark: bytes, manifest: bytes, key: Ed25519PrivateKey) -> bytes:
    """Sign a manifest."""
    return base64.b64encode(key.sign(mark + manifest))


def check(mark: bytes, manifest: bytes, signature: bytes, key: Ed25519PublicKey) -> None:
    """Check who made a bundle. Raises Refused `courier_signature_wrong`."""
    try:
        key.verify(base64.b64decode(signature, validate=True), mark + manifest)
    except (InvalidSignature, ValueError):
        raise Refused("courier_signature_wrong") from None


def decoded(data: bytes, kind: type[Said]) -> Said:
    """Read a manifest or a body. Raises Refused `courier_malformed`, `courier_version_unknown`."""
    try:
        said = msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError:
        raise Refused("courier_malformed") from None
    if getattr(said, "version", VERSION) != VERSION:
        raise Refused("courier_version_unknown")
    return said
