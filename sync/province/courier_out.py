"""The answer to a courier's bundle, written and remembered: receipts and verdicts, the feed, revocation lists, and lost events.

Sealed to the recipient that the device named in its signed manifest, signed by the province's signing key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import msgspec
import pyrage
from sqlite_utils.db import Database

from appliance import clock, events, files
from appliance.errors import Refused
from appliance.trust import read_trust
from sync import segments
from sync.courier import container, layout
from sync.courier.container import Source, body
from sync.courier.layout import ANSWER_MARK, BODIES_BYTES_MAX, Answer, AnswerManifest, Manifest
from sync.protocol import KEYS_MAX, Lost, Verdict
from sync.province import feed_out, given_back, publishing
from sync.province.opened import Province
from sync.province.store_sqlite import Device
from sync.statements import Record

LISTED_MAX = 100


@dataclass(frozen=True)
class Taken:
    """A bundle in the list: whose, which, when and by whom it was taken in, how often, what was said, the name of the answer."""

    id: str
    device: str
    commune: str
    number: int
    part: int
    made_at: str
    taken_at: str
    taken_by: str
    times: int
    said: Answer
    answer: str


def write(province: Province, device: Device, manifest: Manifest, id: str, answer: Answer, folder: Path) -> Path:
    """Write an answer. Raises Refused `courier_malformed`, `courier_stick_full`, `courier_stick_gone`."""
    try:
        to = pyrage.x25519.Recipient.from_str(manifest.reply_to)
    except pyrage.RecipientError:
        raise Refused("courier_malformed") from None
    sources = list(_bounded(_sources(province, device, manifest, answer)))
    at = clock.stamp()
    entries = tuple(source.entry for source in sources)
    text = msgspec.json.encode(AnswerManifest(layout.VERSION, device.id, id, manifest.number, at, entries))
    path = folder / layout.answer_name(device.id, clock.local(at), manifest.number)
    container.write(path, text, layout.sign(ANSWER_MARK, text, province.signing), sources, to, lambda done: None)
    return path


def _bounded(sources: Iterator[Source]) -> Iterator[Source]:
    """Pass entries on while the box can hold them all; what is left out comes with the answer to its next bundle."""
    room = BODIES_BYTES_MAX
    for source in sources:
        room -= source.entry.size
        if room < 0:
            return
        yield source


def _sources(province: Province, device: Device, manifest: Manifest, answer: Answer) -> Iterator[Source]:
    yield body("answer/answer.json", msgspec.json.encode(answer))
    if device.revoked_at:
        if lines := _last_words(province, device, manifest.feed, device.revoked_at):
            yield body("feed/0001.ndjson", lines)
        return
    for life in answer.lives:
        if life.verdict is Verdict.BEHIND and life.lost:
            yield from _lost(province, device, life.lost, manifest.reply_to)
    for number, lines in enumerate(feed_out.pages(province.db, device.id, manifest.feed), start=1):
        yield body(f"feed/{number:04d}.ndjson", lines)
    for number, der in enumerate(read_trust(province.home.trust).crls, start=1):
        yield body(f"crls/{number:04d}.crl", der)
    for digest in publishing.wanted(province, device.id, manifest.feed, manifest.wants):
        yield body(f"files/{digest}", files.read(province.home, digest))


def _last_words(province: Province, device: Device, after: int, revoked_at: str) -> bytes:
    """Give a revoked device's feed up to the word that it is: what its communes are told later is no longer for it."""
    told = feed_out.records(province.db, device.id, after)
    before = takewhile(lambda one: msgspec.json.decode(one.body, type=Record).at <= revoked_at, told)
    return b"".join(msgspec.json.encode(one) + b"\n" for one in before)


def _lost(province: Province, device: Device, lost: Lost, recipient: str) -> Iterator[Source]:
    """Give back what the device lost, keys before the events they open."""
    inc, after, packed = bytes.fromhex(lost.inc), lost.after, []
    dossiers: dict[str, None] = {}
    while after < lost.until:
        packed.append(given_back.lost_events(province, device, inc, after))
        segment = segments.unpack(packed[-1], device.mark, province.signing.public_key())
        dossiers |= dict.fromkeys(event.k for event in map(events.decode, segment.events) if event.p)
        after = segment.last
    wanted = tuple(dossiers)
    for start in range(0, len(wanted), KEYS_MAX):
        sealed = given_back.lost_keys(province, device, wanted[start : start + KEYS_MAX], recipient)
        yield body(f"lost-keys/{start:06d}.age", sealed)
    for number, data in enumerate(packed, start=1):
        yield body(f"lost/{lost.inc}-{number:04d}.zst", data)


def remember(province: Province, manifest: Manifest, id: str, answer: Answer, name: str, by: str) -> None:
    """Write down that a bundle was taken in; the same one again only counts."""
    with province.writing() as db:
        db.conn.execute(
            """INSERT INTO courier_in (id, device, number, part, made_at, taken_at, taken_by, times, whole, said, answer)
               VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
               ON CONFLICT (id) DO UPDATE SET times = times + 1, taken_at = excluded.taken_at, taken_by = excluded.taken_by,
                   whole = max(whole, excluded.whole), said = excluded.said, answer = excluded.answer""",
            [id, manifest.device, manifest.number, manifest.part, manifest.made_at, clock.stamp(), by, not answer.cut,
             msgspec.json.encode(answer), name],
        )  # fmt: skip


def lacking(db: Database, manifest: Manifest) -> tuple[int, ...]:
    """List the sticks of the same series that have to come before and have not come whole."""
    sql = "SELECT number FROM courier_in WHERE device = ? AND whole = 1"
    came = {row[0] for row in db.conn.execute(sql, [manifest.device]).fetchall()}
    return tuple(number for number in range(manifest.number - manifest.part + 1, manifest.number) if number not in came)


def listed(db: Database) -> list[Taken]:
    """List the bundles that came, newest first."""
    sql = """SELECT c.id, c.device, coalesce(d.name, c.device) AS commune, c.number, c.part, c.made_at, c.taken_at, c.taken_by,
                    c.times, c.said, c.answer
             FROM courier_in c LEFT JOIN device d ON d.id = c.device ORDER BY c.taken_at DESC, c.id LIMIT ?"""
    return [Taken(**row | {"said": msgspec.json.decode(row["said"], type=Answer)}) for row in db.query(sql, [LISTED_MAX])]
