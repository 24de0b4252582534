"""Đính chính: what was typed wrong at acceptance is put right; what changes is shown field by field before and after."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import catalogue_shelf, correcting, looking_back, moves, papers, people
from appliance.correcting import Merged
from appliance.dossier import Dossier, Paper
from appliance.errors import Refused
from appliance.text import nfc
from web import desk, printing, timeline
from web.forms import Form
from web.per_request import act, box, holds, officer
from web.vietnamese import sentence
from web.words.correction import FIELDS, PRINT_REASONS
from web.words.persons import FIELDS as ROLE_FIELDS

bp = Blueprint("correction", __name__)
REASON_CHARS_MAX = 1_000
KIND = "dossier.corrected"


@bp.get("/ho-so/<dossier>/dinh-chinh")
@act("correct")
def page(dossier: str) -> tuple[str, int]:
    """Show every field that may be put right, as it stands now."""
    found = desk.found(dossier)
    values = correcting.values_of(found)
    return show(found, Form({name: plain(name, value) for name, value in values.items()}), looking_back.mark(box().db, dossier))


def plain(field: str, value: str) -> str:
    """Show a value in its input as people write it."""
    return timeline.shown(field, value).replace("\u00a0", " ") if value else ""


def show(found: Dossier, form: Form, seen: str, merged: Merged | None = None, status: int = 200) -> tuple[str, int]:
    """Render the page; `merged` is a colleague's correction that was saved meanwhile."""
    return render_template(
        "correction.html",
        dossier=found,
        form=form,
        failed=bool(form.problems) or merged is not None,
        seen=seen,
        merged=merged,
        may=KIND in moves.legal(found),
        parts=[part for part in found.parts if f"count.{part['key']}" in form.given],
        persons=correcting.in_roles(found),
        ROLE_FIELDS=ROLE_FIELDS,
        FIELDS=FIELDS,
        **words(found),
    ), status


def words(found: Dossier) -> dict[str, object]:
    """Give the templates how fields and values are said."""
    parts = timeline.names_in(found)
    return {"field_words": lambda field: timeline.field_words(field, parts), "shown": timeline.shown}


@bp.post("/ho-so/<dossier>/dinh-chinh/xem")
@act("correct")
def preview(dossier: str) -> str:
    """Show what would change, as a part of the page."""
    found = desk.found(dossier)
    values, problems = read(found, request.form)
    changed = correcting.changes(correcting.values_of(found), values) if not problems else ()
    return render_template("correction_preview.html", changed=changed, problems=problems, **words(found))


@bp.post("/ho-so/<dossier>/dinh-chinh")
@act("correct")
def save(dossier: str) -> tuple[str, int] | Response:
    """Record the correction and print the new slip; a colleague's correction in between is shown beside it first."""
    found, form, seen = desk.found(dossier), Form(request.form), request.form.get("seen", "")
    values, problems = read(found, request.form)
    reason = form.text("reason", "Ghi lý do đính chính.", REASON_CHARS_MAX)
    form.problems.update(problems)
    if form.problems:
        return show(found, form, seen, status=422)
    try:
        with box().writing() as at_once:
            slip = correcting.correct(at_once, box().home, accepted_under(found), dossier, officer(), seen, values, reason)
            if "print" in request.form:
                printing.order(at_once, officer().id, dossier, found.code, slip.s)
    except Refused as refused:
        if refused.code == "corrected_meanwhile":
            return beside(dossier, seen, values, reason)
        form.wrong("main", sentence(refused))
        return show(found, form, seen, status=422)
    flash(f"Đã đính chính hồ sơ {found.code}. Giấy hẹn mới là bản thứ {copies(desk.found(dossier).papers, slip.s)}.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


def beside(dossier: str, seen: str, values: Mapping[str, str], reason: str) -> tuple[str, int]:
    """Show what a colleague saved since this page was opened; what was typed here stands in the fields."""
    found = desk.found(dossier)
    base = looking_back.as_seen(looking_back.told(box().db, box().device, dossier), seen) or found
    merged = correcting.merge(correcting.values_of(base), correcting.values_of(found), values)
    typed = {name: plain(name, value) for name, value in merged.values.items()}
    return show(found, Form(typed | {"reason": reason}), looking_back.mark(box().db, dossier), merged, 409)


def copies(issued: tuple[Paper, ...], digest: str) -> int:
    """Say which copy a paper is."""
    return next(paper.copy for paper in reversed(issued) if paper.file == digest)


def accepted_under(found: Dossier) -> catalogue_shelf.Catalogue:
    """Give the catalogue a dossier was accepted under; today's where that one is not kept here."""
    try:
        return catalogue_shelf.kept(box().home, found.catalogue)
    except Refused:
        return desk.catalogue_now()


def read(found: Dossier, given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Read the fields, tidied, and what is wrong by field. A field the page did not send keeps its value."""
    typed = {name: nfc(given.get(name, plain(name, value))) for name, value in correcting.values_of(found).items()}
    problems = wrong(typed)
    return (correcting.tidy(typed) if not problems else typed), problems


def wrong(typed: Mapping[str, str]) -> dict[str, str]:
    """Say by field what cannot be read."""
    found = {}
    whose = dict.fromkeys(name.rpartition(".")[0] for name in typed if "number" in name)
    for who in whose:
        person = {name.rpartition(".")[2]: value for name, value in typed.items() if name.startswith(f"{who}.")}
        if who != "applicant" and not any(person.values()):
            continue
        kind = {"number_kind": "other"} if any(char.isalpha() for char in person["number"]) else {}
        for field, code in people.wrong_fields(person | kind, desk.now().date()).items():
            found[f"{who}.{field}"] = sentence(Refused(code, most=people.FIELD_CHARS_MAX))
    for name, value in typed.items():
        if name.startswith("count.") and not (value.isascii() and value.isdigit() and 0 < int(value) <= correcting.COUNT_MAX):
            found[name] = f"Số lượng là số nguyên từ 1 đến {correcting.COUNT_MAX}."
    return found


@bp.post("/ho-so/<dossier>/giay-da-cap/in")
@act("print_paper")
def reprint(dossier: str) -> Response:
    """Print a paper that was issued once more: the same file, its next copy, with the reason."""
    found, why = desk.found(dossier), request.form.get("why", "")
    if not holds("view_dossier"):
        raise Refused("dossier_unknown")
    with box().writing() as at_once:
        paper = papers.reprint(at_once, dossier, officer().id, request.form.get("file", ""), why if why in PRINT_REASONS else "")
        printing.order(at_once, officer().id, dossier, found.code, paper.file)
    flash(f"Đang in lại {timeline.lower_first(timeline.form_title(paper.form))}, bản thứ {paper.copy}.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


@bp.app_template_global()
def issued(found: Dossier) -> list[tuple[Paper, str, int]]:
    """List the papers a dossier issued, newest first: the paper as issued, its title, how often it was printed again."""
    if found.erased_at:
        return []
    first = {paper.file: paper for paper in reversed(found.papers)}
    return [
        (paper, timeline.form_title(paper.form), sum(one.file == paper.file for one in found.papers) - 1)
        for paper in sorted(first.values(), key=lambda paper: paper.at, reverse=True)
    ]


@bp.app_template_global()
def print_reasons() -> list[tuple[str, str]]:
    """List why a paper may be printed again."""
    return list(PRINT_REASONS.items())
