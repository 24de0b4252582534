"""A draft begun for the same visitor, given up, brought back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from appliance import drafts
from appliance.drafts import Body
from appliance.roles import FIELDS
from web import (
    desk,
    reception_form,
)
from web.own_drafts import own
from web.per_request import act, box, officer

bp = Blueprint("draft_life", __name__)


@bp.post("/tiep-nhan/tiep-theo/<dossier>")
@act("accept")
def next_of_same(dossier: str) -> AnyResponse:
    """Begin a draft for the same visitor: the persons of a dossier are carried over but for whom it was about, nothing else."""
    found = desk.found(dossier)
    body = Body(
        applicant=reception_form.typed_person(found.applicant or {}),
        authorised=reception_form.typed_person(found.authorised or {}),
        persons={one["role"]: typed_in_role(one) for one in found.persons if not one.get("about")},
        result_by=found.result_by,
    )
    with box().writing() as at_once:
        draft = drafts.begin(at_once, officer().id)
        drafts.save(at_once, draft, officer().id, 1, body)
    return redirect(url_for("reception.page", draft=draft), 303)


def typed_in_role(one: dict[str, Any]) -> dict[str, str]:
    """Give a person in a role as it would be typed again."""
    who = one.get("is") or ("unknown" if one.get("unknown") else "")
    fields = {name: one[name] for name in (*FIELDS, "number_kind") if one.get(name)}
    return reception_form.typed_person(fields) | ({"who": who} if who else {})


@bp.post("/tiep-nhan/<uuid:draft>/bo")
@act("draft")
def discard(draft: UUID) -> AnyResponse:
    """Give up a draft; the toast brings it back."""
    if own(str(draft)).version:
        with box().writing() as at_once:
            drafts.discard(at_once, str(draft), officer().id)
        form = Markup(
            'Đã bỏ bản nháp. <form method="post" action="{}"><input type="hidden" name="csrf_token" value="{}">'
            '<button class="btn btn--s" type="submit">Hoàn tác</button></form>'
        )
        flash(form.format(url_for("draft_life.restore", draft=draft), generate_csrf()))
    return redirect(url_for("reception.page"), 303)


@bp.post("/tiep-nhan/<uuid:draft>/khoi-phuc")
@act("draft")
def restore(draft: UUID) -> AnyResponse:
    """Bring a discarded draft back."""
    with box().writing() as at_once:
        drafts.restore(at_once, str(draft), officer().id)
    return redirect(url_for("reception.page", draft=draft), 303)
