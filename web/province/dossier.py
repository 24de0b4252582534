"""One dossier at the province: the person while its key is here, what came and under which receipt, papers, signed result.

Reads the province's own ledger and files. What has not come is said to be on its way; looks are recorded by the frame.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template

from appliance import erasure, files, signatures, trust
from appliance.clock import stamp
from appliance.documents import Document
from appliance.errors import Refused
from appliance.events import KINDS
from appliance.signatures import SignatureFinding
from sync.province import queries
from sync.province.queries import Arrived
from web import desk, dossier_page, places, timeline
from web.per_request import act, box, looked
from web.province.fleet import province
from web.reception_form import COPIES, RESULT_BY
from web.vietnamese import CHANNELS, SET_ASIDE, SET_ASIDE_OTHER, sentence, step_words

bp = Blueprint("dossier", __name__)
# The signatures that a result must carry once it has come so far.
WANTED = {"signed": ("leader",), "numbered": ("leader",), "sealed": ("leader", "organisation")}
WANTED["timestamped"] = WANTED["sealed"]


@dataclass(frozen=True)
class Entry:
    """One line of the history: when it was done there, when it came here, under which receipt; `strange` where it was not read."""

    at: str
    icon: str
    who: str
    words: str
    detail: str
    place: str
    received_at: str
    receipt: int | None
    strange: bool


@dataclass(frozen=True)
class Judged:
    """What is found of one signature now, and from the evidence inside the file alone."""

    now: SignatureFinding
    lasting: SignatureFinding

    @property
    def good(self) -> bool:
        """Whether it holds, its time-stamp and its evidence included."""
        return self.now.summary == self.lasting.summary == "signature_good_stamped"


@bp.get("/ho-so/<dossier>")
@act("view_dossier")
def page(dossier: str) -> str:
    """Show a dossier, numbers masked."""
    return shown(dossier, False)


@bp.get("/ho-so/<dossier>/so-day-du")
@act("view_dossier")
def numbers(dossier: str) -> str:
    """Show a dossier with its numbers in full; a look of its own."""
    page = shown(dossier, True)
    looked(dossier, "view_dossier numbers")
    return page


def shown(dossier: str, full: bool) -> str:
    """Render the page of a dossier."""
    found = desk.found(dossier)
    db = province().db
    device, commune = queries.device_of(db, dossier)
    return render_template(
        "province_dossier.html",
        dossier=found,
        result=found.result,
        full=full,
        device=device,
        commune=commune,
        places=places.rows(found, commune),
        key=queries.key_state(db, dossier),
        sheets=dossier_page.sheets(found),
        is_here=is_here,
        entries=[entry_of(one, device) for one in queries.timeline(db, dossier)],
        fee=dossier_page.fee_words(found),
        wanted=WANTED.get(found.signature, ()),
        forgotten=erasure.REPLICA_RETENTION_DAYS,
        COPIES=COPIES,
        RESULT_BY=RESULT_BY,
        CHANNELS=CHANNELS,
    )


@bp.get("/ho-so/<dossier>/giay-to/<int:number>")
@act("view_page")
def sheet(dossier: str, number: int) -> str:
    """Show one page large, with the others beside it."""
    found = desk.found(dossier)
    every = dossier_page.sheets(found)
    if not 1 <= number <= len(every):
        abort(404)
    one = every[number - 1]
    return render_template("province_sheet.html", dossier=found, sheets=every, number=number, one=one, is_here=is_here)


@bp.get("/ho-so/<dossier>/chu-ky")
@act("view_dossier")
def findings(dossier: str) -> str:
    """Judge the result's signatures now with what the province trusts, as a part of the page."""
    found = desk.found(dossier)
    wanted = WANTED.get(found.signature, ())
    if not found.result or not wanted:
        abort(404)
    try:
        judged, wrong = judge(found.result), ""
    except Refused as refused:
        judged, wrong = [], "" if refused.code == "file_missing" else sentence(refused)
    return render_template(
        "province_signatures.html",
        judged=judged,
        wrong=wrong,
        has_come=is_here(found.result.file),
        absent=[kind for kind in wanted if kind not in {one.now.kind for one in judged}],
        good=judged and all(one.good for one in judged),
        at=stamp(),
        sentence=sentence,
    )


def judge(result: Document) -> list[Judged]:
    """Judge every signature of a result twice. Raises Refused `file_missing`, `file_damaged`, `pdf_unreadable`."""
    home, now = box().home, stamp()
    known, pdf = trust.read_trust(home.trust), files.read(home, result.file)
    held = signatures.validate(pdf, known.roots, known.crls, now, known.issuers, revoked=known.revoked)
    return [Judged(*pair) for pair in zip(held, signatures.validate_long_term(pdf, known.roots, now), strict=True)]


def is_here(digest: str) -> bool:
    """Say whether a file has come."""
    return files.has(box().home, digest)


def entry_of(arrived: Arrived, owner: str) -> Entry:
    """Say one event in words. One that could not be read, or of a kind this version does not know, is named as such."""
    event = arrived.event
    kind = KINDS.get(event.t)
    strange = kind is None or event.v > kind.version
    facts = {} if strange or arrived.set_aside else timeline.worded(event.d, {})
    icon, words = step_words("" if strange else event.t, facts)
    if arrived.set_aside:
        icon, words = "triangle-alert", f"để riêng: {SET_ASIDE.get(arrived.set_aside, SET_ASIDE_OTHER)}"
    return Entry(
        at=event.at,
        icon=icon,
        who=who_of(arrived, owner),
        words=words,
        detail=event.t if strange or arrived.set_aside else detail_of(arrived),
        place=f"sổ {arrived.inc_no}, số {event.i}",
        received_at=arrived.received_at,
        receipt=arrived.receipt,
        strange=strange or bool(arrived.set_aside),
    )


def who_of(arrived: Arrived, owner: str) -> str:
    """Name who did it by the commune's own id: names of officers do not leave the commune."""
    if arrived.device != owner:
        return "Thiết bị khác"
    return "Máy chủ" if arrived.event.a in timeline.BOX else f"Cán bộ {arrived.event.a}" if arrived.event.a else ""


def detail_of(arrived: Arrived) -> str:
    """Give the personal part of a step that a page shows, if it can be opened here."""
    try:
        personal: dict[str, Any] = queries.personal_of(province().db, arrived)
    except Refused as refused:
        return sentence(refused)
    return timeline.detail_of(arrived.event.t, arrived.event.d, personal, {})
