"""Taking the province's answer in on the box, by the functions the line uses: receipts, feed, lost events; all checked anew.

An answer is read whole before anything of it takes effect. An old one does no harm: receipts and records have numbers.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from appliance import files, ledger, trust
from appliance.box import Box, open_new_life
from appliance.errors import Refused
from sync import feed, files_out, key_bundles, progress, published, recovery
from sync.courier import books, container, layout
from sync.courier.layout import ANSWER_MARK, BODIES_BYTES_MAX, Answer, AnswerManifest, Problem
from sync.protocol import HelloAnswer, KeyBundle, KeyNews, Statement, Verdict
from sync.sender import Sender, keep_receipt, note_keys_sent
from sync.statements import Receipt, read_receipt
from sync.wire import Wire


@dataclass(frozen=True)
class Came:
    """What an answer brought: of which bundle, whether a newer one was here before, the newest receipt, counts, what is amiss."""

    number: int
    old: bool
    receipt: int | None
    received_at: str
    receipts: int
    records: int
    files: int
    lists: int
    recovered: int
    behind: bool
    feed_gap: bool
    problems: tuple[Problem, ...]
    lacking: tuple[int, ...]
    cut: str
    missing: int


@dataclass(frozen=True)
class Parcel:
    """An answer that was read to its end: what it says of itself, and its entries by name."""

    said: AnswerManifest
    bodies: dict[str, bytes]

    def of(self, kind: str) -> list[bytes]:
        """List the bodies of a kind, in order."""
        return [data for name, data in self.bodies.items() if name.startswith(f"{kind}/")]


def take_answer(sender: Sender, path: Path) -> Came:
    """Take an answer in. Raises Refused: what container.opened says, courier_signature_wrong, courier_malformed,
    courier_other_device, receipt_false, feed_false; courier_cut and courier_damaged change nothing."""
    box = sender.box
    parcel = _read(box, sender.province, path)
    answer = layout.decoded(parcel.bodies.get("answer/answer.json", b""), Answer)
    receipts = [*(life.receipt for life in answer.lives if life.receipt), *(taken.receipt for taken in answer.segments)]
    new = sum([keep_receipt(sender, statement) for statement in receipts])
    behind = _settle_behind(box, answer)
    recovered = sum(_fetch_lost(sender, parcel, life) for life in answer.lives)
    if _is_judged_whole(box, answer):
        recovery.is_whole(sender)
    _confirm(box, parcel.said, answer)
    newest = books.answered(box, parcel.said.number, parcel.said.bundle, answer)
    last = max((read_receipt(one, sender.province) for one in receipts), key=lambda one: one.number, default=None)
    _show(box, last)
    lists = _keep_lists(box, parcel)
    records, gap = _take_feed(box, sender.province, parcel)
    _take_published(box, parcel)
    return Came(
        number=parcel.said.number,
        old=not newest,
        receipt=last.number if last else None,
        received_at=last.received_at if last else "",
        receipts=new,
        records=records,
        files=len(answer.files),
        lists=lists,
        recovered=recovered,
        behind=behind,
        feed_gap=gap,
        problems=answer.problems,
        lacking=answer.lacking,
        cut=answer.cut,
        missing=len(answer.missing),
    )


def _read(box: Box, key: Ed25519PublicKey, path: Path) -> Parcel:
    with container.opened(path, books.identity(box.home)) as bundle:
        text, signature = bundle.head()
        layout.check(ANSWER_MARK, text, signature, key)
        said = layout.decoded(text, AnswerManifest)
        if said.device != box.device:
            raise Refused("courier_other_device")
        entries, room = {entry.name: entry for entry in said.entries}, BODIES_BYTES_MAX
        bodies: dict[str, bytes] = {}
        for member in bundle:
            if member.name not in entries:
                raise Refused("courier_malformed")
            bodies[member.name] = member.whole(entries[member.name], room)
            room -= member.size
    if bodies.keys() != entries.keys():
        raise Refused("courier_malformed")
    return Parcel(said, bodies)


def _settle_behind(box: Box, answer: Answer) -> bool:
    """Begin a new life when the province stands further in the one we write: we are an older copy. Says whether we were."""
    held = [(life.have.inc, life.have.seq) for life in answer.lives if life.have]
    held += [(life.lost.inc, life.lost.until) for life in answer.lives if life.lost]
    ahead = {inc for inc, seq in held if _lacks_here(box, inc, seq)}
    if ledger.incarnation(box.db).inc.hex() in ahead:
        open_new_life(box, "province_ahead")
    return bool(ahead)


def _lacks_here(box: Box, inc: str, seq: int) -> bool:
    found = next((life for life in ledger.incarnations(box.db) if life.inc.hex() == inc), None)
    return found is None or ledger.head(box.db, found.inc).seq < seq


def _is_judged_whole(box: Box, answer: Answer) -> bool:
    """Say whether the province judged a hello of the life we write and found nothing before it that we lack."""
    writing = ledger.incarnation(box.db).inc.hex()
    return any(life.verdict is Verdict.EXTENDS and life.have and life.have.inc == writing for life in answer.lives)


def _fetch_lost(sender: Sender, parcel: Parcel, life: HelloAnswer) -> int:
    lost = life.lost
    if life.verdict is not Verdict.BEHIND or lost is None or not parcel.of("lost"):
        return 0
    if not _lacks_here(sender.box, lost.inc, lost.until):
        return 0
    carried = _Carried(parcel, books.identity(sender.box.home), sender.box.device)
    return recovery.fetch_lost(replace(sender, wire=cast(Wire, carried)), lost, life.lives)


class _Carried:
    """Stands where the line would: gives what the answer carries of the province's two recovery calls."""

    def __init__(self, parcel: Parcel, identity: pyrage.x25519.Identity, device: str):
        self._segments = parcel.of("lost")
        bundles = [key_bundles.opened(data, identity, device) for data in parcel.of("lost-keys")]
        self._device, self._keys = device, {news.dossier: news for bundle in bundles for news in bundle.keys}

    def lost_events(self, inc: str, after: int) -> bytes:
        if not self._segments:
            raise Refused("courier_malformed")
        return self._segments.pop(0)

    def lost_keys(self, dossiers: tuple[str, ...], recipient: str) -> bytes:
        found: tuple[KeyNews, ...] = tuple(self._keys[dossier] for dossier in dossiers if dossier in self._keys)
        return key_bundles.sealed(KeyBundle(self._device, found), pyrage.x25519.Recipient.from_str(recipient))


def _confirm(box: Box, said: AnswerManifest, answer: Answer) -> None:
    keys = books.keys_of(box.db, said.number, said.bundle, answer.keys)
    if keys:
        with box.writing() as act:
            note_keys_sent(act, keys)
    files_out.confirm(box, answer.files)


def _take_feed(box: Box, key: Ed25519PublicKey, parcel: Parcel) -> tuple[int, bool]:
    """Take the records in; those after a gap wait for the answer to the next bundle, which says where we are."""
    lines = [line for data in parcel.of("feed") for line in data.splitlines()]
    statements = [layout.decoded(line, Statement) for line in lines]
    if statements and not feed.joins(box, statements, key):
        return 0, True
    return feed.take_in(box, statements, key), False


def _take_published(box: Box, parcel: Parcel) -> None:
    """Keep the files that the feed waits for, and let take effect what has all it needs."""
    for digest, _ in published.missing(box):
        if data := parcel.bodies.get(f"files/{digest}"):
            files.put(box.home, data)
    published.carry_out(box)


def _keep_lists(box: Box, parcel: Parcel) -> int:
    """Keep the revocation lists the province holds, as if their own authority had been asked."""
    count = 0
    for der in parcel.of("crls"):
        with suppress(Refused):
            count += trust.keep_crl(box.home.trust, der)
    return count


def _show(box: Box, receipt: Receipt | None) -> None:
    """Let every page say what the province has, and under which receipt."""
    waiting = progress.backlog(box.db)
    states = {"waiting": waiting.dossiers, "waiting_events": waiting.events, "waiting_files": waiting.files}
    told = {name: str(count) for name, count in states.items()}
    known = dict(box.db.conn.execute("SELECT name, value FROM sync_state").fetchall())
    if receipt and receipt.received_at >= known.get("courier_at", ""):
        told |= {"courier_receipt": str(receipt.number), "courier_at": receipt.received_at}
    progress.tell(box, told)
