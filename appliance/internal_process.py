"""Internal processes (quy trình nội bộ): which approved one a dossier runs under, and at which of its steps it stands. Pure.

A process belongs to a procedure, to some of its cases, or (code GENERAL) to every case that has none of its own. Basis: NĐ 118/2025
on internal processes approved by the head of the province; what is wrong with one is said by appliance/process_faults.py.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import msgspec

from appliance.catalogue_sheets import Process, Step
from appliance.clock import local_day
from appliance.documents import Signature
from appliance.dossier import Dossier, Status
from appliance.moves import status_left
from appliance.release import still_due
from appliance.rights import Role

GENERAL = "*"
SIGNED = frozenset({Signature.SIGNED, Signature.NUMBERED, Signature.SEALED, Signature.TIMESTAMPED, Signature.WET})
# The last step of these roles is finished by an act of its own: handing to the leader, signing, sealing.
BY_ACT = (Role.SPECIALIST, Role.LEADER, Role.CLERK)


@dataclass(frozen=True)
class Approved:
    """A version of a process that a person approved: when (UTC text), who, on which ground."""

    process: Process
    at: str
    actor: str
    basis: str

    @property
    def begins(self) -> date:
        """Give the local day from which it is in force: the one it names, else the day of the approval."""
        return self.process.effective_from or local_day(self.at)

    @property
    def named(self) -> dict[str, str]:
        """Give it as an acceptance keeps it."""
        return {"id": self.process.id, "version": self.process.version, "digest": digest_of(self.process)}


def digest_of(process: Process) -> str:
    """Name a process by its content: SHA-256 of its JSON with sorted keys, in hex."""
    return hashlib.sha256(msgspec.json.encode(process, order="deterministic")).hexdigest()


def choose(approved: Iterable[Approved], code: str, case: str, day: date) -> Approved | None:
    """Give the process a case runs under on a local day: its own before its procedure's before the general; of those the newest."""
    fitting = [one for one in approved if fits(one.process, code, case) and one.begins <= day]
    return max(fitting, key=lambda one: (closeness(one.process), one.begins, one.at), default=None)


def fits(process: Process, code: str, case: str) -> bool:
    """Say whether a process is meant for a case of a procedure."""
    return process.code == GENERAL or (process.code == code and (process.case_ids is None or case in process.case_ids))


def closeness(process: Process) -> int:
    """Say how closely a process is meant: 0 for everything, 1 for a procedure, 2 for named cases."""
    return 0 if process.code == GENERAL else 1 if process.case_ids is None else 2


def place(process: Process, dossier: Dossier) -> int:
    """Give the number of the step a dossier stands at, as its acts show; one past the last when all are done."""
    return max(dossier.step, _shown_by_acts(process, dossier))


def step_at(process: Process, number: int) -> Step | None:
    """Give a step by its number; None when all are done."""
    return next((step for step in process.steps if step.no == number), None)


def _shown_by_acts(process: Process, dossier: Dossier) -> int:
    status = status_left(dossier)
    if status == Status.RETURNED:
        return len(process.steps) + 1
    if status == Status.DONE:
        return _first(process, Status.RETURNED)
    if status != Status.PROCESSING:
        return _before_processing(process, dossier)
    if dossier.signature in SIGNED:
        return _last(process, Role.LEADER) + 1
    if dossier.signature == Signature.SUBMITTED:
        return _last(process, Role.SPECIALIST) + 1
    if dossier.documents:
        return _last(process, Role.SPECIALIST)
    return _taken(process)


def _before_processing(process: Process, dossier: Dossier) -> int:
    """Before it is taken a dossier waits for the cashier, where a fee is open and the process takes it first."""
    first = _first(process, Status.PROCESSING)
    if not dossier.accepted_at:
        return 1
    cashier = next((step.no for step in process.steps if step.no < first and step.role == Role.CASHIER), first)
    return cashier if still_due(dossier) else first


def _taken(process: Process) -> int:
    """Who took it is at the first work of a specialist: an assignment before it is over by then."""
    first = _first(process, Status.PROCESSING)
    return next((step.no for step in process.steps if step.no >= first and step.role == Role.SPECIALIST), first)


def _first(process: Process, status: Status) -> int:
    """Give the first step that leads to a status or beyond it on the straight way; one past the last where none does."""
    found = (step.no for step in process.steps if int(step.status_after) >= status)
    return next(found, len(process.steps) + 1)


def _last(process: Process, role: Role) -> int:
    return max((step.no for step in process.steps if step.role == role), default=_first(process, Status.PROCESSING))


def is_finished_by_hand(process: Process, step: Step) -> bool:
    """Say whether a person says that a step is finished; the others are finished by an act of their own (signing, sealing …)."""
    if Status(int(step.status_after)) != Status.PROCESSING:
        return False
    leads_to_result = any(int(one.status_after) == Status.DONE for one in process.steps)
    return not (leads_to_result and step.role in BY_ACT and step.no == _last(process, Role(step.role)))


def following(process: Process, number: int) -> tuple[int, ...]:
    """List the steps that may come after one: the next, and further ones while those between stand under a condition."""
    found = []
    for step in process.steps:
        if step.no > number:
            found.append(step.no)
            if step.condition is None:
                return tuple(found)
    return (*found, len(process.steps) + 1)
