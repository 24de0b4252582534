"""The part of a dossier's page that says how its clock stands: counted how, missed when, who must do what, which pages do it."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint

from appliance import extension, lateness
from appliance.dossier import Dossier
from appliance.extension import Draft
from appliance.lateness import RUNNING, Stage
from appliance.rules import LateDuty
from web import desk
from web.per_request import box, holds
from web.words.clocks import DUTIES, STAGES

bp = Blueprint("clock_part", __name__)
ANSWERED = "answered"


@dataclass(frozen=True)
class Clock:
    """How a dossier stands: its stage ("" where nothing runs or nothing is near), what it missed, what is owed, what is offered."""

    stage: str
    missed: tuple[str, ...]
    owed: tuple[LateDuty, ...]
    draft: Draft | None
    may_extend: bool
    may_propose: bool
    may_explain: bool

    @property
    def note(self) -> tuple[str, str, str] | None:
        """Give kind, name and next step of the stage; of a late dossier only what is still owed."""
        if self.stage not in STAGES:
            return None
        kind, name, words = STAGES[self.stage]
        return kind, name, " ".join(DUTIES[duty] for duty in self.owed) or words


@bp.app_template_global("clock_of")
def of(found: Dossier) -> Clock:
    """Say how a dossier's clock stands today."""
    rules, today = desk.rules_now(), desk.now().date()
    missed = tuple(lateness.missed(found, today))
    owed = lateness.owed(rules, found, today) if found.status in RUNNING else frozenset()
    possible = extension.why_not(found, rules) is None
    return Clock(
        stage=stage_of(found, bool(missed)),
        missed=missed,
        owed=tuple(duty for duty in LateDuty if duty in owed),
        draft=extension.waiting(box().db, rules, desk.calendar_now(), found, today),
        may_extend=possible and holds("extend"),
        may_propose=possible and holds("propose_extension"),
        may_explain=bool(missed) and not found.finished_at and holds("explain_lateness"),
    )


def stage_of(found: Dossier, missed: bool) -> str:
    """Name the stage of a running dossier; one that was late and got a new day is not forgotten."""
    due_at = (found.due or {}).get("at")
    if found.status not in RUNNING or not due_at:
        return ""
    stage = lateness.stage(desk.rules_now(), desk.calendar_now(), datetime.fromisoformat(due_at), desk.now().date())
    return ANSWERED if missed and stage is not Stage.LATE else str(stage)
