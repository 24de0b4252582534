"""Setting a branch aside: the ledger becomes what the province holds of it, and what only this box had is recorded again.

One transaction. The branch's bytes stay in event_aside; each event recorded again says which one it repeats, keeps its words, its
time and its numbers, and is sealed anew under the key of its dossier.
"""

from collections.abc import Mapping

from sqlite_utils.db import Database

from appliance import events, ledger, reordering
from appliance.box import Box, open_incarnation
from appliance.chain import Head
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.events import Event, Repeats
from appliance.ledger import Act

Link = tuple[bytes, int, bytes, bytes]  # incarnation, number, digest, bytes


def set_aside(box: Box, common: Mapping[bytes, int], above: int) -> int:
    """Keep of each life the events up to `common`, and record all others again in a new life above an ordinal; gives how many.

    A life that is not in `common` is set aside whole. Raises Refused `sync_fork` when nothing is common.
    """
    with box.writing() as act:
        parent, branch = _last_common(act.db, common), _branch(act.db, common)
        new = open_incarnation(act.db, box.device, parent, "forked", above)
        touched = {_record_again(new, link).k for link in branch}
        _take_out(act, common, branch)
        for dossier in touched - {""}:
            reordering.fold_again(act.db, act.db, box.device, dossier)
            act.touch(f"dossier:{dossier}")
        act.touch("dossiers")
        act.life, act.head = new.life, new.head
        crash_here("life_before_commit")
    return len(branch)


def _last_common(db: Database, common: Mapping[bytes, int]) -> Head:
    kept = [life.inc for life in ledger.incarnations(db) if common.get(life.inc)]
    if not kept:
        raise Refused("sync_fork")
    sql = "SELECT digest FROM event WHERE inc = ? AND seq = ?"
    inc = kept[-1]
    return Head(inc, common[inc], bytes(db.conn.execute(sql, [inc, common[inc]]).fetchone()[0]))


def _branch(db: Database, common: Mapping[bytes, int]) -> list[Link]:
    """List the events that are not common, in the ledger's order."""
    lives = [(life.inc, common.get(life.inc, 0)) for life in ledger.incarnations(db)]
    return [(inc, *link) for inc, after in lives for link in ledger.stored(db, inc, after)]


def _record_again(new: Act, link: Link) -> Event:
    inc, seq, digest, data = link
    event = events.decode(data)
    if event.t == "incarnation.opened":
        return event  # It told of a life that is no more.
    first = event.r or Repeats(inc.hex(), seq, digest.hex())
    again = new.repeat(event, first, ledger.personal_of(new.db, new.device_bytes, inc, event))
    if event.k:
        sql = "UPDATE dossier_event SET inc = ?, seq = ? WHERE dossier = ? AND device = ? AND inc = ? AND seq = ?"
        new.db.conn.execute(sql, [new.life.inc, again.i, event.k, new.device, inc, seq])
    return again


def _take_out(act: Act, common: Mapping[bytes, int], branch: list[Link]) -> None:
    """Move the branch out of the ledger. Done last: the numbers of arrival of its events are never given to others."""
    sql = "INSERT OR IGNORE INTO event_aside (inc, seq, digest, bytes, at) VALUES (?, ?, ?, ?, ?)"
    act.db.conn.executemany(sql, [(*link, act.reading.at) for link in branch])
    for inc in {link[0] for link in branch}:
        after = common.get(inc, 0)
        act.db.conn.execute("DELETE FROM event WHERE inc = ? AND seq > ?", [inc, after])
        act.db.conn.execute("DELETE FROM receipt WHERE inc = ? AND seq > ?", [inc, after])
        if not after:
            act.db.conn.execute("DELETE FROM incarnation WHERE inc = ?", [inc])
