"""Trả kết quả: find the dossier by slip, name or phone, say whether it can go now and why not, hand it over (9 → 10)."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import moves, originals, queries, release
from appliance.clock import stamp
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.money import still_due
from appliance.release import why_not_yet
from appliance.rules import EarlyRelease
from appliance.text import read_number
from web import desk, next_step
from web.finding import find_one
from web.forms import Form
from web.per_request import act, box, officer
from web.vietnamese import RETURNED_HOW, sentence

bp = Blueprint("returns", __name__)
OWNER, AUTHORISED, OTHER = "owner", "authorised", "other"


@dataclass(frozen=True)
class Waiting:
    """A line of the list: the dossier and why it cannot go yet, as a few words ("" when it can)."""

    row: desk.Row
    why: str


SHORT = {
    "not_finished": "Chưa giải quyết xong",
    "fee_due": "Còn phải thu phí",
    "fee_unknown": "Chưa rõ số tiền",
    "waits_for_timestamp": "Chờ dấu thời gian",
}


@bp.get("/tra-ket-qua")
@act("release")
def page() -> str | Response:
    """List results to be handed over; a scanned slip, a name or a phone number leads to its dossier."""
    query = request.args.get("q", "")
    only, hits = find_one(query)
    if only:
        return redirect(url_for("returns.dossier", dossier=only), 303)
    listed = [waiting(one) for one in desk.rows(hits if query else queries.to_return(box().db))]
    return render_template("returns.html", rows=listed, q=query, at=stamp())


def waiting(row: desk.Row) -> Waiting:
    """Say of a row whether it can be handed over now."""
    if row.listed.status == Status.RETURNED:
        return Waiting(row, "Đã trả")
    found = desk.found(row.listed.id)
    why = why_not(found)
    return Waiting(row, SHORT[why] if why else "")


def why_not(found: Dossier) -> str | None:
    """Say why a result cannot be handed over now, as a code; a dossier that is not done needs no rule."""
    if found.status != Status.DONE:
        return "not_finished"
    return why_not_yet(found, desk.early_release(found))


@bp.get("/tra-ket-qua/<dossier>")
@act("release")
def dossier(dossier: str) -> tuple[str, int]:
    """Show one dossier at the counter: ready or not, and who may receive it."""
    found = desk.found(dossier)
    receiver = AUTHORISED if found.authorised else OWNER
    return show(found, Form({"receiver": receiver, "how": found.result_by if found.result_by in RETURNED_HOW else "counter"}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    why = why_not(found)
    rule = desk.early_release(found)
    words = sentence(Refused(why, code=found.code, amount=still_due(found))) if why else ""
    return render_template(
        "returns_one.html",
        dossier=found,
        result=found.result,
        copies_first=copies_first(found),
        why=why,
        words=words,
        next=next_step.next_step(found, rule),
        may_be_allowed=why == "waits_for_timestamp" and rule == EarlyRelease.LEADER_DECISION,
        form=form,
        failed=bool(form.problems),
        people=people(found),
        hows=list(RETURNED_HOW.items()),
        due=desk.chip_of(found),
        done=found.status == Status.RETURNED,
    ), status


def copies_first(found: Dossier) -> bool:
    """Say whether the copies on paper may leave although the whole cannot yet."""
    return "copies.handed" in moves.legal(found) and still_due(found) == 0 and bool(why_not(found))


def people(found: Dossier) -> list[tuple[str, str]]:
    """List who may receive: the owner, whom the owner authorised at the counter, somebody with a paper."""
    owner = (found.applicant or {}).get("name") or (found.applicant or {}).get("organisation", "")
    known = [(OWNER, f"Chủ hồ sơ: {owner}")]
    if found.authorised:
        known.append((AUTHORISED, f"Người nộp thay: {found.authorised.get('name', '')}"))
    return [*known, (OTHER, "Người khác, có giấy ủy quyền")]


@bp.post("/tra-ket-qua/<dossier>")
@act("release")
def hand_over(dossier: str) -> tuple[str, int] | Response:
    """Record who received the result and how."""
    found, form = desk.found(dossier), Form(request.form)
    how = form.choice("how", RETURNED_HOW)
    receiver = read_receiver(found, form)
    if form.problems:
        return show(found, form, 422)
    with box().writing() as at_once:
        release.hand_over(at_once, dossier, officer().id, desk.early_release(found), how, receiver)
    flash(f"Đã trả kết quả hồ sơ {found.code} cho {receiver['name']}.")
    following = url_for("originals.one", dossier=dossier) if originals.kept(found) else url_for("returns.page")
    return redirect(following, 303)


def read_receiver(found: Dossier, form: Form) -> dict[str, str]:
    """Read who receives; somebody else needs a name, a number and the paper that authorises him."""
    who = form.choice("receiver", dict(people(found)), "Chọn người nhận.")
    person = (found.authorised if who == AUTHORISED else found.applicant) or {}
    if who in (OWNER, AUTHORISED):
        return {
            "as": who,
            "name": str(person.get("name") or person.get("organisation", "")),
            "number": str(person.get("number", "")),
        }
    name = form.text("name", "Ghi họ tên người nhận kết quả.", 200)
    number = form.read("number", read_number, "Nhập số giấy tờ của người nhận.")
    paper = form.text("paper", "Ghi số, ngày của giấy ủy quyền.", 300)
    return {"as": OTHER, "name": name, "number": number[0] if number else "", "paper": paper}
