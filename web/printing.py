"""Printing as jobs: the stored PDF goes to the queue, what became of it is shown, and it can be printed again.

A printer in trouble undoes nothing. A job is claimed before it is handed over: after a crash in between nobody knows whether
paper came out, so the officer is told to look, and nothing prints twice by itself.
"""

from datetime import datetime, time, timedelta

from flask import Blueprint, render_template, url_for
from flask import redirect as redirect_to
from werkzeug.wrappers import Response

from appliance import clock, files, papers, queries
from appliance.box import Box
from appliance.clock import LOCAL, moment_of, stamp
from appliance.crash import crash_here
from appliance.errors import Refused
from appliance.ledger import Act
from hardware import printer
from web import collector, jobs
from web.jobs import Job, State
from web.per_request import act, box, holds, is_navigation, officer
from web.vietnamese import sentence

bp = Blueprint("printing", __name__)
KIND = "print"
LOST_AFTER = timedelta(seconds=30)  # A job claimed for so long without a number of the queue was lost in a crash.
SHOWN_MAX = 100


def order(at_once: Act, officer_id: str, dossier: str, code: str, digest: str) -> str:
    """Ask for a stored PDF to be printed, in the caller's transaction, and give the job's id."""
    job = jobs.create(at_once, KIND, dossier, officer_id, {"digest": digest, "code": code})
    at_once.touch(f"print:{officer_id}")
    return job


@collector.register(KIND)
def poll(the_box: Box) -> None:
    """Hand over what waits and ask what became of the rest."""
    settings = the_box.home.settings
    queue = printer.Queue(settings.printer, settings.cups_server) if settings.printer else None
    for job in jobs.running(the_box.db, KIND):
        if job.state is State.WAITING:
            hand_over(the_box, queue, job)
        else:
            follow(the_box, queue, job)


def hand_over(the_box: Box, queue: printer.Queue | None, job: Job) -> None:
    """Claim a job and give its file to the queue."""
    if queue is None:
        note(the_box, job, State.FAILED, "printer_not_set")
        return
    if not note(the_box, job, State.RUNNING):
        return
    crash_here("print_claimed")
    job = jobs.load(the_box.db, job.id)
    told = printer.submit(queue, files.path_of(the_box.home, job.body["digest"]), job.body["code"])
    to = State.RUNNING if told.job else State.FAILED
    note(the_box, job, to, str(told.fault or ""), {"queue_job": told.job, "state": str(told.state)})


def follow(the_box: Box, queue: printer.Queue | None, job: Job) -> None:
    """Ask the queue; write down only what changed."""
    waited = moment_of(stamp()) - moment_of(job.made_at)
    if "queue_job" not in job.facts or queue is None:
        if waited > LOST_AFTER:
            note(the_box, job, State.FAILED, "print_unknown")
        return
    told = printer.state(queue, job.facts["queue_job"], waited.total_seconds())
    to = {printer.State.DONE: State.DONE, printer.State.FAILED: State.FAILED}.get(told.state, State.RUNNING)
    fault = str(told.fault or ("print_failed" if to is State.FAILED else ""))
    facts = {**job.facts, "state": str(told.state)}
    if (to, fault, facts) != (job.state, job.fault or "", job.facts):
        note(the_box, job, to, "" if to is State.DONE else fault, facts)


def note(the_box: Box, job: Job, to: State, fault: str = "", facts: dict | None = None) -> bool:
    """Write down how far a job is, and tell the pages."""
    with the_box.writing() as at_once:
        at_once.touch(f"print:{job.officer}")
        return jobs.change(at_once, job, to, fault=fault, facts=facts)


WORDS = {
    "printer_out_of_paper": "Máy in hết giấy",
    "printer_gone": "Không thấy máy in",
    "printer_stuck": "Máy in chưa in xong",
    "printing_service_down": "Dịch vụ in không chạy",
    "printer_not_set": "Chưa cài máy in",
    "print_failed": "Bản in bị hủy",
    "print_unknown": "Chưa rõ đã in",
}


@bp.app_template_filter("print_word")
def print_word(fault: str) -> str:
    """Say a print fault in few words; its whole sentence stands beside it or on the list of prints."""
    return WORDS.get(fault, "Chưa in được")


bp.add_app_template_filter(sentence, "sentence")


@bp.get("/in")
@act("print")
def page() -> str:
    """List what was printed today."""
    return render_template("printing.html", rows=today())


@bp.get("/in/gan-nhat")
@act("print")
def latest() -> str:
    """Give the line about this officer's last slip."""
    return render_template("reception_latest.html", last=last_of(officer().id))


@bp.post("/in/<uuid:job>/lai")
@act("print")
def again(job: object) -> Response | str:
    """Print a stored PDF once more."""
    old = jobs.load(box().db, str(job))
    if old.kind != KIND or not (old.officer == officer().id or holds("view_dossier")):
        raise Refused("job_unknown")
    with box().writing() as at_once:
        order(at_once, officer().id, old.subject, old.body["code"], old.body["digest"])
    return redirect_to(url_for("printing.page"), 303) if is_navigation() else latest()


@bp.post("/ho-so/<dossier>/in-giay-hen")
@act("print_paper")
def slip(dossier: str) -> Response:
    """Print a dossier's slip once more, as its next copy."""
    found = queries.dossier(box().db, dossier)
    if found is None or not found.slip or not holds("view_dossier"):
        raise Refused("dossier_unknown")
    with box().writing() as at_once:
        papers.reprint(at_once, dossier, officer().id, found.slip, "another")
        order(at_once, officer().id, dossier, found.code, found.slip)
    return redirect_to(url_for("printing.page"), 303)


def today() -> list[Job]:
    """List today's print jobs of the office; for those who may not see dossiers only their own."""
    midnight = clock.text_of(datetime.combine(clock.local_day(stamp()), time(), LOCAL))
    found = jobs.since(box().db, KIND, midnight)
    return [job for job in found if holds("view_dossier") or job.officer == officer().id][:SHOWN_MAX]


def last_of(officer_id: str) -> Job | None:
    """Give the officer's newest print job of today."""
    return next((job for job in today() if job.officer == officer_id), None)
