"""Handing a dossier to another commune: what officers do here, and how far it has come. The province decides, nothing here does.

An act that the province has not taken up is told apart from one that it has: `Stands` says which of both a page may claim.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlite_utils.db import Database

from appliance import events, ownership
from appliance.box import Box
from appliance.errors import Refused
from appliance.events import Event
from appliance.ids import uuid7
from appliance.ownership import ACCEPTED, NOTED, OFFERED, REJECTED, WITHDRAWN, Handover, State

NOTE_MAX = 2_000
REASONS = ("not_ours", "lives_there", "asked_by_person", "merged_unit")  # Codes, so that an offer names nobody.
REJECTIONS = ("not_ours", "incomplete", "known_already", "wrong_unit")
LISTED_MAX = 200


class Said(StrEnum):
    """What this box recorded and the province has not taken up yet."""

    NOTHING = ""
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Stands:
    """How the newest hand-over of a dossier stands: as the province has it (None: nothing yet), and what was said here since.

    `dossier`, `to` and `reason` are those of an offer that the province has not seen.
    """

    known: Handover | None = None
    said: Said = Said.NOTHING
    dossier: str = ""
    to: str = ""
    reason: str = ""

    @property
    def open(self) -> bool:
        """Whether an offer waits for the province or for the other commune."""
        return self.said is Said.OFFERED or (self.known is not None and self.known.state is State.OPEN)


ANSWERED = {WITHDRAWN: Said.WITHDRAWN, ACCEPTED: Said.ACCEPTED, REJECTED: Said.REJECTED}


def stands(db: Database, dossier: str) -> Stands:
    """Say how the newest hand-over of a dossier stands, for a page."""
    own = _own(db, dossier)
    offered = [event for event in own if event.t == OFFERED]
    if offered and ownership.handover(db, offered[-1].d["offer"]) is None and not _set_aside(db, dossier, offered[-1]):
        given_up = any(event.t == WITHDRAWN and event.d["offer"] == offered[-1].d["offer"] for event in own)
        said = Said.WITHDRAWN if given_up else Said.OFFERED
        return Stands(None, said, dossier, offered[-1].d["to"], offered[-1].d["reason"])
    known = next(iter(ownership.handovers(db, "dossier = ?", [dossier])), None)
    return Stands(known, _said(own, known)) if known else Stands()


def _said(own: list[Event], known: Handover) -> Said:
    """Give what was answered here to an offer that is open still."""
    answers = [ANSWERED[event.t] for event in own if event.t in ANSWERED and event.d["offer"] == known.offer]
    return answers[-1] if answers and known.state is State.OPEN else Said.NOTHING


def _own(db: Database, dossier: str) -> list[Event]:
    sql = """SELECT e.bytes FROM dossier_event d JOIN event e ON e.inc = d.inc AND e.seq = d.seq
             WHERE d.dossier = ? AND d.kind LIKE 'handover.%' ORDER BY e.n"""
    return [events.decode(bytes(data)) for (data,) in db.conn.execute(sql, [dossier]).fetchall()]


def _set_aside(db: Database, dossier: str, event: Event) -> bool:
    sql = "SELECT 1 FROM brought_event WHERE dossier = ? AND counts = 0 AND seq = ? AND instr(bytes, ?)"
    return db.conn.execute(sql, [dossier, event.i, event.d["offer"].encode()]).fetchone() is not None


def offered_to_us(box: Box) -> list[tuple[Handover, Said]]:
    """List what other communes offer to this one and what was answered already, the first to expire first."""
    where = "state = ? AND to_unit = ? AND giver <> ?"
    found = ownership.handovers(box.db, where, [State.OPEN, box.home.settings.unit, box.device])
    return [(one, _said(_own(box.db, one.dossier), one)) for one in sorted(found, key=lambda one: one.until)[:LISTED_MAX]]


def ours(db: Database) -> list[Stands]:
    """List the newest hand-over of each dossier that this box offered, newest first."""
    sql = """SELECT dossier FROM dossier_event WHERE kind = ? GROUP BY dossier ORDER BY max(at) DESC LIMIT ?"""
    found = [stands(db, row[0]) for row in db.conn.execute(sql, [OFFERED, LISTED_MAX]).fetchall()]
    return [one for one in found if one != Stands()]


def offer(box: Box, dossier: str, to: str, reason: str, actor: str) -> str:
    """Offer a dossier to another commune; gives the id of the offer.

    Raises Refused `handover_unit_unknown`, `handover_reason_missing`, `handover_open`, and what an act may be refused for.
    """
    with box.writing() as act:
        if to == box.home.settings.unit or to not in dict(ownership.units(act.db)):
            raise Refused("handover_unit_unknown")
        if reason not in REASONS:
            raise Refused("handover_reason_missing")
        if stands(act.db, dossier).open:
            raise Refused("handover_open")
        id = uuid7()
        act.record(OFFERED, actor=actor, dossier=dossier, clear={"offer": id, "to": to, "reason": reason})
        act.touch("handovers")
    return id


def withdraw(box: Box, dossier: str, actor: str) -> None:
    """Take an offer back while nobody accepted it. Raises Refused `handover_closed`."""
    with box.writing() as act:
        found = stands(act.db, dossier)
        last = next((event for event in reversed(_own(act.db, dossier)) if event.t == OFFERED), None)
        if not found.open or last is None or found.said is Said.WITHDRAWN:
            raise Refused("handover_closed")
        act.record(WITHDRAWN, actor=actor, dossier=dossier, clear={"offer": last.d["offer"]})
        act.touch("handovers")


def accept(box: Box, offer: str, actor: str) -> None:
    """Say yes to what another commune offers; the dossier is this one's when the province says so. Raises as `reject`."""
    _answer(box, offer, actor, ACCEPTED, {})


def reject(box: Box, offer: str, reason: str, actor: str) -> None:
    """Say no. Raises Refused `handover_closed`, `handover_answered`, `handover_reason_missing`."""
    if reason not in REJECTIONS:
        raise Refused("handover_reason_missing")
    _answer(box, offer, actor, REJECTED, {"reason": reason})


def _answer(box: Box, offer: str, actor: str, kind: str, more: dict[str, str]) -> None:
    with box.writing() as act:
        found = ownership.handover(act.db, offer)
        if found is None or found.to_unit != box.home.settings.unit or found.giver == box.device:
            raise Refused("handover_closed")
        if _said(_own(act.db, found.dossier), found):
            raise Refused("handover_answered")
        act.record(kind, actor=actor, dossier=found.dossier, clear={"offer": offer} | more)
        act.touch("handovers")


def note(box: Box, dossier: str, words: str, actor: str) -> None:
    """Add a note that goes to whoever owns the dossier. Raises Refused `note_missing`, `dossier_unknown`."""
    words = words.strip()[:NOTE_MAX]
    if not words:
        raise Refused("note_missing")
    with box.writing() as act:
        act.record(NOTED, actor=actor, dossier=dossier, personal={"note": words})
