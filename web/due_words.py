"""A due date explained line by line, and what it would become if a waiting dossier went on now."""

from datetime import datetime
from typing import Any

from flask import Blueprint

from appliance import catalogue_shelf, clocks
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.text import Line, moment_text
from web import desk
from web.per_request import box
from web.vietnamese import SENTENCES, sentence

bp = Blueprint("due_words", __name__)


@bp.app_template_global("due_words")
def lines(due: dict[str, Any]) -> list[str]:
    """Say how a due date, as an event keeps it, was counted."""
    return [sentence(Line(one["code"], one["facts"])) for one in due.get("lines", ()) if one["code"] in SENTENCES]


def if_now(found: Dossier) -> dict[str, Any] | None:
    """Give the due date as it would be if the dossier went on now; None where none can be counted."""
    try:
        catalogue = catalogue_shelf.kept(box().home, found.catalogue)
        return clocks.due_after_wait(catalogue, found, desk.now(), clocks.calendar_of(catalogue, box().db))
    except Refused:
        return None


def told(found: Dossier) -> str:
    """Say the appointment in a sentence; nothing where there is none."""
    at = (found.due or {}).get("at")
    return f"Hẹn trả {moment_text(datetime.fromisoformat(at))}." if at else ""
