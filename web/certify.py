"""Vào sổ: results signed and sealed by hand get their number from the register; one number for all copies of one request.

The clerk says who signed and how many copies; the number and the day come from the register and are written onto the paper.
"""

import re
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import queries, release
from appliance.catalogue_sheets import Book
from appliance.clock import stamp
from appliance.documents import Signature
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.officers import Officer
from appliance.release import COPIES_MAX
from appliance.rights import Role
from web import desk
from web.forms import Form
from web.per_request import act, box, officer

bp = Blueprint("certify", __name__)


@bp.get("/vao-so")
@act("number_and_seal")
def page() -> str:
    """List the results that wait on paper."""
    return render_template("certify.html", rows=desk.rows(queries.to_certify(box().db)), at=stamp())


@bp.get("/vao-so/<dossier>")
@act("number_and_seal")
def dossier(dossier: str) -> tuple[str, int]:
    """Show one request to be entered; once it is, its number to be written onto the paper."""
    found = desk.found(dossier)
    leader = str((found.on_paper.fields or {}).get("leader", "")) if found.on_paper else ""
    return show(found, Form({"signer": leader} | {name: str(n or "") for name, n in counts(found).items()}))


def show(found: Dossier, form: Form, status: int = 200) -> tuple[str, int]:
    """Render the page with what was typed."""
    result = found.on_paper
    if result is None:
        raise Refused("no_result", code=found.code)
    book = register_of(found)
    return render_template(
        "certify_one.html",
        dossier=found,
        result=result,
        waits=result.signature == Signature.SUBMITTED,
        form=form,
        failed=bool(form.problems),
        signers=[(one.id, f"{one.name} – {one.title}") for one in signers()],
        book=book,
        volume=book.volume_name(desk.now().date()),
        names=desk.names(),
        due=desk.chip_of(found),
    ), status


@bp.post("/vao-so/<dossier>")
@act("number_and_seal")
def enter(dossier: str) -> tuple[str, int] | Response:
    """Take the number and finish the dossier (4 → 9)."""
    found, form = desk.found(dossier), Form(request.form)
    signer = form.choice("signer", {one.id: one.name for one in signers()}, "Chọn người đã ký tay trên giấy.")
    copies = [form.read(name, read_copies, "Nhập số bản đã chứng thực.") for name in counts(found)]
    if form.problems:
        return show(found, form, 422)
    flash(f"Đã vào sổ, số {take_number(found, signer, [n for n in copies if n])}.")
    return redirect(url_for("certify.dossier", dossier=dossier), 303)


def take_number(found: Dossier, signer: str, copies: Sequence[int]) -> str:
    """Take the next number of the register for a result signed by hand, and give it as written."""
    book, symbol, unit = register_of(found), desk.rule_of(found).symbol or "", box().home.settings.unit
    with box().writing() as at_once:
        return release.certify_copies(at_once, found.id, officer().id, signer, copies, book, unit, desk.rules_now(), symbol)


def counts(found: Dossier) -> dict[str, int]:
    """Name the fields in which copies are counted, each with what was asked for: one for each original, or one for all."""
    return {f"copies-{n}": part["wanted"]["copies"] for n, part in enumerate(found.copied, 1)} or {"copies": 0}


def read_copies(typed: str) -> int:
    """Read a number of copies. Raises Refused `copies_wrong`."""
    if not re.fullmatch(r"\d{1,4}", typed, re.ASCII) or not 0 < int(typed) <= COPIES_MAX:
        raise Refused("copies_wrong", limit=COPIES_MAX)
    return int(typed)


def signers() -> list[Officer]:
    """List who may sign by hand: the leaders."""
    return [one for one in desk.who_may("sign") if Role.LEADER in one.roles]


def register_of(found: Dossier) -> Book:
    """Give the register of this dossier's result. Raises Refused `register_unknown`."""
    book = desk.catalogue_now().books.get(desk.rule_of(found).book or "")
    if book is None:
        raise Refused("register_unknown", code=found.code)
    return book
