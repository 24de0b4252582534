"""Pages that take in papers for a dossier that exists: the officer's own draft of them, the scanner and files beside it."""

from typing import Any

from flask import url_for

from appliance import brought
from appliance.dossier import Dossier
from appliance.drafts import Draft
from appliance.errors import Refused
from web import jobs, scan_jobs, scanning
from web.forms import Form
from web.per_request import box, officer
from web.vietnamese import sentence

PAGES = {brought.SUPPLEMENT: "bringing.page", brought.WITHDRAWAL: "withdrawing.page"}


def address(serves: str) -> str:
    """Give the page of a draft by what it serves."""
    purpose, _, dossier = serves.partition(":")
    return url_for(PAGES[purpose], dossier=dossier)


def draft_of(found: Dossier, purpose: str) -> Draft:
    """Give one's own draft for the papers, begun where there is none."""
    with box().writing() as at_once:
        return brought.gather(at_once, found, officer().id, purpose)


def beside(draft: Draft) -> dict[str, Any]:
    """Give what the column of scans shows."""
    return {"s": scanning.scans(draft), "presets": scan_jobs.PRESETS, "scanners": box().home.settings.scanners}


def check_scans(form: Form, draft_id: str) -> None:
    """Note when sheets are still running through."""
    if any(job.open for job in jobs.of(box().db, scan_jobs.KIND, draft_id)):
        form.wrong("scans", sentence(Refused("scan_running")))
