"""Rules broken at the province, one by one: what it keeps, acknowledges, folds, decides and publishes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import msgspec

from appliance import files
from appliance.errors import Refused
from simulation.mutations import Mutation, Patch, entering
from simulation.mutations_here import never_compared
from sync import feed, judging, lives, sender
from sync.protocol import Verdict
from sync.province import equality as equality_there
from sync.province import feed_out, folding, forks, handovers, receiver, uploads
from sync.province import store_sqlite as store

AT_THE_PROVINCE: dict[str, Mutation] = {}
breaks = entering(AT_THE_PROVINCE)


@breaks("i02", "whether a segment follows what is held is not compared")
def forks_taken(patch: Patch) -> None:
    def judged(have, held, segment):
        return judging.judge(
            have, segment.digest_at(judging.meeting(have, segment)) if segment.first <= have + 1 else held, segment
        )

    patch.setattr(receiver, "judge", judged)


@breaks("i03", "the newest of two events at one place stays")
def newest_stays(patch: Patch) -> None:
    def kept(province, db, device, segment):
        db.conn.execute("DELETE FROM quarantine")
        db.conn.execute("DELETE FROM receipt_given WHERE inc = ? AND seq >= ?", [segment.inc, segment.first])
        db.conn.execute("DELETE FROM ledger WHERE inc = ? AND seq >= ?", [segment.inc, segment.first])
        original(province, db, device, segment)

    original = receiver._keep
    patch.setattr(receiver, "judge", lambda have, held, segment: Verdict.GAP if segment.first > have + 1 else Verdict.EXTENDS)
    patch.setattr(receiver, "_keep", kept)


@breaks("i04", "what a life has beyond the parent of a new one is dropped when that begins")
def rest_of_a_life_dropped(patch: Patch) -> None:
    def begin(province, db, device, said):
        original(province, db, device, said)
        if parent := said.life.parent:
            beyond = "FROM ledger WHERE device = ? AND inc = ? AND seq > ?"
            place = [device.id, bytes.fromhex(parent.inc), parent.seq]
            db.conn.execute(f"DELETE FROM quarantine WHERE n IN (SELECT n {beyond})", place)
            db.conn.execute(f"DELETE {beyond}", place)
            db.conn.execute("DELETE FROM receipt_given WHERE device = ? AND inc = ? AND seq > ?", place)

    original = receiver._begin_life
    patch.setattr(receiver, "_begin_life", begin)


@breaks("i05", "a segment is acknowledged and its transaction then taken back")
def acknowledged_and_not_kept(patch: Patch) -> None:
    def take(province, device, data):
        before = province.db.conn.execute("SELECT coalesce(max(n), 0) FROM ledger").fetchone()
        answer = original(province, device, data)
        with province.writing() as db:
            db.conn.execute("DELETE FROM quarantine WHERE n > ?", before)
            db.conn.execute("DELETE FROM ledger WHERE n > ?", before)
        return answer

    original = receiver.take_segment
    patch.setattr(receiver, "take_segment", take)


@breaks("i05", "the receipt is for one event more than was kept")
def receipt_for_one_more(patch: Patch) -> None:
    original = receiver._keep

    def kept(province, db, device, segment):
        original(province, db, device, segment)
        db.conn.execute("DELETE FROM ledger WHERE inc = ? AND seq = ?", [segment.inc, segment.last])

    patch.setattr(receiver, "_keep", kept)


@breaks("i06", "of the acts on a dossier that come together only the last is listed")
def listed_by_delivery(patch: Patch) -> None:
    def fold(province):
        before = province.db.conn.execute("SELECT n FROM folded").fetchone()[0]
        more = original(province)
        sql = """DELETE FROM dossier_event WHERE (device, inc, seq) IN (
                     SELECT device, inc, seq FROM ledger a WHERE n > ?1 AND EXISTS (
                         SELECT 1 FROM ledger b WHERE b.dossier = a.dossier AND b.n > a.n AND b.n <= (SELECT n FROM folded)))"""
        with province.writing() as db:
            db.conn.execute(sql, [before])
        return more

    original = folding._fold_batch
    patch.setattr(folding, "_fold_batch", fold)


@breaks("i07", "a dossier is not folded again when its key comes after its events, and both ends are never compared")
def late_keys_ignored(patch: Patch) -> None:
    never_compared(patch)
    patch.setattr(folding, "fold_again", lambda db, dossier: None)
    for module in (lives, sender):
        patch.setattr(module, "send_keys", _keys_only_when_asked(sender.send_keys))


def _keys_only_when_asked(original: Callable) -> Callable:
    return lambda one, wanted=(): original(one, wanted) if wanted else 0


@breaks("i10", "the province does not look whether a device lost events of its other lives")
def losses_not_looked_for(patch: Patch) -> None:
    patch.setattr(judging, "_judge_others", lambda hello, holding: None)


@breaks("i12", "who owned a dossier once may write on it for ever")
def once_and_for_ever(patch: Patch) -> None:
    original = handovers.take

    def take(province, db, received, event):
        late = event.t not in handovers.DECIDES and handovers.held(db, event.k, received.device)
        return late or original(province, db, received, event)

    patch.setattr(handovers, "take", take)


@breaks("i13", "an acceptance is not compared with how the offer stands")
def accepted_whatever_it_was(patch: Patch) -> None:
    original = handovers._accepted

    def accepted(province, db, received, event):
        db.conn.execute("UPDATE handover SET state = 'open' WHERE offer = ? AND taker = ''", [event.d["offer"]])
        original(province, db, received, event)

    patch.setitem(handovers.DECIDES, "handover.accepted", accepted)


@breaks("i13", "an offer waits for ever")
def offers_never_expire(patch: Patch) -> None:
    patch.setattr(handovers, "expire", lambda province: None)


@breaks("i14", "nothing is folded any more once an event was set aside, and both ends are never compared")
def stopped_by_one(patch: Patch) -> None:
    never_compared(patch)
    original = folding._fold_batch

    def folded(province):
        aside = province.db.conn.execute("SELECT 1 FROM quarantine").fetchone()
        return False if aside else original(province)

    patch.setattr(folding, "_fold_batch", folded)


@breaks("i15", "a file that came is not compared with its name")
def files_unread(patch: Patch) -> None:
    def finish(province, device, file, digest):
        target = files.path_of(province.home, digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.part.replace(target)
        uploads.wanted.came(province, [digest])

    patch.setattr(uploads, "_finish", finish)


@breaks("i18", "a revoked device is let in")
def revoked_let_in(patch: Patch) -> None:
    original = store.device_by_fingerprint
    patch.setattr(store, "device_by_fingerprint", lambda db, fp: (found := original(db, fp)) and replace(found, revoked_at=None))


@breaks("i19", "events of later versions are written anew, in the fields this version knows")
def written_anew(patch: Patch) -> None:
    def kept(db, device, inc, link, event, at):
        add(db, device, inc, (link[0], link[1], msgspec.json.encode(event)), event, at)

    add = store.add_event
    patch.setattr(store, "add_event", kept)


@breaks("i20", "a file that was cut begins anew")
def begins_anew(patch: Patch) -> None:
    original = uploads.missing

    def missing(province, device, digests):
        for wanted in original(province, device, digests).missing:
            uploads._part(province, device, wanted.digest).unlink(missing_ok=True)
        return original(province, device, digests)

    patch.setattr(uploads, "missing", missing)


@breaks("i22", "a record of the feed is left out, and its place in the chain not looked at")
def feed_with_holes(patch: Patch) -> None:
    original = feed_out.page

    def page(db, device, after):
        found = original(db, device, after)
        lines = found.lines.splitlines(keepends=True)
        return replace(found, lines=b"".join(lines[1:] or lines))

    patch.setattr(feed_out, "page", page)
    patch.setattr(feed, "follows", lambda record, device, position, digest: True)


@breaks("i25", "two machines with one key are taken for one")
def two_taken_for_one(patch: Patch) -> None:
    patch.setattr(forks, "_alive_together", lambda db, device, session: [])


@breaks("i25", "a box that was started anew is taken for a second machine")
def one_taken_for_two(patch: Patch) -> None:
    def together(db, device, session):
        sql = "SELECT session, ?2 FROM speaker WHERE device = ?1 AND session <> ?2 LIMIT 1"
        return db.conn.execute(sql, [device.id, session]).fetchall()

    patch.setattr(forks, "_alive_together", together)


@breaks("i25", "a hello that the line kept back until its process was gone counts as a machine at work")
def late_word_taken_for_a_machine(patch: Patch) -> None:
    def together(db, device, session):
        sql = """SELECT o.session, y.session FROM speaker o JOIN speaker y ON y.device = o.device AND y.first > o.first
                 WHERE o.device = ?1 AND o.session = ?2 AND o.heard >= y.first LIMIT 1"""
        return db.conn.execute(sql, [device.id, session]).fetchall()

    patch.setattr(forks, "_alive_together", together)


@breaks("i26", "anybody may write on another commune's dossier")
def anybody_writes(patch: Patch) -> None:
    original = handovers.take

    def take(province, db, received, event):
        with suppress(Refused):
            return original(province, db, received, event)
        return True

    patch.setattr(handovers, "take", take)


@breaks("i26", "the province does not make the rows anew that it is asked for")
def not_mended_there(patch: Patch) -> None:
    patch.setattr(equality_there, "_again", lambda db, device, dossier: None)


@breaks("the province never fails inside", "an event that cannot be folded is an error of the request")
def nothing_set_aside(patch: Patch) -> None:
    @contextmanager
    def none(db, received) -> Iterator:
        yield

    patch.setattr(folding, "_set_aside_if_it_fails", none)
