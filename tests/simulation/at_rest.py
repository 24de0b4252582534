"""The rules asked when faults have ended and everything had time to come to rest; and a province that never saw a fault."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

from sqlite_utils.db import Database

from appliance import between_units, comparing, files, ledger, ownership, rows, verify
from appliance.comparing import What
from appliance.config import Home
from appliance.ownership import State
from simulation.ends import BoxEnd
from simulation.equality_rules import i26_both_ends_digests_are_equal_exactly_when_their_rows_are
from simulation.office import CANARY
from sync import compare, sender
from sync.key_bundles import sealed
from sync.protocol import Hello, KeyBundle, Life, Mark
from sync.province import folding, receiver
from sync.province import store_sqlite as store
from sync.province import wanted as wanted_files
from sync.province.handovers import TOLD_ASIDE
from sync.province.opened import Province, open_province

ROUNDS_MAX = 12  # With a good line everything must have come to rest by then.
FOLDED: dict[str, str] = {  # What the province's readers see; the order of arrival is not theirs.
    "dossier": "SELECT id, device, code, status, applicant, holder, hex(last_inc), last_seq, state FROM dossier ORDER BY id",
    "dossier_event": "SELECT dossier, device, hex(inc), seq, kind, at, actor FROM dossier_event ORDER BY 1, 2, 3, 4",
    "dossier_file": "SELECT digest, dossier, size, media FROM dossier_file ORDER BY 1, 2",
    "number_used": "SELECT unit, book, period, n, state, dossier FROM number_used ORDER BY 1, 2, 3, 4",
    "office_fact": "SELECT device, topic, key, kind, body, actor, at FROM office_fact ORDER BY 1, 2, 3",
    "dossier_key": "SELECT DISTINCT dossier, secret IS NULL FROM dossier_key JOIN ledger USING (dossier) ORDER BY 1",
    "quarantine": "SELECT device, hex(inc), seq, reason, dossier FROM quarantine JOIN ledger USING (n) ORDER BY 1, 2, 3",
}


def i06_any_delivery_gives_what_one_in_order_gives(world) -> Iterator[object]:
    """A second province that is given each ledger once, in order, without faults, holds and shows exactly the same."""
    if any(family.revoked_at >= 0 for family in world.families.values()):
        return  # What a revoked box still has to say does not come.
    twin = _fresh(world)
    try:
        for box in standing(world):
            _hand_over(twin, box)
        for table, sql in FOLDED.items():
            ours, theirs = _shown(world, world.province.db, sql), _shown(world, twin.db, sql)
            if ours != theirs:
                yield table, sorted(set(ours) ^ set(theirs), key=str)[:4]
    finally:
        twin.close()


def _shown(world, db: Database, sql: str) -> list[tuple]:
    """Read what readers see, but for dossiers that two wrote on: which of them was first is not the same for both."""
    strange = {dossier for _, dossier in world.strange} | _handed(world)
    return [row for row in db.conn.execute(sql).fetchall() if not strange & set(map(str, row))]


def _handed(world) -> set[str]:
    return {row[0] for row in world.province.db.conn.execute("SELECT dossier FROM handover")}


def i06_what_was_handed_over_is_the_fold_of_what_arrived(world) -> Iterator[object]:
    """A dossier that was offered to another commune, folded anew from the province's ledger, shows exactly what it showed."""
    for dossier in sorted(_handed(world)):
        with world.nature.at(world.province), world.province.opened.writing() as db:
            db.conn.execute("SAVEPOINT looked")
            before = [db.conn.execute(sql).fetchall() for sql in FOLDED.values()]
            folding.fold_again(db, dossier)
            after = [db.conn.execute(sql).fetchall() for sql in FOLDED.values()]
            db.conn.execute("ROLLBACK TO looked")
        if before != after:
            yield dossier


def _fresh(world) -> Province:
    home = Home(world.folder / "twin")
    shutil.copytree(world.template / "province", home.root)
    return open_province(home)


def _hand_over(twin: Province, box: BoxEnd) -> None:
    """Give a whole ledger to a province: lives in their order, keys first."""
    device = store.device(twin.db, box.device)
    assert device and box.sender
    news = sender.keys_to_send(box.db, _all_dossiers(box))
    receiver.take_keys(twin, device, sealed(KeyBundle(box.device, news), box.sender.recipient))
    for life in ledger.incarnations(box.db):
        parent = Mark(life.parent.inc.hex(), life.parent.seq, life.parent.digest.hex()) if life.parent else None
        head = ledger.head(box.db, life.inc)
        mark = Mark(life.inc.hex(), head.seq, head.digest.hex())
        receiver.hello(twin, device, Hello(Life(life.inc.hex(), life.inc_no, parent), (*_heads(box, life.inc_no), mark)))
        for packed, _ in sender.packed_after(box.sender, life, 0):
            receiver.take_segment(twin, device, packed)


def _all_dossiers(box: BoxEnd) -> tuple[str, ...]:
    return tuple(row[0] for row in box.db.conn.execute("SELECT dossier FROM dossier_key"))


def _heads(box: BoxEnd, until: int) -> tuple[Mark, ...]:
    lives = [life for life in ledger.incarnations(box.db) if life.inc_no < until]
    heads = [ledger.head(box.db, life.inc) for life in lives]
    return tuple(Mark(head.inc.hex(), head.seq, head.digest.hex()) for head in heads)


def i07_a_box_is_the_fold_of_its_ledger_and_both_ends_hold_the_same(world) -> Iterator[object]:
    """A box verifies: its rows are what its events fold to. Both ends hold the same events, and show the same dossiers."""
    for box in standing(world):
        if findings := verify.verify(box.home, box.db):
            yield from ((box.name, one) for one in findings if not _known_gone(world, one))
        yield from _differences(world, box)
        owned = world.province.db.conn.execute("SELECT id FROM dossier WHERE device = ?", [box.device]).fetchall()
        for (dossier,) in {*owned, *box.db.conn.execute("SELECT id FROM dossier WHERE away = 0").fetchall()}:
            if rows.load(box.db, dossier) != rows.load(world.province.db, dossier):
                yield box.name, dossier, rows.load(box.db, dossier), rows.load(world.province.db, dossier)


def _differences(world, box: BoxEnd) -> Iterator[object]:
    with world.nature.at(box):
        outcome = compare.compare_box(box.box, box.sender.wire)
    yield from ((box.name, one) for one in outcome.found if one.about not in world.gone)
    held = world.province.db.conn.execute("SELECT count(*) FROM ledger WHERE device = ?", [box.device]).fetchone()[0]
    if held != outcome.events_equal:
        yield box.name, "the province holds", held, "equal are", outcome.events_equal


def _known_gone(world, finding: Any) -> bool:
    return any(digest[:12] in str(finding) for digest in world.gone)


def i10_after_recovery_no_acknowledged_event_is_missing_from_the_box(world) -> Iterator[object]:
    """Every event for which a receipt ever left the province is in the ledger of the machine that goes on, in its place."""
    for box in standing(world):
        for (device, inc), (seq, digest) in world.acknowledged.items():
            if device == box.device:
                row = box.db.conn.execute("SELECT digest FROM event WHERE inc = ? AND seq = ?", [inc, seq]).fetchone()
                if not row or bytes(row[0]).hex() != digest:
                    yield box.name, inc.hex(), seq


def i14_an_event_set_aside_blocks_nothing(world) -> Iterator[object]:
    """Everything held is folded, and only what a stranger wrote, or one that was not the owner any more, was set aside."""
    db = world.province.db
    folded, last = db.conn.execute("SELECT (SELECT n FROM folded), (SELECT max(n) FROM ledger)").fetchone()
    if folded != (last or 0):
        yield folded, last
    aside = db.conn.execute("SELECT l.device, l.dossier, q.reason FROM quarantine q JOIN ledger l ON l.n = q.n").fetchall()
    told = {(dossier, reason) for dossier in _handed(world) for reason in TOLD_ASIDE}
    yield from (one for one in aside if one[:2] not in world.strange and one[1:] not in told)


def i15_a_dossier_has_all_its_files_on_both_ends(world) -> Iterator[object]:
    """Every file a living dossier names lies at the province and in its box; one that nobody has is shown to a person."""
    for box in standing(world):
        for (digest,) in box.db.conn.execute("SELECT DISTINCT digest FROM dossier_file").fetchall():
            if digest not in world.gone and not (files.has(box.home, digest) and files.has(world.province.home, digest)):
                yield box.name, digest, files.has(box.home, digest), files.has(world.province.home, digest)
            excused = any(world.families[device].may_lose_files for device in (box.device, *_brought_by(box.db, digest)))
            if digest in world.gone and not (excused and digest in _told_gone(box)):
                yield box.name, digest, "nobody has it and nobody is told"


def _brought_by(db: Database, digest: str) -> Iterator[str]:
    sql = "SELECT DISTINCT e.device FROM brought_event e JOIN dossier_file f ON f.dossier = e.dossier WHERE f.digest = ?"
    return (device for (device,) in db.conn.execute(sql, [digest]).fetchall())


def _told_gone(box: BoxEnd) -> set[str]:
    return {case.about for case in comparing.cases(box.db) if case.what is What.FILE_GONE}


def i21_with_a_good_line_all_work_ends(world) -> Iterator[object]:
    """After so many rounds nothing waits, nothing is refused, and the screens say so."""
    for box in standing(world):
        state = box.state()
        wanted = {"line": "online", "waiting": "0", "waiting_events": "0", "waiting_files": "0", "last_error": ""}
        if wrong := {name: state.get(name) for name, value in wanted.items() if state.get(name) != value}:
            yield box.name, wrong
        away = wanted_files.away(world.province.db, box.device)
        if away[0] and not world.gone:
            yield "files wanted", away
    keys = {dossier for (dossier,) in world.province.db.conn.execute("SELECT dossier FROM key_wanted")}
    if keys - world.keys_gone:
        yield "keys wanted", keys - world.keys_gone


def i23_an_erased_person_is_nowhere(world) -> Iterator[object]:
    """No word that names the person of an erased dossier is in any file of either home: database, WAL, search index, files."""
    sql = "SELECT dossier, device FROM ledger WHERE kind = 'dossier.erased' AND n NOT IN (SELECT n FROM quarantine)"
    erased = world.province.db.conn.execute(sql).fetchall()
    words = {
        (CANARY + dossier.replace("-", "")).encode(): dossier
        for dossier, device in erased
        if (device, dossier) not in world.strange
    }
    for home in (world.province.home, *(box.home for box in standing(world))):
        for path in (path for path in home.root.rglob("*") if path.is_file()):
            data = path.read_bytes()
            yield from ((path.name, dossier) for word, dossier in words.items() if word in data)


def i13_every_hand_over_has_ended_and_no_dossier_is_ownerless(world) -> Iterator[object]:
    """No offer waits for ever, both communes know how each ended, and who owns a dossier has it whole, to go on with."""
    known = {one.offer: one for one in ownership.handovers(world.province.db, "TRUE", [])}
    yield from (one for one in known.values() if one.state is State.OPEN)
    for box in standing(world):
        ours = ownership.handovers(box.db, "TRUE", [])
        yield from ((box.name, one) for one in ours if one != known[one.offer])
        concerned = {one.offer for one in known.values() if box.device in (one.giver, one.taker)}
        yield from ((box.name, offer) for offer in concerned - {one.offer for one in ours})
        yield from ((box.name, stands) for stands in between_units.ours(box.db) if stands.said)
        for (dossier,) in world.province.db.conn.execute("SELECT id FROM dossier WHERE device = ?", [box.device]).fetchall():
            away = box.db.conn.execute("SELECT away FROM dossier WHERE id = ?", [dossier]).fetchone()
            if away != (0,) or not ownership.owner(box.db, dossier).here:
                yield box.name, dossier, away


def standing(world) -> list[BoxEnd]:
    """List the machines that go on and may send."""
    return [box for box in world.running if world.families[box.device].revoked_at < 0]


AT_REST: tuple[Callable, ...] = (
    i14_an_event_set_aside_blocks_nothing,
    i21_with_a_good_line_all_work_ends,
    i10_after_recovery_no_acknowledged_event_is_missing_from_the_box,
    i07_a_box_is_the_fold_of_its_ledger_and_both_ends_hold_the_same,
    i26_both_ends_digests_are_equal_exactly_when_their_rows_are,
    i06_any_delivery_gives_what_one_in_order_gives,
    i06_what_was_handed_over_is_the_fold_of_what_arrived,
    i13_every_hand_over_has_ended_and_no_dossier_is_ownerless,
    i15_a_dossier_has_all_its_files_on_both_ends,
    i23_an_erased_person_is_nowhere,
)
