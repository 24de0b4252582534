"""Money mistakes and money that goes back: a receipt is voided with its reason, what an end decided is refunded against a voucher.

Nothing is deleted and no number is used again: a void receipt stays in its book with who and why. Whose drawer the cash leaves
stands in the event. Basis: NĐ 123/2020/NĐ-CP (void receipts are kept), from memory; who may void alone is a dated rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils.db import Database

from appliance import clock, drawer, files, forms, moves
from appliance.catalogue import Catalogue
from appliance.config import Home
from appliance.dossier import Dossier, Fee
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.ledger import Act
from appliance.money import BOOK, CASH, METHODS, PDF, REFERENCE_CHARS_MAX, TRANSFER
from appliance.office import office_of
from appliance.officers import Officer
from appliance.processing import load
from appliance.rights import may
from appliance.rules import OwnVoid, Rules

FORM = "refund"
REASONS = ("wrong_amount", "wrong_person", "wrong_dossier", "wrong_method", "twice")
NOTE_CHARS_MAX = 500


@dataclass(frozen=True)
class Payout:
    """How money goes back: cash or transfer, the bank's reference of a transfer, and who received it."""

    method: str
    reference: str = ""
    receiver: str = ""

    def check(self) -> None:
        """Refuse `amount_wrong` for a method nobody knows, `reference_missing` for a transfer without the bank's notice."""
        if self.method not in METHODS:
            raise Refused("amount_wrong", amount=0)
        if self.method == TRANSFER and not self.reference.strip():
            raise Refused("reference_missing")


def receipt_of(dossier: Dossier, number: str) -> Fee:
    """Give a receipt of a dossier that stands. Raises Refused `receipt_unknown`, `receipt_refunded`."""
    moves.check(dossier, "receipt.voided", {"receipt": number})
    return next(fee for fee in dossier.receipts if fee.receipt == number)


def in_open_shift(db: Database, fee: Fee) -> bool:
    """Say whether the drawer that a receipt's money went into was not counted since."""
    return any(entry.receipt == fee.receipt and entry.at == fee.at for entry in drawer.open_shift(db, fee.actor).entries)


def must_be_another(db: Database, fee: Fee, officer: Officer, rules: Rules) -> None:
    """Refuse `void_needs_another`: who took the money voids alone only where the dated rule lets him."""
    alone = rules.void_own_receipt is OwnVoid.OPEN_SHIFT and in_open_shift(db, fee)
    if fee.actor == officer.id and not alone:
        raise Refused("void_needs_another", receipt=fee.receipt)


def drawer_of(db: Database, fee: Fee, officer: Officer) -> str:
    """Say whose drawer the money of a voided receipt leaves: the one it lies in, else that of the cashier who voids it."""
    has_drawer = may(officer.roles, "count_drawer")
    return officer.id if has_drawer and not in_open_shift(db, fee) else fee.actor


def void(
    act: Act,
    rules: Rules,
    dossier_id: str,
    officer: Officer,
    number: str,
    reason: str,
    payout: Payout,
    *,
    copy_back: bool,
    note: str = "",
) -> Fee:
    """Void a receipt; `copy_back`: the payer's copy was taken back, else the note says why not. What it took is owed again.

    Money of an open shift goes back as it came. Raises Refused `receipt_unknown`, `receipt_refunded`, `reason_missing`,
    `void_note_missing`, `void_needs_another`, `drawer_short`, and those of `Payout.check`.
    """
    dossier = load(act, dossier_id)
    fee = receipt_of(dossier, number)
    must_be_another(act.db, fee, officer, rules)
    if reason not in REASONS:
        raise Refused("reason_missing")
    if not (copy_back or note.strip()):
        raise Refused("void_note_missing", receipt=number)
    method = fee.method if in_open_shift(act.db, fee) else payout.method
    if method != fee.method:
        payout.check()
    pays = drawer_of(act.db, fee, officer)
    if method == CASH:
        drawer.must_hold(act.db, pays, fee.amount)
    clear = {"number": _number(act.db, dossier_id, fee), "receipt": number, "amount": fee.amount, "method": method}
    act.record(
        "receipt.voided",
        actor=officer.id,
        dossier=dossier_id,
        clear=clear | {"drawer": pays, "reason": reason, "copy_back": copy_back},
        personal={"note": note.strip()[:NOTE_CHARS_MAX], "reference": payout.reference.strip()[:REFERENCE_CHARS_MAX]},
    )
    act.touch("money")
    return fee


def _number(db: Database, dossier_id: str, fee: Fee) -> Mapping[str, object]:
    """Find the number of a receipt: the one taken in the same act."""
    sql = "SELECT unit, book, period, n FROM number_used WHERE dossier = ? AND book = ? AND at = ?"
    return next(db.query(sql, [dossier_id, BOOK, fee.at]))


def refund(act: Act, home: Home, catalogue: Catalogue, dossier_id: str, officer: Officer, payout: Payout) -> FileRef:
    """Give back what an end of the dossier decided, whole, against a voucher that the receiver signs; gives the voucher.

    Raises Refused `nothing_to_refund`, `wrong_status`, `receiver_missing`, `drawer_short`, and those of `Payout.check`.
    """
    dossier = load(act, dossier_id)
    moves.check(dossier, "fee.refunded")
    payout.check()
    if not payout.receiver.strip():
        raise Refused("receiver_missing")
    if payout.method == CASH:
        drawer.must_hold(act.db, officer.id, dossier.to_refund)
    voucher = f"{dossier.code}/HT{len(dossier.refunds) + 1}"
    pdf = forms.render(FORM, voucher_of(home, dossier, catalogue, voucher, officer, act.reading.at, payout))
    file = FileRef(files.put(home, pdf), len(pdf), PDF)
    act.record(
        "fee.refunded",
        actor=officer.id,
        dossier=dossier_id,
        clear={
            "amount": dossier.to_refund,
            "method": payout.method,
            "drawer": officer.id,
            "voucher": voucher,
            "receipts": [fee.receipt for fee in dossier.receipts],
            "confirmed": "in_person" if payout.method == CASH else "bank",
            "form": FORM,
            "file": file.s,
        },
        personal={"receiver": {"name": payout.receiver.strip()}, "reference": payout.reference.strip()[:REFERENCE_CHARS_MAX]},
        files=[file],
    )
    act.touch("money")
    return file


def voucher_of(
    home: Home, dossier: Dossier, catalogue: Catalogue, voucher: str, officer: Officer, at: str, payout: Payout
) -> forms.ReceiptData:
    """Give what stands on the voucher."""
    office, person = office_of(home.settings), dossier.applicant or {}
    taken = ", ".join(fee.receipt for fee in dossier.receipts)
    return forms.ReceiptData(
        made_at=at,
        parent_agency=office.parent,
        agency=office.agency,
        place=office.place,
        number=voucher,
        dossier_code=dossier.code,
        payer_name=payout.receiver.strip(),
        address=person.get("address", ""),
        procedure_name=dossier.procedure_name,
        lines=((f"Hoàn trả tiền đã thu theo biên lai {taken}", dossier.to_refund),),
        method=payout.method,
        odd_word=catalogue.rules_on(clock.local_day(at)).odd_word,
        officer_name=officer.name,
    )
