"""The receiver: what a device says is judged by pure rules, kept durably, and only then acknowledged with a signed receipt."""

import base64

import msgspec
from sqlite_utils.db import Database

from appliance import clock, events
from appliance.chain import Head
from appliance.crash import crash_here
from appliance.errors import Refused
from sync import key_bundles
from sync.judging import judge, judge_hello, meeting
from sync.protocol import KEYS_MAX, Hello, HelloAnswer, KeyNews, Mark, SegmentAnswer, Statement, Verdict, Why
from sync.province import admission, feed_out, folding, forks, handovers
from sync.province import store_sqlite as store
from sync.province.opened import Province, open_province
from sync.province.store_sqlite import Device
from sync.segments import Segment, unpack
from sync.statements import Receipt, sign_receipt

__all__ = ["Province", "hello", "open_province", "take_keys", "take_segment"]

KEY_BYTES = 32


def hello(province: Province, device: Device, said: Hello) -> HelloAnswer:
    """Say how a device stands; a new life that may begin is kept, a fork is remembered."""
    inc = bytes.fromhex(said.life.inc)
    folding.fold_new(province)  # What was kept and not folded before a power cut.
    with province.writing() as db:
        answer = judge_hello(said, store.holding(db, device.id))
        told_as = forks.heard(db, device, said, answer)
        if forks.are_two(db, device.id):
            answer = HelloAnswer(Verdict.FORK, answer.have, why=Why.TWO_MACHINES)
        if answer.verdict is Verdict.EXTENDS and answer.have is None:
            _begin_life(province, db, device, said)
        if answer.verdict is Verdict.FORK and answer.why != Why.TWO_MACHINES:
            told = next((mark for mark in said.heads if mark.inc == said.life.inc), Mark(said.life.inc, 0, "0" * 64))
            ours = store.digest_at(db, device.id, inc, told.seq)
            store.note_fork(db, device.id, inc, told.seq, ours, bytes.fromhex(told.digest), clock.stamp())
        feed_out.tell_time(db, province.signing, device.id)
        receipt = store.newest_receipt(db, device.id, inc)
        return msgspec.structs.replace(
            answer,
            feed=feed_out.position(db, device.id),
            keys_wanted=store.keys_wanted(db, device.id, KEYS_MAX),
            receipt=msgspec.json.decode(receipt, type=Statement) if receipt else None,
            told=told_as,
        )


def _begin_life(province: Province, db: Database, device: Device, said: Hello) -> None:
    life = said.life
    store.add_life(db, device.id, bytes.fromhex(life.inc), life.inc_no, _head_of(life.parent), clock.stamp())
    admission.grant_ahead(province, db, device)


def _head_of(mark: Mark | None) -> Head | None:
    return Head(bytes.fromhex(mark.inc), mark.seq, bytes.fromhex(mark.digest)) if mark else None


def take_segment(province: Province, device: Device, data: bytes) -> SegmentAnswer:
    """Take a segment in. When this returns, every event of it is on the disk.

    Raises Refused: those of segments.unpack, sync_two_machines, life_unknown, sync_gap (have), sync_fork (inc, seq, why, lives).
    """
    forks.must_be_one(province.db, device)
    segment = unpack(data, device.mark, device.key)
    with province.writing() as db:
        verdict = _judge(db, device, segment)
        if verdict is Verdict.FORK:
            _note_fork(db, device, segment)
            forks.keep_branch(db, device, segment, data)
        if verdict is Verdict.EXTENDS:
            _keep(province, db, device, segment)
        crash_here("receiver_before_commit")
    crash_here("receiver_after_commit")
    if verdict is Verdict.FORK:
        facts = forks.refusal_facts(province.db, device)
        raise Refused("sync_fork", inc=segment.inc.hex(), seq=segment.first, **facts)
    folding.fold_new(province)
    crash_here("receiver_after_fold")
    return _answer(province, device, segment, verdict)


def _judge(db: Database, device: Device, segment: Segment) -> Verdict:
    life = store.life(db, device.id, segment.inc)
    if life is None:
        raise Refused("life_unknown", inc=segment.inc.hex())
    have = store.head(db, device.id, segment.inc).seq
    verdict = judge(have, store.digest_at(db, device.id, segment.inc, meeting(have, segment)), segment)
    if verdict is Verdict.GAP:
        raise Refused("sync_gap", have=have)
    if verdict is Verdict.EXTENDS and have == 0:
        _check_opening(segment, *life)
    return verdict


def _check_opening(segment: Segment, inc_no: int, parent: Head | None) -> None:
    """Compare the hello with the first event of the life, which the device signed."""
    first = events.decode(segment.events[0])
    told = {"inc": parent.inc.hex(), "seq": parent.seq, "digest": parent.digest.hex()} if parent else None
    if first.t != "incarnation.opened" or (first.d.get("inc_no"), first.d.get("parent")) != (inc_no, told):
        raise Refused("segment_malformed", seq=1)


def _keep(province: Province, db: Database, device: Device, segment: Segment) -> None:
    at = clock.stamp()
    have = store.head(db, device.id, segment.inc).seq
    for link in segment.after(have):
        store.add_event(db, device.id, segment.inc, link, events.decode(link[2]), at)
    number = store.next_receipt_number(db)
    receipt = Receipt(device.id, segment.inc.hex(), segment.last, segment.digests[-1].hex(), at, number)
    data = msgspec.json.encode(sign_receipt(receipt, province.signing))
    store.add_receipt(db, number, device.id, segment.inc, segment.last, data)


def _note_fork(db: Database, device: Device, segment: Segment) -> None:
    at = meeting(store.head(db, device.id, segment.inc).seq, segment)
    ours = store.digest_at(db, device.id, segment.inc, at)
    store.note_fork(db, device.id, segment.inc, at, ours, segment.digest_at(at), clock.stamp())


def _answer(province: Province, device: Device, segment: Segment, verdict: Verdict) -> SegmentAnswer:
    receipt = store.newest_receipt(province.db, device.id, segment.inc)
    assert receipt
    return SegmentAnswer(
        verdict,
        store.head(province.db, device.id, segment.inc),
        msgspec.json.decode(receipt, type=Statement),
        store.quarantined(province.db, device.id, segment.inc, segment.first, segment.last),
    )


def take_keys(province: Province, device: Device, sealed: bytes) -> int:
    """Keep dossier keys and destroy those that the commune destroyed; gives how many. Raises Refused `keys_unreadable`,
    `sync_two_machines`.

    A destroyed key never comes back, and a key that is here is never replaced: an old copy of a box may send either.
    """
    forks.must_be_one(province.db, device)
    bundle = key_bundles.opened(sealed, province.age, device.id)
    with province.writing() as db:
        for news in bundle.keys:
            _take_key(province, db, device, news)
        crash_here("receiver_before_keys_commit")
    crash_here("receiver_after_keys_commit")
    folding.remove_doomed(province)
    return len(bundle.keys)


def _take_key(province: Province, db: Database, device: Device, news: KeyNews) -> None:
    began = store.first_writer(db, news.dossier)
    if began not in ("", device.id) and not handovers.held(db, news.dossier, device.id):
        return  # Not its dossier: nothing of another commune's is opened or destroyed by it.
    if news.destroyed_at:
        if not _is_to_destroy(db, device, news.dossier):
            return
        folding.destroy_key(db, news.dossier, news.destroyed_at)
        if store.holder(db, news.dossier) not in ("", device.id):
            handovers.erased(province, db, device.id, news.dossier, news.destroyed_at)
    elif not _kept_key(db, news):
        return
    folding.fold_again(db, news.dossier)


def _is_to_destroy(db: Database, device: Device, dossier: str) -> bool:
    """Say whether a device's word destroys a key: its owner's, or that of whoever had it alone, since it never came here."""
    key = db.conn.execute("SELECT destroyed_at FROM dossier_key WHERE dossier = ?", [dossier]).fetchone()
    owned = store.holder(db, dossier) in ("", device.id)
    return key is None or (owned and key[0] is None)


def _kept_key(db: Database, news: KeyNews) -> bool:
    sql = "INSERT OR IGNORE INTO dossier_key (dossier, key_id, secret, made_at) VALUES (?, ?, ?, ?)"
    new = db.conn.execute(sql, [news.dossier, news.key_id, _secret(news), clock.stamp()]).rowcount
    db.conn.execute("DELETE FROM key_wanted WHERE dossier = ?", [news.dossier])
    return bool(new)


def _secret(news: KeyNews) -> bytes:
    try:
        secret = base64.b64decode(news.secret, validate=True)
    except ValueError:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise Refused("keys_unreadable")
    return secret
