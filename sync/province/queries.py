"""Dossiers of all communes as the province's screens read them. Reads only, and every list is bounded."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlite_utils.db import Database

from appliance import events, ledger
from appliance.documents import Signature
from appliance.dossier import Status
from appliance.events import Event
from appliance.ids import device_bytes
from appliance.queries import NUMBER
from appliance.text import fold

LISTED_MAX = 50
STEPS_MAX = 1_000
WORDS_MAX = 8


class KeyState(StrEnum):
    """Whether a dossier's personal fields can be opened here."""

    HERE = "here"
    AWAITED = "awaited"
    DESTROYED = "destroyed"


@dataclass(frozen=True)
class Found:
    """A row of the list of dossiers over all communes. `rid` is the order of arrival; numbers are whole: mask them."""

    rid: int
    id: str
    code: str
    device: str
    commune: str
    status: Status
    signature: Signature
    procedure_name: str
    applicant: str | None
    number: str | None
    phone: str | None
    accepted_at: str
    origin: str
    erased: bool


@dataclass(frozen=True)
class Arrived:
    """An event of a dossier as it came: from which device, in which life, when, under which receipt, set aside for which reason."""

    device: str
    inc: bytes
    inc_no: int
    event: Event
    received_at: str
    receipt: int | None
    set_aside: str | None


def dossiers(
    db: Database, typed: str = "", device: str = "", status: int = 0, before: int | None = None
) -> tuple[list[Found], bool]:
    """List dossiers of all communes, newest arrival first: by words, by commune, by status, before a place in the list.

    Gives at most LISTED_MAX and whether there are more. Words match code, name without marks, phone, number, procedure.
    """
    where, args = _filters(device, status, before)
    source = "dossier d"
    words = _words(typed)
    if typed.strip() and not words:
        return [], False
    if words:
        source = "dossier_search s JOIN dossier d ON d.rid = s.rowid"
        where, args = ["dossier_search MATCH ?", *where], [words, *args]
    sql = f"""SELECT d.rid, d.id, d.code, d.device, coalesce(v.name, d.device) AS commune, d.status, d.signature, d.procedure_name,
                     d.applicant, j ->> '$.applicant.number' AS number, j ->> '$.applicant.phone' AS phone, d.accepted_at, d.origin,
                     j ->> '$.erased_at' AS erased_at
              FROM (SELECT d.*, CAST(d.state AS TEXT) AS j, d.rid AS place FROM {source}
                    WHERE {" AND ".join(where)} ORDER BY {"s.rowid" if words else "d.rid"} DESC LIMIT {LISTED_MAX + 1}) d
              LEFT JOIN device v ON v.id = d.device ORDER BY d.place DESC"""
    found = [_found(row) for row in db.query(sql, args)]
    return found[:LISTED_MAX], len(found) > LISTED_MAX


def _filters(device: str, status: int, before: int | None) -> tuple[list[str], list[Any]]:
    wanted = {"d.device = ?": device, "d.status = ?": status, "d.rid < ?": before}
    held = {clause: value for clause, value in wanted.items() if value}
    return list(held) or ["TRUE"], list(held.values())


def _words(typed: str) -> str:
    typed = typed.split("|")[0]  # A slip's QR begins with the code.
    typed = "".join(typed.split()) if NUMBER.fullmatch(typed) else typed
    words = fold(typed).replace('"', " ").split()[:WORDS_MAX]
    return " ".join(f'"{word}"*' for word in words)


def _found(row: dict[str, Any]) -> Found:
    erased = bool(row.pop("erased_at"))
    row |= {"status": Status(row["status"]), "signature": Signature(row["signature"])}
    return Found(**row, erased=erased)


def device_of(db: Database, dossier: str) -> tuple[str, str]:
    """Give the device that owns a dossier and its commune's name; empty where the dossier is not here."""
    sql = "SELECT v.id, v.name FROM dossier d JOIN device v ON v.id = d.device WHERE d.id = ?"
    row = db.conn.execute(sql, [dossier]).fetchone()
    return (row[0], row[1]) if row else ("", "")


def key_state(db: Database, dossier: str) -> KeyState:
    """Say whether a dossier's personal fields can be opened here."""
    row = db.conn.execute("SELECT secret IS NOT NULL FROM dossier_key WHERE dossier = ?", [dossier]).fetchone()
    if row is None:
        return KeyState.AWAITED
    return KeyState.HERE if row[0] else KeyState.DESTROYED


def timeline(db: Database, dossier: str) -> list[Arrived]:
    """Tell a dossier's history from the province's own ledger, newest arrival first; nothing that came is left out."""
    sql = """SELECT l.device, l.inc, i.inc_no, l.bytes, l.received_at,
                    (SELECT number FROM receipt_given r WHERE r.device = l.device AND r.inc = l.inc AND r.seq >= l.seq
                     ORDER BY r.seq LIMIT 1), q.reason
             FROM ledger l JOIN life i ON i.device = l.device AND i.inc = l.inc LEFT JOIN quarantine q ON q.n = l.n
             WHERE l.dossier = ? ORDER BY l.n DESC LIMIT ?"""
    return [
        Arrived(device, bytes(inc), inc_no, events.decode(bytes(data)), *rest)
        for device, inc, inc_no, data, *rest in db.conn.execute(sql, [dossier, STEPS_MAX]).fetchall()
    ]


def personal_of(db: Database, arrived: Arrived) -> dict[str, Any]:
    """Open the sealed part of an event; empty while its key is not here, and for good once it was destroyed."""
    return ledger.personal_of(db, device_bytes(arrived.device), arrived.inc, arrived.event)
