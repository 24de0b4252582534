"""A courier's bundle at the province: each entry goes to the function that answers the same call on the line, and the answer is
sealed to the device. What fits is kept, also of a torn stick; what does not fit is said by name.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from appliance.errors import Refused
from sync import protocol, segments
from sync.courier import container, layout
from sync.courier.container import Member, Opened, Torn
from sync.courier.layout import MARK, Answer, Entry, Manifest, Problem
from sync.protocol import (
    CHUNK_BYTES_MAX,
    DIGESTS_MAX,
    JSON_BYTES_MAX,
    KEYS_MAX,
    Hello,
    HelloAnswer,
    MissingFile,
    Statement,
    Verdict,
)
from sync.province import courier_out, feed_out, receiver, uploads
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.province.store_sqlite import Device

GOES_ON = (Verdict.EXTENDS, Verdict.ALREADY_HAVE)
Tell = Callable[[int, int], None]  # entries done, entries in all


@dataclass(frozen=True)
class Outcome:
    """What came of a stick: whose, which, what was answered, and where the answer lies."""

    device: str
    commune: str
    manifest: Manifest
    answer: Answer
    answer_path: Path


@dataclass
class Taking:
    """A bundle on its way in."""

    province: Province
    device: Device
    manifest: Manifest
    hellos: list[tuple[Hello, HelloAnswer]] = field(default_factory=list)
    segments: list[protocol.SegmentAnswer] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    cut: str = ""


def take_bundle(province: Province, path: Path, answers: Path, by: str, tell: Tell = lambda done, all: None) -> Outcome:
    """Take a bundle in and write its answer into the folder `answers`. Twice is once, and gives an answer again.

    Of a revoked device nothing is taken; its answer says so, and brings its feed up to that word: no line would tell it.
    Raises Refused: what container.opened says, courier_malformed, courier_version_unknown, courier_signature_wrong,
    device_unknown, courier_stick_full, courier_stick_gone.
    """
    with container.opened(path, province.age) as bundle:
        text, taking = _begin(province, bundle)
        try:
            if taking.device.revoked_at:
                taking.problems.append(Problem(layout.MANIFEST, "device_revoked"))
            else:
                _take_all(taking, bundle, tell)
        except Torn as torn:
            taking.cut = torn.code
    answer, id = _answer(taking), layout.id_of(text)
    where = courier_out.write(province, taking.device, taking.manifest, id, answer, answers)
    courier_out.remember(province, taking.manifest, id, answer, where.name, by)
    return Outcome(taking.device.id, taking.device.name, taking.manifest, answer, where)


def _begin(province: Province, bundle: Opened) -> tuple[bytes, Taking]:
    """Hear whom we know: a device whose event key signed the manifest."""
    text, signature = bundle.head()
    manifest = layout.decoded(text, Manifest)
    device = store.device(province.db, manifest.device)
    if device is None:
        raise Refused("device_unknown")
    layout.check(MARK, text, signature, device.key)
    return text, Taking(province, device, manifest)


def _take_all(taking: Taking, bundle: Opened, tell: Tell) -> None:
    entries = taking.manifest.entries
    done = 0
    for done, (entry, member) in enumerate(zip(entries, bundle, strict=False), start=1):
        tell(done, len(entries))
        if (member.name, member.size) != (entry.name, entry.size):
            raise Refused("courier_malformed")
        try:
            TAKERS.get(entry.kind, _pass_over)(taking, entry, member)
        except Torn:
            raise
        except Refused as refused:
            taking.problems.append(Problem(entry.name, refused.code))
    if next(iter(bundle), None) or done < len(entries):  # The first also reads to the last seal.
        raise Refused("courier_malformed")


def _pass_over(taking: Taking, entry: Entry, member: Member) -> None:
    """Leave an entry that a later version added."""


def _take_hello(taking: Taking, entry: Entry, member: Member) -> None:
    """Answer a hello. One whose head is held whole says nothing new: the stick came twice, or after a newer one, or the line."""
    said = layout.decoded(member.whole(entry, JSON_BYTES_MAX), Hello)
    province, device, inc = taking.province, taking.device, bytes.fromhex(said.life.inc)
    told = next((mark for mark in said.heads if mark.inc == said.life.inc), None)
    held = store.digest_at(province.db, device.id, inc, told.seq) if told and told.seq else None
    if told and held and held.hex() == told.digest:
        answer = HelloAnswer(Verdict.ALREADY_HAVE)
    else:
        answer = receiver.hello(province, device, said)
    taking.hellos.append((said, answer))
    if answer.verdict is Verdict.FORK:
        raise Refused("sync_fork")


def _take_segment(taking: Taking, entry: Entry, member: Member) -> None:
    data = member.whole(entry, segments.WIRE_BYTES_MAX)
    if not taking.hellos or taking.hellos[-1][1].verdict not in GOES_ON:
        raise Refused("life_unknown")  # The device would have stopped here on the line too.
    taking.segments.append(receiver.take_segment(taking.province, taking.device, data))


def _take_keys(taking: Taking, entry: Entry, member: Member) -> None:
    receiver.take_keys(taking.province, taking.device, member.whole(entry, JSON_BYTES_MAX))
    taking.keys.append(entry.name)


def _take_file(taking: Taking, entry: Entry, member: Member) -> None:
    """Take a file from where the province stands; the line may have brought a part of it, or all."""
    digest = entry.digest
    answer = uploads.missing(taking.province, taking.device, (digest,))
    if answer.refused:
        raise Refused("file_not_named")
    if answer.missing:
        _upload(taking, entry, member, answer.missing[0].offset)
    taking.files.append(digest)


def _upload(taking: Taking, entry: Entry, member: Member, wanted: int) -> None:
    for start in range(0, wanted, CHUNK_BYTES_MAX):
        member.read(min(CHUNK_BYTES_MAX, wanted - start))
    for at in range(wanted, entry.size, CHUNK_BYTES_MAX) or (0,):
        piece = member.read(CHUNK_BYTES_MAX)
        ends = at + len(piece) == entry.size
        uploads.take_chunk(taking.province, taking.device, entry.digest, at, entry.size, ends, piece)


TAKERS: dict[str, Callable[[Taking, Entry, Member], None]] = {
    "hello": _take_hello,
    "keys": _take_keys,
    "segments": _take_segment,
    "files": _take_file,
}


def _answer(taking: Taking) -> Answer:
    """Say how everything stands now that all was taken."""
    province, device = taking.province, taking.device
    if device.revoked_at:
        return Answer((), problems=tuple(taking.problems))
    short = any(problem.code in ("sync_gap", "file_not_named", "life_unknown") for problem in taking.problems)
    return Answer(
        lives=tuple(_stands(taking, said, answer) for said, answer in taking.hellos),
        segments=tuple(taking.segments),
        keys=tuple(taking.keys),
        files=tuple(taking.files),
        missing=_missing(province, device),
        problems=tuple(taking.problems),
        lacking=courier_out.lacking(province.db, taking.manifest) if short else (),
        cut=taking.cut,
    )


def _stands(taking: Taking, said: Hello, answer: HelloAnswer) -> HelloAnswer:
    db, device, inc = taking.province.db, taking.device.id, bytes.fromhex(said.life.inc)
    receipt = store.newest_receipt(db, device, inc)
    return msgspec.structs.replace(
        answer,
        have=store.head(db, device, inc) if store.life(db, device, inc) else answer.have,
        feed=feed_out.position(db, device),
        keys_wanted=store.keys_wanted(db, device, KEYS_MAX),
        receipt=msgspec.json.decode(receipt, type=Statement) if receipt and answer.verdict is not Verdict.FORK else None,
    )


def _missing(province: Province, device: Device) -> tuple[MissingFile, ...]:
    sql = "SELECT digest FROM file_wanted WHERE device = ? ORDER BY since LIMIT ?"
    wanted = tuple(row[0] for row in province.db.conn.execute(sql, [device.id, DIGESTS_MAX]).fetchall())
    return uploads.missing(province, device, wanted).missing if wanted else ()
