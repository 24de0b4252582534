"""Who stands in for whom, from one day to another: the taker may do the giver's acts, under the taker's own name.

It begins and ends by itself with the local day. What was delegated is not passed on, and no title changes: on paper the taker
signs by order of the giver (TUQ.), or as the deputy (KT.) where the taker is one (NĐ 30/2020/NĐ-CP, Phụ lục I).
"""

from dataclasses import dataclass, replace
from datetime import date

import msgspec
from sqlite_utils.db import Database

from appliance import officers
from appliance.clock import local_day
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.officers import Officer
from appliance.rights import Role

DAYS_MAX = 366
BASIS_CHARS_MAX = 80


@dataclass(frozen=True)
class Delegation:
    """One delegation: ids of officers, first and last local day, the number of the document it rests on."""

    giver: str
    taker: str
    first: date
    last: date
    basis: str

    def holds_on(self, day: date) -> bool:
        """Say whether it is in force on a day."""
        return self.first <= day <= self.last


def standing(db: Database, device: str, day: date) -> list[Delegation]:
    """List the delegations of this device that are in force on a day or begin later; what other offices say counts nothing here."""
    sql = "SELECT body FROM office_fact WHERE topic = 'delegation' AND device = ? AND kind = 'delegation.given'"
    every = [_read(msgspec.json.decode(row[0])) for row in db.conn.execute(sql, [device])]
    return sorted((one for one in every if one.last >= day), key=lambda one: (one.first, one.giver, one.taker))


def _read(body: dict[str, str]) -> Delegation:
    days = {name: date.fromisoformat(body[name]) for name in ("first", "last")}
    return Delegation(body["giver"], body["taker"], days["first"], days["last"], body["basis"])


def acting(db: Database, device: str, officer: Officer, day: date) -> Officer:
    """Give an officer as he may act on a day: with the roles of everybody he stands in for, and the first one's title."""
    mine = [one for one in standing(db, device, day) if one.taker == officer.id and one.holds_on(day)]
    givers = [officers.by_id(db, one.giver) for one in mine]
    active = [giver for giver in givers if giver and giver.active]
    if not active or not officer.active:
        return officer
    signing = next((giver.title for giver in active if Role.LEADER in giver.roles), "")
    return replace(officer, roles=officer.roles.union(*(giver.roles for giver in active)), stands_for=signing)


def give(act: Act, actor: Officer, giver: str, taker: str, first: date, last: date, basis: str) -> None:
    """Record a delegation. One's own may be given by oneself, anybody's by an administrator who does not take it.

    Raises Refused `delegation_not_own`, `delegation_self`, `delegation_days`, `delegation_basis`, `delegation_stands`.
    """
    _may(actor, giver, taker)
    people = [officers.by_id(act.db, one) for one in (giver, taker)]
    if giver == taker or not all(one and one.active for one in people):
        raise Refused("delegation_self")
    today = local_day(act.reading.at)
    if not first <= last or last < today or (last - first).days >= DAYS_MAX:
        raise Refused("delegation_days", most=DAYS_MAX)
    if not basis.strip() or len(basis) > BASIS_CHARS_MAX:
        raise Refused("delegation_basis")
    if any((one.giver, one.taker, one.first) == (giver, taker, first) for one in standing(act.db, act.device, today)):
        raise Refused("delegation_stands")
    clear = {"giver": giver, "taker": taker, "first": first.isoformat(), "last": last.isoformat(), "basis": basis.strip()}
    act.record("delegation.given", actor=actor.id, clear=clear)


def end(act: Act, actor: Officer, giver: str, taker: str, first: date) -> None:
    """End a delegation before its last day, at once. Raises Refused `delegation_not_own`, `delegation_unknown`."""
    if Role.ADMIN not in actor.roles and actor.id not in (giver, taker):
        raise Refused("delegation_not_own")
    found = standing(act.db, act.device, local_day(act.reading.at))
    if not any((one.giver, one.taker, one.first) == (giver, taker, first) for one in found):
        raise Refused("delegation_unknown")
    act.record("delegation.ended", actor=actor.id, clear={"giver": giver, "taker": taker, "first": first.isoformat()})


def _may(actor: Officer, giver: str, taker: str) -> None:
    by_admin = Role.ADMIN in actor.roles and actor.id != taker
    if actor.id != giver and not by_admin:
        raise Refused("delegation_not_own")
