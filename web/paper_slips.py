"""Phiếu in sẵn: numbers set aside for hours when the box is down, the slips printed with them, and entering one afterwards."""

from datetime import datetime

import msgspec
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import clock, drafts, files, forms, numbering, paper_slips
from appliance.catalogue_sheets import Book
from appliance.drafts import Body, LateEntry
from appliance.errors import Refused
from appliance.forms import BlankSlipData
from appliance.forms.blank_slip import Blank
from appliance.ledger import Act
from appliance.numbering import Block
from appliance.office import office_of
from appliance.paper_slips import Spoilt, State
from appliance.reception import BOOK
from appliance.text import day_text, moment_text, read_day, read_time
from web import branch, desk, jobs, printing
from web.forms import Form
from web.per_request import act, box, officer
from web.words.paper_slips import SLIP_STATES, SPOILT, WHY

bp = Blueprint("paper_slips", __name__)
FORM = "blank-slip"
USUAL_COUNT = 20
THIS_YEAR, NEXT_YEAR = "this", "next"


def book() -> Book:
    """Give the book of dossier numbers."""
    return desk.catalogue_now().books[BOOK]


def unit() -> str:
    """Give the code of this office."""
    return office_of(box().home.settings).unit


@bp.get("/phieu-in-san")
@act("keep_paper_slips")
def page() -> tuple[str, int]:
    """List the blocks and what is left of each, with the form that sets one aside."""
    return show(Form({"count": str(USUAL_COUNT), "year": THIS_YEAR}))


def show(form: Form, status: int = 200) -> tuple[str, int]:
    """Render the list with what was typed."""
    every = [(one, counted(one)) for one in reversed(numbering.blocks(box().db, unit(), BOOK))]
    today = desk.now().date()
    years = [(THIS_YEAR, f"Năm {today.year}, từ hôm nay"), (NEXT_YEAR, f"Năm {today.year + 1}")]
    return render_template(
        "paper_slips.html", blocks=every, form=form, failed=bool(form.problems), years=years, today=today.isoformat(),
        most=desk.rules_now().paper_block_max, names=desk.names(),
    ), status  # fmt: skip


def counted(block: Block) -> dict[State, int]:
    """Count a block's slips by what became of them."""
    every = [slip.state for slip in paper_slips.slips(box().db, block)]
    return {state: every.count(state) for state in State}


@bp.post("/phieu-in-san")
@act("reserve_numbers")
def reserve() -> tuple[str, int] | Response:
    """Set a block aside; go on to it."""
    form = Form(request.form)
    count = form.read("count", read_count, "Ghi số phiếu.")
    year = form.choice("year", {THIS_YEAR: "", NEXT_YEAR: ""})
    if form.problems or count is None:
        return show(form, 422)

    def do(at_once: Act) -> Block:
        most = desk.rules_now().paper_block_max
        return paper_slips.reserve(at_once, book(), unit(), count, most, officer().id, year == NEXT_YEAR)

    made = branch.done(form, do)
    if made is None:
        return show(form, 422)
    flash(f"Đã để dành {count} số, từ {made.first} đến {made.last}. In phiếu rồi cất vào ngăn của quầy.")
    return redirect(url_for("paper_slips.one", key=made.key), 303)


def read_count(typed: str) -> int:
    """Read a number of slips. Raises Refused `block_size`."""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
        raise Refused("block_size", most=desk.rules_now().paper_block_max)
    return int(typed)


@bp.get("/phieu-in-san/<key>")
@act("keep_paper_slips")
def one(key: str) -> tuple[str, int]:
    """Show every number of a block: used, blank or void."""
    return show_one(found(key), Form({}))


def found(key: str) -> Block:
    """Give the block of an address. Raises Refused `block_unknown`."""
    block = next((one for one in numbering.blocks(box().db, unit(), BOOK) if one.key == key), None)
    if block is None:
        raise Refused("block_unknown")
    return block


def show_one(block: Block, form: Form, status: int = 200) -> tuple[str, int]:
    """Render a block with what was typed."""
    slips = paper_slips.slips(box().db, block)
    codes = {slip.dossier: desk.found(slip.dossier).code for slip in slips if slip.dossier}
    blank = [(str(slip.n), number(slip.n)) for slip in slips if slip.state is State.BLANK]
    return render_template(
        "paper_block.html", block=block, slips=slips, codes=codes, blank=blank, form=form, failed=bool(form.problems),
        counts=counted(block), prints=jobs.of(box().db, printing.KIND, block.key), number=number, SPOILT=SPOILT,
        SLIP_STATES=SLIP_STATES, names=desk.names(), over=block.ends < desk.now().date().isoformat(),
    ), status  # fmt: skip


def number(n: int) -> str:
    """Write a number as it stands on the slip: the last part of the code."""
    return f"{n:0{book().width}d}"


@bp.post("/phieu-in-san/<key>/in")
@act("keep_paper_slips")
def print_slips(key: str) -> Response:
    """Print the slips that are still blank; the paper is set outside any transaction."""
    block = found(key)
    blank = [slip.n for slip in paper_slips.slips(box().db, block) if slip.state is State.BLANK]
    pdf = rendered(block, blank)
    digest = files.put(box().home, pdf)
    with box().writing() as at_once:
        printing.order(at_once, officer().id, block.key, f"Phiếu in sẵn {number(blank[0])}–{number(blank[-1])}", digest)
    flash(f"Đang in {len(blank)} phiếu, mỗi phiếu hai liên.")
    return redirect(url_for("paper_slips.one", key=key), 303)


def rendered(block: Block, numbers: list[int]) -> bytes:
    """Set slips as PDF/A, always the same bytes for the same numbers. Raises Refused `form_field_missing` when none is left."""
    office = office_of(box().home.settings)
    data = BlankSlipData(
        made_at=block.at, parent_agency=office.parent, agency=office.agency, place=office.place,
        reception_place=office.reception, unit=block.unit, begins=block.begins, ends=block.ends,
        slips=tuple(Blank(number(n), paper_slips.qr_text(block, n)) for n in numbers),
    )  # fmt: skip
    return forms.render(FORM, data)


@bp.post("/phieu-in-san/<key>/huy")
@act("keep_paper_slips")
def void(key: str) -> tuple[str, int] | Response:
    """Make one blank slip void, or all that are left, with a reason."""
    block, form = found(key), Form(request.form)
    which = form.text("number", "Chọn phiếu.", 10)
    why = form.choice("why", SPOILT, "Chọn lý do.")
    if not form.problems and which != "rest" and not which.isdigit():
        form.wrong("number", "Chọn phiếu.")
    if form.problems:
        return show_one(block, form, 422)

    def do(at_once: Act) -> int:
        if which == "rest":
            return paper_slips.void_rest(at_once, block, Spoilt(why), officer().id)
        paper_slips.void(at_once, block, int(which), Spoilt(why), officer().id)
        return 1

    done = branch.done(form, do)
    if done is None:
        return show_one(block, form, 422)
    flash(f"Đã hủy {done} phiếu: {SPOILT[why].lower()}. Số đã hủy không cấp lại.")
    return redirect(url_for("paper_slips.one", key=key), 303)


@bp.get("/nhap-sau")
@act("enter_late")
def late() -> tuple[str, int]:
    """Ask for the slip's number, when it was truly taken, and why."""
    return show_late(Form({"day": day_text(desk.now().date()), "why": ""}))


def show_late(form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    left = sum(counted(one)[State.BLANK] for one in numbering.blocks(box().db, unit(), BOOK))
    return render_template(
        "late_entry.html", form=form, failed=bool(form.problems), whys=list(WHY.items()), left=left,
        days=desk.rules_now().late_entry_days,
    ), status  # fmt: skip


@bp.post("/nhap-sau")
@act("enter_late")
def begin() -> tuple[str, int] | Response:
    """Open a draft that carries the slip's number and true time; the ordinary reception goes on from there."""
    form, now = Form(request.form), desk.now()
    day = form.read("day", lambda typed: read_day(typed, now.date()), "Ghi ngày nhận trên phiếu.")
    time = form.read("time", read_time, "Ghi giờ nhận trên phiếu.")
    why = form.choice("why", WHY, "Chọn lý do.")
    n = form.read("number", lambda typed: paper_slips.read_code(typed, book(), unit(), day or now.date()), "Ghi số phiếu.")
    if form.problems or day is None or time is None or n is None:
        return show_late(form, 422)
    at = clock.text_of(datetime.combine(day, time, clock.LOCAL))

    def do(at_once: Act) -> str:
        late = LateEntry(n, at, why)
        paper_slips.judge(at_once.db, book(), unit(), late, at_once.reading.at, desk.rules_now().late_entry_days)
        draft = drafts.begin(at_once, officer().id)
        drafts.save(at_once, draft, officer().id, 1, Body(late=late))
        return draft

    draft = branch.done(form, do)
    return redirect(url_for("reception.page", draft=draft), 303) if draft else show_late(form, 422)


@bp.app_template_global()
def late_note(late: LateEntry | None) -> str:
    """Say on the reception page which paper a draft is entered from; empty for an ordinary one."""
    if late is None:
        return ""
    return f"Nhập sau: phiếu in sẵn số {number(late.n)}, nhận lúc {moment_text(clock.local(late.at))} ({WHY[late.why].lower()})."


def kept(body: Body, before: Body) -> Body:
    """Carry a draft's late entry and helper over a save: the form never sends them, so nobody changes them on the way."""
    return msgspec.structs.replace(body, late=before.late, helped_by=before.helped_by)
