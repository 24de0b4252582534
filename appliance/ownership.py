"""Who owns a dossier: one device at a time, as the province decided it and the feed told it. Version 1 is whoever began it.

The table `handover` is the province's own there and a copy of it here; a box writes it only by the feed. The owner alone moves a
dossier; whoever held it before may add notes. Nothing here decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlite_utils.db import Database

from appliance.errors import Refused

NOTED, OFFERED, WITHDRAWN = "dossier.noted", "handover.offered", "handover.withdrawn"
ACCEPTED, REJECTED, ERASED = "handover.accepted", "handover.rejected", "dossier.erased"
DECIDED = "decision.received"  # By a higher agency; it stands beside what the owner does and moves nothing.
BESIDE = frozenset(
    {NOTED, DECIDED, OFFERED, WITHDRAWN, REJECTED}
)  # Acts that stand in a dossier's history and change nothing of it.
ANSWERS = frozenset({ACCEPTED, REJECTED})  # Acts on a dossier that is not here yet.
COLUMNS = (
    "offer", "dossier", "version", "giver", "taker", "from_unit", "to_unit", "reason", "code", "procedure_name", "offered_at",
    "until", "state", "why", "decided_at",
)  # fmt: skip


class State(StrEnum):
    """How far an offer has come; every one but the first is its end."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REFUSED = "refused"  # The province did not take the offer: another owner, another offer, nobody there; `why` says which.


@dataclass(frozen=True)
class Handover:
    """An offer as the province has it. `giver` and `taker` (once it is accepted) are devices, `version` the owner's then."""

    offer: str
    dossier: str
    version: int
    giver: str
    taker: str
    from_unit: str
    to_unit: str
    reason: str
    code: str
    procedure_name: str
    offered_at: str
    until: str
    state: State
    why: str
    decided_at: str


@dataclass(frozen=True)
class Owner:
    """Who owns a dossier in which version; no device where it was never handed over. `here`: all that came with it is here."""

    version: int = 1
    device: str = ""
    unit: str = ""
    here: bool = True


def owner(db: Database, dossier: str) -> Owner:
    """Give the present owner, as far as it is known here."""
    sql = f"""SELECT version + 1, taker, to_unit, here AND NOT EXISTS (
                  SELECT 1 FROM brought_event b WHERE b.dossier = h.dossier AND sealed = 1
                  AND NOT EXISTS (SELECT 1 FROM dossier_key k WHERE k.dossier = b.dossier))
              FROM handover h WHERE dossier = ? AND state = '{State.ACCEPTED}' ORDER BY version DESC LIMIT 1"""
    row = db.conn.execute(sql, [dossier]).fetchone()
    return Owner(row[0], row[1], row[2], bool(row[3])) if row else Owner()


def owner_in(db: Database, dossier: str, version: int) -> str:
    """Give the device that owned a dossier in a version; "" where it was never handed over."""
    sql = f"SELECT version, giver, taker FROM handover WHERE dossier = ? AND state = '{State.ACCEPTED}' ORDER BY version"
    found: dict[int, str] = {}
    for no, giver, taker in db.conn.execute(sql, [dossier]):
        found |= {no: giver, no + 1: taker}
    return found.get(version, "")


def handovers(db: Database, where: str, args: list[Any]) -> list[Handover]:
    """List offers, newest first."""
    sql = f"SELECT {', '.join(COLUMNS)} FROM handover WHERE {where} ORDER BY offered_at DESC, offer DESC"
    return [Handover(**row | {"state": State(row["state"])}) for row in db.query(sql, args)]


def handover(db: Database, offer: str) -> Handover | None:
    """Give one offer, or None."""
    return next(iter(handovers(db, "offer = ?", [offer])), None)


def open_offer(db: Database, dossier: str) -> Handover | None:
    """Give the offer of a dossier that waits for its answer, or None."""
    return next(iter(handovers(db, "dossier = ? AND state = ?", [dossier, State.OPEN])), None)


def check(db: Database, device: str, dossier: str, kind: str) -> None:
    """Refuse to write on a dossier that another one owns, or that has not come whole.

    Raises Refused `dossier_handed_over`, `dossier_on_its_way`.
    """
    now = owner(db, dossier)
    if kind == NOTED or (kind == ERASED and erased_there(db, dossier)):
        return
    if now.device not in ("", device):
        raise Refused("dossier_handed_over", unit=now.unit, name=unit_name(db, now.unit))
    if not now.here:
        raise Refused("dossier_on_its_way")


def check_answer(db: Database, offer: str) -> None:
    """Refuse an answer to what is not offered any more. Raises Refused `handover_closed`."""
    found = handover(db, offer)
    if found is None or found.state is not State.OPEN:
        raise Refused("handover_closed")


def version_of(db: Database, dossier: str, kind: str, clear: Mapping[str, Any]) -> int:
    """Give the owner's version an act is written under: an acceptance begins the next one."""
    if kind != ACCEPTED:
        return owner(db, dossier).version
    found = handover(db, clear["offer"])
    assert found
    return found.version + 1


def erased_there(db: Database, dossier: str) -> bool:
    """Say whether the province told that the owner erased this dossier's persons."""
    return db.conn.execute("SELECT 1 FROM erase_due WHERE dossier = ?", [dossier]).fetchone() is not None


def unit_name(db: Database, unit: str) -> str:
    """Give the name of a unit that has a box, as the province told it; its code where it told none."""
    row = db.conn.execute("SELECT name FROM known_unit WHERE unit = ?", [unit]).fetchone()
    return row[0] if row else unit


def units(db: Database) -> list[tuple[str, str]]:
    """List the units that have a box (code, name), by name."""
    return db.conn.execute("SELECT unit, name FROM known_unit ORDER BY name, unit").fetchall()
