"""Bàn giao: what colleagues offer is taken or declined, what one holds is offered, one dossier or the whole shift at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import handing, looking_back, processing, queries
from appliance.control_slip import waits
from appliance.errors import Refused
from appliance.handing import Taker
from appliance.ledger import Act
from appliance.rows import SECTION
from web import desk
from web.per_request import act, box, officer
from web.vietnamese import sentence

bp = Blueprint("handing_over", __name__)
AT_ONCE_MAX = 200


@dataclass(frozen=True)
class Offered:
    """A dossier on its way: its row, who gives, since when (UTC text), with which words, to whom."""

    row: desk.Row
    giver: str
    at: str
    note: str
    taker: str


@bp.get("/ban-giao")
@act("take")
def page() -> str:
    """Show what waits to be taken, and what one holds."""
    return shown()


def shown(problems: Sequence[str] = ()) -> str:
    """Render the page, with what could not be done just now."""
    me = officer()
    held = desk.rows(queries.in_hands(box().db, me.id))
    return render_template(
        "handing.html",
        incoming=[offered(row) for row in desk.rows(queries.offered_to(box().db, me.id, me.section))],
        held=[(row, offered(row) if is_offered(row) else None) for row in held],
        receivers=receivers(),
        problems=problems,
        failed=bool(problems),
        chosen=request.form.getlist("dossier"),
        given=request.form,
    )


def is_offered(row: desk.Row) -> bool:
    """Say whether a dossier one holds waits for another hand."""
    return waits(desk.found(row.listed.id))


def offered(row: desk.Row) -> Offered:
    """Read from the ledger who offered a dossier, when and with which words."""
    dossier, names = desk.found(row.listed.id), desk.names()
    told = looking_back.told(box().db, box().device, dossier.id)
    last = next(one for one in reversed(told) if one.event.t == "dossier.transferred")
    taker = names.get(dossier.offered_to, dossier.offered_to) or section_name(dossier.section)
    return Offered(row, names.get(last.event.a, last.event.a), last.event.at, str(last.personal.get("note", "")), taker)


def section_name(section: str) -> str:
    """Name a section of the demonstration by its words; another by its id."""
    known = {one.id: one.name for one in desk.catalogue_now().demonstration.sections}
    return known.get(section, section)


def receivers() -> list[tuple[str, str]]:
    """List who may receive, as choices of a form: colleagues, then sections."""
    found = handing.receivers(box().db, officer().id)
    people = [(one.taker.officer, one.name) for one in found if one.taker.officer]
    sections = [one.taker.section for one in found if one.taker.section]
    return people + [(f"{SECTION}{one}", f"Phòng, bộ phận: {section_name(one)}") for one in sections]


def taker_of(value: str) -> Taker:
    """Read a choice of the form."""
    return Taker(section=value.removeprefix(SECTION)) if value.startswith(SECTION) else Taker(value)


def each(do: Callable[[Act, str], None]) -> tuple[int, list[str]]:
    """Do an act on every ticked dossier, each in a transaction of its own; gives how many and the refusals in words."""
    done, refused = 0, []
    chosen = request.form.getlist("only") or request.form.getlist("dossier")
    for dossier_id in dict.fromkeys(chosen[:AT_ONCE_MAX]):
        try:
            with box().writing() as at_once:
                do(at_once, dossier_id)
            done += 1
        except Refused as no:
            refused.append(sentence(Refused(no.code, **(no.facts | named(no)))))
    return done, refused or ([] if done else ["Chưa chọn hồ sơ nào. Bấm phím cách ở dòng cần chọn."])


def named(refused: Refused) -> dict[str, str]:
    """Name the officer a refusal speaks of."""
    who = desk.names().get(str(refused.facts.get("officer")), "")
    return {"officer": who} if who else {}


def answered(done: int, refused: list[str], words: str) -> Response | tuple[str, int]:
    """Go back to the page: with what was done, or with what was refused."""
    if done:
        flash(words.format(n=done))
    return (shown(refused), 422) if refused else redirect(url_for("handing_over.page"), 303)


@bp.post("/ban-giao")
@act("transfer")
def offer() -> Response | tuple[str, int]:
    """Offer the ticked dossiers to a colleague or a section."""
    taker, note = taker_of(request.form.get("to", "")), request.form.get("note", "")
    done, refused = each(lambda at_once, one: handing.offer(at_once, one, officer(), taker, note))
    return answered(done, refused, "Đã chuyển {n} hồ sơ, chờ người nhận.")


@bp.post("/ban-giao/nhan")
@act("take")
def take() -> Response | tuple[str, int]:
    """Take the ticked dossiers; one's own offer taken again is taken back."""
    done, refused = each(lambda at_once, one: processing.take(at_once, one, officer().id))
    return answered(done, refused, "Đã nhận {n} hồ sơ.")


@bp.post("/ban-giao/khong-nhan")
@act("take")
def decline() -> Response | tuple[str, int]:
    """Leave the ticked dossiers with their holders, with a reason."""
    reason = request.form.get("reason", "")
    done, refused = each(lambda at_once, one: handing.decline(at_once, one, officer(), reason))
    return answered(done, refused, "Đã trả lại {n} hồ sơ cho người chuyển.")


@bp.get("/ho-so/<dossier>/chuyen")
@act("transfer")
def dossier(dossier: str) -> str:
    """Ask to whom one dossier goes."""
    return shown_one(dossier)


def shown_one(dossier_id: str, problem: str = "") -> str:
    """Render the page of one dossier's hand-over."""
    found = desk.found(dossier_id)
    return render_template(
        "handing_one.html", dossier=found, receivers=receivers(), problem=problem, failed=bool(problem), names=desk.names(),
        given=request.form, waits=waits(found), to=section_name(found.section) if found.section else "",
    )  # fmt: skip


@bp.post("/ho-so/<dossier>/chuyen")
@act("transfer")
def offer_one(dossier: str) -> Response | tuple[str, int]:
    """Offer one dossier."""
    try:
        with box().writing() as at_once:
            handing.offer(at_once, dossier, officer(), taker_of(request.form.get("to", "")), request.form.get("note", ""))
    except Refused as refused:
        return shown_one(dossier, sentence(Refused(refused.code, **(refused.facts | named(refused))))), 422
    flash(f"Đã chuyển hồ sơ {desk.found(dossier).code}, chờ người nhận.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


@bp.app_template_global()
def offers_waiting() -> int:
    """Count what is offered to the officer who asks."""
    return queries.count_offered_to(box().db, officer().id, officer().section)
