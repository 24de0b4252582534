"""What screens read, one function a screen. Reads only; lists are bounded and never rank common words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils.db import Database

from appliance import events, history, ledger, rows
from appliance.documents import Signature
from appliance.dossier import Dossier, Status
from appliance.ids import device_bytes
from appliance.text import fold

NUMBER = re.compile(r"[\d\s.+]+")  # A phone or identity number as people write it, in groups.
LIST_MAX = 200
NEAR_MAX = 5_000
FOUND_MAX = 50
WORDS_MAX = 8
ANYWHERE = "TRUE"  # Also what was handed over to another commune: it is found, and says where it is.

LISTED = (
    "rid, id, code, status, signature, procedure, procedure_name, applicant, holder, accepted_at, due_at, finished_at, returned_at,"
    " origin"
)


@dataclass(frozen=True)
class Listed:
    """A row of a list of dossiers. Times: accepted_at UTC text, due_at local ISO text."""

    id: str
    code: str
    status: Status
    signature: Signature
    procedure: str
    procedure_name: str
    applicant: str | None
    holder: str | None
    accepted_at: str
    due_at: str | None
    finished_at: str | None
    returned_at: str | None
    origin: str = ""  # "late", "imported", or empty: see Dossier.origin


@dataclass(frozen=True)
class Step:
    """One line of a dossier's timeline, from the ledger: what, when (UTC text), who, and the clear facts of the event."""

    inc: str
    seq: int
    kind: str
    at: str
    actor: str
    facts: dict[str, Any]
    acknowledged: int | None  # number of the province's receipt that covers it
    device: str = ""  # which other commune's box wrote it


def listed(db: Database, where: str, args: list[Any], order: str, most: int = LIST_MAX, here: str = "away = 0") -> list[Listed]:
    """List dossiers; those that were handed over to another commune only where `here` lets them."""
    sql = f"SELECT {LISTED} FROM dossier WHERE ({where}) AND {here} ORDER BY {order} LIMIT ?"
    return [
        Listed(
            row["id"],
            row["code"],
            Status(row["status"]),
            Signature(row["signature"]),
            row["procedure"],
            row["procedure_name"],
            row["applicant"],
            row["holder"],
            row["accepted_at"],
            row["due_at"],
            row["finished_at"],
            row["returned_at"],
            row["origin"],
        )
        for row in db.query(sql, [*args, most])
    ]


TO_SEAL = "(works LIKE '%:signed%' OR works LIKE '%:numbered%')"
BY_DUE = "due_at IS NULL, due_at, code"


def to_take(db: Database) -> list[Listed]:
    """List accepted dossiers that nobody has taken, the most urgent first."""
    return listed(db, "status = 2", [], BY_DUE)


def filed(db: Database) -> list[Listed]:
    """List dossiers that were filed and are not accepted yet, the oldest first."""
    return listed(db, "status IN (1, 5, 6) AND accepted_at = ''", [], "filed_at, code")


def held_by(db: Database, officer: str) -> list[Listed]:
    """List what an officer is processing, the most urgent first."""
    return listed(db, "status = 4 AND holder = ?", [officer], BY_DUE)


def in_hands(db: Database, officer: str) -> list[Listed]:
    """List all an officer answers for, those that wait for the citizen too."""
    return listed(db, "holder = ? AND status IN (4, 5, 6)", [officer], BY_DUE)


def offered_to(db: Database, officer: str, section: str) -> list[Listed]:
    """List what colleagues offered to an officer by name or by section, and nobody took yet."""
    return listed(db, "offered_to IN (?, ?) AND coalesce(holder, '') <> ?", [officer, f"{rows.SECTION}{section}", officer], BY_DUE)


def count_offered_to(db: Database, officer: str, section: str) -> int:
    """Count what is offered to an officer by name or by section."""
    sql = "SELECT count(*) FROM dossier WHERE offered_to IN (?, ?) AND coalesce(holder, '') <> ? AND away = 0"
    return db.conn.execute(sql, [officer, f"{rows.SECTION}{section}", officer]).fetchone()[0]


def in_processing(db: Database) -> list[Listed]:
    """List everything that is being processed, whoever holds it."""
    return listed(db, "status = 4", [], BY_DUE)


def to_sign(db: Database) -> list[Listed]:
    """List dossiers whose electronic or paper result waits for the leader."""
    return listed(db, "status = 4 AND works LIKE '%:submitted%'", [], BY_DUE)


def to_seal(db: Database) -> list[Listed]:
    """List dossiers whose result the leader signed and the clerk has to number and seal."""
    return listed(db, f"status = 4 AND {TO_SEAL}", [], BY_DUE)


def to_stamp(db: Database) -> list[Listed]:
    """List dossiers whose result was signed and sealed here and waits for its time-stamp."""
    return listed(db, "signature = 'sealed'", [], "finished_at")


# What can be paid now and was not: all that is owed, what was requested, what the law takes at filing. A line without an
# amount counts as something to ask about.
OWED = "(SELECT sum(coalesce(value ->> 'amount', 1e12)) FROM json_each(CAST(state AS TEXT), '$.fee_lines')"
OWED += " WHERE value ->> 'portal' IS NULL)"
PAID = """coalesce((SELECT sum(value ->> 'amount') FROM json_each(CAST(state AS TEXT), '$.fees')
                    WHERE value ->> 'voided_at' IS NULL), 0)
        - coalesce((SELECT sum(value ->> 'amount') FROM json_each(CAST(state AS TEXT), '$.refunds')), 0)"""
FEE_DUE = f"""CASE status
    WHEN 1 THEN (SELECT sum(coalesce(value ->> 'amount', 1e12)) FROM json_each(CAST(state AS TEXT), '$.fee_lines')
                 WHERE value ->> 'when' = 'at_filing' AND value ->> 'portal' IS NULL)
    WHEN 6 THEN (CAST(state AS TEXT) ->> '$.payment.amount') + (CAST(state AS TEXT) ->> '$.payment.taken')
    ELSE {OWED} END > {PAID}"""
PAYABLE = "(status IN (1, 2, 4, 6, 9) OR status = 10 AND money_open = 1)"
REFUNDABLE = "status IN (3, 7, 8) AND money_open = 1"
ON_PAPER = "status = 4 AND works LIKE '%paper:submitted%'"


def near_by_day(db: Database, before: str, today: str) -> list[tuple[str, str, int]]:
    """Count the running dossiers due before a local day (ISO) by due day and holder ("" for nobody).

    One that missed an earlier day and was given a new one is left out until that is late too.
    """
    sql = """SELECT substr(due_at, 1, 10), coalesce(holder, ''), count(*) FROM dossier
             WHERE status IN (2, 4) AND away = 0 AND due_at < ?
             AND (due_at < ? OR coalesce(json_array_length(CAST(state AS TEXT), '$.due.passed'), 0) = 0) GROUP BY 1, 2"""
    return list(db.conn.execute(sql, [before, today]))


def near_or_late(db: Database, before: str) -> list[Dossier]:
    """Give whole the running dossiers due before a local day (ISO), and those that missed a day before their present one.

    NEAR_MAX at most, the most urgent: an office with more has another trouble than this list.
    """
    missed = "json_array_length(CAST(state AS TEXT), '$.due.passed') > 0"
    sql = (
        f"SELECT state FROM dossier WHERE status IN (2, 4) AND away = 0 AND (due_at < ? OR {missed}) ORDER BY due_at, code LIMIT ?"
    )
    return [rows.decode(state) for (state,) in db.conn.execute(sql, [before, NEAR_MAX])]


def sent_back(db: Database) -> set[str]:
    """Give the dossiers whose draft the leader gave back and nobody has mended yet."""
    sql = """SELECT id FROM dossier WHERE status = 4 AND away = 0 AND signature = 'none' AND EXISTS (
                 SELECT 1 FROM json_each(CAST(state AS TEXT), '$.documents')
                 WHERE coalesce(value ->> 'sent_back', '') <> '' AND value ->> 'signature' IS NULL)"""
    return {row[0] for row in db.conn.execute(sql)}


def to_pay(db: Database) -> list[Listed]:
    """List dossiers with something to pay now, finished ones first: their people come next."""
    return listed(db, f"{PAYABLE} AND {FEE_DUE}", [], f"status DESC, {BY_DUE}")


def to_refund(db: Database) -> list[Listed]:
    """List ended dossiers whose money was decided to go back and has not gone yet."""
    return listed(db, REFUNDABLE, [], "code")


def to_certify(db: Database) -> list[Listed]:
    """List dossiers whose result waits on paper for the leader's hand, the seal and the register."""
    return listed(db, ON_PAPER, [], BY_DUE)


def to_return(db: Database) -> list[Listed]:
    """List finished dossiers whose result was not handed over yet."""
    return listed(db, "status = 9", [], "finished_at")


def accepted_by_day(db: Database, since: str) -> list[Listed]:
    """List what was accepted since a moment (UTC text), newest first."""
    return listed(db, "accepted_at >= ?", [since], "accepted_at DESC")


def search(db: Database, typed: str) -> list[Listed]:
    """Find dossiers by code, name without marks, phone, identity number or procedure; newest first.

    A slip's QR payload finds its dossier by its first part, the code.
    """
    match = match_of(typed)
    if not match:
        return []
    sql = "SELECT rowid FROM dossier_search WHERE dossier_search MATCH ? ORDER BY rowid DESC LIMIT ?"
    return listed_by(db, [row["rowid"] for row in db.query(sql, [match, FOUND_MAX])])


def with_phrases(db: Database, phrases: Sequence[str]) -> list[Listed]:
    """Find dossiers that hold every phrase (a name, a number, a procedure's code) whole, newest first; none without phrases."""
    match = " ".join(f'"{folded}"' for phrase in phrases if (folded := fold(phrase).replace('"', " ").strip()))
    sql = "SELECT rowid FROM dossier_search WHERE dossier_search MATCH ? ORDER BY rowid DESC LIMIT ?"
    return listed_by(db, [row["rowid"] for row in db.query(sql, [match, FOUND_MAX])]) if match else []


def match_of(typed: str) -> str:
    """Write what a person typed or scanned as a question to the search index; "" where no word is left."""
    return " ".join(f'"{word}"*' for word in words_of(typed))


def words_of(typed: str) -> list[str]:
    """Give the folded words that what was typed or scanned is looked up by."""
    typed = typed.split("|")[0]
    typed = "".join(typed.split()) if NUMBER.fullmatch(typed) else typed
    return fold(typed).replace('"', " ").split()[:WORDS_MAX]


def by_ids(db: Database, ids: list[str]) -> list[Listed]:
    """Give the dossiers of these ids, in their order."""
    found = {one.id: one for one in listed(db, f"id IN ({','.join('?' * len(ids))})", list(ids), "rid", len(ids), ANYWHERE)}
    return [found[one] for one in ids if one in found]


def listed_by(db: Database, rids: list[int]) -> list[Listed]:
    """Give the dossiers of these row numbers, newest first."""
    return listed(db, f"rid IN ({','.join('?' * len(rids))})", rids, "rid DESC", len(rids), ANYWHERE)


def dossier(db: Database, dossier_id: str) -> Dossier | None:
    """Give one dossier whole."""
    return rows.load(db, dossier_id)


def by_code(db: Database, code: str) -> str | None:
    """Give the id of the dossier with this legal code, whatever the case of its letters."""
    row = next(db.query("SELECT id FROM dossier WHERE code = ? COLLATE NOCASE", [code.strip()]), None)
    return row["id"] if row else None


def timeline(db: Database, dossier_id: str) -> list[Step]:
    """Tell a dossier's history from the ledger, oldest first; what another commune wrote stands in its place."""
    own = {(step.inc, step.seq): step for step in _own_steps(db, dossier_id)}
    counted = history.of_dossier(db, db, history.here(db, dossier_id), dossier_id) if history.was_brought(db, dossier_id) else []
    found = [own.get((one.inc.hex(), one.event.i)) or _brought_step(one) for one in counted]
    return found + [step for step in own.values() if step not in found]


def _brought_step(one: history.Kept) -> Step:
    event = one.event
    return Step(one.inc.hex(), event.i, event.t, event.at, event.a, event.d, None, one.device)


def _own_steps(db: Database, dossier_id: str) -> list[Step]:
    sql = """SELECT d.inc, d.seq, d.kind, d.at, d.actor, e.bytes,
                    (SELECT number FROM receipt r WHERE r.inc = d.inc AND r.seq >= d.seq ORDER BY r.seq LIMIT 1) AS receipt
             FROM dossier_event d JOIN event e ON e.inc = d.inc AND e.seq = d.seq
             WHERE d.dossier = ? ORDER BY e.n"""
    return [
        Step(
            bytes(row["inc"]).hex(),
            row["seq"],
            row["kind"],
            row["at"],
            row["actor"],
            events.decode(bytes(row["bytes"])).d,
            row["receipt"],
        )
        for row in db.query(sql, [dossier_id])
    ]


def personal_of_step(db: Database, device: str, step: Step) -> dict[str, Any]:
    """Unseal the personal fields of one step, for a page that must show them (a reason, a receiver)."""
    table, by = ("brought_event", step.device) if step.device else ("event", device)
    sql = f"SELECT bytes FROM {table} WHERE inc = ? AND seq = ?"
    row = db.conn.execute(sql, [bytes.fromhex(step.inc), step.seq]).fetchone()
    return ledger.personal_of(db, device_bytes(by), bytes.fromhex(step.inc), events.decode(bytes(row[0])))


def counts(db: Database, officer: str) -> dict[str, int]:
    """Count what waits, for the numbers in the menu."""
    sql = f"""SELECT sum(status = 2) AS to_take, sum(status = 4 AND holder = ?) AS held,
                    sum(status = 4 AND works LIKE '%:submitted%') AS to_sign,
                    sum(status = 4 AND {TO_SEAL}) AS to_seal,
                    sum(signature = 'sealed') AS to_stamp, sum(status = 9) AS to_return
             FROM dossier WHERE status IN (2, 4, 9) AND away = 0"""
    row = next(db.query(sql, [officer]))
    return {name: value or 0 for name, value in row.items()}


def counts_at_desks(db: Database) -> dict[str, int]:
    """Count what waits for the cashier and for the paper register, for the numbers in the menu."""
    sql = f"SELECT count(*) FILTER (WHERE {FEE_DUE}) AS to_pay, count(*) FILTER (WHERE {ON_PAPER}) AS to_certify FROM dossier"
    back = db.conn.execute(f"SELECT count(*) FROM dossier WHERE {REFUNDABLE} AND away = 0").fetchone()[0]
    return next(db.query(f"{sql} WHERE {PAYABLE} AND away = 0")) | {"to_refund": back}
