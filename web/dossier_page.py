"""One dossier: the person, the papers page by page, the history from the ledger, the result and its signatures, what comes next.

The only page with full numbers. Each look is recorded by the frame. It changes no dossier; acts have pages of their own.
"""

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, abort, render_template, request

from appliance import decisions, erasure, files, signatures, trust
from appliance.clock import stamp
from appliance.dossier import Dossier
from appliance.money import still_due
from appliance.office import office_of
from appliance.portal_money import amount_of
from appliance.procedures import ReleasePath
from appliance.signatures import SignatureFinding
from appliance.text import money_text
from web import desk, dossier_acts, next_step, places, sync_story, timeline
from web.pages import media_of
from web.per_request import act, box, holds, is_background, officer
from web.reception_form import COPIES, RESULT_BY
from web.vietnamese import CHANNELS, sentence

bp = Blueprint("dossier", __name__)
PDF = "application/pdf"


@dataclass(frozen=True)
class Sheet:
    """One page of paper: what it belongs to, its number there, and how its image is asked for."""

    label: str
    number: int
    digest: str
    n: int = 1
    turn: int = 0


@bp.get("/ho-so/<dossier>")
@act("view_dossier")
def page(dossier: str) -> str:
    """Show a dossier."""
    found = desk.found(dossier)
    rule = desk.early_release(found)
    seen_by_holder(found)
    follows = next_step.next_step(found, rule, relayed=desk.rule_of(found).path is ReleasePath.RELAY)
    legal = dossier_acts.legal_here(found)
    return render_template(
        "dossier.html",
        dossier=found,
        result=found.result,
        due=desk.chip_of(found),
        due_at=local_due(found),
        steps=next_step.steps(found),
        next=follows,
        legal=legal,
        can=bool(legal and follows.act) and holds(follows.act) and desk.has_page(follows.endpoint) and is_mine(found, follows.act),
        sheets=sheets(found),
        first_sheet=first_sheet(found),
        entries=timeline.history(found),
        story=sync_story.story(found),
        is_here=partial(files.has, box().home),
        names=desk.names_in(found.id),
        holder=desk.names().get(found.holder, found.holder),
        back=desk.own_list(),
        me=officer().id,
        fee=fee_words(found),
        places=places.rows(found, office_of(box().home.settings).name),
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
    """Judge the signatures of the result, or of `?tep`, a file of this dossier, now, as a part of the page."""
    found = desk.found(dossier)
    file = found.result.file if found.result and found.result.path == "electronic" else ""
    if digest := request.args.get("tep", ""):
        file = digest if media_of(found.id, digest) == PDF else ""
    judged = judge(file) if file else []
    return render_template("dossier_signatures.html", found=judged, sentence=sentence)


def judge(digest: str) -> list[SignatureFinding]:
    """Judge the signatures of a stored PDF with what is trusted here at this moment."""
    home = box().home
    known = trust.read_trust(home.trust)
    return signatures.validate(files.read(home, digest), known.roots, known.crls, stamp(), known.issuers, revoked=known.revoked)


def seen_by_holder(dossier: Dossier) -> None:
    """Note that who holds the dossier has what is new about it before him: opened by himself, not by a page left open."""
    if dossier.holder == officer().id and not is_background() and dossier.id in decisions.news(box().db):
        with box().writing() as at_once:
            decisions.seen(at_once, dossier.id)


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
        for part in dossier.parts
        for place, page in enumerate(part.get("pages", ()), 1)
    ]
    if dossier.erased_at:
        return []
    names = {part["key"]: f"Bản sao điện tử: {part['name']}" for part in dossier.originals}
    made = [(names.get(one.of, "Kết quả giải quyết"), one) for one in dossier.standing]
    return every + [Sheet(label, n, one.file, n) for label, one in made for n in range(1, one.pages + 1)]


def first_sheet(dossier: Dossier) -> int:
    """Give the number among the sheets of the first page of the result that is shown first."""
    result = dossier.result
    return next((n for n, one in enumerate(sheets(dossier), 1) if result and one.digest == result.file), 1)


def fee_words(dossier: Dossier) -> str:
    """Say in few words what is to be paid and what was."""
    if dossier.refunds:
        return f"Đã hoàn trả {money_text(sum(refund.amount for refund in dossier.refunds))}, còn giữ {money_text(dossier.paid)}"
    due = still_due(dossier)
    if due is None:
        return "Chưa rõ số tiền"
    if due:
        return f"Còn phải thu {money_text(due)}"
    if on_portal := amount_of(dossier):
        return f"Đã nộp trên Cổng {money_text(on_portal)}" + (f", đã thu {money_text(dossier.paid)}" if dossier.paid else "")
    return f"Đã thu {money_text(dossier.paid)}" if dossier.receipts else "Không thu"
