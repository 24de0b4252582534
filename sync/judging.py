"""What the province decides of what a device shows: a hello's verdict, and a segment's (docs/sync.md, 3 and 4.2). Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sync.protocol import LIVES_MAX, HeldLife, Hello, HelloAnswer, Lost, Mark, Verdict, Why
from sync.segments import Segment


@dataclass(frozen=True)
class Holding:
    """What the receiver holds of one device: heads, ordinals and parents by life, and a way to look a digest up.

    `chosen`: the device's certificate was renewed after the newest life began, so an operator chose the machine that has it.
    """

    heads: Mapping[str, Mark]
    ordinals: Mapping[str, int]
    digest_at: Callable[[str, int], str | None]
    parents: Mapping[str, Mark | None] = field(default_factory=dict)
    chosen: bool = False

    @property
    def lives(self) -> tuple[HeldLife, ...]:
        """List the newest lives, oldest first."""
        order = sorted(self.heads, key=lambda inc: self.ordinals[inc])[-LIVES_MAX:]
        return tuple(HeldLife(inc, self.ordinals[inc], self.parents.get(inc), self.heads[inc]) for inc in order)


def judge(have: int, held: bytes | None, segment: Segment) -> Verdict:
    """Judge a segment whose chain and signature hold. `held` is the receiver's digest at `meeting(have, segment)`."""
    if segment.first > have + 1:
        return Verdict.GAP
    if segment.digest_at(meeting(have, segment)) != held:
        return Verdict.FORK
    return Verdict.ALREADY_HAVE if segment.last <= have else Verdict.EXTENDS


def meeting(have: int, segment: Segment) -> int:
    """Give the last number that both the receiver and the segment know of."""
    return min(have, segment.last)


def judge_hello(hello: Hello, holding: Holding) -> HelloAnswer:
    """Say how a device stands to what is held of it. Changes nothing; feed, keys and receipt are added by the caller."""
    inc = hello.life.inc
    told = next((mark for mark in hello.heads if mark.inc == inc), None)
    have = holding.heads.get(inc)
    if told is None:
        return HelloAnswer(Verdict.FORK, have)
    if have is None:
        return _judge_new(hello, holding)
    if _newer_lives(hello, holding):
        return fork(holding, have, Why.FORKED if holding.chosen else Why.REPLACED)
    return _judge_known(hello, told, have, holding)


def fork(holding: Holding, have: Mark | None, why: Why) -> HelloAnswer:
    """Say that two histories are there, and what is held where the device may heal it."""
    return HelloAnswer(Verdict.FORK, have, why=why, lives=holding.lives if why is Why.FORKED else ())


def _newer_lives(hello: Hello, holding: Holding) -> bool:
    """Say whether a life after this one is held that the device does not know: a box that was replaced, or an old copy of it."""
    newer = {inc for inc, inc_no in holding.ordinals.items() if inc_no > hello.life.inc_no}
    return not newer <= {mark.inc for mark in hello.heads}


def _judge_new(hello: Hello, holding: Holding) -> HelloAnswer:
    life, parent = hello.life, hello.life.parent
    if parent is None:
        return HelloAnswer(Verdict.FORK if holding.heads else Verdict.EXTENDS)  # Two beginnings: never mended without a person.
    if life.inc_no in holding.ordinals.values() or _newer_lives(hello, holding):
        return fork(holding, None, Why.FORKED)
    held = holding.heads.get(parent.inc)
    if held is None or held.seq < parent.seq:
        return HelloAnswer(Verdict.NEED_PARENT, need=parent.inc)
    if parent.seq and holding.digest_at(parent.inc, parent.seq) != parent.digest:
        return fork(holding, None, Why.FORKED)
    return _judge_others(hello, holding) or HelloAnswer(Verdict.EXTENDS)


def _judge_others(hello: Hello, holding: Holding) -> HelloAnswer | None:
    """Judge the device's other lives: the first that shows another branch, or of which it lost events; None when all is there."""
    known = {mark.inc: mark for mark in (hello.life.parent, *hello.heads) if mark}
    have = holding.heads.get(hello.life.inc)
    for life in holding.lives:
        told = known.get(life.inc) or Mark(life.inc, 0, "0" * 64)
        if life.inc == hello.life.inc:
            continue
        if 0 < told.seq <= life.head.seq and holding.digest_at(life.inc, told.seq) != told.digest:
            return fork(holding, have, Why.FORKED)
        if told.seq < life.head.seq:
            unknown = () if told.seq else (life,)  # Its ordinal and parent were lost with it.
            return HelloAnswer(Verdict.BEHIND, have, lost=Lost(life.inc, told.seq, life.head.seq), lives=unknown)
    return None


def _judge_known(hello: Hello, told: Mark, have: Mark, holding: Holding) -> HelloAnswer:
    if told.seq <= have.seq and told.seq and holding.digest_at(told.inc, told.seq) != told.digest:
        return fork(holding, have, Why.FORKED)
    if told.seq < have.seq:
        return HelloAnswer(Verdict.BEHIND, have, lost=Lost(told.inc, told.seq, have.seq))
    held = Verdict.EXTENDS if told.seq > have.seq else Verdict.ALREADY_HAVE
    return _judge_others(hello, holding) or HelloAnswer(held, have)
