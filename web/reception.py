"""The counter's page: a draft that saves itself, and F9 that makes a dossier of it. Column 3 of the page is web/scanning.py."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from markupsafe import Markup
from msgspec import structs
from werkzeug.wrappers import Response as AnyResponse

from appliance import choosing, components, drafts, procedures, reception
from appliance.clock import local, stamp
from appliance.crash import crash_here
from appliance.drafts import Body, Draft
from appliance.errors import Refused
from appliance.ids import uuid7
from appliance.people import Card
from appliance.reception import Accepted
from appliance.text import day_text, moment_text
from web import (
    desk,
    gathering,
    jobs,
    paper_slips,
    printing,
    reception_form,
    reception_view,
    scan_jobs,
    scanning,
    walk_in,
)
from web.own_drafts import begun, calendar, catalogue, own, today
from web.per_request import act, box, counter, holds, is_navigation, officer
from web.reception_form import Read
from web.reception_view import View
from web.vietnamese import sentence

bp = Blueprint("reception", __name__)
FOUND_MAX = 12


@bp.app_template_filter("clock_s")
def clock_s(at: str) -> str:
    """Show the time of a UTC text with its seconds, as drafts are saved."""
    return f"{local(at):%H:%M:%S}"


@bp.app_template_filter("iso_day")
def iso_day(day: str) -> str:
    """Show an ISO day; empty stays empty."""
    return day_text(date.fromisoformat(day)) if day else ""


@bp.app_template_global()
def dossier_address(dossier: str) -> str:
    """Say where a dossier is looked at."""
    return f"/ho-so/{dossier}"


@bp.get("/tiep-nhan")
@act("draft")
def page() -> str | AnyResponse:
    """Show the form: empty, with a procedure (`?thu_tuc=`), or one's own draft (`?draft=`).

    `?kiem=1` lists what stands against acceptance.
    """
    wanted = request.args.get("draft", "")
    if wanted and not is_id(wanted):
        abort(404)
    draft = own(wanted) if wanted else empty(request.args.get("thu_tuc", ""))
    if draft.accepted_as:
        return redirect(url_for("reception.page"))
    if draft.body.serves:  # Papers for a dossier that exists; its scan station leads here.
        return redirect(gathering.address(draft.body.serves), 303)
    seen = look(draft)
    return show(seen, gaps(seen) if "kiem" in request.args else {})


def empty(procedure: str) -> Draft:
    """Give a draft that nothing is kept of yet."""
    body = Body(procedure=procedure) if procedure in catalogue().procedures else Body()
    return replace(own(uuid7()), body=body)


def is_id(text: str) -> bool:
    """Say whether this could be the id of a draft."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def show(seen: View, problems: dict[str, str], conflict: Draft | None = None, status: int = 200) -> Any:
    """Render the whole page; `conflict` is the draft as a second window saved it."""
    parts = {"presets": scan_jobs.PRESETS, "scanners": box().home.settings.scanners}
    return render_template(
        "reception.html",
        v=seen,
        problems=problems,
        conflict=conflict,
        differs=differences(seen.draft, conflict) if conflict else [],
        s=scanning.scans(seen.draft),
        last=printing.last_of(officer().id),
        **parts,
        **CHOICES,
    ), status


CHOICES = {
    "copies_words": reception_form.CHOSEN,
    "result_words": reception_form.RESULT_BY,
    "walk_in_choices": walk_in.choices,
}


def look(draft: Draft) -> View:
    """Look at a draft now, as this officer may."""
    return reception_view.view(box().db, catalogue(), draft, received(draft.body), holds("view_dossier"))


def received(body: Body) -> datetime:
    """Give the local moment from which a draft's dates count: now, or the true one of a late entry."""
    return local(choosing.received_at(body, stamp()))


def differences(here: Draft, there: Draft) -> list[tuple[str, str, str]]:
    """Tell what a second window saved otherwise."""
    return reception_form.differences(here.body, there.body)


@bp.get("/thu-tuc/tim")
@act("view_catalogue")
def find() -> str:
    """Answer the combobox: procedures by words without marks, short names or code."""
    return render_template("procedure_hits.html", hits=procedures.find(catalogue(), request.args.get("q", ""), FOUND_MAX))


@bp.post("/tiep-nhan/<uuid:draft>/luu")
@act("draft")
def save(draft: UUID) -> Response | tuple[Response, int]:
    """Keep what was typed; answer with the version and with the parts of the page that follow from it."""
    read = reception_form.read(request.form, today(), catalogue().province.valid_from)
    try:
        saved = keep(str(draft), read)
    except Refused as refused:
        return refused_save(str(draft), read, refused)
    if is_navigation():
        return redirect(url_for("reception.page", draft=draft), 303)  # type: ignore[return-value]
    return jsonify(answer(look(saved), read))


def keep(draft_id: str, read: Read) -> Draft:
    """Save the form as the draft's next version. Raises what drafts.save raises."""
    with box().writing() as at_once:
        before = begun(at_once, draft_id)
        body = with_persons(paper_slips.kept(read.body, before.body), before.body)
        drafts.save(at_once, draft_id, officer().id, read.version or 1, body)
        if asks(read.body) != asks(before.body):
            choice, _ = reception_view.chosen(catalogue(), body, received(body), calendar())
            named = components.original_keys(replace(before, body=body), choice) if choice else []
            drafts.set_aside(at_once, draft_id, [*(asked.key for asked in choice.asked), *named] if choice else [])
    crash_here("draft_saved")
    return drafts.load(box().db, draft_id)


def asks(body: Body) -> tuple[str, str, int]:
    """Say what the places of scanned pages follow from."""
    return body.procedure, body.case, len(body.originals)


def with_persons(body: Body, before: Body) -> Body:
    """Keep the persons whose roles the page did not show: another procedure may ask for them."""
    return structs.replace(body, persons=before.persons | body.persons)


def answer(seen: View, read: Read) -> dict[str, Any]:
    """Give what the page needs after a save: parts by id; fields only where the box knows better than the page."""
    parts = {"facts": render_template("reception_facts.html", v=seen), "notes": notes(seen, read)}
    parts |= {f"original-{n}-fee": line.cost for n, line in enumerate(seen.originals, 1)} if seen.certifies else {}
    in_role = read.card is not None and read.whose in seen.in_roles
    if request.form.get("shape") != seen.shape or in_role:
        parts["work"] = render_template("reception_work.html", v=seen, problems={}, **CHOICES)
    if read.card and not in_role:
        parts["person"] = render_template("reception_person.html", v=seen, problems={}, card=True)
    return {
        "saved_at": clock_s(seen.draft.changed_at),
        "version": seen.draft.version,
        "address": url_for("reception.page", draft=seen.draft.id),
        "parts": parts,
        "words": f"{seen.choice.procedure.name} – {seen.choice.procedure.code}" if seen.choice else "",
        "shape": seen.shape,
        "card": seen.in_roles.get(read.whose, "") if in_role else "",
    }


def notes(seen: View, read: Read) -> str:
    """Render what is to be said about the person: why a card could not be read, what does not fit together."""
    found = [sentence(read.problem)] if read.problem else []
    found += card_notes(read.card) if read.card and not read.whose else seen.notes
    return render_template("reception_notes.html", v=seen, notes=found)


def card_notes(card: Card) -> list[str]:
    """Say what the card's reader or the card itself gives reason to look at."""
    return [sentence(Refused(code)) for code in card.warnings]


def refused_save(draft_id: str, read: Read, refused: Refused) -> tuple[Response, int]:
    """Say why nothing was saved; what is on the page stays there. A second window's draft is shown beside it."""
    told: dict[str, Any] = {"error": sentence(refused)}
    if refused.code == "draft_changed":
        there = drafts.load(box().db, draft_id)
        differs = reception_form.differences(read.body, there.body)
        told["parts"] = {"conflict": render_template("reception_conflict.html", conflict=there, differs=differs)}
        told["version"] = there.version
    return jsonify(told), 409 if refused.code == "draft_changed" else 422


@bp.post("/tiep-nhan/<uuid:draft>/nhan")
@act("accept")
def accept(draft: UUID) -> Any:
    """Accept: save, then number, slip, event and print job in one transaction. Repeating it gives the first dossier."""
    draft_id = str(draft)
    if own(draft_id).accepted_as:
        return told(accept_now(draft_id))
    read = reception_form.read(request.form, today(), catalogue().province.valid_from)
    try:
        seen = look(keep(draft_id, read))
    except Refused as refused:
        if refused.code != "draft_changed":
            raise
        there = drafts.load(box().db, draft_id)
        return show(look(as_typed(there, read)), {}, there, 409)
    if gaps(seen):
        return redirect(url_for("reception.page", draft=draft_id, kiem=1), 303)
    try:
        made = accept_now(draft_id)
    except Refused as refused:
        return show(seen, {"main": sentence(refused)}, status=422)
    return told(made, request.form)


@bp.get("/tiep-nhan/<uuid:draft>/nhan")
@act("accept")
def outcome(draft: UUID) -> AnyResponse:
    """Say how an acceptance ended whose answer was lost: the page shown while the box restarts reloads this address."""
    draft_id = str(draft)
    return told(accept_now(draft_id)) if own(draft_id).accepted_as else redirect(url_for("reception.page", draft=draft_id), 303)


def as_typed(there: Draft, read: Read) -> Draft:
    """Give the draft as this page has it, on the version it was based on."""
    body = paper_slips.kept(read.body, there.body)
    return Draft(there.id, there.officer, body, read.version, there.changed_at, None, None, there.pages)


def gaps(seen: View) -> dict[str, str]:
    """Say by field what stands against acceptance now: what is missing, and sheets that are still running through."""
    found = reception_view.problems(seen, today())
    if any(job.open for job in jobs.of(box().db, scan_jobs.KIND, seen.draft.id)):
        found["scans"] = sentence(Refused("scan_running"))
    return found


def accept_now(draft_id: str) -> Accepted:
    """Make the dossier and its print job in one transaction."""
    with box().writing() as at_once:
        first = drafts.load(at_once.db, draft_id).accepted_as is None
        made = reception.accept(at_once, box().home, catalogue(), draft_id, officer(), str(counter() or ""))
        if first:
            printing.order(at_once, officer().id, made.dossier, made.code, made.slip)
        crash_here("accept_before_commit")
    crash_here("accept_after_commit")
    return made


def told(made: Accepted, wished: Mapping[str, str] | None = None) -> AnyResponse:
    """Go on to the next empty form, with the number and the appointment in a toast.

    After a late entry: to the next slip. Where this officer does more of a request for copies: as far as was `wished`.
    """
    due = moment_text(datetime.fromisoformat(made.due_at))
    words = Markup('Đã tiếp nhận <a class="num" href="{}">{}</a> · hẹn trả {}')
    flash(words.format(url_for("pages.file", dossier=made.dossier, digest=made.slip), made.code, due))
    if walk_in.goes_on(desk.found(made.dossier)):
        return walk_in.after_reception(made.dossier, wished or {})
    return redirect(url_for("paper_slips.late" if made.late else "reception.page"), 303)
