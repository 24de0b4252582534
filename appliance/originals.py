"""Originals that the office keeps: which, where they lie, and that they were given back to a person who signed for them."""

from typing import Any

from sqlite_utils.db import Database

from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.processing import load
from appliance.queries import Listed, listed


def kept(dossier: Dossier) -> tuple[dict[str, Any], ...]:
    """List the components whose original lies here now, each with its `slot`; none once they were given back."""
    return () if dossier.originals_returned_at else tuple(part for part in dossier.parts if part.get("kept"))


def give_back(act: Act, dossier_id: str, officer: str, receiver: dict[str, str]) -> None:
    """Record that all kept originals were given back. Raises Refused `nothing_kept`, `receiver_missing`, `wrong_status`."""
    dossier = load(act, dossier_id)
    here = kept(dossier)
    if not here:
        raise Refused("nothing_kept", code=dossier.code)
    if not receiver.get("name", "").strip():
        raise Refused("receiver_missing")
    clear = {"components": [part["key"] for part in here]}
    act.record("originals.returned", actor=officer, dossier=dossier_id, clear=clear, personal={"receiver": receiver})


def uncollected(db: Database, before: str) -> list[Listed]:
    """List results that were finished before a moment (UTC text) and that nobody fetched, the oldest first."""
    return listed(db, "status = 9 AND finished_at < ?", [before], "finished_at")


def held_after_end(db: Database) -> list[Listed]:
    """List dossiers that are over while their originals still lie here, the oldest first."""
    return listed(db, "status IN (3, 7, 8, 10) AND originals_kept = 1", [], "accepted_at")
