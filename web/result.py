"""Prepare a result from its template, look at it as it will be printed, save it, hand it to the leader.

A preview that nobody saved lives in this process's memory alone, for the officer who typed it, and is gone with the process.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from appliance import electronic_copies, processing
from appliance.clock import stamp
from appliance.documents import Signature
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.forms import preview as pictures
from appliance.forms import registry
from appliance.forms.registry import Template
from appliance.officers import Officer
from appliance.procedures import ReleasePath, ResultRule
from appliance.rights import Role
from web import desk, printing, result_form
from web.forms import Form
from web.per_request import act, box, holds, officer, way_back
from web.result_form import PREFIX
from web.vietnamese import sentence

bp = Blueprint("result", __name__)
PREVIEWS_MAX = 24  # One PDF of about 50 KB each; a newer one pushes the oldest out.
PREVIEW_DPI = 110
CHANGEABLE = (Signature.NONE, Signature.SUBMITTED)


@dataclass
class Desk:
    """What this page works on: the dossier, how its result leaves, its template, who may sign it."""

    dossier: Dossier
    rule: ResultRule
    template: Template | None
    leaders: list[Officer] = field(default_factory=list)

    @property
    def hindrance(self) -> str:
        """Say why nothing can be prepared here now (a code with a sentence), or nothing."""
        if self.rule.path is ReleasePath.RELAY or self.template is None:
            return "result_made_elsewhere"
        if self.dossier.status == Status.ACCEPTED:
            return "not_taken"
        if self.dossier.status != Status.PROCESSING:
            return "wrong_status"
        if self.dossier.holder != officer().id:
            return "not_holder"
        return "" if self.dossier.result is None or self.dossier.result.signature in CHANGEABLE else "result_is_signed"

    def leader(self, wanted: str) -> Officer | None:
        """Give the chosen signer; the first one where nobody was chosen."""
        return next((one for one in self.leaders if one.id == wanted), None if wanted else next(iter(self.leaders), None))


def desk_of(dossier_id: str) -> Desk:
    """Gather what the page works on. Raises Refused as `desk.found` and `desk.rule_of` do."""
    found = desk.found(dossier_id)
    rule = desk.rule_of(found)
    wanted = rule.electronic.template if rule.electronic and found.originals and not found.copied else rule.template
    template = registry.template_of(wanted, desk.now().date().isoformat()) if wanted else None
    return Desk(found, rule, template, [one for one in desk.who_may("sign") if Role.LEADER in one.roles])


@bp.get("/ho-so/<dossier>/ket-qua")
@act("prepare")
def page(dossier: str) -> tuple[str, int]:
    """Show the form: as saved last, or with what the dossier knows."""
    at = desk_of(dossier)
    known = result_form.known(at.template, at.dossier) if at.template else {}
    kept = (at.dossier.result.fields or {}) if at.dossier.result else {}
    fields = result_form.asked(at.template) if at.template else ()
    given = {PREFIX + one.name: result_form.shown(one, known.get(one.name, "")) for one in fields}
    return show(at, given | {"leader": str(kept.get("leader", ""))}, {})


def show(at: Desk, given: Mapping[str, str], problems: Mapping[str, str], status: int = 200) -> tuple[str, int]:
    """Render the page with what stands in its fields."""
    leader = at.leader(given.get("leader", ""))
    words = sentence(Refused(at.hindrance, **facts_of(at))) if at.hindrance else ""
    fields = result_form.asked(at.template) if at.template else ()
    return render_template(
        "result.html",
        at=at,
        dossier=at.dossier,
        fields_asked=fields,
        pairs={one.name: [(words, words) for words in one.choices] for one in fields},
        leaders=[(one.id, f"{one.name} – {one.title}") for one in at.leaders],
        given=given,
        problems=problems,
        failed=bool(problems),
        hindrance=words,
        leader=leader.id if leader else "",
        PREFIX=PREFIX,
    ), status


def facts_of(at: Desk) -> dict[str, Any]:
    """Give what the sentences of hindrances are filled with."""
    return {"code": at.dossier.code, "officer": desk.names().get(at.dossier.holder, at.dossier.holder)}


@bp.post("/ho-so/<dossier>/ket-qua")
@act("prepare")
def save(dossier: str) -> tuple[str, int] | AnyResponse:
    """Freeze the result as a new draft, and stay."""
    at = desk_of(dossier)
    form = keep(at)
    if form.problems:
        return show(at, request.form, form.problems, 422)
    flash("Đã lưu dự thảo.")
    return redirect(url_for("result.page", dossier=dossier), 303)


@bp.post("/ho-so/<dossier>/trinh")
@act("submit")
def submit(dossier: str) -> tuple[str, int] | AnyResponse:
    """Freeze the result and hand it to the leader, in one act of the officer."""
    at = desk_of(dossier)
    form = keep(at, submit_too=True)
    if form.problems:
        return show(at, request.form, form.problems, 422)
    flash(f"Đã trình kết quả của hồ sơ {at.dossier.code}.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


def keep(at: Desk, submit_too: bool = False) -> Form:
    """Read the fields and, when they are sound, write the result down. Raises Refused where a rule forbids it."""
    if at.hindrance or at.template is None:
        raise Refused(at.hindrance, **facts_of(at))
    form, values = result_form.read(at.template, request.form, desk.now().date())
    leader = at.leader(form.text("leader", "Chọn người ký."))
    if leader is None:
        form.wrong("leader", "Chọn người ký.")
    if form.problems or leader is None:
        return form
    try:
        write(at, values, leader, submit_too)
    except Refused as refused:
        if not refused.code.startswith(("form_", "original_")):
            raise
        form.wrong(next((PREFIX + one.name for one in result_form.asked(at.template)), "leader"), sentence(refused))
    return form


def write(at: Desk, values: Mapping[str, str], leader: Officer, submit_too: bool) -> None:
    """Freeze the result, and hand it to the leader if asked to; certified copies on paper, electronic ones, or both."""
    template = at.template.id if at.template else ""
    electronic = at.rule.electronic.template if at.rule.electronic else ""
    copies = electronic_copies.set_copies(box().home, at.dossier, electronic, leader, volume_of(at), stamp()) if electronic else []
    with box().writing() as at_once:
        filled, who = {**values, **registered(at)}, officer().id
        if template != electronic and not is_entered(at.dossier):
            processing.prepare(at_once, box().home, at.dossier.id, who, template, at.rule.path, filled, leader)
        electronic_copies.keep(at_once, box().home, at.dossier.id, who, electronic, leader, copies)
        if submit_too:
            processing.submit(at_once, at.dossier.id, who)


def is_entered(found: Dossier) -> bool:
    """Say whether the copies on paper are in their register, so that only electronic ones are still prepared."""
    return found.on_paper is not None and found.on_paper.signature == Signature.WET


def volume_of(at: Desk) -> str:
    """Name the volume of the register of electronic copies, "" where the catalogue names none."""
    book = desk.catalogue_now().books.get(at.rule.electronic.book) if at.rule.electronic else None
    return (book.volume_name(desk.now().date()) if book else None) or ""


def registered(at: Desk) -> dict[str, str]:
    """Give what is known of the register before the number is taken: the name of its volume."""
    book = desk.catalogue_now().books.get(at.rule.book or "")
    volume = book.volume_name(desk.now().date()) if book else None
    wanted = [one.name for one in at.template.fields if one.prefill == "register.book"] if at.template else []
    return dict.fromkeys(wanted, volume) if volume else {}


@dataclass
class Previews:
    """The newest previews by a name that nobody can guess, each with the dossier and officer it belongs to."""

    kept: OrderedDict[str, tuple[str, str, bytes]] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, dossier: str, who: str, pdf: bytes) -> str:
        """Keep a preview in place of the officer's former one and name it."""
        name = secrets.token_urlsafe(12)
        with self.lock:
            for old in [key for key, (_, whose, _) in self.kept.items() if whose == who]:
                del self.kept[old]
            self.kept[name] = (dossier, who, pdf)
            while len(self.kept) > PREVIEWS_MAX:
                self.kept.popitem(last=False)
        return name

    def forget(self, dossier: str) -> None:
        """Drop the previews of a dossier whose persons are erased."""
        with self.lock:
            for old in [key for key, (of, _, _) in self.kept.items() if of == dossier]:
                del self.kept[old]

    def get(self, name: str, dossier: str, who: str) -> bytes | None:
        """Give an officer's own preview of a dossier."""
        found = self.kept.get(name)
        return found[2] if found and found[:2] == (dossier, who) else None


previews = Previews()


@bp.post("/ho-so/<dossier>/ket-qua/xem-truoc")
@act("prepare")
def preview(dossier: str) -> str:
    """Draw the result as typed so far; what is missing or wrong is dots on the page and a list beside it."""
    at = desk_of(dossier)
    if at.hindrance or at.template is None:
        raise Refused(at.hindrance, **facts_of(at))
    form, values = result_form.read(at.template, request.form, desk.now().date())
    leader = at.leader(request.form.get("leader", ""))
    trouble, pages, name = "", 0, ""
    if leader is None:
        trouble = "Chọn người ký để xem trước."
    else:
        try:
            values |= registered(at)
            pdf = processing.preview_pdf(box().home, stamp(), at.template.id, values, leader)
            name, pages = previews.put(dossier, officer().id, pdf), pictures.page_count(pdf)
        except Refused as refused:
            trouble = sentence(refused)
    return render_template("result_preview.html", dossier=at.dossier, form=form, trouble=trouble, pages=pages, name=name)


@bp.get("/ho-so/<dossier>/ket-qua/xem-truoc/<name>/<int:number>")
@act("prepare")
def preview_page(dossier: str, name: str, number: int) -> Response:
    """Give one page of one's own preview as an image; nothing keeps it."""
    pdf = previews.get(name, dossier, officer().id)
    if pdf is None or not 1 <= number <= pictures.page_count(pdf):
        abort(404)
    return Response(pictures.page_jpeg(pdf, number, PREVIEW_DPI), mimetype="image/jpeg")


@bp.post("/ho-so/<dossier>/in-ket-qua")
@act("print_paper")
def print_result(dossier: str) -> AnyResponse:
    """Print a result that leaves on paper, as it is stored."""
    if not holds("view_page"):
        abort(403)  # A postal agent prints his own slips and sees no dossier.
    found = desk.found(dossier)
    if found.on_paper is None or found.erased_at:
        raise Refused("no_result", code=found.code)
    with box().writing() as at_once:
        printing.order(at_once, officer().id, dossier, found.code, found.on_paper.file)
    flash("Đã gửi đến máy in.")
    return redirect(way_back(request.form.get("next") or url_for("dossier.page", dossier=dossier)), 303)
