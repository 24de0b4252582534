"""Scanning as jobs: an order to the scanner's worker, and its pages taken into the draft as they land. No screen waits for it.

A page is put among the files before the draft names it, and its id is made of job and number: taken in twice is once.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance import drafts, files
from appliance.box import Box
from appliance.clock import moment_of, stamp
from appliance.crash import crash_here
from appliance.drafts import Draft, NewPage
from appliance.errors import Refused
from appliance.ledger import Act
from hardware.workers import ask
from web import collector, derived, jobs
from web.jobs import Job, State

KIND = "scan"
ASK_S = 2.0
HEARD_WITHIN_S = 10.0  # A worker that is just being restarted hears the order within this time.
FACTS = ("blank", "blurred", "angle", "dpi", "width", "height")
ENDED = {"done": State.DONE, "failed": State.FAILED, "cancelled": State.CANCELLED}

log = logging.getLogger("motcua.scan")


@dataclass(frozen=True)
class Preset:
    """How to scan, in words and as the worker wants it."""

    words: str
    options: dict[str, Any]


PRESETS = {
    "mau": Preset("Màu, một mặt", {"mode": "color", "dpi": 200, "source": "feeder"}),
    "mau-2": Preset("Màu, hai mặt", {"mode": "color", "dpi": 200, "source": "duplex"}),
    "xam": Preset("Xám, một mặt", {"mode": "gray", "dpi": 200, "source": "feeder"}),
    "xam-2": Preset("Xám, hai mặt", {"mode": "gray", "dpi": 200, "source": "duplex"}),
    "kinh": Preset("Mặt kính, 300 dpi", {"mode": "color", "dpi": 300, "source": "flatbed"}),
}
SEEN: dict[str, dict[str, Any]] = {}  # What each scanner's worker said last; a name that is not there is unknown.


def order(act: Act, draft: Draft, component: str, scanner: str, preset: str, replaces: str = "") -> str:
    """Write down that sheets shall be scanned into a component, or one sheet in the place of a page; give the job's id.

    Raises Refused `scanner_in_use` with the officer's name while somebody else's sheets run through this scanner.
    """
    for other in jobs.running(act.db, KIND):
        if other.subject == draft.id:
            return other.id
        if other.body["scanner"] == scanner:
            raise Refused("scanner_in_use", officer=name_of(act, other.officer))
    options = PRESETS[preset].options | ({"pages_max": 1} if replaces else {})
    at = next((n for n, page in enumerate(draft.of(component), 1) if page.id == replaces), len(draft.of(component)) + 1)
    body = {"component": component, "scanner": scanner, "options": options, "replaces": replaces, "first_page": at}
    return jobs.create(act, KIND, draft.id, draft.officer, body)


def name_of(act: Act, officer: str) -> str:
    """Give the name of an officer, or the id where the account is gone."""
    row = act.db.conn.execute("SELECT name FROM officer WHERE id = ?", [officer]).fetchone()
    return row[0] if row else officer


@collector.register(KIND, every_s=0.25)
def poll(box: Box) -> None:
    """Move every scan on that has not ended."""
    for job in jobs.running(box.db, KIND):
        follow(box, job)


def follow(box: Box, job: Job) -> None:
    """Give the order if it was not heard yet, take in the pages that landed, write down the end. Safe to do twice."""
    try:
        answer = ask(socket_of(box, job.body["scanner"]), request(job), ASK_S)
    except Refused as refused:
        return unheard(box, job, refused)
    SEEN[job.body["scanner"]] = answer["scanner"]
    told = answer["jobs"].get(job.id)
    if told is None:  # The worker's folder was emptied: what was taken in is safe, the rest has to be scanned again.
        n = job.body["first_page"] + len(taken(box, job)) - 1
        return end(box, job, State.FAILED, "scanner_stopped", {"n": n, "next": n + 1})
    if job.state is State.WAITING:
        with box.writing() as act:
            jobs.change(act, job, State.RUNNING)
            act.touch(f"draft:{job.subject}")
        job = jobs.load(box.db, job.id)
    take_in(box, job, told["pages"])
    if told["state"] in ENDED:
        fault = told.get("fault") or {"code": "", "facts": {}}
        end(box, job, ENDED[told["state"]], fault["code"], fault["facts"])
        forget(box, job)


def unheard(box: Box, job: Job, refused: Refused) -> None:
    """Fail an order that nobody took; a job that runs waits for its worker to come back, for its pages lie in the spool."""
    waited_s = (moment_of(stamp()) - moment_of(job.made_at)).total_seconds()
    if refused.code != "worker_away" or (job.state is State.WAITING and waited_s > HEARD_WITHIN_S):
        end(box, job, State.FAILED, refused.code, refused.facts)


def request(job: Job) -> dict[str, Any]:
    """Say what the worker is asked: the order as long as it may not have heard it, then how far it is."""
    if job.state is State.WAITING:
        return {"do": "scan", "job": job.id, "options": job.body["options"], "first_page": job.body["first_page"]}
    return {"do": "status", "job": job.id}


def take_in(box: Box, job: Job, pages: list[dict[str, Any]]) -> None:
    """Keep the pages that are not kept yet, each durable before the next."""
    known = taken(box, job)
    for page in pages:
        if page_id(job, page["n"]) in known:
            continue
        try:
            take(box, job, page)
        except Refused as refused:  # The draft was accepted or given up meanwhile, or is full: no page may wait for ever.
            cancel(box, job)
            return end(box, job, State.FAILED, refused.code, refused.facts)


def take(box: Box, job: Job, page: dict[str, Any]) -> None:
    """Take one page from the spool into the files, then into the draft."""
    data = Path(page["path"]).read_bytes()
    digest = files.put(box.home, data)
    derived.keep(box.home, derived.Image(digest), Path(page["thumbnail"]).read_bytes())
    crash_here("page_put")
    facts = {name: page[name] for name in FACTS}
    first = page["n"] == job.body["first_page"]
    with box.writing() as act:
        drafts.add_page(
            act,
            job.subject,
            job.body["component"],
            NewPage(digest, len(data), "image/jpeg", facts),
            page_id=page_id(job, page["n"]),
            replaces=job.body["replaces"] if first else "",
        )
    crash_here("page_stored")


def page_id(job: Job, n: int) -> str:
    """Name a scanned page, the same each time it is met."""
    return f"{job.id}-{n}"


def taken(box: Box, job: Job) -> set[str]:
    """List the ids of this job's pages that the draft has, or had before they were replaced or removed."""
    sql = "SELECT id FROM draft_page WHERE draft = ? AND id LIKE ? || '-%'"
    return {row[0] for row in box.db.conn.execute(sql, [job.subject, job.id])}


def end(box: Box, job: Job, state: State, fault: str = "", facts: dict[str, Any] | None = None) -> None:
    """Write down how a job ended."""
    with box.writing() as act:
        jobs.change(act, job, state, fault=fault, facts=facts or {})
        act.touch(f"draft:{job.subject}")


def cancel(box: Box, job: Job) -> None:
    """Ask the worker to let no further sheet through; pages that are through stay. Without a worker the job ends here."""
    try:
        ask(socket_of(box, job.body["scanner"]), {"do": "cancel", "job": job.id}, ASK_S)
    except Refused as refused:
        log.warning("cancel %s: %s", job.id, refused.code)
        end(box, job, State.CANCELLED)


def forget(box: Box, job: Job) -> None:
    """Let the worker empty a job's folder, once nothing in it is needed; `watch` tries again where this failed."""
    try:
        ask(socket_of(box, job.body["scanner"]), {"do": "forget", "job": job.id}, ASK_S)
    except Refused as refused:
        log.warning("forget %s: %s", job.id, refused.code)


def socket_of(box: Box, scanner: str) -> Path:
    """Say where a scanner's worker listens."""
    return box.home.run / f"scan-{scanner}.sock"


@collector.register("scanners", every_s=3.0)
def watch(box: Box) -> None:
    """Look how each scanner is, tell the pages when that changed, and forget jobs that ended while a worker was away."""
    for name in box.home.settings.scanners:
        told = look(box, name)
        if SEEN.get(name) != told["scanner"]:
            SEEN[name] = told["scanner"]
            with box.writing() as act:
                act.touch("scanners")
        for shown in told["jobs"].values():
            sweep(box, name, shown)


def look(box: Box, name: str) -> dict[str, Any]:
    """Ask one worker; a worker that is away is an answer too."""
    try:
        return ask(socket_of(box, name), {"do": "status"}, ASK_S)
    except Refused as refused:
        return {"scanner": {"state": "absent", "fault": {"code": refused.code, "facts": refused.facts}}, "jobs": {}}


def sweep(box: Box, scanner: str, shown: dict[str, Any]) -> None:
    """Take in what a job of this scanner left after it had ended here, then forget it."""
    try:
        job = jobs.load(box.db, shown["job"])
    except Refused:
        return  # Not ours to delete: a technician looks at it.
    if not job.open and job.body["scanner"] == scanner and shown["state"] in ENDED:
        take_in(box, job, shown["pages"])
        forget(box, job)
