"""Healing a fork: find the last event both have, leave our branch with the province as evidence, and record it again in a new life.

Only done where the province says `forked`: a box that was replaced, or one of two machines at work, waits for a person.
"""

import hashlib

import msgspec

from appliance import ledger, setting_aside
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.ledger import Incarnation
from sync import progress
from sync.protocol import LIVES_MAX, HeldLife
from sync.sender import Sender, packed_after

PAGES_MAX = 10_000


def rejoin(sender: Sender, lives: tuple[HeldLife, ...]) -> int:
    """Make our ledger what the province holds of it, and record what only we have again; gives how many events that were.

    Raises Refused `sync_fork` when nothing is common, LineDown. What the province has more is fetched by the next hello.
    """
    held, ours = {life.inc: life for life in lives}, ledger.incarnations(sender.box.db)
    common = {life.inc: _common(sender, life, held[life.inc.hex()]) for life in ours if life.inc.hex() in held}
    for life in ours:
        if _branches_off(sender, life, common, held):
            _hand_in(sender, life, common[life.inc])
    crash_here("agent_before_rejoining")
    count = setting_aside.set_aside(sender.box, common, max(life.inc_no for life in lives))
    crash_here("agent_after_rejoining")
    return count


def lives_told(refused: Refused) -> tuple[HeldLife, ...]:
    """Give what is held where the province refused a segment as a fork that we may heal; else nothing."""
    told = refused.facts.get("lives") if refused.code == "sync_fork" else None
    try:
        return msgspec.convert(told or (), type=tuple[HeldLife, ...])[-LIVES_MAX:]
    except msgspec.ValidationError:
        return ()


def _common(sender: Sender, life: Incarnation, held: HeldLife) -> int:
    """Give the number of the last event of a life that both have; what a receipt was given for needs no question."""
    after = progress.acknowledged(sender.box.db, life.inc)
    for _ in range(PAGES_MAX):
        theirs = sender.wire.inventory(life.inc.hex(), after).events
        ours = [
            hashlib.sha256(data).hexdigest() for _, _, data in ledger.stored(sender.box.db, life.inc, after, after + len(theirs))
        ]
        same = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), len(ours))
        after += same
        if same < len(theirs) or after >= held.head.seq:
            return after
    raise Refused("line_foreign")


def _branches_off(sender: Sender, life: Incarnation, common: dict[bytes, int], held: dict[str, HeldLife]) -> bool:
    after = common.get(life.inc, 0)
    return bool(after) and after < min(ledger.head(sender.box.db, life.inc).seq, held[life.inc.hex()].head.seq)


def _hand_in(sender: Sender, life: Incarnation, after: int) -> None:
    """Show the branch, which the province refuses and keeps; what it does not take now stays in our own ledger."""
    for packed, _ in packed_after(sender, life, after):
        crash_here("agent_before_branch")
        try:
            sender.wire.segment(packed)
        except Refused as refused:
            if refused.code == "sync_gap":
                return  # It begins beyond what is held: the first piece said where they part.
            if refused.code != "sync_fork":
                raise
