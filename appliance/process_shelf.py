"""The office's internal processes: versions that were imported and wait for a person, and those a person approved.

What is approved stands whole in the ledger, so that a dossier finds the very version it was received under, for ever.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import msgspec
from sqlite_utils.db import Database

from appliance.catalogue import Catalogue
from appliance.catalogue_sheets import Process
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.internal_process import GENERAL, Approved, choose, digest_of
from appliance.ledger import Act
from appliance.process_faults import faults
from appliance.text import Line

BASIS_CHARS_MAX = 300
LOADED_MAX = 1024


@dataclass(frozen=True)
class Offered:
    """A version that nobody approved yet, and from where it came."""

    process: Process
    source: str


def approved(db: Database) -> list[Approved]:
    """List every version that was ever approved, ordered by procedure."""
    sql = "SELECT body, actor, at FROM office_fact WHERE topic = 'process' ORDER BY key"
    return [_approved(bytes(body), actor, at) for body, actor, at in db.conn.execute(sql)]


@lru_cache(maxsize=LOADED_MAX)
def _approved(body: bytes, actor: str, at: str) -> Approved:
    fact = msgspec.json.decode(body)
    return Approved(msgspec.convert(fact["definition"], Process), at, actor, fact["basis"])


def for_case(db: Database, code: str, case: str, day: date, name: str = "") -> Approved:
    """Give the process a case runs under on a local day. Raises Refused `process_missing`: nothing runs without one."""
    found = choose(approved(db), code, case, day)
    if found is None:
        raise Refused("process_missing", procedure=name or code)
    return found


def of_dossier(db: Database, dossier: Dossier) -> Process | None:
    """Give the version a dossier was received under; None for one that came from elsewhere or before there were any."""
    named = dossier.process
    found = (
        one.process for one in approved(db) if (one.process.id, one.process.version) == (named.get("id"), named.get("version"))
    )
    return next(found, None)


def offered(db: Database, catalogue: Catalogue) -> list[Offered]:
    """List the versions that wait for an approval: what came with the catalogue and what was imported."""
    known = {(one.process.id, one.process.version) for one in approved(db)}
    came = [Offered(one, catalogue.manifest.title) for one in built_in(catalogue)]
    sql = "SELECT body, source FROM process_offer ORDER BY process, version"
    came += [Offered(msgspec.json.decode(body, type=Process), source) for body, source in db.conn.execute(sql)]
    newest = {key_of(one.process): one for one in came}
    return [newest[key] for key in sorted(newest.keys() - known)]


def key_of(process: Process) -> tuple[str, str]:
    """Give what names a version of a process."""
    return process.id, process.version


def built_in(catalogue: Catalogue) -> tuple[Process, ...]:
    """List the processes of the catalogue in force, the general one first."""
    return (*catalogue.sheet("processes.general").records, *catalogue.sheet("processes").records)


def general_of(catalogue: Catalogue) -> Process:
    """Give the process of every case that has none of its own."""
    return next(one for one in catalogue.sheet("processes.general").records if one.code == GENERAL)


def sound_of(db: Database, found: Iterable[Process]) -> tuple[list[Process], list[Line]]:
    """Tell versions that may be offered from those whose name another content was approved under."""
    judged = [(one, version_taken(db, one)) for one in found]
    return [one for one, taken in judged if not taken], [taken for _, taken in judged if taken]


def offer(act: Act, processes: Iterable[Process], source: str) -> None:
    """Keep imported versions until somebody approves them; the same version again takes the place of the one that waits."""
    for one in processes:
        act.db.conn.execute(
            "INSERT OR REPLACE INTO process_offer (process, version, body, source, at) VALUES (?, ?, ?, ?, ?)",
            [one.id, one.version, msgspec.json.encode(one), source, act.reading.at],
        )


def approve(act: Act, catalogue: Catalogue, process: Process, actor: str, basis: str) -> None:
    """Put a version in force. Approving it twice is once.

    Raises Refused `process_wrong` with all its faults, `process_version_used` (same name, other content), `basis_missing`.
    """
    if found := faults(process, catalogue.procedures):
        raise Refused("process_wrong", process=process.id, count=len(found), faults=found)
    if not basis.strip() or len(basis) > BASIS_CHARS_MAX:
        raise Refused("basis_missing", most=BASIS_CHARS_MAX)
    if taken := version_taken(act.db, process):
        raise Refused(taken.code, **taken.facts)
    if any(key_of(one.process) == key_of(process) for one in approved(act.db)):
        return
    clear = {"process": process.id, "version": process.version, "digest": digest_of(process), "basis": basis.strip()}
    act.record("process.approved", actor=actor, clear=clear | {"definition": msgspec.to_builtins(process)})
    act.touch("processes")


def version_taken(db: Database, process: Process) -> Line | None:
    """Say that another content was approved under this name and version."""
    same = [one.process for one in approved(db) if key_of(one.process) == key_of(process)]
    if same and digest_of(same[0]) != digest_of(process):
        return Line("process_version_used", {"process": process.id, "version": process.version})
    return None


def covering(found: Iterable[Approved], catalogue: Catalogue, day: date) -> Mapping[tuple[str, str], Approved | None]:
    """Say for each case of each procedure under which process it would be received on a day."""
    every = tuple(found)
    cases = [(one.code, case.id) for one in catalogue.procedures.values() for case in one.cases]
    return {(code, case): choose(every, code, case, day) for code, case in cases}
