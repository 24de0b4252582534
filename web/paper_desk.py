"""What the leader's and the clerk's desks have in common: papers to look through page by page, one PIN, a run and its outcome.

Each desk keeps its own rules and routes; here is what both pages show and how both read a post.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request
from werkzeug.datastructures import MultiDict

from appliance import files, queries
from appliance.documents import Document, Signature
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.forms import preview
from appliance.forms.preview import FieldPlace
from appliance.queries import Listed
from hardware.usb_token import PinState
from web import desk, sign_jobs, token_state, viewing
from web.due_chip import Chip
from web.jobs import Job
from web.per_request import box, officer
from web.sign_jobs import Wanted
from web.token_state import TokenState
from web.vietnamese import sentence
from web.viewing import Viewing

Claims = Mapping[tuple[str, str], Job]


@dataclass(frozen=True)
class Desk:
    """What differs: kind of job, blueprint, address and act, template, which dossiers wait in which state, whose token it takes."""

    kind: str
    blueprint: str
    path: str
    act: str
    template: str
    states: tuple[Signature, ...]
    waiting: Callable[[], list[Listed]]
    owner: Callable[[], str]
    why_not: Callable[[Dossier, Document], Refused | None]  # why this officer cannot choose this document; quick
    examine: Callable[[Document], Refused | None]  # what is wrong with the document's file; a tenth of a second
    more: Callable[[], dict[str, Any]]  # what its template shows besides


@dataclass(frozen=True)
class Paper:
    """One document on a desk: its dossier, how far this officer looked, and how it is in the present run."""

    dossier: Dossier
    document: Document
    due: Chip
    viewing: Viewing
    state: str  # signed, busy, queued, claimed, blocked, chosen, seen, unseen
    fault: Refused | None = None  # why it was not signed in the last run, or why it cannot be

    @property
    def unseen(self) -> list[int]:
        """List the pages to look at before it can be chosen."""
        return self.viewing.missing(self.document)

    @property
    def is_waiting(self) -> bool:
        """Say whether it is still to be done by this officer."""
        return self.state in ("chosen", "seen", "unseen")

    @property
    def applicant(self) -> str:
        """Give the name of the person concerned, as far as it is kept."""
        return (self.dossier.applicant or {}).get("name", "")

    @property
    def title(self) -> str:
        """Say what it is: the procedure, or the original that it is the electronic copy of."""
        names = {part["key"]: part["name"] for part in self.dossier.originals}
        copied = names.get(self.document.of, "")
        return f"Bản sao điện tử: {copied}" if copied else self.dossier.procedure_name


@dataclass(frozen=True)
class Run:
    """The officer's last run: how many documents, how many are done, and how it ended."""

    job: Job
    total: int
    done: int

    @property
    def words(self) -> str:
        """Say why it ended early, as a sentence."""
        return sentence(self.job.refusal) if self.job.refusal else ""


def papers(of: Desk, run: Job | None) -> list[Paper]:
    """Gather what waits, in order of deadline, and what the run shown has finished."""
    waiting = {one.id for one in of.waiting()}
    finished = [item["dossier"] for item in run.body["items"] if item["dossier"] not in waiting] if run else []
    claimed, views = sign_jobs.claimed(box().db), viewing.of(box().db, officer().id)
    every = dict.fromkeys([*finished, *(one.id for one in of.waiting())])
    found = [queries.dossier(box().db, one) for one in every]
    return [
        _paper(of, dossier, document, run, claimed, views)
        for dossier in found
        if dossier
        for document in dossier.electronic
        if document.signature in of.states or _ordered(run, dossier, document)
    ]


def _ordered(run: Job | None, dossier: Dossier, document: Document) -> dict[str, Any] | None:
    """Give the order of a run that is for this document, in whichever revision."""
    files_of, items = (document.file, *document.before), run.body["items"] if run else ()
    return next((item for item in items if item["dossier"] == dossier.id and item["before"] in files_of), None)


def _paper(of: Desk, dossier: Dossier, document: Document, run: Job | None, claimed: Claims, views: Mapping[str, Viewing]) -> Paper:
    seen = views.get(document.file, Viewing())
    state, fault = _state(of, dossier, document, run, claimed, seen)
    return Paper(dossier, document, desk.chip_of(dossier), seen, state, fault)


def _state(
    of: Desk, dossier: Dossier, document: Document, run: Job | None, claimed: Claims, seen: Viewing
) -> tuple[str, Refused | None]:
    mine = _ordered(run, dossier, document)
    if mine and mine["before"] in document.before:
        return "signed", None
    if job := sign_jobs.claim_of(claimed, dossier.id, document):
        if run is None or job.id != run.id:
            return "claimed", Refused("being_signed", officer=desk.names().get(job.officer, job.officer))
        return ("busy" if sign_jobs.IN_HAND.get(job.id) == document.file else "queued"), None
    if why := of.why_not(dossier, document):
        return "blocked", why
    last = run.facts.get("items", {}).get(document.file) if run and mine and mine["before"] == document.file else None
    fault = Refused(last["code"], **last["facts"]) if last else None
    if seen.missing(document):
        return "unseen", fault
    return ("chosen" if seen.chosen else "seen"), fault


def show(of: Desk, dossier_id: str = "", problem: Refused | None = None) -> str | tuple[str, int]:
    """Render a desk. `problem` is what the officer just tried and could not do."""
    last = sign_jobs.latest(box().db, of.kind, officer().id)
    found = papers(of, last)
    waiting = [paper for paper in found if paper.is_waiting]
    current = shown(found, dossier_id) or next(iter(waiting or found), None)
    if current and current.is_waiting and (why := of.examine(current.document)):
        current = replace(current, state="blocked", fault=why)
    run = Run(last, len(last.body["items"]), len(sign_jobs.taken(box(), last))) if last else None
    page = render_template(
        of.template,
        desk=of,
        papers=found,
        waiting=waiting,
        chosen=[paper for paper in waiting if paper.state == "chosen"],
        current=current,
        place=place_of(of, current) if current else None,
        run=run,
        token=token(of),
        names=desk.names(),
        problem=sentence(problem) if problem else "",
        has_page=desk.has_page,
        sentence=sentence,
        PinState=PinState,
        **of.more(),
    )
    return (page, 422) if problem else page


def shown(found: Sequence[Paper], dossier_id: str) -> Paper | None:
    """Give the document that is looked at: of a dossier the one of the original in the address (`ban`), else its first."""
    of_dossier = [paper for paper in found if paper.dossier.id == dossier_id]
    named = (paper for paper in of_dossier if paper.document.of == request.args.get("ban", ""))
    return next(named, None) or next(iter(of_dossier), None)


def token(of: Desk) -> TokenState:
    """Look for the token this desk takes."""
    return token_state.look(box(), sign_jobs.KIND_OF[of.kind], of.owner())


def place_of(of: Desk, paper: Paper) -> FieldPlace | None:
    """Find where the signature will stand; None once it stands there, or when the file cannot be read."""
    if paper.state == "signed":
        return None
    try:
        return preview.field_place(files.read(box().home, paper.document.file), sign_jobs.FIELD_OF[of.kind])
    except Refused:
        return None


def next_of(of: Desk, after: str) -> tuple[str, str]:
    """Give the next document that waits to be looked at as (dossier, original it is of); the same where no other waits."""
    found = papers(of, sign_jobs.latest(box().db, of.kind, officer().id))
    here = shown(found, after)
    at = found.index(here) if here else 0
    rest = [*found[at + 1 :], *found[:at]]
    wanted = next((paper for paper in rest if paper.state in ("unseen", "seen")), here)
    return (wanted.dossier.id, wanted.document.of) if wanted else (after, "")


def paper_shown(of: Desk, dossier_id: str) -> Document:
    """Give the document the page showed, if it still waits with the same file. Raises Refused."""
    dossier = desk.found(dossier_id)
    waiting = [document for document in dossier.electronic if document.signature in of.states]
    if not waiting:
        raise Refused("wrong_document_state", code=dossier.code)
    document = next((one for one in waiting if one.file == request.form.get("digest")), None)
    if document is None:
        raise Refused("document_changed", code=dossier.code)
    if why := of.why_not(dossier, document) or of.examine(document):
        raise why
    return document


def pages_posted() -> list[int]:
    """Read the numbers of pages from a post."""
    return [int(word) for word in request.form.getlist("page") if word.isdigit()][: viewing.PAGES_MAX]


def wanted_posted(form: MultiDict[str, str]) -> list[Wanted]:
    """Read the documents chosen: dossier and digest, as the page showed them."""
    pairs = [word.partition(":") for word in form.getlist("document")]
    return [Wanted(dossier, digest) for dossier, _, digest in dict.fromkeys(pairs)]


def ready(of: Desk, pin: str, last_try_confirmed: bool) -> TokenState:
    """Give the token if it may sign now and the PIN could be one. Raises Refused; no try of the PIN is used."""
    sign_jobs.check_pin(pin)
    state = token(of)
    if state.why:
        raise state.why
    if state.pin is PinState.FINAL and not last_try_confirmed:
        raise Refused("pin_last_try")
    return state
