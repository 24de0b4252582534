"""Work passed from hand to hand: a step finished, a dossier offered to a colleague or a section, declined, and what is on its way.

An offer moves nothing by itself: the giver answers for the dossier until the receiver takes it (processing.take). Each hour stands
in the ledger; form 06 (control_slip.py) is drawn from there.
"""

from dataclasses import dataclass
from typing import NamedTuple

from sqlite_utils.db import Database

from appliance import internal_process, officers, process_shelf
from appliance.control_slip import waits
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.officers import Officer
from appliance.processing import is_offered_to, load
from appliance.rights import ROLE_NAMES, Role, may

NOTE_CHARS_MAX = 500


class Taker(NamedTuple):
    """To whom a dossier is offered: one officer, or a section, of which anyone may take it."""

    officer: str = ""
    section: str = ""


@dataclass(frozen=True)
class Receiver:
    """A choice of the page: a colleague or a section, and how many people stand behind it."""

    taker: Taker
    name: str


def receivers(db: Database, but: str) -> list[Receiver]:
    """List who may be offered a dossier: officers who process, then their sections; never the giver alone."""
    people = [one for one in officers.everybody(db) if one.active and may(one.roles, "take") and one.id != but]
    sections = sorted({one.section for one in people if one.section})
    return [Receiver(Taker(one.id), f"{one.name}, {one.title}") for one in people] + [
        Receiver(Taker(section=one), one) for one in sections
    ]


def finish_step(act: Act, dossier_id: str, officer: Officer, number: int, following: int = 0, note: str = "") -> None:
    """Say that a step is done and the next begins; `following` names a later one where those between may be left out.

    Raises Refused `process_not_kept`, `step_moved`, `step_by_act`, `step_not_yours`, `not_holder`, `step_not_next`.
    """
    dossier = load(act, dossier_id)
    process = process_shelf.of_dossier(act.db, dossier)
    if process is None:
        raise Refused("process_not_kept", code=dossier.code)
    step = internal_process.step_at(process, number)
    if step is None or number != internal_process.place(process, dossier):
        raise Refused("step_moved", code=dossier.code)
    if not internal_process.is_finished_by_hand(process, step):
        raise Refused("step_by_act", code=dossier.code, step=number)
    if Role(step.role) not in officer.roles:
        raise Refused("step_not_yours", code=dossier.code, step=number, role=ROLE_NAMES[Role(step.role)])
    if step.role == Role.SPECIALIST and dossier.holder != officer.id:
        raise Refused("not_holder", code=dossier.code, officer=dossier.holder)
    allowed = internal_process.following(process, number)
    chosen = following or allowed[0]
    if chosen not in allowed:
        raise Refused("step_not_next", code=dossier.code, step=chosen)
    clear, personal = {"step": number, "next": chosen}, {"note": checked(note)}
    act.record("step.finished", actor=officer.id, dossier=dossier_id, clear=clear, personal=personal)


def offer(act: Act, dossier_id: str, officer: Officer, taker: Taker, note: str = "") -> None:
    """Offer a dossier one holds (or may reassign) to a colleague or a section.

    Raises Refused `not_holder`, `taker_unknown`, `taker_is_holder`, `note_too_long`, `wrong_status`.
    """
    dossier = load(act, dossier_id)
    if dossier.holder and dossier.holder != officer.id and not may(officer.roles, "reassign"):
        raise Refused("not_holder", code=dossier.code, officer=dossier.holder)
    if taker.officer and taker.officer == dossier.holder:
        raise Refused("taker_is_holder", code=dossier.code)
    if taker not in [one.taker for one in receivers(act.db, "")]:
        raise Refused("taker_unknown")
    clear = {"from": dossier.holder or officer.id, "to": taker.officer, "section": taker.section}
    act.record("dossier.transferred", actor=officer.id, dossier=dossier_id, clear=clear, personal={"note": checked(note)})


def decline(act: Act, dossier_id: str, officer: Officer, reason: str) -> None:
    """Leave an offered dossier with its holder. Raises Refused `not_offered_to_you`, `reason_missing`, `nothing_offered`."""
    dossier = load(act, dossier_id)
    if not reason.strip():
        raise Refused("reason_missing")
    if waits(dossier) and not is_offered_to(act, dossier, officer.id):
        raise Refused("not_offered_to_you", code=dossier.code)
    clear, personal = {"to": officer.id}, {"reason": checked(reason)}
    act.record("transfer.declined", actor=officer.id, dossier=dossier_id, clear=clear, personal=personal)


def checked(note: str) -> str:
    """Give a note without outer spaces. Raises Refused `note_too_long`."""
    if len(note) > NOTE_CHARS_MAX:
        raise Refused("note_too_long", most=NOTE_CHARS_MAX)
    return note.strip()
