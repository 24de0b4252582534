"""Pages of a draft: scanned by F8, brought as files, turned, moved, removed; beside the reception form and on the scan station.

Every answer is the same fragment, so the page shows what the box holds and nothing else.
"""

from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from appliance import drafts
from appliance.components import OTHER_NAME, to_scan
from appliance.drafts import OTHER, Draft, Page
from appliance.errors import Refused
from appliance.ledger import Act
from web import jobs, reception_view, scan_jobs, uploads
from web.jobs import Job
from web.own_drafts import begun, calendar, catalogue, now, own
from web.per_request import act, box, counter, is_navigation, officer
from web.vietnamese import sentence

bp = Blueprint("scanning", __name__)
TEMPLATES = {"column": "scan_column.html", "station": "scan_station_parts.html"}
UNCHANGED = ("", 204)
SAID_CHARS_MAX = 2_000


@dataclass(frozen=True)
class Scans:
    """What column 3 and the scan station show: the pages of the chosen component, the chosen page, job, scanner, news."""

    draft: Draft
    components: tuple[tuple[str, str], ...]  # key and name of what may be scanned
    into: str
    chosen: str
    preset: str
    scanner: str
    job: Job | None
    problem: str = ""
    removed: str = ""

    @property
    def name(self) -> str:
        """Name the chosen component."""
        return dict(self.components)[self.into]

    @property
    def pages(self) -> tuple[Page, ...]:
        """Give the pages of the chosen component."""
        return self.draft.of(self.into)

    @property
    def page(self) -> Page | None:
        """Give the chosen page, or what was scanned in its place, else the last one."""
        new = f"{self.job.id}-" if self.job and self.chosen and self.job.body["replaces"] == self.chosen else None
        fitting = [p for p in self.pages if p.id == self.chosen or (new and p.id.startswith(new))]
        return next(iter(fitting), self.pages[-1] if self.pages else None)

    @property
    def picked(self) -> str:
        """Give the id of the page an officer chose; empty where the last one stands in."""
        return self.page.id if self.page and self.chosen else ""

    @property
    def place(self) -> int:
        """Give the number of the chosen page, 0 without pages."""
        return self.pages.index(self.page) + 1 if self.page else 0

    @property
    def busy(self) -> bool:
        """Say whether sheets are running through."""
        return self.job is not None and self.job.open

    @property
    def fault(self) -> str:
        """Say why the last scan stopped, as a sentence."""
        return sentence(self.job.refusal) if self.job and self.job.refusal else ""

    @property
    def state(self) -> tuple[str, str, str]:
        """Say how the scanner is: kind of badge, icon, words."""
        if not self.scanner:
            return "hold", "circle-dashed", "Chưa cài máy quét"
        if self.busy:
            return "ink", "scan-line", "Đang quét"
        seen = scan_jobs.SEEN.get(self.scanner)
        return STATES[seen["state"] if seen else "unknown"]

    @property
    def trouble(self) -> str:
        """Say what keeps the scanner from scanning, as a sentence; empty while nothing is known to."""
        why = (scan_jobs.SEEN.get(self.scanner) or {}).get("fault")
        return sentence(Refused(why["code"], **why["facts"])) if why and not self.busy and not self.fault else ""

    @property
    def seen(self) -> str:
        """Name all that is shown, so that asking again costs nothing while nothing changed."""
        shown = (
            self.pages,
            self.draft.pages,
            self.into,
            self.place,
            self.job,
            self.state,
            self.trouble,
            self.problem,
            self.removed,
        )
        return sha256(repr(shown).encode()).hexdigest()[:16]

    def doubt(self, page: Page) -> str:
        """Say what imaging noticed on a page, in a word or two."""
        return next((words for fact, words in DOUBTS.items() if page.facts.get(fact)), "")


STATES = {
    "unknown": ("hold", "circle-dashed", "Máy quét: chưa rõ"),
    "absent": ("bad", "circle-x", "Không thấy máy quét"),
    "trouble": ("warn", "triangle-alert", "Máy quét chưa sẵn sàng"),
    "idle": ("ok", "scan-line", "Máy quét sẵn sàng"),
    "scanning": ("hold", "circle-pause", "Máy quét đang bận"),
}
DOUBTS = {"blank": "trắng", "blurred": "mờ"}


def scans(draft: Draft, problem: str = "", removed: str = "", chosen: str | None = None) -> Scans:
    """Gather what is shown of a draft's pages, by what the request chose."""
    choice, _ = reception_view.chosen(catalogue(), draft.body, now(), calendar())
    asked = choice.asked if choice else ()
    named = ((a.key, a.component.name) for a in asked if a.scan)
    originals = tuple((key, name) for key, name, _ in to_scan(draft, choice))
    keys = {key for key, _ in originals}
    components = (*draft.body.wanted.items(), *originals, *(one for one in named if one[0] not in keys), (OTHER, OTHER_NAME))
    into, names = request.values.get("into", ""), box().home.settings.scanners
    scanner = request.values.get("scanner", "")
    preset = request.values.get("preset", "")
    return Scans(
        draft=draft,
        components=components,
        into=into if into in dict(components) else components[0][0],
        chosen=request.values.get("page", "") if chosen is None else chosen,
        preset=preset if preset in scan_jobs.PRESETS else next(iter(scan_jobs.PRESETS)),
        scanner=scanner if scanner in names else usual_scanner(names),
        job=next(reversed(jobs.of(box().db, scan_jobs.KIND, draft.id)), None),
        problem=problem,
        removed=removed,
    )


def usual_scanner(names: tuple[str, ...]) -> str:
    """Give the scanner of the counter one sits at, else the first; empty where there is none."""
    return names[counter() - 1] if 0 < counter() <= len(names) else next(iter(names), "")


def answer(shown: Scans) -> str | Response | tuple[str, int]:
    """Give the fragment to a script; without scripts the scan station is where one goes on."""
    if is_navigation():
        page = shown.page.id if shown.page else None
        return redirect(url_for("scanning.station", draft=shown.draft.id, into=shown.into, page=page), 303)
    name = TEMPLATES[request.values.get("place", "column")]
    return render_template(name, swapped=True, s=shown, presets=scan_jobs.PRESETS, scanners=box().home.settings.scanners)


@bp.get("/tiep-nhan/<uuid:draft>/quet")
@act("scan")
def station(draft: UUID) -> str:
    """Show the scan station: components, pages, one page large."""
    shown = scans(own(str(draft)))
    choice, _ = reception_view.chosen(catalogue(), shown.draft.body, now(), calendar())
    name = choice.procedure.name if choice else ""
    parts = {"presets": scan_jobs.PRESETS, "scanners": box().home.settings.scanners}
    return render_template("scan_station.html", s=shown, procedure=name, **parts)


@bp.get("/tiep-nhan/<uuid:draft>/ban-quet")
@act("scan")
def fragment(draft: UUID) -> str | Response | tuple[str, int]:
    """Give the pages as they are now; nothing while they are as the asker has them."""
    # What was said last is said again: the page asks by itself whenever something changed, the answer's own change too.
    said = {name: request.args.get(name, "")[:SAID_CHARS_MAX] for name in ("problem", "removed")}
    shown = scans(own(str(draft)), **said)
    return UNCHANGED if request.args.get("seen") == shown.seen else answer(shown)


@bp.post("/tiep-nhan/<uuid:draft>/quet-tiep")
@act("scan")
def scan(draft: UUID) -> str | Response | tuple[str, int]:
    """Order the next sheets, or one sheet in the place of the chosen page (`again`). Answers at once."""
    before = scans(own(str(draft)))
    if not before.scanner:
        return answer(scans(before.draft, problem=sentence(Refused("scanner_not_set"))))
    replaces = before.page.id if before.page and "again" in request.form else ""
    try:
        with box().writing() as at_once:
            there = begun(at_once, str(draft))
            job = scan_jobs.order(at_once, there, before.into, before.scanner, before.preset, replaces)
    except Refused as refused:
        return answer(scans(before.draft, problem=sentence(refused)))
    scan_jobs.follow(box(), jobs.load(box().db, job))
    return answer(scans(own(str(draft)), chosen=replaces))


@bp.post("/tiep-nhan/<uuid:draft>/dung-quet")
@act("scan")
def stop(draft: UUID) -> str | Response | tuple[str, int]:
    """Let no further sheet through."""
    for job in jobs.of(box().db, scan_jobs.KIND, own(str(draft)).id):
        if job.open:
            scan_jobs.cancel(box(), job)
    return answer(scans(own(str(draft))))


def turn(at_once: Act, draft: Draft, page: Page) -> None:
    """Turn the page a quarter clockwise."""
    drafts.turn_page(at_once, draft.id, officer().id, page.id)


def forward(at_once: Act, draft: Draft, page: Page) -> None:
    """Let the page change places with the one before it."""
    drafts.move_page(at_once, draft.id, officer().id, page.id, -1)


def back(at_once: Act, draft: Draft, page: Page) -> None:
    """Let the page change places with the one after it."""
    drafts.move_page(at_once, draft.id, officer().id, page.id, 1)


def remove(at_once: Act, draft: Draft, page: Page) -> None:
    """Take the page out; the answer offers to bring it back."""
    drafts.remove_page(at_once, draft.id, officer().id, page.id)


def assign(at_once: Act, draft: Draft, page: Page) -> None:
    """Put the page at the end of another component."""
    to = request.form.get("to", "")
    if to not in dict(scans(draft).components):
        raise Refused("component_unknown")
    drafts.assign_page(at_once, draft.id, officer().id, page.id, to)


CHANGES = {"xoay": turn, "len": forward, "xuong": back, "bo": remove, "chuyen": assign}


@bp.post("/tiep-nhan/<uuid:draft>/sua-trang/<any(xoay,len,xuong,bo,chuyen):what>")
@act("scan")
def change(draft: UUID, what: str) -> str | Response | tuple[str, int]:
    """Change the chosen page."""
    before = scans(own(str(draft)))
    if before.page is None:
        return answer(before)
    with box().writing() as at_once:
        CHANGES[what](at_once, before.draft, before.page)
    gone = what in ("bo", "chuyen")
    beside = before.pages[min(before.place, len(before.pages) - 1)].id if gone else before.page.id
    return answer(scans(own(str(draft)), removed=before.page.id if what == "bo" else "", chosen=beside))


@bp.post("/tiep-nhan/<uuid:draft>/tra-trang")
@act("scan")
def bring_back(draft: UUID) -> str | Response | tuple[str, int]:
    """Undo a removal."""
    page = request.form.get("removed", "")
    with box().writing() as at_once:
        drafts.restore_page(at_once, own(str(draft)).id, officer().id, page)
    return answer(scans(own(str(draft)), chosen=page))


@bp.post("/tiep-nhan/<uuid:draft>/tep")
@act("scan")
def upload(draft: UUID) -> str | Response | tuple[str, int]:
    """Take in files that exist already; a bad one is named and the good ones stay."""
    before, problems = scans(own(str(draft))), []
    given = [file for file in request.files.getlist("files") if file.filename]
    for file in given[: uploads.FILES_MAX]:
        try:
            new = uploads.keep(box().home, uploads.read(file.filename or "", file.read(uploads.FILE_BYTES_MAX + 1)))
            with box().writing() as at_once:
                begun(at_once, str(draft))
                for page in new:
                    drafts.add_page(at_once, str(draft), before.into, page)
        except Refused as refused:
            problems.append(sentence(refused))
    if not given:
        problems.append(sentence(Refused("upload_none")))
    if len(given) > uploads.FILES_MAX:
        problems.append(sentence(Refused("upload_many", most=uploads.FILES_MAX)))
    return answer(scans(own(str(draft)), problem=" ".join(problems)))
