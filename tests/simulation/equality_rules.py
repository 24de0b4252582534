"""Rows that somebody changes behind the product's back when all is at rest, the night after it, and what is asked of both (I26)."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from sqlite_utils.db import Database

from appliance import comparing, contents, rows
from appliance.clock import LOCAL
from appliance.comparing import What
from simulation.ends import BoxEnd
from sync import equality
from sync.province import equality as there
from sync.province import store_sqlite as store

NIGHT_HOUR = 2
SPOILT = (
    "UPDATE dossier SET status = 9, code = 'x' WHERE id = ?",
    "UPDATE dossier SET holder = 'ST99' WHERE id = ?",
    "UPDATE dossier SET state = CAST(replace(CAST(state AS TEXT), 'ST04', 'ST05') AS BLOB) WHERE id = ?",
    "DELETE FROM dossier WHERE id = ?",
    "DELETE FROM dossier_event WHERE dossier = ?",
    "UPDATE dossier_event SET actor = 'ST99' WHERE dossier = ?",
    "INSERT INTO dossier_file (digest, dossier, size, media) VALUES (lower(hex(zeroblob(32))), ?, 1, 'x')",
)
SEEN = (  # What readers see of a dossier; none of it is asked of the code that makes the digests.
    "SELECT status, signature, code, procedure, procedure_name, applicant, holder, accepted_at, due_at, finished_at, returned_at,"
    " channel, offered_to, money_open, originals_kept, origin, works, last_inc, last_seq FROM dossier WHERE id = ?",
    "SELECT inc, seq, kind, at, actor FROM dossier_event WHERE dossier = ? AND device = (SELECT device FROM dossier WHERE id = ?1)"
    " AND (inc, seq) NOT IN (SELECT inc, seq FROM brought_event WHERE counts = 0) ORDER BY 1, 2",  # Set aside after a hand-over.
    "SELECT digest, size, media FROM dossier_file WHERE dossier = ? ORDER BY 1",
)


def a_night(world, standing: list[BoxEnd]) -> None:
    """Change rows at either end, and let the night go by in which both are compared. A seed's story before it stays the same."""
    chance = Random(f"spoil {world.nature.seed}")
    for box in standing:
        ways = chance.sample(SPOILT, 2)  # What both ends change alike is no difference; `motcua ledger verify` finds it.
        for end, write, sql in zip((world.province, box), (world.province.opened.writing, box.box.writing), ways, strict=True):
            found = set(contents.owned(box.db, box.device)) - world.keys_gone  # Of these nothing can be made anew.
            if found and chance.random() < 0.7:
                dossier = chance.choice(sorted(found))
                world.note(f"    somebody changes {dossier[-4:]} at {end.name}: {sql[:40]}")
                with world.nature.at(end), write() as act:
                    getattr(act, "db", act).conn.execute(sql, [dossier])
    now = world.nature.now.astimezone(LOCAL)
    night = (now + timedelta(days=1)).replace(hour=NIGHT_HOUR, minute=0)
    world.nature.pass_time((night - now).total_seconds())
    for _ in range(3):
        world.nature.pass_time(60)
        for box in standing:
            world.note(f"night {box.name} {world.run(box, box.round)} {box.state().get('last_error', '')}")


def i26_no_difference_is_told_where_there_is_none(world) -> Iterator[object]:
    """No comparison tells a person of a dossier: every changed row can be made anew, and what is on its way is not compared."""
    for box in world.running:
        yield from ((box.name, case) for case in comparing.cases(box.db) if case.what is What.CONTENT_DIFFERS)


def i26_both_ends_digests_are_equal_exactly_when_their_rows_are(world) -> Iterator[object]:
    """The digest of everything is equal at both ends if and only if readers see the same of every dossier; so says the box."""
    for box in world.running:
        if world.families[box.device].revoked_at >= 0:
            continue
        device = store.device(world.province.db, box.device)
        assert device
        with world.nature.at(world.province):
            told = there.whole(world.province.opened, device)
        ours = equality.contents_here(box.box)
        same = _seen(box.db, box.device) == _seen(world.province.db, box.device)
        if (told.digest == ours.digest, told.at) != (same, ours.at):
            yield box.name, "digests", told.digest == ours.digest, "rows", same
        said = box.state().get("compared", "never")
        if (said in ("equal", "mended")) != same:
            yield box.name, "says", said, "rows", same


def _seen(db: Database, device: str) -> dict[str, object]:
    found = contents.owned(db, device)
    return {one: (rows.load(db, one), *(db.conn.execute(sql, [one]).fetchall() for sql in SEEN)) for one in found}
