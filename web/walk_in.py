"""Chứng thực tại quầy: certified copies in one pass, from the originals listed to the number written onto the copies.

Each step is the act it always was, its own event in its own transaction, done in order as far as this officer's rights go;
there the dossier stands in its true state, and the page says who does the next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import money, moves, processing, release
from appliance.clock import local
from appliance.documents import ADVANCED, Signature
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.money import owed_now
from appliance.text import moment_text, money_text
from web import cashier, certify, desk, next_step, printing, result, result_form
from web.per_request import act, box, holds, officer
from web.vietnamese import FEE_METHODS, sentence

bp = Blueprint("walk_in", __name__)
BEYOND_RECEPTION = ("take_fee", "take", "number_and_seal")  # Whoever holds one of these goes on after the reception.
COPIES_ALONE = "copies"  # Not a page: the copies on paper leave before the electronic ones.
RUNNING = (Status.ACCEPTED, Status.PROCESSING)


@dataclass(frozen=True)
class Wishes:
    """What the officer said at the counter: money in hand, who has signed by hand, whether the copies are handed over now."""

    method: str = ""
    reference: str = ""
    signer: str = ""
    hand_over: bool = False


def wishes(given: Mapping[str, str]) -> Wishes:
    """Read the wishes of a form; what nobody chose is not wished."""
    signers = {one.id for one in certify.signers()}
    return Wishes(
        method=given.get("method", "") if given.get("method") in money.METHODS else "",
        reference=given.get("reference", ""),
        signer=given.get("signer", "") if given.get("signer") in signers else "",
        hand_over="hand_over" in given,
    )


@bp.app_template_global("goes_on_at_counter")
def goes_on(found: Dossier) -> bool:
    """Say whether this officer does more of a request for copies than to receive it."""
    return bool(found.originals) and any(holds(right) for right in BEYOND_RECEPTION)


def take_fee(found: Dossier, wished: Wishes) -> None:
    """Take what is owed and print the receipt."""
    cashier.take_now(found, wished.method, wished.reference)


def take(found: Dossier, wished: Wishes) -> None:
    """Begin to process."""
    with box().writing() as at_once:
        processing.take(at_once, found.id, officer().id)


def prepare(found: Dossier, wished: Wishes) -> None:
    """Set the certification with what the dossier knows, print it, hand it to the leader."""
    at = result.desk_of(found.id)
    leader = at.leader(wished.signer)
    if at.hindrance or at.template is None or leader is None:
        raise Refused(at.hindrance or "result_made_elsewhere", **result.facts_of(at))
    result.write(at, result_form.known(at.template, found), leader, submit_too=True)
    made = desk.found(found.id).on_paper
    if made and made.signature == Signature.SUBMITTED:
        with box().writing() as at_once:
            printing.order(at_once, officer().id, found.id, found.code, made.file)


def number(found: Dossier, wished: Wishes) -> None:
    """Enter the copies that were signed by hand in their register."""
    certify.take_number(found, wished.signer, list(certify.counts(found).values()))


def hand_over(found: Dossier, wished: Wishes) -> None:
    """Hand the result to who stands at the counter."""
    with box().writing() as at_once:
        release.hand_over(at_once, found.id, officer().id, desk.early_release(found), "counter", receiver_of(found))


def hand_copies(found: Dossier, wished: Wishes) -> None:
    """Hand over the copies on paper while the electronic ones are still on their way."""
    with box().writing() as at_once:
        release.hand_copies(at_once, found.id, officer().id, receiver_of(found))


def receiver_of(found: Dossier) -> dict[str, str]:
    """Say who stands at the counter: who hands in for another, else the applicant."""
    person = found.authorised or found.applicant or {}
    receiver = {"as": "authorised" if found.authorised else "owner", "number": str(person.get("number", ""))}
    return receiver | {"name": str(person.get("name") or person.get("organisation", ""))}


DOERS: Mapping[str, Callable[[Dossier, Wishes], None]] = {
    "cashier.dossier": take_fee,
    "queue.take": take,
    "result.page": prepare,
    "certify.dossier": number,
    "returns.dossier": hand_over,
    COPIES_ALONE: hand_copies,
}
# What must be wished besides the right; the other steps need no more.
WISHED: Mapping[str, Callable[[Wishes], bool]] = {
    "cashier.dossier": lambda wished: bool(wished.method),
    "certify.dossier": lambda wished: bool(wished.signer),
    "returns.dossier": lambda wished: wished.hand_over,
}


def following(found: Dossier, wished: Wishes) -> str:
    """Name the step that this officer may and wants to do now, "" for none: money first, then what the dossier waits for."""
    if wished.method and owed_now(found).amount and holds("take_fee"):
        return "cashier.dossier"
    step = next_step.next_step(found, desk.early_release(found))
    mine = is_mine(found, step)
    if wished.hand_over and step.endpoint != "returns.dossier" and copies_may_go(found):
        return COPIES_ALONE
    return step.endpoint if mine and (step.endpoint not in WISHED or WISHED[step.endpoint](wished)) else ""


def copies_may_go(found: Dossier) -> bool:
    """Say whether this officer may hand over the copies on paper before the electronic ones are ready."""
    return holds("release") and "copies.handed" in moves.legal(found) and money.still_due(found) == 0


def is_mine(found: Dossier, step: next_step.Next) -> bool:
    """Say whether this officer may do a step here; only the holder prepares the result."""
    held_by_other = step.endpoint == "result.page" and found.holder != officer().id
    return step.endpoint in DOERS and holds(step.act) and not held_by_other


def go_on(dossier_id: str, wished: Wishes) -> tuple[int, Refused | None]:
    """Do step after step; give how many were done, and what refused the next one. What was done stays done."""
    for done, _ in enumerate(DOERS):
        found = desk.found(dossier_id)
        step = following(found, wished)
        if not step:
            return done, None
        try:
            DOERS[step](found, wished)
        except Refused as refused:
            return done, refused
    return len(DOERS), None


def after_reception(dossier_id: str, given: Mapping[str, str]) -> Response:
    """Go on from the reception as far as it goes, and show where the request stands."""
    _, refused = go_on(dossier_id, wishes(given))
    return told(dossier_id, refused)


def told(dossier_id: str, refused: Refused | None) -> Response:
    """Show where a request stands; what refused a step is said."""
    if refused:
        flash(sentence(refused))
    return redirect(url_for("walk_in.one", dossier=dossier_id), 303)


@bp.get("/chung-thuc")
@act("draft")
def begin() -> Response:
    """Go to a reception for copies of originals: the first procedure of the catalogue that lists them is chosen there."""
    rule = next((rule for rule in desk.catalogue_now().result_rules if rule.originals and rule.procedures), None)
    if rule is None:
        raise Refused("result_rule_missing", procedure="")
    return redirect(url_for("reception.page", thu_tuc=rule.procedures[0]), 303)


@bp.get("/chung-thuc/<dossier>")
@act("walk_in")
def one(dossier: str) -> str:
    """Show one request: its originals, its money, its number, and what comes next."""
    found = must_list(dossier)
    owed = owed_now(found).amount
    step = next_step.next_step(found, desk.early_release(found))
    asks_money = bool(owed) and holds("take_fee")
    return render_template(
        "walk_in.html",
        dossier=found,
        result=found.on_paper,
        owed=owed,
        step=step,
        rows=stations(found),
        asks_money=asks_money,
        asks_signer=holds("number_and_seal") and found.status in RUNNING and bool(found.copied) and not result.is_entered(found),
        asks_hand_over=asks_hand_over(found, step),
        can=asks_money or is_mine(found, step) or copies_may_go(found),
        **choices(),
        volume=certify.register_of(found).volume_name(desk.now().date()),
        names=desk.names(),
        due=desk.chip_of(found),
    )


def asks_hand_over(found: Dossier, step: next_step.Next) -> bool:
    """Say whether something can be handed over here now, or once the steps before are done."""
    ready = step.endpoint == "returns.dossier" or copies_may_go(found)
    return holds("release") and (ready or bool(found.copied and not found.copies_handed_at and found.status in RUNNING))


def choices() -> dict[str, list[tuple[str, str]]]:
    """Give what can be chosen at the counter: how money was taken, who signed by hand."""
    return {
        "methods": [("", "Chưa thu"), *FEE_METHODS.items()],
        "signers": [("", "Chưa ký"), *((one.id, f"{one.name} – {one.title}") for one in certify.signers())],
    }


def must_list(dossier_id: str) -> Dossier:
    """Give a request for copies of listed originals. Raises Refused `no_originals`."""
    found = desk.found(dossier_id)
    if not found.originals:
        raise Refused("no_originals", code=found.code)
    return found


def stations(found: Dossier) -> list[tuple[str, bool, str]]:
    """List the steps of a request as (name, whether done, what came of it)."""
    receipts, left = ", ".join(fee.receipt for fee in found.receipts), money.still_due(found)
    paid = f"biên lai {receipts}" if receipts else "không thu"
    document, behind = found.on_paper, found.result
    wet = document is not None and document.signature == Signature.WET
    on_paper = [("Ký tay, vào sổ", wet, f"số {document.number_text}" if document and wet else "")] if found.copied else []
    apart = [("Trả bản giấy", True, moment_text(local(found.copies_handed_at)))] if found.copies_handed_at else []
    return [
        ("Tiếp nhận", bool(found.accepted_at), found.code),
        ("Thu phí", left == 0, paid if left == 0 else f"còn {money_text(left)}" if left else "chưa rõ số tiền"),
        ("Soạn lời chứng", behind is not None and behind.signature != Signature.NONE, ""),
        *on_paper,
        *electronic_stations(found),
        *apart,
        ("Trả bản sao" if not found.copies_handed_at else "Trả bản điện tử", found.status == Status.RETURNED, ""),
    ]


def electronic_stations(found: Dossier) -> list[tuple[str, bool, str]]:
    """List the steps of the electronic copies; none where nobody asked for one."""
    wanted = len(found.copied_electronically)
    if not wanted:
        return []
    at = [ADVANCED.index(one.signature) for one in found.electronic]
    numbers = sorted({one.number_text for one in found.electronic if one.number_text})
    entered = f"số {', '.join(numbers)}" if numbers else ""

    def reached(state: Signature) -> bool:
        return len(at) == wanted and min(at) >= ADVANCED.index(state)

    return [
        ("Lãnh đạo ký số bản điện tử", reached(Signature.SIGNED), f"{wanted} bản"),
        ("Đóng dấu số, vào sổ điện tử", reached(Signature.SEALED), entered),
        ("Dấu thời gian", reached(Signature.TIMESTAMPED), "" if reached(Signature.TIMESTAMPED) else "tự thêm khi có đường truyền"),
    ]


@bp.post("/chung-thuc/<dossier>")
@act("walk_in")
def go(dossier: str) -> Response:
    """Go on with what was chosen on the page."""
    must_list(dossier)
    done, refused = go_on(dossier, wishes(request.form))
    return told(dossier, refused or (None if done else Refused("nothing_wished")))
