"""What a citizen pays and when: what is owed now, the request after the check, money taken against a receipt number.

No request exists while a dossier is only filed, unless an officer checked it and makes one; a transfer counts when a person
who holds the bank's notice says so, never by the code that was shown. Order of steps: QĐ 442/2023 An Giang, 2.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from appliance import catalogue_shelf, clock, clocks, fees, files, forms, numbering
from appliance.catalogue import Catalogue
from appliance.config import Home
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.fees import AMOUNT_MAX, FeeLine
from appliance.forms import ReceiptData
from appliance.ledger import Act
from appliance.moves import AT_FILING, status_left
from appliance.office import Office, office_of
from appliance.officers import Officer
from appliance.processing import load

BOOK, FORM, PDF = "receipt", "receipt", "application/pdf"
CASH, TRANSFER = "cash", "transfer"
METHODS = (CASH, TRANSFER)
AFTER_RESULT = "after_result"
REST, PART = "Phần còn thiếu", "Nộp một phần"
LINES_MAX = 20
REFERENCE_CHARS_MAX = 60
WHOLE = frozenset({Status.ACCEPTED, Status.PROCESSING, Status.DONE})  # Statuses in which all that is owed may be paid.


@dataclass(frozen=True)
class Owed:
    """What can be paid now: the lines, and the sum in đồng (None while an amount is not known, 0 for nothing)."""

    lines: tuple[dict[str, Any], ...] = ()
    amount: int | None = 0


@dataclass(frozen=True)
class Taken:
    """Money that was taken: the receipt's number as written, and the digest of its PDF."""

    receipt: str
    file: str


def still_due(dossier: Dossier) -> int | None:
    """Give what is still to pay in whole đồng until the result is handed over, None while an amount is not known."""
    return _rest(dossier.fees_here, dossier.paid)


def owed_now(dossier: Dossier) -> Owed:
    """Say what may be taken in the present status: at filing, what the law takes there; in status 6, what was asked for;
    after the result left, only what a voided receipt had taken."""
    if dossier.status == Status.NEW:
        return _owed(dossier, [line for line in dossier.fees_here if line.get("when") == AT_FILING], dossier.paid)
    if dossier.status == Status.FINANCIAL and dossier.payment:
        return _owed(dossier, dossier.payment["lines"], dossier.paid_of_request)
    whole = dossier.status in WHOLE or (dossier.status == Status.RETURNED and dossier.money_open)
    return _owed(dossier, dossier.fees_here, dossier.paid) if whole else Owed()


def _owed(dossier: Dossier, lines: Sequence[Mapping[str, Any]], taken: int) -> Owed:
    """List the lines that nothing was taken for; where a line was paid in part, one line for the rest of all."""
    rest = _rest(lines, taken)
    if not rest:
        return Owed((), rest)
    left = tuple(dict(line) for line in lines if line.get("amount") and line["name"] not in names_paid(dossier))
    if sum(line["amount"] for line in left) == rest:
        return Owed(left, rest)
    return Owed(({"name": REST, "amount": rest} | _moment(lines),), rest)


def _moment(lines: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {"when": AT_FILING} if {line.get("when") for line in lines} == {AT_FILING} else {}


def names_paid(dossier: Dossier) -> frozenset[str]:
    """Give the names of the lines that money was taken for, here or on the portal."""
    portal = {line["name"] for line in dossier.fee_lines if line.get("portal")}
    return frozenset(name for fee in dossier.receipts for name in fee.lines) | portal


def _rest(lines: Sequence[Mapping[str, Any]], paid: int) -> int | None:
    amounts = [line.get("amount") for line in lines]
    return None if None in amounts else max(0, sum(int(amount or 0) for amount in amounts) - paid)


def to_ask(dossier: Dossier) -> tuple[dict[str, Any], ...]:
    """List the lines a request would begin with: owed before the result, not taken at filing, not paid yet."""
    later, paid = (AT_FILING, AFTER_RESULT), names_paid(dossier)
    left = [line for line in dossier.fees_here if line.get("when") not in later and line["name"] not in paid]
    return tuple(dict(line) for line in left if line.get("amount") != 0)


def of_table(catalogue: Catalogue, dossier: Dossier, day: date) -> dict[str, FeeLine]:
    """Give by name what the fee table of a day says of the lines that are still to be paid here; empty where it is silent."""
    known = catalogue.procedures.get(dossier.procedure)
    listed = fees.compute(catalogue.fee_table, known.code, known.fees, dossier.channel, day) if known else ()
    unpaid = {line["name"] for line in dossier.fees_here if line.get("when") != AT_FILING} - names_paid(dossier)
    return {line.name: line for line in listed if line.name in unpaid and not line.on_request}


def exemptions(table: Mapping[str, FeeLine]) -> tuple[str, ...]:
    """List what the lines of a table may be waived for."""
    return tuple(sorted({reason for line in table.values() for reason in line.exemptions}))


def fixed(table: Mapping[str, FeeLine]) -> dict[str, int]:
    """Give the amounts that stand as the table prints them; what counts by page or copy is for the officer to count."""
    return {name: line.amount for name, line in table.items() if line.amount and line.per == "request"}


def waive(table: Mapping[str, FeeLine], lines: Sequence[Mapping[str, Any]], exemption: str) -> list[dict[str, Any]]:
    """Give the lines with 0 where the table waives them for this reason. Raises Refused `exemption_not_listed`."""
    free = _waived(table, exemption)
    return [dict(line) | ({"amount": 0} if line["name"] in free else {}) for line in lines]


def _waived(table: Mapping[str, FeeLine], exemption: str) -> tuple[str, ...]:
    free = tuple(name for name, line in table.items() if exemption in line.exemptions)
    if exemption and not free:
        raise Refused("exemption_not_listed")
    return free


def request_payment(
    act: Act,
    dossier_id: str,
    officer: str,
    lines: Sequence[Mapping[str, Any]],
    basis: str,
    until: date,
    catalogue: Catalogue | None = None,
    exemption: str = "",
) -> None:
    """Ask for money after the check (1, 4 or 5 → 6). Lines are {name, amount}; `basis` says by what the amount was decided.

    With a `catalogue` its fee table holds: a flat amount it knows cannot be another, and `exemption` sets the lines to 0 that it
    lists it for. Raises Refused `amount_wrong`, `amount_not_of_table`, `exemption_not_listed`, `all_waived`, `line_twice`,
    `payment_basis_missing`, `day_past`, `wrong_status`.
    """
    dossier = load(act, dossier_id)
    table = of_table(catalogue, dossier, clock.local_day(act.reading.at)) if catalogue else {}
    free = _waived(table, exemption)
    lines = [line for line in lines if line["name"].strip() not in free]
    if free and not lines:
        raise Refused("all_waived", code=dossier.code)
    for line in lines:
        if line["amount"] != (right := fixed(table).get(line["name"].strip(), line["amount"])):
            raise Refused("amount_not_of_table", name=line["name"], amount=right)
    names = [str(line["name"]).strip() for line in lines]
    amount = sum(int(line["amount"]) for line in lines)
    if not 0 < len(lines) <= LINES_MAX or any(not 0 < line["amount"] <= AMOUNT_MAX for line in lines) or amount > AMOUNT_MAX:
        raise Refused("amount_wrong", amount=amount)
    if not all(names) or len(set(names)) < len(names) or names_paid(dossier) & set(names):
        raise Refused("line_twice", code=dossier.code)
    if not basis.strip():
        raise Refused("payment_basis_missing")
    if until < clock.local_day(act.reading.at):
        raise Refused("day_past")
    asked = [{"name": name, "amount": int(line["amount"])} for name, line in zip(names, lines, strict=True)]
    asked += [{"name": name, "amount": 0} for name in free]
    request = f"{dossier.code}/{1 + sum(pause.status == Status.FINANCIAL for pause in dossier.pauses)}"
    act.record(
        "payment.requested",
        actor=officer,
        dossier=dossier_id,
        clear={"lines": asked, "amount": amount, "request": request, "until": until.isoformat()},
        personal={"basis": basis.strip()} | ({"exemption": exemption} if exemption else {}),
    )


def days_to_pay(catalogue: Catalogue, day: date) -> date:
    """Give the last day to pay that a request proposes, by the dated rule."""
    return day + timedelta(days=catalogue.rules_on(day).payment_days)


def take_fee(
    act: Act,
    home: Home,
    catalogue: Catalogue,
    dossier_id: str,
    officer: Officer,
    method: str,
    amount: int | None = None,
    reference: str = "",
) -> Taken:
    """Take what is owed now (or `amount` of it) against the next number of receipts; the receipt is set as a PDF.

    Money by transfer needs the `reference` of the bank's notice: who takes it answers for having seen it. When a request
    of a dossier in processing is paid whole, its wait ends in the same transaction, with a new due date.
    Raises Refused `amount_wrong`, `nothing_due`, `fee_unknown`, `reference_missing`, `numbers_exhausted`, `clock_behind`.
    """
    dossier = load(act, dossier_id)
    owed = owed_now(dossier)
    if not owed.amount:
        raise Refused("fee_unknown" if owed.amount is None else "nothing_due", code=dossier.code)
    taken = owed.amount if amount is None else amount
    if method not in METHODS or not 0 < taken <= min(owed.amount, AMOUNT_MAX):
        raise Refused("amount_wrong", amount=taken)
    if method == TRANSFER and not reference.strip():
        raise Refused("reference_missing")
    lines = owed.lines if taken == owed.amount else ({"name": PART, "amount": taken} | _moment(owed.lines),)
    number = numbering.take(act, catalogue.books[BOOK], home.settings.unit)
    receipt = catalogue.books[BOOK].write(number.n, clock.local_day(act.reading.at), unit=home.settings.unit)
    office, at = office_of(home.settings), act.reading.at
    pdf = forms.render(FORM, receipt_of(dossier, office, catalogue, receipt, lines, method, officer, at))
    digest = files.put(home, pdf)
    act.record(
        "fee.taken",
        actor=officer.id,
        dossier=dossier_id,
        clear={
            "lines": [dict(line) for line in lines],
            "amount": taken,
            "method": method,
            "number": number.clear(),
            "receipt": receipt,
            "form": FORM,
            "file": digest,
        },
        personal={"reference": reference.strip()[:REFERENCE_CHARS_MAX] if method == TRANSFER else ""},
        files=[FileRef(digest, len(pdf), PDF)],
    )
    act.touch("money")
    _settle(act, home, dossier_id, officer.id)
    return Taken(receipt, digest)


def _settle(act: Act, home: Home, dossier_id: str, officer: str) -> None:
    """End the wait of a dossier that was accepted before (6 → back) once its request is paid; a filed one waits for acceptance."""
    dossier = load(act, dossier_id)
    paid = dossier.payment and dossier.paid_of_request >= dossier.payment["amount"]
    if dossier.status != Status.FINANCIAL or not paid or status_left(dossier) == Status.NEW:
        return
    catalogue = catalogue_shelf.kept(home, dossier.catalogue)
    due = clocks.due_after_wait(catalogue, dossier, clock.local(act.reading.at), clocks.calendar_of(catalogue, act.db))
    act.record("payment.settled", actor=officer, dossier=dossier_id, clear={"due": due} if due else {})


def receipt_of(
    dossier: Dossier,
    office: Office,
    catalogue: Catalogue,
    number: str,
    lines: Sequence[Mapping[str, Any]],
    method: str,
    officer: Officer,
    at: str,
) -> ReceiptData:
    """Give what stands on the receipt for money taken at a moment (UTC text)."""
    person = dossier.applicant or {}
    return ReceiptData(
        made_at=at,
        parent_agency=office.parent,
        agency=office.agency,
        place=office.place,
        number=number,
        dossier_code=dossier.code,
        payer_name=person.get("name") or person.get("organisation", ""),
        address=person.get("address", ""),
        procedure_name=dossier.procedure_name,
        lines=tuple((str(line["name"]), int(line["amount"])) for line in lines),
        method=method,
        odd_word=catalogue.rules_on(clock.local_day(at)).odd_word,
        officer_name=officer.name,
    )
