"""Chuyển giữa các xã: a dossier is offered to another commune, and what others offer is accepted or rejected.

The page says only what is so: recorded here, known to the province, answered. The province decides; until then nothing has moved.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import between_units, history, ownership
from appliance.between_units import Said, Stands
from appliance.clock import local
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.ownership import Handover, State
from appliance.text import moment_text
from web import desk
from web.per_request import act, box, officer
from web.vietnamese import sentence, step_words
from web.words.between_units import REASONS, REJECTIONS, WHY

COPY = "Ở đây chỉ xem và ghi chú; trạng thái và ngày hẹn trả ghi tại đây là của lúc chuyển."
bp = Blueprint("between_units", __name__)


@dataclass(frozen=True)
class Told:
    """How a hand-over stands, in words: kind of note, icon, sentence; whether it may be taken back."""

    kind: str
    icon: str
    words: str
    may_withdraw: bool = False


@dataclass(frozen=True)
class Shown:
    """One row of a list: the offer's id, the dossier, its code and procedure, the other unit, why, until when or how it stands."""

    offer: str
    dossier: str
    code: str
    procedure: str
    unit: str
    reason: str
    words: str
    answered: bool = False


@bp.get("/chuyen-xa")
@act("answer_handover")
def page() -> str:
    """Show what other communes offer to this one, and how far what this one offered has come."""
    return shown()


def shown(problem: str = "") -> str:
    """Render the lists, with what could not be done just now."""
    offered = [incoming(one, said) for one, said in between_units.offered_to_us(box())]
    return render_template(
        "between_units.html",
        incoming=offered,
        outgoing=[outgoing(one) for one in between_units.ours(box().db)],
        rejections=list(REJECTIONS.items()),
        problem=problem,
    )


def incoming(one: Handover, said: Said) -> Shown:
    """Put an offer of another commune into words."""
    words = {Said.ACCEPTED: "Đã bấm nhận, chờ tỉnh ghi nhận", Said.REJECTED: "Đã trả lời không nhận, chờ tỉnh ghi nhận"}
    until = f"Trả lời trước {moment_text(local(one.until))}"
    reason = REASONS.get(one.reason, one.reason)
    return Shown(
        one.offer, one.dossier, one.code, one.procedure_name, name(one.from_unit), reason, words.get(said, until), bool(said)
    )


def outgoing(one: Stands) -> Shown:
    """Put an offer of this commune into words."""
    known = one.known
    dossier = known.dossier if known else one.dossier
    found = desk.found(dossier)
    told = in_words(one)
    unit, reason = name(known.to_unit if known else one.to), known.reason if known else one.reason
    return Shown("", dossier, found.code, found.procedure_name, unit, REASONS.get(reason, reason), told.words if told else "")


def name(unit: str) -> str:
    """Name a unit."""
    return ownership.unit_name(box().db, unit)


def in_words(one: Stands) -> Told | None:
    """Say how a hand-over stands; None where there was none."""
    if one.known is None:
        return unseen(one)
    to, by = name(one.known.to_unit), name(one.known.from_unit)
    if one.known.state is State.ACCEPTED and one.known.taker == box().device:
        return Told("ok", "check", f"Hồ sơ do {by} chuyển đến, nhận lúc {moment(one.known.decided_at)}.")
    if one.known.state is State.OPEN and one.said is Said.WITHDRAWN:
        return Told("hold", "undo-2", f"Đã rút đề nghị chuyển cho {to}, chờ tỉnh ghi nhận.")
    why = WHY.get(one.known.why, one.known.why)
    why = f" ({why[:1].lower()}{why[1:]})" if why else ""
    said = {
        State.OPEN: Told("hold", "clock", f"Tỉnh đã ghi nhận, chờ {to} nhận đến {moment(one.known.until)}.", True),
        State.ACCEPTED: Told("warn", "send", f"Đã chuyển cho {to} lúc {moment(one.known.decided_at)}. {COPY}"),
        State.REJECTED: Told("warn", "ban", f"{to} không nhận{why}. Hồ sơ vẫn của đơn vị này."),
        State.WITHDRAWN: Told("", "undo-2", f"Đã rút đề nghị chuyển cho {to}{why}. Hồ sơ vẫn của đơn vị này."),
        State.EXPIRED: Told("warn", "clock", f"{to} không trả lời trước hạn. Hồ sơ vẫn của đơn vị này; có thể chuyển lại."),
        State.REFUSED: Told("warn", "octagon-alert", f"Tỉnh không ghi nhận đề nghị chuyển cho {to}{why}."),
    }
    return said[one.known.state]


def unseen(one: Stands) -> Told | None:
    """Say of an offer that the province has not seen how it stands."""
    to = name(one.to)
    if one.said is Said.OFFERED:
        return Told("hold", "cloud-off", f"Đã đề nghị chuyển cho {to}, chờ tỉnh ghi nhận. Vẫn làm tiếp hồ sơ bình thường.", True)
    return Told("hold", "undo-2", f"Đã rút đề nghị chuyển cho {to}, chờ tỉnh ghi nhận.") if one.said else None


def moment(at: str) -> str:
    """Give a moment as pages show it."""
    return moment_text(local(at))


@bp.app_template_global()
def unit_state(dossier: Dossier) -> Told | None:
    """Say on a dossier's page how its newest hand-over stands."""
    return in_words(between_units.stands(box().db, dossier.id))


@bp.app_template_global()
def owner_elsewhere(dossier: Dossier) -> str:
    """Name the commune that owns a dossier where that is not this one."""
    now = ownership.owner(box().db, dossier.id)
    return "" if now.device in ("", box().device) else name(now.unit)


@bp.app_template_global()
def late_acts(dossier: Dossier) -> list[str]:
    """Say what was written after the dossier had gone to another commune: it does not count, and somebody must look at it."""
    called = desk.names()
    aside = [one for one in history.set_aside(box().db, dossier.id) if one.event.t != ownership.ACCEPTED]
    facts = [one.event.d | {"to": called.get(str(one.event.d.get("to")), str(one.event.d.get("to")))} for one in aside]
    return [f"{step_words(one.event.t, more)[1]}, {moment(one.event.at)}" for one, more in zip(aside, facts, strict=True)]


@bp.post("/chuyen-xa/<offer>/nhan")
@act("answer_handover")
def accept(offer: str) -> Response | tuple[str, int]:
    """Say yes."""
    return answered(lambda: between_units.accept(box(), offer, officer().id), "Đã bấm nhận, chờ tỉnh ghi nhận.")


@bp.post("/chuyen-xa/<offer>/khong-nhan")
@act("answer_handover")
def reject(offer: str) -> Response | tuple[str, int]:
    """Say no, with a reason."""
    reason = request.form.get("reason", "")
    return answered(lambda: between_units.reject(box(), offer, reason, officer().id), "Đã trả lời không nhận, chờ tỉnh ghi nhận.")


def answered(do: Callable[[], None], words: str) -> Response | tuple[str, int]:
    """Do it and go back to the list: with what was done, or with why not."""
    try:
        do()
    except Refused as refused:
        return shown(sentence(refused)), 422
    flash(words)
    return redirect(url_for("between_units.page"), 303)


@bp.get("/ho-so/<dossier>/chuyen-xa")
@act("hand_to_unit")
def one(dossier: str) -> str:
    """Ask to which commune a dossier goes, and why."""
    return shown_one(dossier)


def shown_one(dossier_id: str, problem: str = "") -> str:
    """Render the page of one dossier's offer."""
    units = [one for one in ownership.units(box().db) if one[0] != box().home.settings.unit]
    return render_template(
        "between_units_one.html", dossier=desk.found(dossier_id), units=units, reasons=list(REASONS.items()), problem=problem,
        given=request.form, told=in_words(between_units.stands(box().db, dossier_id)),
    )  # fmt: skip


@bp.post("/ho-so/<dossier>/chuyen-xa")
@act("hand_to_unit")
def offer(dossier: str) -> Response | tuple[str, int]:
    """Offer a dossier."""
    to, reason = request.form.get("to", ""), request.form.get("reason", "")
    try:
        between_units.offer(box(), dossier, to, reason, officer().id)
    except Refused as refused:
        return shown_one(dossier, sentence(refused)), 422
    flash(f"Đã đề nghị chuyển hồ sơ cho {name(to)}, chờ tỉnh ghi nhận.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


@bp.post("/ho-so/<dossier>/chuyen-xa/rut")
@act("hand_to_unit")
def withdraw(dossier: str) -> Response | tuple[str, int]:
    """Take an offer back."""
    try:
        between_units.withdraw(box(), dossier, officer().id)
    except Refused as refused:
        return shown_one(dossier, sentence(refused)), 422
    flash("Đã rút đề nghị chuyển, chờ tỉnh ghi nhận.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)


@bp.post("/ho-so/<dossier>/chuyen-xa/ghi-chu")
@act("write_note")
def note(dossier: str) -> Response:
    """Send a note to the commune that owns the dossier."""
    between_units.note(box(), dossier, request.form.get("note", ""), officer().id)
    flash("Đã ghi chú, sẽ đến đơn vị đang giữ hồ sơ qua tỉnh.")
    return redirect(url_for("dossier.page", dossier=dossier), 303)
