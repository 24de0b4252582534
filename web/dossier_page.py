"""One dossier: the person, the papers page by page, the history from the ledger, the result and its signatures, what comes next.

The only page with full numbers. Each look is recorded by the frame. It changes nothing; acts have pages of their own.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template

from appliance import erasure, files, queries, signatures, trust
from appliance.clock import stamp
from appliance.dossier import Dossier
from appliance.procedures import ReleasePath
from appliance.queries import Step
from appliance.release import still_due
from appliance.signatures import SignatureFinding
from appliance.text import Line, money_text
from web import desk, next_step
from web.per_request import act, box, holds, officer
from web.reception_form import COPIES, RESULT_BY
from web.vietnamese import CHANNELS, FEE_METHODS, RETURNED_HOW, SENTENCES, sentence, step_words

bp = Blueprint("dossier", __name__)
BOX = ("box", "agent")  # Actors that are no persons.


@dataclass(frozen=True)
class Sheet:
    """One page of paper: what it belongs to, its number there, and how its image is asked for."""

    label: str
    number: int
    digest: str
    n: int = 1
    turn: int = 0


@dataclass(frozen=True)
class Entry:
    """One line of the history: icon, who, what, a detail where there is one, and what the province has said of it."""

    at: str
    icon: str
    who: str
    words: str
    detail: str
    receipt: int | None


@bp.get("/ho-so/<dossier>")
@act("view_dossier")
def page(dossier: str) -> str:
    """Show a dossier."""
    found = desk.found(dossier)
    rule = desk.early_release(found)
    follows = next_step.next_step(found, rule, relayed=desk.rule_of(found).path is ReleasePath.RELAY)
    return render_template(
        "dossier.html",
        dossier=found,
        result=found.result,
        due=desk.chip_of(found),
        due_at=local_due(found),
        steps=next_step.steps(found),
        next=follows,
        can=bool(follows.act) and holds(follows.act) and desk.has_page(follows.endpoint) and is_mine(found, follows.act),
        sheets=sheets(found),
        entries=history(found),
        names=desk.names(),
        back=desk.own_list(),
        me=officer().id,
        fee=fee_words(found),
        due_money=still_due(found),
        forgotten=erasure.REPLICA_RETENTION_DAYS,
        COPIES=COPIES,
        RESULT_BY=RESULT_BY,
        CHANNELS=CHANNELS,
    )


@bp.get("/ho-so/<dossier>/giay-to/<int:number>")
@act("view_page")
def sheet(dossier: str, number: int) -> str:
    """Show one page large, with the others beside it."""
    found = desk.found(dossier)
    every = sheets(found)
    if not 1 <= number <= len(every):
        abort(404)
    return render_template("dossier_sheet.html", dossier=found, sheets=every, number=number, one=every[number - 1])


@bp.get("/ho-so/<dossier>/chu-ky")
@act("view_dossier")
def findings(dossier: str) -> str:
    """Judge the result's signatures now, as a part of the page."""
    found = desk.found(dossier)
    judged = judge(found.result.file) if found.result and found.result.path == "electronic" else []
    return render_template("dossier_signatures.html", found=judged, sentence=sentence, Line=Line)


def judge(digest: str) -> list[SignatureFinding]:
    """Judge the signatures of a stored PDF with what is trusted here at this moment."""
    home = box().home
    known = trust.read_trust(home.trust)
    return signatures.validate(files.read(home, digest), known.roots, known.crls, stamp(), known.issuers)


def is_mine(dossier: Dossier, wanted: str) -> bool:
    """Say whether the next act is this officer's: what only the holder may do is nobody else's."""
    return wanted not in ("prepare", "submit") or dossier.holder == officer().id


def local_due(dossier: Dossier) -> str:
    """Give the appointment as local ISO text, or nothing."""
    return (dossier.due or {}).get("at") or ""


def sheets(dossier: Dossier) -> list[Sheet]:
    """List every page that can be looked at: the papers in order, then the result."""
    every = [
        Sheet(part["name"], place, page["file"], page.get("n", 1), page.get("turn", 0))
        for part in dossier.components
        for place, page in enumerate(part.get("pages", ()), 1)
    ]
    result = dossier.result
    if dossier.erased_at:
        return []
    return every + [Sheet("Kết quả giải quyết", n, result.file, n) for n in range(1, result.pages + 1)] if result else every


def fee_words(dossier: Dossier) -> str:
    """Say in few words what is to be paid and what was."""
    due = still_due(dossier)
    if due is None:
        return "Chưa rõ số tiền"
    if due:
        return f"Còn phải thu {money_text(due)}"
    if not dossier.fees:
        return "Không thu"
    return f"Đã thu {money_text(sum(fee.amount for fee in dossier.fees))}"


def history(dossier: Dossier) -> list[Entry]:
    """Tell the dossier's history, newest first."""
    called = desk.names()
    return [entry_of(dossier, step, called) for step in reversed(queries.timeline(box().db, dossier.id))]


def entry_of(dossier: Dossier, step: Step, called: dict[str, str]) -> Entry:
    """Say one step in words. What is sealed (a reason, a receiver) is opened for those who may see the dossier."""
    icon, words = step_words(step.kind, worded(step.facts, called))
    who = "Máy chủ" if step.actor in BOX else called.get(step.actor, step.actor)
    return Entry(step.at, icon, who, words, detail_of(step), step.acknowledged)


def worded(facts: dict[str, Any], called: dict[str, str]) -> dict[str, Any]:
    """Add to an event's facts the words that stand for its codes."""
    counter, how = facts.get("counter"), RETURNED_HOW.get(facts.get("how", ""))
    return facts | {
        "at_counter": f" tại quầy {counter}" if counter else "",
        "how_words": f", {how[0].lower()}{how[1:]}" if how else "",
        "method": FEE_METHODS.get(facts.get("method", ""), "").lower(),
        "signer_name": called.get(facts.get("signer", ""), facts.get("signer", "")),
    }


def detail_of(step: Step) -> str:
    """Give the personal part of a step that a page must show."""
    if step.kind == "document.voided":
        return sentence(Line(step.facts["why"])) if step.facts.get("why") in SENTENCES else ""
    if step.kind not in ("result.sent_back", "release.allowed", "dossier.returned"):
        return ""
    personal = queries.personal_of_step(box().db, box().device, step)
    receiver = personal.get("receiver", {}).get("name")
    return f"Người nhận: {receiver}" if receiver else (f"Lý do: {personal['reason']}" if personal.get("reason") else "")
