"""Signing and sealing as jobs: an order to the token worker, and its finished files taken into the record. No screen waits.

The PIN passes through `hand_over` on its way to the worker and is kept nowhere. A file is taken by what it grew out of, so
taking it twice is once, and a kill at any point loses nothing and signs nothing twice.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlite_utils.db import Database

from appliance import catalogue_shelf, files, queries, signing
from appliance.box import Box
from appliance.clock import local_day, moment_of, stamp, text_of
from appliance.crash import crash_here
from appliance.documents import Document
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.rules import Rules
from appliance.trust import read_trust
from hardware.usb_token import PIN_CHARACTERS
from hardware.workers import ask
from web import collector, jobs, viewing
from web.jobs import Job, State
from web.token_state import TokenState, socket_of

SIGN, SEAL = "sign", "seal"
KIND_OF = {SIGN: signing.LEADER, SEAL: signing.ORGANISATION}
FIELD_OF = {SIGN: "ky_lanh_dao", SEAL: "dau_co_quan"}
ITEMS_MAX = 100  # Documents signed with one PIN.
HEARD_WITHIN_S = 15.0  # An order is spoken at once and within 5 s; what is unknown after this was never heard.
RUN_MAX = timedelta(days=1)
SHOWN_FOR = timedelta(minutes=15)  # How long a desk shows how its last run ended.
ENDED = {"done": State.DONE, "failed": State.FAILED, "stopped": State.CANCELLED}
# A person mends these; the signed file waits so long.
LATER = ("clock_behind", "clock_ahead", "late_unexplained", "late_no_apology")

log = logging.getLogger("motcua.sign")
SPEAKING: dict[str, float] = {}  # Until when (monotonic) an order of this process may still reach the worker.
IN_HAND: dict[str, str] = {}  # Job to the file that is being signed, as the worker said last; for the eye only.


@dataclass(frozen=True)
class Wanted:
    """A document as the page showed it: its dossier, the digest of the file, and what the seal fills in."""

    dossier: str
    digest: str
    fill: Mapping[str, str] | None = None


def order(act: Act, kind: str, officer: str, token: TokenState, wanted: Sequence[Wanted]) -> str:
    """Claim documents for one run and give the job's id. Raises Refused `being_signed`, `nothing_chosen`, `too_many_chosen`."""
    if not wanted:
        raise Refused("nothing_chosen")
    if len(wanted) > ITEMS_MAX:
        raise Refused("too_many_chosen", most=ITEMS_MAX)
    taken = claimed(act.db)
    for one in wanted:
        if other := claim_of(taken, one.dossier, _document_of(act.db, one)):
            raise Refused("being_signed", officer=_name_of(act.db, other.officer))
    items = [{"dossier": w.dossier, "before": w.digest, "fill": w.fill, "id": _item_id(kind, w, token)} for w in wanted]
    body = {"serial": token.serial, "certificate": token.certificate, "items": items}
    act.touch("dossiers")
    job = jobs.create(act, kind, officer, officer, body)
    SPEAKING[job] = time.monotonic() + HEARD_WITHIN_S
    return job


def hand_over(box: Box, job_id: str, pin: str) -> None:
    """Speak the order to the worker, once. When nobody answers it may still have been heard: `poll` finds out."""
    job = jobs.load(box.db, job_id)
    items = [_item(box, job, item) for item in job.body["items"]]
    words = {"serial": job.body["serial"], "cert_sha256": job.body["certificate"], "pin": pin, "items": items}
    crash_here("sign_ordered")
    try:
        ask(socket_of(box), {"do": "sign", "job": job.id, **words})
    except Refused as refused:
        if refused.code != "worker_away":
            _end(box, job, State.FAILED, refused)


def check_pin(pin: str) -> None:
    """Refuse a PIN no token would take, before anything happens. Raises Refused `pin_missing`, `pin_length`."""
    if not pin:
        raise Refused("pin_missing")
    if len(pin) not in PIN_CHARACTERS:
        raise Refused("pin_length")


def stop(box: Box, job_id: str, officer: str) -> None:
    """Ask the worker to end a run of this officer after the document in hand."""
    job = jobs.load(box.db, job_id)
    if job.officer == officer and job.open:
        ask(socket_of(box), {"do": "stop", "job": job.id})


def claimed(db: Database) -> dict[tuple[str, str], Job]:
    """Give the open job of each document that is being signed or sealed, by its dossier and the file that was ordered."""
    running = [job for kind in (SIGN, SEAL) for job in jobs.running(db, kind)]
    return {(item["dossier"], item["before"]): job for job in running for item in job.body["items"]}


def claim_of(claims: Mapping[tuple[str, str], Job], dossier: str, document: Document | None) -> Job | None:
    """Give the open job of a document, whichever of its revisions was ordered."""
    revisions = (document.file, *document.before) if document else ()
    return next((claims[dossier, file] for file in revisions if (dossier, file) in claims), None)


def _document_of(db: Database, wanted: Wanted) -> Document | None:
    dossier = queries.dossier(db, wanted.dossier)
    return dossier.document_of(wanted.digest) if dossier else None


def latest(db: Database, kind: str, officer: str) -> Job | None:
    """Give the officer's last run: while it is open, and for a while after it ended."""
    now = moment_of(stamp())
    found = [*jobs.running(db, kind), *jobs.since(db, kind, text_of(now - RUN_MAX))]
    since = text_of(now - SHOWN_FOR)
    return next((job for job in found if job.officer == officer and (job.open or job.changed_at > since)), None)


@collector.register("token", every_s=0.4)
def poll(box: Box) -> None:
    """Move every run on that has not ended. One that fails keeps no other waiting; the error makes the next round wait longer."""
    runs = [job for kind in (SIGN, SEAL) for job in jobs.running(box.db, kind)]
    went_well = [collector.attempt(box, job.kind, partial(follow, job=job)) for job in runs]
    if not all(went_well):
        raise RuntimeError("a run could not be followed")


def follow(box: Box, job: Job) -> None:
    """Take what was signed, and write down the end. Safe to do twice."""
    try:
        told = ask(socket_of(box), {"do": "status", "job": job.id}, 2.0)
    except Refused as refused:
        return _not_known(box, job) if refused.code == "sign_job_unknown" else None
    if job.state is State.WAITING:
        with box.writing() as act:
            jobs.change(act, job, State.RUNNING)
        job = jobs.load(box.db, job.id)
    IN_HAND[job.id] = next((_file_of(job, item["id"]) for item in told["items"] if item["state"] == "signing"), "")
    left = _take_all(box, job, told["items"])
    if told["state"] in ENDED and not any(one["code"] in LATER for one in left.values()):
        _forget(box, job)
        _close(box, job, told, left)


def taken(box: Box, job: Job) -> list[str]:
    """List the dossiers of a run whose signed file stands in the record."""
    return [item["dossier"] for item in job.body["items"] if _is_taken(box.db, item)]


def _take_all(box: Box, job: Job, told: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Take every finished file that is not taken yet; give what could not be taken or was not signed, by file ordered."""
    mine, left = {item["id"]: item for item in job.body["items"]}, {}
    for one in told:
        item = mine[one["id"]]
        if one["fault"]:
            left[item["before"]] = one["fault"]
        elif one["state"] == "done" and not _is_taken(box.db, item):
            try:
                _take(box, job, item, Path(one["path"]))
            except Refused as why:
                left[item["before"]] = {"code": why.code, "facts": why.facts}
                log.warning("job %s dossier %s: %s", job.id, item["dossier"], why.code)
    return left


def _take(box: Box, job: Job, item: dict[str, Any], path: Path) -> None:
    try:
        pdf = path.read_bytes()
    except FileNotFoundError:
        raise Refused("document_missing") from None
    trust, kind = read_trust(box.home.trust), KIND_OF[job.kind]
    judged = signing.judge(box.home, pdf, item["before"], kind, job.body["certificate"], trust, stamp())
    crash_here(f"{job.kind}_file_stored")
    with box.writing() as act:
        if job.kind == SIGN:
            signing.take_leader_signature(act, item["dossier"], judged, job.officer)
        else:
            signing.take_seal(act, item["dossier"], judged, job.officer, box.home.settings.unit, _rules(box))
        viewing.forget(act, item["before"])
        act.touch(f"job:{job.id}")
    crash_here(f"{job.kind}_recorded")


def _rules(box: Box) -> Rules:
    today = local_day(stamp())
    return catalogue_shelf.current(box.home, today).rules_on(today)


def _close(box: Box, job: Job, told: dict[str, Any], left: dict[str, dict[str, Any]]) -> None:
    """Write down how a run ended, for the whole and for each document that was not signed."""
    whole = told["fault"]
    if not whole and left and told["state"] != "stopped":
        whole = next(iter(left.values())) if len(job.body["items"]) == 1 else {"code": "signed_partly", "facts": {}}
    state = State.FAILED if whole else ENDED[told["state"]]
    _end(box, job, state, Refused(whole["code"], **whole["facts"]) if whole else None, left)


def _not_known(box: Box, job: Job) -> None:
    """The worker does not know the job: forgotten because all was taken, never heard, or its spool was emptied."""
    if len(taken(box, job)) == len(job.body["items"]):
        return _end(box, job, State.DONE)
    if job.state is State.RUNNING:
        return _end(box, job, State.FAILED, Refused("token_worker_stopped"))
    if time.monotonic() > SPEAKING.get(job.id, 0.0):
        _end(box, job, State.FAILED, Refused("sign_not_heard"))
    return None


def _end(box: Box, job: Job, state: State, why: Refused | None = None, items: dict[str, Any] | None = None) -> None:
    facts = (why.facts if why else {}) | {"items": items or {}}
    with box.writing() as act:
        jobs.change(act, job, state, fault=why.code if why else "", facts=facts)
        act.touch("dossiers")
    for kept in (IN_HAND, SPEAKING):
        kept.pop(job.id, None)


def _forget(box: Box, job: Job) -> None:
    """Let the worker empty the job's folder: all that counts is in the record. A crash after this is found by `_not_known`."""
    try:
        ask(socket_of(box), {"do": "forget", "job": job.id}, 2.0)
    except Refused as refused:
        log.warning("forget %s: %s", job.id, refused.code)


def _is_taken(db: Database, item: dict[str, Any]) -> bool:
    dossier = queries.dossier(db, item["dossier"])
    return dossier is not None and signing.is_taken(dossier, item["before"])


def _item(box: Box, job: Job, item: dict[str, Any]) -> dict[str, Any]:
    path = str(files.path_of(box.home, item["before"]))
    same = {"id": item["id"], "path": path, "sha256": item["before"], "field": FIELD_OF[job.kind]}
    return same | {"kind": KIND_OF[job.kind], "fill": item["fill"]}


def _item_id(kind: str, wanted: Wanted, token: TokenState) -> str:
    """Name dossier, file, role and certificate: the worker gives an earlier result for the same name, and signs no second time.

    Two dossiers may hold results with the same bytes; each gets a signature of its own.
    """
    return f"{wanted.dossier}-{wanted.digest[:32]}-{kind}-{token.certificate[:16]}"


def _file_of(job: Job, item_id: str) -> str:
    return next((item["before"] for item in job.body["items"] if item["id"] == item_id), "")


def _name_of(db: Database, officer: str) -> str:
    row = db.conn.execute("SELECT name FROM officer WHERE id = ?", [officer]).fetchone()
    return row[0] if row else officer
