"""What the device does next with a life, by what the province answered to its hello (docs/sync.md, 3). Pure."""

from dataclasses import dataclass

from sync.protocol import HeldLife, HelloAnswer, Lost, Mark, Verdict, Why


@dataclass(frozen=True)
class Wait:
    """Nothing to send of this life."""


@dataclass(frozen=True)
class SendEvents:
    """Send the events after this number."""

    after: int


@dataclass(frozen=True)
class SendLifeFirst:
    """Another life must be sent before this one."""

    inc: str


@dataclass(frozen=True)
class FetchLost:
    """The province holds events of ours that were lost here."""

    lost: Lost


@dataclass(frozen=True)
class Rejoin:
    """Two branches: what only we have is recorded again in a new life, on top of what the province holds."""

    lives: tuple[HeldLife, ...]


@dataclass(frozen=True)
class OpenNewLife:
    """The province stands further in the very life we write: we are an older copy and must not go on writing it."""


@dataclass(frozen=True)
class Stop:
    """Nothing may be sent until a person looked; the code says why."""

    code: str


Step = Wait | SendEvents | SendLifeFirst | FetchLost | Rejoin | OpenNewLife | Stop
STOPS = {Why.REPLACED: "sync_replaced", Why.TWO_MACHINES: "sync_two_machines"}


def next_step(local: Mark, writing: bool, answer: HelloAnswer) -> Step:
    """Say what the sender does next with the life whose head is `local`; `writing`: it is the life written now."""
    match answer.verdict:
        case Verdict.EXTENDS:
            return SendEvents(answer.have.seq if answer.have else 0)
        case Verdict.ALREADY_HAVE:
            return Wait()
        case Verdict.NEED_PARENT:
            return SendLifeFirst(answer.need)
        case Verdict.BEHIND if answer.lost:
            return OpenNewLife() if writing and answer.lost.inc == local.inc else FetchLost(answer.lost)
        case Verdict.FORK if answer.why == Why.FORKED and answer.lives:
            return Rejoin(answer.lives)
    return Stop(STOPS.get(answer.why, "sync_fork"))  # type: ignore[call-overload]  # what an end of a later version says
