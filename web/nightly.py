"""What is done once a day while nobody is at a counter: what nobody needs any more goes away."""

from datetime import date, timedelta

from appliance import catalogue_shelf, drafts, tidying
from appliance.box import Box
from appliance.clock import QUIET_HOURS, local, moment_of, stamp, text_of
from web import collector

PURGED_AFTER = timedelta(minutes=10)  # A discarded draft can be brought back for so long.
_done: dict[str, date] = {}  # device: the day on which this process last did it


def register() -> None:
    """Have the commune's collector do what this module holds."""
    collector.register("drafts", every_s=60.0)(purge)
    collector.register("nightly", every_s=300.0)(nightly)


def purge(box: Box) -> None:
    """Delete drafts that were given up a while ago."""
    before = text_of(moment_of(stamp()) - PURGED_AFTER)
    if box.db.conn.execute("SELECT 1 FROM draft WHERE discarded_at < ? LIMIT 1", [before]).fetchone():
        with box.writing() as at_once:
            drafts.purge(at_once, before)


def nightly(box: Box) -> None:
    """Tidy up, once a day."""
    at = local(stamp())
    if at.hour in QUIET_HOURS and _done.get(box.device) != at.date():
        rules = catalogue_shelf.kept(box.home, box.catalogue).rules_on(at.date())
        tidying.tidy(box, rules.draft_pages_kept_days)
        _done[box.device] = at.date()
