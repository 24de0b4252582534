"""Rules broken at a box, or in what both ends have in common, one by one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import msgspec

from appliance import box as boxes
from appliance import contents, database, durable, erasure, ledger, numbering, reordering, tidying, witness
from simulation.mutations import Mutation, Patch, entering
from sync import compaction, equality, feed, files_out, lives, recovery, rejoining, steps
from sync.steps import SendEvents

AT_THE_BOX: dict[str, Mutation] = {}
breaks = entering(AT_THE_BOX)


@breaks("i01", "of lost events that come back the first is left out")
def taken_back_with_a_gap(patch: Patch) -> None:
    def back(sender, life, segment):
        links = segment.after(segment.first - 1)
        original(sender, life, SimpleNamespace(first=segment.first, inc=segment.inc, after=lambda seq: links[1:] or links))

    original = recovery._take_back
    patch.setattr(recovery, "_take_back", back)


@breaks("i07", "events that came back are folded in the order of their coming")
def order_of_coming(patch: Patch) -> None:
    patch.setattr(reordering, "put_in_order", lambda *all: None)


@breaks("i07", "both ends are never compared")
def never_compared(patch: Patch) -> None:
    patch.setattr(equality, "nightly", lambda sender: False)


@breaks("i08", "the file cursor moves over files that were not confirmed")
def cursor_runs_ahead(patch: Patch) -> None:
    class Everything(set):
        def __contains__(self, one) -> bool:
            return True

    patch.setattr(files_out, "_sent", lambda box: Everything())


@breaks("i09", "a transaction whose block failed is committed")
def failure_committed(patch: Patch) -> None:
    @contextmanager
    def writing(db) -> Iterator:
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield db
        finally:
            db.conn.execute("COMMIT")

    patch.setattr(boxes, "database", SimpleNamespace(connect=database.connect, writing=writing))


@breaks("i11", "the witness is written beside the one that is there, for which a full disk has no room")
def witness_needs_room(patch: Patch) -> None:
    def write(path, new):
        durable.write_durably(path, msgspec.json.encode(new))

    patch.setattr(witness, "_write", write)


@breaks("i23", "an erasure that comes back is not done again")
def erased_once(patch: Patch) -> None:
    patch.setattr(recovery, "_fold", _without_forgetting(recovery._fold))


def _without_forgetting(original: Callable) -> Callable:
    def fold(act, inc, event):
        return [] if event.t == "dossier.erased" else original(act, inc, event)

    return fold


@breaks("i11", "no new life is opened after a restore")
def no_new_life(patch: Patch) -> None:
    patch.setattr(boxes, "_why_new_life", lambda life, last, seen, mark: "")


@breaks("i16", "tidying takes files that dossiers name")
def tidied_too_much(patch: Patch) -> None:
    patch.setattr(tidying, "NAMED", "SELECT digest FROM draft_page")


@breaks("i17", "an event names the time instead of the feed position")
def time_for_position(patch: Patch) -> None:
    patch.setattr(ledger, "feed_position", lambda db: int(boxes.clock.moment_of(boxes.clock.stamp()).timestamp()))


@breaks("i21", "receipts of earlier lives are not asked for")
def receipts_not_asked_for(patch: Patch) -> None:
    patch.setattr(lives, "_fetch_receipts", lambda sender: None)


@breaks("i21", "a fork is not healed")
def not_healed(patch: Patch) -> None:
    patch.setattr(rejoining, "rejoin", lambda sender, lives: 0)


@breaks("i21", "after an answer was lost the agent goes on from what it believes")
def believes_itself(patch: Patch) -> None:
    def step(local, writing, answer):
        found = steps.next_step(local, writing, answer)
        return SendEvents(local.seq - 1) if isinstance(found, SendEvents) and local.seq > 2 else found

    patch.setattr(lives, "next_step", step)


@breaks("i22", "a compacted feed keeps only the newest of all announced days")
def days_left_out(patch: Patch) -> None:
    patch.setitem(compaction.PLACES, "calendar.day_announced", lambda record: ((), (record.n,)))


@breaks("i22", "a box takes the list of what stands for what stands")
def list_for_state(patch: Patch) -> None:
    patch.setattr(compaction.Stands, "next_after", lambda self, position: None)
    patch.setattr(feed, "_compacted", feed._none)


@breaks("i23", "erased words stay in the write-ahead log")
def words_stay(patch: Patch) -> None:
    patch.setattr(erasure, "shrink", lambda home: True)
    patch.setattr(erasure, "owe", lambda home: None)


@breaks("i24", "a later life goes on with the numbers of the first")
def numbers_of_all_lives(patch: Patch) -> None:
    original = numbering.grants
    patch.setattr(numbering, "grants", lambda db, book, unit, inc_no: original(db, book, unit, 1))


@breaks("i26", "a box does not make its own rows anew where they differ")
def not_mended_here(patch: Patch) -> None:
    patch.setattr(equality.mending, "fold_anew", lambda act, dossiers: {})


@breaks("i26", "the digest of a dossier leaves out who acted")
def actors_left_out(patch: Patch) -> None:
    patch.setattr(contents, "ACTS", contents.ACTS.replace("e.actor", "''"))
