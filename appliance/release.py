"""What is due before a result leaves the office: certification on paper, the time-stamp, and the hand-over itself."""

from collections.abc import Sequence

from appliance import clock, lateness, numbering
from appliance.catalogue_sheets import Book
from appliance.documents import Signature
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.money import still_due
from appliance.processing import load
from appliance.rules import EarlyRelease, Rules

COPIES_MAX = 1_000


def certify_copies(
    act: Act,
    dossier_id: str,
    officer: str,
    signer: str,
    copies: Sequence[int],
    book: Book,
    unit: str,
    rules: Rules,
    symbol: str = "",
) -> str:
    """Enter certified copies, signed and sealed by hand, in their register; one number for all copies of one request.

    `copies`: how many of each original that was listed, in order; one number where none was. Gives the number as written.
    Raises Refused `copies_wrong`, `no_result`, `wrong_document_state`, and for a
    late dossier what `lateness.must_owe_nothing` raises. Basis: NĐ 23/2015/NĐ-CP (register of certifications).
    """
    dossier = load(act, dossier_id)
    lateness.must_owe_nothing(rules, dossier, act.reading.at)
    document = dossier.on_paper
    if document is None:
        raise Refused("no_result", code=dossier.code)
    originals = dossier.copied
    if not all(0 < n <= COPIES_MAX for n in copies) or len(copies) != max(1, len(originals)):
        raise Refused("copies_wrong", limit=COPIES_MAX)
    lines = [
        {"key": part["key"], "pages": part["wanted"]["pages"], "copies": n} for part, n in zip(originals, copies, strict=False)
    ]
    number = numbering.take(act, book, unit)
    day = clock.local_day(act.reading.at)
    written = book.write(number.n, day, unit=unit, symbol=symbol)
    act.record(
        "copies.certified",
        actor=officer,
        dossier=dossier_id,
        clear={
            "document": document.id,
            "number": number.clear(),
            "text": written,
            "date": day.isoformat(),
            "copies": sum(copies),
            "pages": document.pages,
            "signer": signer,
        }
        | ({"lines": lines} if lines else {}),
        personal={"names": {part["key"]: part["name"] for part in originals}} if lines else {},
    )
    return written


def allow_early(act: Act, dossier_id: str, officer: str, rule: EarlyRelease, reason: str) -> None:
    """Record a leader's decision that a result may leave before its time-stamp, where the dated rule leaves it to him.

    Raises Refused `early_release_forbidden`, `reason_missing`, `not_waiting_for_stamp`.
    """
    dossier = load(act, dossier_id)
    if rule != EarlyRelease.LEADER_DECISION:
        raise Refused("early_release_forbidden")
    if not reason.strip():
        raise Refused("reason_missing")
    document = dossier.result
    if document is None or document.signature != Signature.SEALED:
        raise Refused("not_waiting_for_stamp", code=dossier.code)
    clear = {"document": document.id, "rule": str(rule)}
    act.record("release.allowed", actor=officer, dossier=dossier_id, clear=clear, personal={"reason": reason.strip()})


def why_not_yet(dossier: Dossier, rule: EarlyRelease) -> str | None:
    """Say why the result cannot be handed over now (a code with a sentence), or None when it can."""
    if dossier.status != Status.DONE:
        return "not_finished"
    if still_due(dossier) != 0:
        return "fee_unknown" if still_due(dossier) is None else "fee_due"
    waits = dossier.signature == Signature.SEALED and rule != EarlyRelease.ALWAYS and not dossier.allowed_early
    return "waits_for_timestamp" if waits else None


def hand_copies(act: Act, dossier_id: str, officer: str, receiver: dict[str, str]) -> None:
    """Record that the copies on paper left, while the electronic ones of the same request are on their way; the status stays.

    Raises Refused `fee_due`, `fee_unknown`, `copies_not_apart`, `receiver_missing`.
    """
    dossier = load(act, dossier_id)
    if left := still_due(dossier):
        raise Refused("fee_due", code=dossier.code, amount=left)
    if left is None:
        raise Refused("fee_unknown", code=dossier.code)
    if not receiver.get("name", "").strip():
        raise Refused("receiver_missing")
    document = dossier.on_paper.id if dossier.on_paper else ""
    act.record("copies.handed", actor=officer, dossier=dossier_id, clear={"document": document}, personal={"receiver": receiver})


def hand_over(act: Act, dossier_id: str, officer: str, rule: EarlyRelease, how: str, receiver: dict[str, str]) -> None:
    """Record that the result was handed over: status 9 → 10. Raises Refused with the code of `why_not_yet`, `receiver_missing`."""
    dossier = load(act, dossier_id)
    if why := why_not_yet(dossier, rule):
        raise Refused(why, code=dossier.code, amount=still_due(dossier))
    if not receiver.get("name", "").strip():
        raise Refused("receiver_missing")
    act.record("dossier.returned", actor=officer, dossier=dossier_id, clear={"how": how}, personal={"receiver": receiver})
