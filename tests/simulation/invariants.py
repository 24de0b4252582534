"""The rules of the wire as code, one function each, asked by an observer who trusts neither end. World in, Broken out.

ALWAYS holds after every step, AT_REST when faults have ended and everything had time to come to rest; i05 is asked whenever an
answer leaves (world.py). I25 and I26 are ours: two machines with one key; what a comparison of both ends tells.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator

from sqlite_utils.db import Database

from appliance import chain, comparing, events, files, ledger, ownership, rows
from appliance.comparing import What
from appliance.events import Event
from appliance.ids import device_bytes
from simulation.ends import BoxEnd
from simulation.equality_rules import i26_no_difference_is_told_where_there_is_none
from simulation.feed_rules import FEED_RULES
from sync import progress
from sync.province import forks
from sync.province import store_sqlite as store

COUNTED = "SELECT count(*), max(seq), min(seq), hex(inc)"


def i01_the_numbers_of_a_life_have_no_gaps(world) -> Iterator[object]:
    """In every life the province's ledger, and each box's own, numbers its events 1 … n without gaps."""
    for box in world.running:
        yield from (row for row in box.db.conn.execute(f"{COUNTED} FROM event GROUP BY inc").fetchall() if row[0] != row[1])
    if world.province.runs():
        found = world.province.db.conn.execute(f"{COUNTED}, device FROM ledger GROUP BY device, inc").fetchall()
        yield from (row for row in found if row[0] != row[1])


def i02_every_digest_follows_from_the_one_before(world) -> Iterator[object]:
    """Each digest is that of the chain up to it: previous digest, or the parent's head, and the stored bytes."""
    for box in world.running:
        for life in ledger.incarnations(box.db):
            start = chain.first_previous(box.box.device_bytes, life.parent)
            if broken := chain.first_break(box.box.device_bytes, life.inc, start, ledger.stored(box.db, life.inc)):
                yield box.name, broken
    if world.province.runs():
        yield from _breaks_there(world.province.db)


def _breaks_there(db: Database) -> Iterator[object]:
    for device, inc, *_ in db.conn.execute("SELECT device, inc FROM life").fetchall():
        start = store.digest_at(db, device, bytes(inc), 0) or b""
        links = [(one.seq, one.digest, one.data) for one in store.events_of_life(db, device, bytes(inc), 0, 2**62)]
        if broken := chain.first_break(device_bytes(device), bytes(inc), start, links):
            yield device, broken


def i03_a_place_never_has_two_digests(world) -> Iterator[object]:
    """No (device, life, number) that the province ever held is ever held with another digest."""
    if world.province.runs():
        for device, inc, seq, digest in world.province.db.conn.execute("SELECT device, inc, seq, digest FROM ledger").fetchall():
            if world.held.setdefault((device, bytes(inc), seq), bytes(digest)) != bytes(digest):
                yield device, seq


def i04_what_was_acknowledged_is_never_absent_later(world) -> Iterator[object]:
    """For every receipt that ever left the province it still holds the chain up to that head."""
    if world.province.runs():
        for (device, inc), (seq, digest) in world.acknowledged.items():
            if (store.digest_at(world.province.db, device, inc, seq) or b"").hex() != digest:
                yield device, seq


def i08_a_box_never_believes_more_than_the_province_holds(world) -> Iterator[object]:
    """Every receipt a box keeps is for a head the province holds; its file cursor stands behind no file the province lacks."""
    for box in world.running if world.province.runs() else ():
        for inc, seq in box.db.conn.execute("SELECT inc, seq FROM receipt").fetchall():
            ours = box.db.conn.execute("SELECT digest FROM event WHERE inc = ? AND seq = ?", [inc, seq]).fetchone()
            if not ours or store.digest_at(world.province.db, box.device, bytes(inc), seq) != bytes(ours[0]):
                yield box.name, "receipt", seq
        yield from ((box.name, "file", digest) for digest in _behind_cursor(world, box))


def _behind_cursor(world, box: BoxEnd) -> Iterator[str]:
    """List files behind the cursor that living dossiers name, that are here, and that the province has not."""
    cursor = progress.cursor_at(box.db, "files")
    living = {row[0] for row in box.db.conn.execute("SELECT digest FROM dossier_file")}
    for (data,) in box.db.conn.execute("SELECT bytes FROM event WHERE n <= ?", [cursor]).fetchall():
        for file in events.decode(bytes(data)).x:
            here = file.s in living and files.has(box.home, file.s)
            if here and not files.has(world.province.home, file.s) and _named_there(world, file.s):
                yield file.s


def _named_there(world, digest: str) -> bool:
    """Say whether the province's rows name a file; an erased dossier's are named no more."""
    return bool(world.province.db.conn.execute("SELECT 1 FROM dossier_file WHERE digest = ?", [digest]).fetchone())


def i09_an_act_and_its_rows_are_kept_together_or_not_at_all(world) -> Iterator[object]:
    """Each event of a dossier has its place among the dossier's acts, each number its event, and nothing has one without it."""
    for box in world.running:
        kept = [
            (bytes(inc), events.decode(bytes(data))) for inc, data in box.db.conn.execute("SELECT inc, bytes FROM event").fetchall()
        ]
        named = {(event.k, inc, event.i) for inc, event in kept if event.k}
        placed = {
            (d, bytes(inc), seq) for d, inc, seq in box.db.conn.execute("SELECT dossier, inc, seq FROM dossier_event").fetchall()
        }
        if named != placed:
            yield box.name, named ^ placed
        numbered = {_key(number) for _, event in kept for number in rows.numbers(event)}
        if numbered != set(box.db.conn.execute("SELECT unit, book, period, n FROM number_used").fetchall()):
            yield box.name, "numbers"


def _key(number: dict) -> tuple[str, str, str, int]:
    return number["unit"], number["book"], number["period"], number["n"]


def i11_a_copy_never_writes_in_a_life_of_which_the_province_has_more(world) -> Iterator[object]:
    """Where a box can know that it was set back, no life of it ever has another event than the province's at the same place."""
    for box in world.running if world.province.runs() else ():
        if world.families[box.device].may_fork:
            continue
        for inc, seq, digest in box.db.conn.execute("SELECT inc, seq, digest FROM event").fetchall():
            if world.held.get((box.device, bytes(inc), seq), bytes(digest)) != bytes(digest):
                yield box.name, bytes(inc).hex(), seq


def i12_a_dossier_has_one_owner_in_each_version(world) -> Iterator[object]:
    """Each version of a dossier has one owner for ever, versions rise by one, no box believes otherwise, its owner alone wrote."""
    if not world.province.runs():
        return
    db = world.province.db
    decided = db.conn.execute(f"{DECIDED} ORDER BY dossier, version").fetchall()
    for dossier, version, giver, taker in decided:
        for number, device in ((version, giver), (version + 1, taker)):
            if world.owners.setdefault((dossier, number), device) != device:
                yield dossier, number, device
    for dossier in {row[0] for row in decided}:
        versions = [row[1] for row in decided if row[0] == dossier]
        if versions != list(range(1, len(versions) + 1)):
            yield dossier, versions
        if store.holder(db, dossier) != world.owners[dossier, len(versions) + 1]:
            yield dossier, "holder"
        yield from _written_by_others(world, dossier)
    for box in world.running:
        believed = box.db.conn.execute(DECIDED).fetchall()
        yield from ((box.name, *row) for row in believed if world.owners.get((row[0], row[1] + 1)) != row[3])


DECIDED = "SELECT dossier, version, giver, taker FROM handover WHERE state = 'accepted'"


def _written_by_others(world, dossier: str) -> Iterator[object]:
    """List events in a dossier's row of a device that did not own the version they say, or that came when that was over."""
    reached = 0
    for one in store.events_of_dossier(world.province.db, dossier):
        event = events.decode(one.data)
        if event.o and event.t not in (*ownership.BESIDE, ownership.ERASED):
            if world.owners[dossier, event.o] != one.device or event.o < reached:
                yield dossier, event.t, event.o
            reached = event.o


def i13_an_offer_ends_once(world) -> Iterator[object]:
    """An offer that ended stays as it ended, and a dossier never has two that are open."""
    if not world.province.runs():
        return
    db = world.province.db
    for offer, state in db.conn.execute("SELECT offer, state FROM handover WHERE state <> 'open'").fetchall():
        if world.ended.setdefault(offer, state) != state:
            yield offer, world.ended[offer], state
    for offer in db.conn.execute("SELECT offer FROM handover WHERE state = 'open'").fetchall():
        if offer[0] in world.ended:
            yield offer, "open again"
    yield from db.conn.execute("SELECT dossier FROM handover WHERE state = 'open' GROUP BY dossier HAVING count(*) > 1").fetchall()


def i15_a_file_that_readers_see_is_what_its_name_says(world) -> Iterator[object]:
    """Every file under a digest, on both ends, has exactly the bytes of that digest."""
    for end in (world.province, *world.boxes):
        for path in end.home.files.glob("??/??/[!.]*"):
            there = path.stat()
            seen = (path, there.st_ino, there.st_size, there.st_mtime_ns)
            if seen not in world.read and hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
                yield end.name, path.name
            world.read.add(seen)


def i16_a_file_that_an_event_names_is_never_collected(world) -> Iterator[object]:
    """Every file that a living dossier of a box names lies in the box, unless a restore came without it."""
    for box in world.running:
        for (digest,) in box.db.conn.execute("SELECT DISTINCT digest FROM dossier_file").fetchall():
            if not files.has(box.home, digest) and digest not in box.files_lost and not _awaited(box, digest):
                yield box.name, digest


def _awaited(box: BoxEnd, digest: str) -> bool:
    """Say whether the box itself knows that the file must still come, after events it had lost came back."""
    lost = box.db.conn.execute("SELECT 1 FROM file_lost WHERE digest = ?", [digest]).fetchone()
    life = ledger.incarnation(box.db)
    return bool(lost) or (life.parent is not None and box.state().get("files_looked_at") != life.inc.hex())


def i17_the_feed_position_an_event_names_never_goes_back(world) -> Iterator[object]:
    """Along every life, and from a parent's head into the life that continues it, `f` never falls, whatever the clock does."""
    for box in world.running:
        at_place: dict[tuple[bytes, int], int] = {}
        for life in ledger.incarnations(box.db):
            before = at_place.get((life.parent.inc, life.parent.seq), 0) if life.parent else 0
            for seq, _, data in ledger.stored(box.db, life.inc):
                event = events.decode(data)
                if event.f < before:
                    yield box.name, life.inc_no, seq, before, event.f
                before = at_place[life.inc, seq] = event.f


def i18_nothing_of_a_revoked_key_is_taken(world) -> Iterator[object]:
    """From the moment of its revocation the province's ledger has no new event of a device."""
    for device, family in world.families.items() if world.province.runs() else ():
        if family.revoked_at >= 0 and held_of(world, device) != family.revoked_at:
            yield device


def held_of(world, device: str) -> int:
    """Count the events the province holds of a device."""
    return world.province.db.conn.execute("SELECT count(*) FROM ledger WHERE device = ?", [device]).fetchone()[0]


def i19_what_a_later_version_wrote_lies_byte_for_byte(world) -> Iterator[object]:
    """Events of unknown kinds and with unknown fields are stored as they were written, wherever they are."""
    there = [(world.province.db, "ledger")] if world.province.runs() else []
    for db, table in [*((box.db, "event") for box in world.running), *there]:
        later = f"SELECT bytes FROM {table} WHERE instr(bytes, ?) AND NOT instr(bytes, ?)"
        for (data,) in db.conn.execute(later, [b'"v":9', b'"r":{']).fetchall():
            if hashlib.sha256(bytes(data)).hexdigest() not in world.newer:
                yield table, bytes(data)


def i24_no_number_stands_on_two_papers_unsaid(world) -> Iterator[object]:
    """No number of a book is used for two dossiers; where two copies could not know of each other, a person is told."""
    for box in world.running:
        family, users = world.families[box.device], defaultdict(set)
        for event in _of(box.db):
            for number in rows.numbers(event):
                users[_key(number)].add(event.k)
        told = {
            (case.about, frozenset((case.dossier, case.other)))
            for case in comparing.cases(box.db)
            if case.what is What.NUMBER_TWICE
        }
        for key, dossiers in users.items():
            if len(dossiers) > 1 and not (family.may_double and ("|".join(map(str, key)), frozenset(dossiers)) in told):
                yield box.name, key, sorted(dossiers)


def _of(db: Database) -> Iterator[Event]:
    yield from (events.decode(bytes(row[0])) for row in db.conn.execute("SELECT bytes FROM event").fetchall())


def i25_two_machines_are_told_from_one(world) -> Iterator[object]:
    """Two machines are never seen where there is one, however often it was started anew and however late its words arrive."""
    for device, family in world.families.items() if world.province.runs() else ():
        if forks.are_two(world.province.db, device) and not family.cloned:
            yield device


ALWAYS: tuple[Callable, ...] = (
    i01_the_numbers_of_a_life_have_no_gaps,
    i19_what_a_later_version_wrote_lies_byte_for_byte,
    i02_every_digest_follows_from_the_one_before,
    i03_a_place_never_has_two_digests,
    i04_what_was_acknowledged_is_never_absent_later,
    i08_a_box_never_believes_more_than_the_province_holds,
    i09_an_act_and_its_rows_are_kept_together_or_not_at_all,
    i11_a_copy_never_writes_in_a_life_of_which_the_province_has_more,
    i12_a_dossier_has_one_owner_in_each_version,
    i13_an_offer_ends_once,
    i15_a_file_that_readers_see_is_what_its_name_says,
    i16_a_file_that_an_event_names_is_never_collected,
    i17_the_feed_position_an_event_names_never_goes_back,
    i18_nothing_of_a_revoked_key_is_taken,
    *FEED_RULES,
    i24_no_number_stands_on_two_papers_unsaid,
    i25_two_machines_are_told_from_one,
    i26_no_difference_is_told_where_there_is_none,
)
