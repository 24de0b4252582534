"""Hồ sơ trực tuyến: what was filed outside the counter and is not accepted yet, each with the moment by which it is answered."""

from dataclasses import dataclass

from flask import Blueprint, render_template

from appliance import queries
from appliance.clock import stamp
from appliance.dossier import Dossier
from web import desk
from web.due_chip import Chip
from web.per_request import act, box
from web.vietnamese import CHANNELS

bp = Blueprint("filings", __name__)


@dataclass(frozen=True)
class Waiting:
    """A line: the dossier, and how its answer stands with the deadline."""

    dossier: Dossier
    due: Chip


@bp.get("/truc-tuyen")
@act("accept")
def page() -> str:
    """List what waits for the check, for papers or for money before it can be accepted."""
    waiting = [desk.found(one.id) for one in queries.filed(box().db)]
    rows = [Waiting(found, desk.chip_of(found)) for found in waiting]
    return render_template("filings.html", rows=rows, at=stamp(), CHANNELS=CHANNELS)
