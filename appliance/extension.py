"""The letter of apology with a new day (form 04): drafted by whoever works on the dossier, decided and signed by a leader.

A draft is no promise: it is kept beside the ledger until a leader decides, and goes with the decision.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlite_utils.db import Database

from appliance import clock
from appliance.clocks import event_due, stopped_at
from appliance.config import Home
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import NoticeData
from appliance.lateness import APOLOGY, RUNNING, Stage, stage
from appliance.ledger import Act
from appliance.moves import check
from appliance.notices import issue, notice_of
from appliance.office import signer_title
from appliance.officers import Officer
from appliance.processing import load
from appliance.rules import Rules
from appliance.text import Line, day_text, moment_text
from appliance.workdays import Due
from appliance.working_calendar import Calendar, at, nth_working_day

EXTENDED = "due.extended"
DAYS_AHEAD_MAX = 366
BOX = "box"  # Who prepared a letter that nobody wrote.
REASON_CHARS_MAX = 2_000


@dataclass(frozen=True)
class Draft:
    """What an officer proposes: the new day (ISO), why, who and when (UTC text)."""

    day: str
    reason: str
    officer: str
    at: str


def drafted(db: Database, dossier_id: str) -> Draft | None:
    """Give the draft that waits for a leader, if any."""
    row = db.conn.execute("SELECT day, reason, officer, at FROM extension_draft WHERE dossier = ?", [dossier_id]).fetchone()
    return Draft(*row) if row else None


def waiting(db: Database, rules: Rules, calendar: Calendar, dossier: Dossier, today: date) -> Draft | None:
    """Give the letter that waits for a leader: the one an officer wrote, else the one that lies ready by itself.

    A letter is ready from the dated number of days before the due day on, while a new day can still be named.
    """
    written = drafted(db, dossier.id)
    due_at = (dossier.due or {}).get("at")
    if written or not due_at or dossier.status not in RUNNING or why_not(dossier, rules):
        return written
    if stage(rules, calendar, datetime.fromisoformat(due_at), today) in (Stage.FINE, Stage.REMIND):
        return None
    return Draft(suggested(calendar, dossier, today).isoformat(), rules.apology_reason, BOX, "")


def draft(act: Act, dossier_id: str, officer: str, rules: Rules, calendar: Calendar, day: date, reason: str) -> None:
    """Propose a new day to the leader; a newer draft takes the place of an older one. Refuses what `decide` would refuse."""
    _must_be_possible(act, load(act, dossier_id), rules, calendar, day, reason)
    act.db.conn.execute(
        "INSERT OR REPLACE INTO extension_draft (dossier, day, reason, officer, at) VALUES (?, ?, ?, ?, ?)",
        [dossier_id, day.isoformat(), reason.strip(), officer, act.reading.at],
    )
    act.touch(f"dossier:{dossier_id}")
    act.touch("dossiers")


def decide(
    act: Act, home: Home, dossier_id: str, signer: Officer, rules: Rules, calendar: Calendar, day: date, reason: str
) -> FileRef:
    """Name the citizen a new day and apologise: form 04 is issued, the due date moves. Gives the letter's file.

    Raises Refused `due_unknown`, `extensions_used`, `extension_not_later`, `day_is_off`, `reason_missing`, `wrong_status`.
    """
    dossier = load(act, dossier_id)
    _must_be_possible(act, dossier, rules, calendar, day, reason)
    now = clock.local(act.reading.at)
    new = at(now, day, rules.day_end())
    paper = issue(home, APOLOGY, letter(home, dossier, signer, rules, act.reading.at, day, reason.strip()))
    appointed = {"at": new.isoformat(), "from": act.reading.at}
    facts = {"old": moment_text(datetime.fromisoformat((dossier.due or {})["at"])), "day": day_text(day)}
    due = Due(new, provisional(calendar, day), (Line("due_apologised", facts),))
    act.record(
        EXTENDED,
        actor=signer.id,
        dossier=dossier_id,
        clear={
            "due": event_due(due, dossier, stopped_at(dossier) or now, appointed),
            "form": APOLOGY,
            "file": paper.s,
            "signer": signer.id,
        },
        personal={"reason": reason.strip()},
        files=[paper],
    )
    act.db.conn.execute("DELETE FROM extension_draft WHERE dossier = ?", [dossier_id])
    return paper


def why_not(dossier: Dossier, rules: Rules) -> Refused | None:
    """Say why no new day can be named for this dossier at all, or None."""
    try:
        check(dossier, EXTENDED)
    except Refused as refused:
        return refused
    if not (dossier.due or {}).get("at"):
        return Refused("due_unknown", code=dossier.code)
    if dossier.extensions >= rules.extensions_max:
        return Refused("extensions_used", code=dossier.code, most=rules.extensions_max)
    return None


def suggested(calendar: Calendar, dossier: Dossier, today: date) -> date:
    """Suggest the first working day after both today and the due day: a leader names a later one where it is needed."""
    due = datetime.fromisoformat((dossier.due or {})["at"]).date()
    return nth_working_day(calendar, max(due, today), 1)


def provisional(calendar: Calendar, day: date) -> bool:
    """Say whether nothing certain is known of a day."""
    special = calendar.special.get(day)
    return day.year > calendar.last_year or (special is not None and not special.confirmed)


def _must_be_possible(act: Act, dossier: Dossier, rules: Rules, calendar: Calendar, day: date, reason: str) -> None:
    if refused := why_not(dossier, rules):
        raise refused
    today, due = clock.local_day(act.reading.at), datetime.fromisoformat((dossier.due or {})["at"]).date()
    if day <= max(today, due) or (day - today).days > DAYS_AHEAD_MAX:
        raise Refused("extension_not_later", day=day_text(due), today=day_text(today))
    if not calendar.is_working(day):
        raise Refused("day_is_off", day=day_text(day))
    if not reason.strip():
        raise Refused("reason_missing")


def letter(home: Home, dossier: Dossier, signer: Officer, rules: Rules, made_at: str, day: date, reason: str) -> NoticeData:
    """Give what stands on form 04 (`made_at` UTC text). Raises what NoticeData refuses."""
    return notice_of(
        home,
        APOLOGY,
        dossier,
        signer,
        made_at,
        reason,
        accepted_at=dossier.accepted_at,
        due_at=(dossier.due or {})["at"],
        new_due_at=at(clock.local(made_at), day, rules.day_end()).isoformat(),
        signer_title=signer_title(signer.title, signer.stands_for),
    )
