"""What a citizen pays, line by line, in whole đồng. What nobody knows stays None until an officer enters it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

import msgspec

from appliance.errors import Refused
from appliance.text import Line

AMOUNT_MAX = 1_000_000_000  # One fee line of a commune; more than that is a slip of the hand.
PAGES_MAX = 100_000

Per = Literal["page", "copy", "request"]


class Fee(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fee line as the catalogue prints it. `set_by` provincial_council: the local council decides whatever is printed.

    `doubt` was added by the import where the number contradicts its own text; such a number is never used.
    """

    name: str | None
    amount: int | None
    unit: str | None
    per: str | None
    channels: tuple[str, ...]
    when: str | None
    set_by: str | None
    exemptions: tuple[str, ...]
    source_text: str
    doubt: str | None = None


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A price for each page (or piece) up to and including `up_to`; None for all that follow."""

    up_to: int | None
    amount: int


class FeeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A dated fee that stands for printed lines: `replaces` holds their names (None for a line without a name).

    `cap` bounds one copy. `on_request`: paid only for copies the citizen asks for besides the result.
    """

    id: str
    procedures: tuple[str, ...]
    replaces: tuple[str | None, ...]
    name: str
    per: Per
    tiers: tuple[Tier, ...]
    effective_from: date
    source: str
    verified: bool
    cap: int | None = None
    on_request: bool = False
    channels: tuple[str, ...] = ("counter", "online", "post")
    exemptions: tuple[str, ...] = ()
    when: str | None = None
    effective_to: date | None = None
    note: str | None = None


class FeesAbout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How printed words of measure are counted ("bản": copy), and words the catalogue uses for each exemption."""

    version: str
    per: dict[str, Per]


class FeeTable(msgspec.Struct, frozen=True):
    """The fee rules of a bundle."""

    about: FeesAbout
    records: tuple[FeeRule, ...]


class FeeLine(msgspec.Struct, frozen=True):
    """One line of what is owed. `amount` in đồng, None = unknown: an officer enters and confirms it. `how` explains."""

    name: str
    amount: int | None
    quantity: int
    per: Per
    how: Line
    when: str
    exemptions: tuple[str, ...]
    source: str
    on_request: bool = False
    verified: bool = False

    def clear(self) -> dict[str, str | int | None]:
        """Give the line as an event keeps it: name, amount, and when it is paid."""
        return {"name": self.name, "amount": self.amount, "when": self.when}


def compute(
    table: FeeTable,
    code: str,
    printed: Iterable[Fee],
    channel: str,
    day: date,
    *,
    pages: int | None = None,
    copies: int = 1,
    extra_copies: int = 0,
    exempt: str | None = None,
    when: str = "after_check",
) -> tuple[FeeLine, ...]:
    """Give the fee lines of one request on `day`.

    `pages` are pages of the original, `copies` what is certified or issued, `extra_copies` copies asked for besides the
    result, `exempt` one of the exemptions listed on a line, `when` the default moment of payment.
    Raises Refused `count_invalid`, `exemption_not_listed`.
    """
    if min(copies, extra_copies, pages or 0) < 0 or max(copies, extra_copies, pages or 0) > PAGES_MAX or pages == 0:
        raise Refused("count_invalid")
    rules = [rule for rule in table.records if code in rule.procedures and _in_force(rule, day)]
    lines = [_ruled(rule, pages, extra_copies if rule.on_request else copies, when) for rule in rules if channel in rule.channels]
    replaced = {name for rule in rules for name in rule.replaces}
    left = [fee for fee in printed if channel in fee.channels and fee.name not in replaced]
    lines += [_printed(table.about, fee, copies, when) for fee in left]
    return _exempted(lines, exempt)


def compute_for(
    table: FeeTable,
    code: str,
    printed: Sequence[Fee],
    channel: str,
    day: date,
    originals: Sequence[tuple[int, int]],
    exempt: str | None = None,
) -> tuple[tuple[FeeLine, ...], tuple[int | None, ...]]:
    """Give the lines of one request for several originals (pages, copies), 0 for what is not known yet, and what each costs.

    What is paid by page or copy adds up, what is paid by request is paid once. Raises as `compute` does.
    """
    asked = originals or ((0, 0),)
    each = [compute(table, code, printed, channel, day, pages=p or None, copies=c or 1, exempt=exempt) for p, c in asked]
    costs = tuple(total(line for line in lines if line.per != "request" and not line.on_request) for lines in each)
    return tuple(_added(same) for same in zip(*each, strict=True)), costs


def _added(lines: Sequence[FeeLine]) -> FeeLine:
    """Add up the same line of several originals."""
    if len(lines) == 1 or lines[0].per == "request":
        return lines[0]
    amount = total(lines)
    unknown = next((line.how for line in lines if line.amount is None), None)
    how = unknown or Line("fee_originals", {"originals": len(lines), "amount": amount})
    return msgspec.structs.replace(lines[0], amount=amount, quantity=sum(line.quantity for line in lines), how=how)


def total(lines: Iterable[FeeLine]) -> int | None:
    """Add the lines up, in đồng; None while any of them is unknown."""
    amounts = [line.amount for line in lines]
    return None if None in amounts else sum(amount for amount in amounts if amount is not None)


def entered(line: FeeLine, amount: int) -> FeeLine:
    """Give the line with the amount an officer entered and answers for. Raises Refused `amount_invalid`."""
    if not 0 <= amount <= AMOUNT_MAX:
        raise Refused("amount_invalid")
    return msgspec.structs.replace(line, amount=amount, how=Line("fee_entered", {"amount": amount}))


def _in_force(rule: FeeRule, day: date) -> bool:
    return rule.effective_from <= day and (rule.effective_to is None or day <= rule.effective_to)


def _ruled(rule: FeeRule, pages: int | None, copies: int, when: str) -> FeeLine:
    amount, how = _priced(rule, pages, copies)
    return FeeLine(
        name=rule.name,
        amount=amount,
        quantity=1 if rule.per == "request" else copies,
        per=rule.per,
        how=how,
        when=rule.when or when,
        exemptions=rule.exemptions,
        source=rule.source,
        on_request=rule.on_request,
        verified=rule.verified,
    )


def _priced(rule: FeeRule, pages: int | None, copies: int) -> tuple[int | None, Line]:
    if rule.per == "request":
        return rule.tiers[0].amount, Line("fee_flat", {"amount": rule.tiers[0].amount})
    if rule.per == "copy":
        each = rule.tiers[0].amount
        return each * copies, Line("fee_copies", {"amount": each, "copies": copies})
    if pages is None:
        return None, Line("fee_pages_unknown", {})
    each = price_of_pages(rule.tiers, rule.cap, pages)
    capped = each == rule.cap
    return each * copies, Line("fee_pages_capped" if capped else "fee_pages", {"pages": pages, "copies": copies, "each": each})


def price_of_pages(tiers: Iterable[Tier], cap: int | None, pages: int) -> int:
    """Price one copy of `pages` pages: each tier pays its own pages, the cap bounds the sum."""
    amount, counted = 0, 0
    for tier in tiers:
        upper = pages if tier.up_to is None else min(pages, tier.up_to)
        amount += max(0, upper - counted) * tier.amount
        counted = max(counted, upper)
    return amount if cap is None else min(cap, amount)


def _printed(about: FeesAbout, fee: Fee, copies: int, when: str) -> FeeLine:
    per: Per = about.per.get(fee.per or "", "request")
    amount, how = _read(fee, per, copies)
    return FeeLine(
        name=fee.name or "Phí, lệ phí",
        amount=amount,
        quantity=copies if per == "copy" else 1,
        per=per,
        how=how,
        when=fee.when or when,
        exemptions=fee.exemptions,
        source=fee.source_text,
    )


def _read(fee: Fee, per: Per, copies: int) -> tuple[int | None, Line]:
    """Take a printed number only where nothing speaks against it."""
    if fee.set_by == "provincial_council":
        return None, Line("fee_by_council", {})
    if fee.amount is None:
        return None, Line("fee_not_stated", {})
    if fee.unit != "VND" or fee.doubt or per == "page":
        return None, Line("fee_doubtful", {"printed": fee.source_text})
    if per == "copy":
        return fee.amount * copies, Line("fee_copies", {"amount": fee.amount, "copies": copies})
    return fee.amount, Line("fee_flat", {"amount": fee.amount}) if fee.amount else Line("fee_free", {})


def _exempted(lines: list[FeeLine], reason: str | None) -> tuple[FeeLine, ...]:
    """Set to 0 the lines that list the reason."""
    if reason is None:
        return tuple(lines)
    if not any(reason in line.exemptions for line in lines):
        raise Refused("exemption_not_listed")
    free = {"amount": 0, "how": Line("fee_exempt", {"reason": reason})}
    return tuple(msgspec.structs.replace(line, **free) if reason in line.exemptions else line for line in lines)
