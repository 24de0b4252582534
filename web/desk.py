"""What the desks ask about dossiers: the catalogue in force, how a result leaves, names of colleagues, rows for lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, url_for

from appliance import catalogue_shelf, clock, clocks, delegations, history, lateness, officers, online, procedures, queries
from appliance.catalogue import Catalogue
from appliance.clock import local, stamp
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.officers import Officer
from appliance.procedures import ResultRule
from appliance.queries import Listed
from appliance.rights import may
from appliance.rules import EarlyRelease, Rules
from appliance.working_calendar import Calendar
from web import due_chip
from web.due_chip import Chip
from web.per_request import box, holds


@dataclass(frozen=True)
class Row:
    """A line of a list: the dossier, its deadline in words, who holds it by name."""

    listed: Listed
    due: Chip
    holder: str


def found(dossier_id: str) -> Dossier:
    """Give a dossier. Raises Refused `dossier_unknown`."""
    dossier = queries.dossier(box().db, dossier_id)
    if dossier is None:
        raise Refused("dossier_unknown")
    return dossier


def now() -> datetime:
    """Give the office's own time."""
    return local(stamp())


def catalogue_now() -> Catalogue:
    """Give the catalogue in force today."""
    return catalogue_shelf.current(box().home, clock.local_day(stamp()))


def calendar_now() -> Calendar:
    """Give the working calendar of this office as it stands."""
    return clocks.calendar_of(catalogue_now(), box().db)


def rules_now() -> Rules:
    """Give the dated rules of today."""
    return catalogue_now().rules_on(now().date())


def rule_of(dossier: Dossier) -> ResultRule:
    """Say how this dossier's result is made and leaves, by the catalogue of today; a procedure that left it, by its own.

    Raises Refused `procedure_unknown`, `result_rule_missing`.
    """
    catalogue = catalogue_now()
    if dossier.procedure not in catalogue.procedures and dossier.catalogue:
        catalogue = catalogue_shelf.kept(box().home, dossier.catalogue)
    return procedures.result_rule(catalogue.result_rules, procedures.get(catalogue, dossier.procedure), now().date())


def early_release(dossier: Dossier) -> EarlyRelease:
    """Say whether the result may leave before its time-stamp: always where it needs none, else by the dated rule."""
    rule = rule_of(dossier)
    copies = rule.electronic is not None and rule.electronic.needs_timestamp and bool(dossier.copied_electronically)
    if not (rule.needs_timestamp or copies):
        return EarlyRelease.ALWAYS
    return rules_now().release_before_timestamp


def names() -> dict[str, str]:
    """Give the names of all officers by id."""
    return {officer.id: officer.name for officer in officers.everybody(box().db)}


def names_in(dossier: str) -> dict[str, str]:
    """Give the names of officers a dossier names: none where another commune began it, whose officers may bear the same ids."""
    return {} if history.was_brought(box().db, dossier) else names()


def who_may(act: str) -> list[Officer]:
    """List the active officers who may do an act today, delegations counted."""
    today = now().date()
    acting = [delegations.acting(box().db, box().device, one, today) for one in officers.everybody(box().db) if one.active]
    return [officer for officer in acting if may(officer.roles, act)]


def rows(listed: Iterable[Listed]) -> list[Row]:
    """Add to each dossier of a list what the page says beside it."""
    calendar, rules, moment, called = calendar_now(), rules_now(), now(), names()

    def chip(one: Listed) -> Chip:
        ended = lateness.ended_at(rules, one.finished_at, one.returned_at)
        return due_chip.due_chip(rules, calendar, moment, one.status, one.due_at, ended)

    return [Row(one, chip(one), called.get(one.holder or "", one.holder or "")) for one in listed]


def chip_of(dossier: Dossier) -> Chip:
    """Give one dossier's deadline in words; before acceptance, the one for the answer."""
    due_at = (dossier.due or {}).get("at")
    if dossier.status == Status.NEW and dossier.filed_at:
        due_at = online.reply_by(rules_now(), calendar_now(), local(dossier.filed_at)).isoformat()
    ended = lateness.ended_at(rules_now(), dossier.finished_at, dossier.returned_at)
    return due_chip.due_chip(rules_now(), calendar_now(), now(), dossier.status, due_at, ended)


# Where Esc leads from a dossier: the list of the officer's own desk.
LISTS = (
    ("take", "queue.page"),
    ("release", "returns.page"),
    ("take_fee", "cashier.page"),
    ("number_and_seal", "certify.page"),
    ("search", "search_pages.page"),
)


def own_list() -> str:
    """Give the address of the list this officer works from."""
    return next((url_for(endpoint) for name, endpoint in LISTS if holds(name)), url_for("home.page"))


def has_page(endpoint: str) -> bool:
    """Say whether a page is part of this site."""
    return endpoint in current_app.view_functions
