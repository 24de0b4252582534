"""Money that the portal took before a dossier was checked here: kept as the filing said, counted as paid, never as money of ours.

It has no receipt number of this office, lies in no drawer and is never given back here. Only what the portal confirms counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.fees import AMOUNT_MAX

LINES_MAX = 20
WORDS_MAX = 120
REST = "phần còn thiếu"


@dataclass(frozen=True)
class PortalPayment:
    """What a filing says was paid: (name, đồng) line by line, when (UTC text), reference of the evidence, on which portal.

    A name is empty where the portal names no line. `confirmed`: the portal itself says the money came.
    """

    lines: Sequence[tuple[str, int]]
    paid_at: str
    evidence: str
    where: str
    confirmed: bool = False

    @property
    def counts(self) -> bool:
        """Say whether it is paid: confirmed, and with evidence that a person can ask the portal for."""
        return self.confirmed and bool(self.evidence.strip())


def settle(fee_lines: Sequence[Mapping[str, Any]], payment: PortalPayment) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Give the fee lines with what the portal took marked `portal`, and the payment as the event keeps it.

    A line that was paid in part becomes two. Where the table does not know an amount, the portal's stands. What fits no line is
    kept and pays nothing here. `table` of a kept line is what the fee table says: absent for no such line, None for not known.
    Raises Refused `amount_wrong`.
    """
    amounts = [amount for _, amount in payment.lines]
    if not 0 < len(amounts) <= LINES_MAX or any(not 0 < one <= AMOUNT_MAX for one in amounts) or sum(amounts) > AMOUNT_MAX:
        raise Refused("amount_wrong", amount=sum(amounts))
    left, kept = [dict(line) for line in fee_lines], []
    for name, amount in payment.lines:
        found = _fitting(left, name)
        told = {"name": (found or {}).get("name", name), "amount": amount}
        kept.append(told | ({"table": found.get("amount")} if found else {}))
        if found and payment.counts:
            place = left.index(found)
            left[place : place + 1] = _marked(found, amount)
    clear = {"lines": kept, "amount": sum(amounts), "paid_at": payment.paid_at, "where": payment.where.strip()[:WORDS_MAX]}
    return left, clear | {"confirmed": payment.counts}


def _fitting(lines: Sequence[dict[str, Any]], name: str) -> dict[str, Any] | None:
    """Give the unpaid line of that name; a payment without a name fits where there is one line only."""
    unpaid = [line for line in lines if not line.get("portal") and line.get("amount") != 0]
    if not name.strip():
        return unpaid[0] if len(unpaid) == 1 else None
    return next((line for line in unpaid if line["name"] == name.strip()), None)


def _marked(line: dict[str, Any], amount: int) -> list[dict[str, Any]]:
    due = line.get("amount")
    if due is None or due <= amount:
        return [line | {"amount": amount if due is None else due, "portal": True}]
    rest = {"name": f"{line['name']} ({REST})", "amount": due - amount}
    return [line | {"amount": amount, "portal": True}, line | rest]


def amount_of(dossier: Dossier) -> int:
    """Give what the portal confirmed it took, in đồng; 0 for nothing."""
    payment = dossier.portal_payment
    return int(payment["amount"]) if payment.get("confirmed") else 0
