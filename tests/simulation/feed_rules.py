"""The rules of the feed (I22) as an observer asks them who remembers every record that was ever written."""

from collections.abc import Callable, Iterator

import msgspec

from simulation.ends import BoxEnd
from sync.compaction import COMPACTED
from sync.protocol import Statement
from sync.statements import Record


def _cursor(box: BoxEnd) -> int:
    row = box.db.conn.execute("SELECT position FROM feed_state").fetchone()
    return row[0] if row else 0


def i22_what_a_box_has_of_its_feed_is_what_the_province_wrote(world) -> Iterator[object]:
    """A record never changes. A box has each up to its cursor, but for those that a signed list of what stands leaves out."""
    for box in world.running if world.province.runs() else ():
        fed, ours = _fed(world, box.device), dict(_feed_of(box))
        if fed is None or any(fed.get(n) != data for n, data in ours.items()):
            yield box.name, "differs"
            return
        here = _cursor(box)
        missing = set(range(1, here + 1)) - ours.keys()
        if max(ours, default=0) != here or missing - _left_out(fed, max(fed, default=0)):
            yield box.name, "cursor", here, sorted(missing)


def i22_a_compacted_feed_gives_the_state_of_the_full_one(world) -> Iterator[object]:
    """What a box was granted and what days it was told of is what every record ever written up to its cursor comes to."""
    for box in world.running if world.province.runs() else ():
        fed, here = _fed(world, box.device) or {}, _cursor(box)
        if set(range(1, here + 1)) - dict(_feed_of(box)).keys() - _left_out(fed, here):
            continue  # On its way over holes: what takes the place of the records left out may still be to come.
        said = [_said(fed[n]) for n in range(1, here + 1)]
        days = {one.d["day"]: int(one.d["working"]) for one in said if one.t == "calendar.day_announced"}
        if days != dict(box.db.conn.execute("SELECT day, working FROM province_day").fetchall()):
            yield box.name, "days", days
        grants = {tuple(grant.values()) for one in said if one.t == "numbers.granted" for grant in one.d["grants"]}
        if grants != set(box.db.conn.execute("SELECT book, inc_no, first, last FROM number_grant").fetchall()):
            yield box.name, "grants", grants


def remember(world) -> None:
    """See every record once, before some are left out."""
    for device in world.families:
        _fed(world, device)


def _fed(world, device: str) -> dict[int, bytes] | None:
    """Give every record that a feed ever had, seen again now; None when one was changed."""
    sql = "SELECT n, bytes FROM feed_out WHERE device = ?"
    now = {n: bytes(data) for n, data in world.province.db.conn.execute(sql, [device]).fetchall()}
    ever = world.fed[device]
    ever |= {n: data for n, data in now.items() if n not in ever}
    return ever if all(ever[n] == data for n, data in now.items()) else None


def _feed_of(box: BoxEnd) -> list[tuple[int, bytes]]:
    rows = box.db.conn.execute("SELECT position, bytes FROM feed_record ORDER BY position").fetchall()
    return [(n, bytes(data)) for n, data in rows]


def _said(data: bytes) -> Record:
    return msgspec.json.decode(msgspec.json.decode(data, type=Statement).body, type=Record)


def _left_out(fed: dict[int, bytes], until: int) -> set[int]:
    """List the records that a list at or before a position leaves out."""
    lists = [said for n, data in fed.items() if n <= until and (said := _said(data)).t == COMPACTED]
    return {n for one in lists for n in set(range(1, one.n)) - {place for place, _ in one.d["stands"]}}


FEED_RULES: tuple[Callable, ...] = (
    i22_what_a_box_has_of_its_feed_is_what_the_province_wrote,
    i22_a_compacted_feed_gives_the_state_of_the_full_one,
)
