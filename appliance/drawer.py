"""The cash drawer of one cashier: what was taken and given back since it was last counted, what was counted, why the two differ.

Every receipt of the time is accounted for: first to last, how many, which were void. Money given back for receipts of earlier
shifts leaves the drawer that paid it. Counting closes the shift; the next
receipt opens the next one. Free text has no place in an act of the office (nothing of it is sealed), so reasons are codes.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils.db import Database

from appliance import events
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.money import BOOK, CASH

COUNTED_MAX = 1_000_000_000
REASONS = ("change", "false_note", "float", "unknown")
SHIFTS_SHOWN_MAX = 60


@dataclass(frozen=True)
class Entry:
    """One receipt: its number as written, the dossier, đồng, how and when (UTC text) it was paid; `void` with its reason."""

    receipt: str
    dossier: str
    code: str
    amount: int
    method: str
    at: str
    void: str = ""


@dataclass(frozen=True)
class GivenBack:
    """Money that went out again: a receipt of an earlier shift that was voided, or a refund by its voucher's number."""

    paper: str
    dossier: str
    code: str
    amount: int
    method: str
    at: str
    void: bool


@dataclass(frozen=True)
class Shift:
    """What one cashier took and gave back since a moment (UTC text), oldest first."""

    drawer: str
    opened_at: str
    entries: tuple[Entry, ...]
    given_back: tuple[GivenBack, ...] = ()

    @property
    def expected(self) -> int:
        """Give the cash that should lie in the drawer, in đồng."""
        taken = sum(one.amount for one in self.entries if one.method == CASH and not one.void)
        return taken - sum(one.amount for one in self.given_back if one.method == CASH)

    @property
    def transfers(self) -> int:
        """Give what came by transfers that were confirmed, less what went back by transfer, in đồng."""
        taken = sum(one.amount for one in self.entries if one.method != CASH and not one.void)
        return taken - sum(one.amount for one in self.given_back if one.method != CASH)

    def receipts(self) -> dict[str, Any]:
        """Account for the numbers: first, last, how many, which are void."""
        void = [one.receipt for one in self.entries if one.void]
        first, last = (self.entries[0].receipt, self.entries[-1].receipt) if self.entries else ("", "")
        return {"first": first, "last": last, "count": len(self.entries), "void": void}


@dataclass(frozen=True)
class Closed:
    """A shift that was counted: by whom, when (UTC text), and what the act says (see `count`)."""

    drawer: str
    at: str
    facts: dict[str, Any]


def open_shift(db: Database, officer: str) -> Shift:
    """Give what an officer took since the drawer was last counted."""
    since = max((one.at for one in closed(db, officer)), default="")
    entries, back = _taken(db, officer, since), _given_back(db, officer, since)
    return Shift(officer, min([*(one.at for one in entries), *(one.at for one in back)], default=""), entries, back)


def must_hold(db: Database, officer: str, amount: int) -> None:
    """Refuse `drawer_short`: a drawer gives back only cash that it took since it was last counted."""
    if (has := open_shift(db, officer).expected) < amount:
        raise Refused("drawer_short", amount=amount, has=has)


def closed(db: Database, officer: str = "") -> list[Closed]:
    """List the counts of one officer's drawer, or of all, newest first."""
    sql = "SELECT actor, at, body FROM office_fact WHERE topic = 'drawer' AND (?1 = '' OR actor = ?1) ORDER BY at DESC LIMIT ?2"
    found = db.conn.execute(sql, [officer, SHIFTS_SHOWN_MAX])
    return [Closed(actor, at, msgspec.json.decode(body)) for actor, at, body in found]


def count(act: Act, officer: str, expected: int, counted: int, why: str = "") -> Shift:
    """Count the drawer and close the shift. `expected` is what the page showed; a difference needs one of REASONS.

    Raises Refused `drawer_empty`, `drawer_changed`, `amount_invalid`, `difference_unexplained`.
    """
    shift = open_shift(act.db, officer)
    if not (shift.entries or shift.given_back):
        raise Refused("drawer_empty")
    if shift.expected != expected:
        raise Refused("drawer_changed")
    if not 0 <= counted <= COUNTED_MAX:
        raise Refused("amount_invalid")
    difference = counted - shift.expected
    if difference and why not in REASONS:
        raise Refused("difference_unexplained", difference=difference)
    act.record(
        "drawer.counted",
        actor=officer,
        clear={
            "drawer": officer,
            "opened_at": shift.opened_at,
            "expected": shift.expected,
            "counted": counted,
            "difference": difference,
            "why": why if difference else "",
            "transfers": shift.transfers,
            "receipts": shift.receipts(),
            "given_back": [{"paper": one.paper, "amount": one.amount, "method": one.method} for one in shift.given_back],
        },
    )
    act.touch("money")
    return shift


def _taken(db: Database, officer: str, since: str) -> tuple[Entry, ...]:
    """Walk the receipts since a moment; an event's time ties a number to the money it was used for."""
    sql = """SELECT d.id, d.code, u.at, u.state, u.reason, f.value ->> 'receipt', f.value ->> 'amount', f.value ->> 'method'
             FROM number_used u JOIN dossier d ON d.id = u.dossier, json_each(CAST(d.state AS TEXT), '$.fees') f
             WHERE u.book = ? AND u.at > ? AND f.value ->> 'at' = u.at AND f.value ->> 'actor' = ?
             ORDER BY u.at, u.n"""
    found = db.conn.execute(sql, [BOOK, since, officer])
    return tuple(
        Entry(receipt, dossier, code, amount, method, at, void=(reason or "") if state == "voided" else "")
        for dossier, code, at, state, reason, receipt, amount, method in found
    )


def _given_back(db: Database, officer: str, since: str) -> tuple[GivenBack, ...]:
    """Walk what this drawer gave back since a moment, but for voided receipts that it took itself since then."""
    sql = """SELECT d.id, d.code, e.bytes, f.value ->> 'at', f.value ->> 'actor' FROM dossier_event v
             JOIN dossier d ON d.id = v.dossier JOIN event e ON e.inc = v.inc AND e.seq = v.seq
             LEFT JOIN json_each(CAST(d.state AS TEXT), '$.fees') f
                    ON f.value ->> 'receipt' = CAST(e.bytes AS TEXT) ->> '$.d.receipt'
             WHERE v.kind IN ('receipt.voided', 'fee.refunded') AND v.at > ? ORDER BY v.at, e.seq"""
    found = []
    for dossier, code, data, taken_at, taken_by in db.conn.execute(sql, [since]):
        event = events.decode(bytes(data))
        own = taken_by == officer and taken_at > since
        if event.d["drawer"] == officer and not own:
            paper, void = event.d.get("receipt") or event.d["voucher"], "receipt" in event.d
            found.append(GivenBack(paper, dossier, code, event.d["amount"], event.d["method"], event.at, void))
    return tuple(found)
