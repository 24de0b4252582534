"""What the province publishes for a box to take over: lists, trust, revocations, software, accounts, decisions, online dossiers.

A record is kept as it came, at once; what it needs beside it is fetched by digest. It then goes the same way as a technician's own
import, and has no effect where that refuses it. What came of each is shown.
"""

import base64
import logging
import shutil
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlite_utils.db import Database
from sqlite_utils.utils import sqlite3

from appliance import catalogue, catalogue_shelf, clock, files, officers, process_file, process_shelf, staff, tidying, trust
from appliance.box import Box
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.officers import Officer
from appliance.text import Line, day_text
from sync import decisions, file_classes, files_back, filings, revocations
from sync.protocol import Statement
from sync.publications import PUBLISHED, AccountSaid, CatalogueSaid, ProcessesSaid, SoftwareSaid, TrustSaid, unpacked
from sync.sender import Sender
from sync.statements import Record

SHOWN_MAX = 20
DONE_SHOWN_MAX = 5  # Of one kind.
FACT_CHARS_MAX = 2_000
log = logging.getLogger("motcua.published")


class State(StrEnum):
    """What came of it."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


def _catalogue(box: Box, said: CatalogueSaid) -> Line:
    folder = box.home.spool / "published" / said.digest
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        for one in said.files:
            (folder / one.name).write_bytes(unpacked(files.read(box.home, one.file), catalogue.FILE_BYTES_MAX))
        if catalogue.digest(folder) != said.digest:
            raise Refused("catalogue_changed", file=said.digest[:12])
        catalogue_shelf.keep(box.home, folder)
    finally:
        shutil.rmtree(folder)
    manifest = catalogue_shelf.kept(box.home, said.digest).manifest
    return Line("published_catalogue", {"version": manifest.version, "begins": day_text(manifest.effective_from)})


def _processes(box: Box, said: ProcessesSaid) -> Line:
    today = clock.local_day(clock.stamp())
    data = unpacked(files.read(box.home, said.files[0].file), process_file.FILE_BYTES_MAX)
    found = process_file.read(data, catalogue_shelf.current(box.home, today).procedures)
    with box.writing() as act:
        sound, _ = process_shelf.sound_of(act.db, found.processes)
        process_shelf.offer(act, sound, said.source)
    left = found.records - len(sound)
    if not sound:
        raise Refused("published_processes_wrong", source=said.source, left=left)
    return Line("published_processes", {"source": said.source, "count": len(sound), "left": left})


def _trust(box: Box, said: TrustSaid) -> Line:
    roots, issuers = ([base64.b64decode(one) for one in ders] for ders in (said.roots, said.issuers))
    trust.keep_list(box.home.trust, roots, issuers)
    return Line("published_trust", {"roots": len(roots), "issuers": len(issuers)})


def _software(box: Box, said: SoftwareSaid) -> Line:
    return Line("published_software", {"version": said.version, "note": said.note})


def _account(box: Box, said: AccountSaid) -> Line:
    stated = Officer(said.officer, said.officer.lower(), said.name, frozenset(said.roles), said.title, said.section, said.open)
    nobody_knows = officers.hashed(staff.one_time_words())
    with box.writing() as act:
        staff.as_stated(act, stated, said.together, nobody_knows)
        able = said.officer in officers.able(act.db, act.reading.at)
    code = "closed" if not said.open else "open" if able else "new"
    return Line(f"published_account_{code}", {"officer": said.officer, "name": said.name})


# What each kind brings about; that raises Refused where it does not hold.
KINDS: Mapping[str, Callable[[Box, Any], Line]] = {
    "catalogue.published": _catalogue,
    "processes.published": _processes,
    "trust.published": _trust,
    "software.noticed": _software,
    "account.stated": _account,
    "decision.stated": decisions.take_in,
    "revocation.stated": revocations.take_in,
    "filing.stated": filings.take_in,
}
# What can be judged before the files are here: where it does not hold, or is known (a line), they are not fetched.
BEFORE: Mapping[str, Callable[[Box, Any], Line | None]] = {"decision.stated": decisions.check, "filing.stated": filings.check}
LATER = frozenset({"dossier_on_its_way", *filings.LATER})  # What may hold with a later round.
PASSING = frozenset({"filing.stated"})  # Kinds whose files are let go of, but for those that an event names.
NEVER = "9999-12-31"
# From which day on its files are needed: they come after all files that go, until that day is near. Others' come before these.
NEEDED_FROM: Mapping[str, Callable[[Any], str]] = {
    "catalogue.published": lambda body: str(body["effective_from"]),
    "processes.published": lambda body: NEVER,  # Somebody here has to approve them first.
}


def note(box: Box, act: Act, record: Record) -> None:
    """Note that something was published, and which files it needs; a body that cannot be read is refused and shown."""
    try:
        said = msgspec.convert(record.d, PUBLISHED[record.t])
    except msgspec.ValidationError:
        refuse(act, record)
        return
    _note(act, record, State.WAITING, Line("published_waiting", _about(said) | {"kind": record.t}))
    needed = {one.file: one.size for one in said.files}
    sql = "INSERT INTO published_file (position, digest, size) VALUES (?, ?, ?)"
    act.db.conn.executemany(sql, [(record.n, digest, size) for digest, size in needed.items()])


def refuse(act: Act, record: Record) -> None:
    """Note a record of whatever kind whose body is not what its kind says: no effect, and shown."""
    _note(act, record, State.REFUSED, Line("published_unreadable", {"kind": record.t}))


def _note(act: Act, record: Record, state: State, line: Line) -> None:
    sql = "INSERT INTO published (position, kind, state, code, facts, at) VALUES (?, ?, ?, ?, ?, ?)"
    act.db.conn.execute(sql, [record.n, record.t, state, line.code, _facts(line), act.reading.at])


def forget(act: Act, position: int) -> None:
    """Forget what no longer stands."""
    for table in ("published", "published_file"):
        act.db.conn.execute(f"DELETE FROM {table} WHERE position = ?", [position])


def fetch_one(sender: Sender, all_of_it: bool = True) -> bool:
    """Fetch one file that something waits for, and let take effect what has all it needs; says whether one came.

    Raises Refused, LineDown. A file that the province has not is asked for again with the next round.
    """
    box = sender.box
    carry_out(box)
    came = any(files_back.fetch(sender, digest, size) for digest, size in missing(box, all_of_it))
    carry_out(box)
    return came


def missing(box: Box, all_of_it: bool = True) -> list[tuple[str, int]]:
    """List the files that something waits for (or cannot wait for) and that are not here: digest and size, small ones first."""
    sql = "SELECT digest, size, position, kind FROM published_file JOIN published USING (position) ORDER BY size, digest"
    named = box.db.conn.execute(sql).fetchall()
    wanted = {digest: size for digest, size, position, kind in named if all_of_it or not _can_wait(box.db, position, kind)}
    return [(digest, size) for digest, size in wanted.items() if not files.has(box.home, digest)]


def _can_wait(db: Database, position: int, kind: str) -> bool:
    near = (clock.local(clock.stamp()) + file_classes.NEAR).date().isoformat()
    return kind in NEEDED_FROM and NEEDED_FROM[kind](_record(db, position).d) > near


def carry_out(box: Box) -> int:
    """Let everything take effect that waited and has all it needs, in the order it was said; gives how much that was."""
    sql = "SELECT position FROM published WHERE state = ? ORDER BY position"
    waiting = [row[0] for row in box.db.conn.execute(sql, [State.WAITING])]
    done = 0
    for position in waiting:
        state, line = _carried_out(box, position)
        if state is not State.WAITING:
            _settle(box, position, state, line)
            done += 1
    return done


def mend_trust(box: Box) -> None:
    """Make the trust folder again of what the feed said, where a restore or a new disk brought the database alone."""
    revocations.write_out(box)
    if any((box.home.trust / "roots").glob("*.der")):
        return
    sql = "SELECT max(position) FROM published WHERE kind = 'trust.published' AND state = ?"
    position = box.db.conn.execute(sql, [State.DONE]).fetchone()[0]
    if position:
        _carried_out(box, position)


def _settle(box: Box, position: int, state: State, line: Line) -> None:
    """Keep what came of a record, and let go of the files that it alone named where nothing keeps them."""
    with box.writing() as act:
        sql = "UPDATE published SET state = ?, code = ?, facts = ?, at = ? WHERE position = ? RETURNING kind"
        ((kind,),) = act.db.conn.execute(sql, [state, line.code, _facts(line), act.reading.at, position]).fetchall()
        sql = "DELETE FROM published_file WHERE position = ? RETURNING digest"
        needed = [digest for (digest,) in act.db.conn.execute(sql, [position]).fetchall()]
        for digest in needed if state is State.REFUSED or kind in PASSING else ():
            if not tidying.is_named(act.db, digest):  # Nothing can be named while this is held.
                files.remove(box.home, digest)
                files_back.forget(box, digest)
        act.touch("sync")
        act.touch("processes")


def _is_ready(box: Box, position: int) -> bool:
    needed = box.db.conn.execute("SELECT digest FROM published_file WHERE position = ?", [position]).fetchall()
    return all(files.has(box.home, digest) for (digest,) in needed)


def _carried_out(box: Box, position: int) -> tuple[State, Line]:
    """Let a record take effect where it can; says what came of it. Whatever it fails of, it holds up no other."""
    record = _record(box.db, position)
    waiting = Line("published_waiting", {"kind": record.t})
    about = {}
    try:
        said = msgspec.convert(record.d, PUBLISHED[record.t])
        about = _about(said)
        if known := BEFORE.get(record.t, _anything)(box, said):
            return State.DONE, known
        return (State.DONE, KINDS[record.t](box, said)) if _is_ready(box, position) else (State.WAITING, waiting)
    except Refused as refused:
        state = State.WAITING if refused.code in LATER else State.REFUSED
        return state, Line(refused.code, about | refused.facts)
    except ValueError:
        return State.REFUSED, Line("published_unreadable", about | {"kind": record.t})
    except (OSError, sqlite3.OperationalError):
        raise  # The disk, not the record.
    except Exception as defect:
        where = traceback.extract_tb(defect.__traceback__)[-1]  # Not its words: they may name a citizen.
        log.error("%s at %d failed: %s in %s line %s", record.t, position, type(defect).__name__, where.name, where.lineno)
        return State.REFUSED, Line("published_failed", about | {"kind": record.t})


def _record(db: Database, position: int) -> Record:
    data = db.conn.execute("SELECT bytes FROM feed_record WHERE position = ?", [position]).fetchone()[0]
    return msgspec.json.decode(msgspec.json.decode(data, type=Statement).body, type=Record)


def _about(said: Any) -> dict[str, str]:
    return {"about": said.about} if hasattr(said, "about") else {}


def _anything(box: Box, said: Any) -> None:
    """Whatever is judged when all of it is here."""


def _facts(line: Line) -> str:
    plain = {name: value if isinstance(value, int) else str(value)[:FACT_CHARS_MAX] for name, value in line.facts.items()}
    return msgspec.json.encode(plain).decode()


@dataclass(frozen=True)
class Shown:
    """Something published: the sentence of what came of it, the state, and since when (UTC text)."""

    kind: str
    state: State
    line: Line
    at: str


def shown(db: Database) -> list[Shown]:
    """List what was published, the newest first; what went well is never so much that it hides the rest."""
    sql = """SELECT kind, state, code, facts, at FROM (
                 SELECT *, row_number() OVER (PARTITION BY kind, state ORDER BY position DESC) AS nth FROM published)
             WHERE state <> ? OR nth <= ? ORDER BY position DESC LIMIT ?"""
    rows = db.conn.execute(sql, [State.DONE, DONE_SHOWN_MAX, SHOWN_MAX]).fetchall()
    return [Shown(kind, State(state), Line(code, msgspec.json.decode(facts)), at) for kind, state, code, facts, at in rows]
