"""Where a dossier was received, where it is resolved, where somebody supported it: three fields, apart from the unit that keeps it.

Each holds the code of a unit where that is not the dossier's own; an empty text says that it is elsewhere and the code is not
known. Nothing is guessed: a code is never made of a name. `agent` is the account id of the postal agent who helped.
"""

from appliance.catalogue import Catalogue
from appliance.procedures import Procedure

RECEIVED, RESOLVED, SUPPORTED, AGENT = "received", "resolved", "supported", "agent"
PLACES = (RECEIVED, RESOLVED, SUPPORTED)
ELSEWHERE = frozenset({"receives", "commune_police"})  # Roles of the commune in which another agency resolves.


def of_counter(procedure: Procedure, agent: str = "") -> dict[str, str]:
    """Give the fields for a reception at the counter; `agent` drafted it before an officer accepted."""
    resolved = {RESOLVED: ""} if procedure.commune_role in ELSEWHERE else {}
    return resolved | ({SUPPORTED: "", AGENT: agent} if agent else {})


def of_filing(procedure: Procedure, told: dict[str, str] | None, unit: str) -> dict[str, str]:
    """Give the fields for what a portal sent: what it told stands before what the catalogue knows."""
    known = {name: code for name, code in (told or {}).items() if name in PLACES}
    return {name: code for name, code in (of_counter(procedure) | known).items() if code != unit}


def name_of(catalogue: Catalogue, code: str) -> str:
    """Give the name of a unit by its code of either kind; empty where the catalogue does not know it."""
    for unit in (catalogue.province, *catalogue.sheet("units").records):
        if code and code in (unit.code, unit.agency_code_qd20):
            return unit.name
    return ""


def resolving(catalogue: Catalogue, procedure: str) -> str:
    """Give who resolves a procedure, in the catalogue's own words; empty where it does not say."""
    known = catalogue.procedures.get(procedure)
    return (known.resolving_authority or "").strip(" .") if known else ""
