"""The draft an officer works on, for the pages of the counter: one's own or a new one, the catalogue in force, the local time."""

from datetime import date, datetime

from flask import abort

from appliance import catalogue_shelf, clock, clocks, drafts
from appliance.catalogue import Catalogue
from appliance.drafts import Body, Draft
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.working_calendar import Calendar
from web.per_request import box, officer


def now() -> datetime:
    """Give the local moment."""
    return clock.local(clock.stamp())


def today() -> date:
    """Give the local day."""
    return now().date()


def catalogue() -> Catalogue:
    """Give the catalogue this box decides under, the one its events name."""
    return catalogue_shelf.kept(box().home, box().catalogue)


def calendar() -> Calendar:
    """Give the working calendar of this office as it stands."""
    return clocks.calendar_of(catalogue(), box().db)


def own(draft_id: str) -> Draft:
    """Give one's own draft; an empty one under an id that nothing was saved under yet. 403 for somebody else's."""
    try:
        draft = drafts.load(box().db, draft_id)
    except Refused:
        return Draft(draft_id, officer().id, Body(), 0, "", None, None, ())
    if draft.officer != officer().id:
        abort(403)
    return draft


def begun(at_once: Act, draft_id: str) -> Draft:
    """Give one's own draft inside a transaction, and begin it if this is the first thing that is kept of it."""
    drafts.begin(at_once, officer().id, draft_id)
    draft = drafts.load(at_once.db, draft_id)
    if draft.officer != officer().id:
        abort(403)
    return draft
