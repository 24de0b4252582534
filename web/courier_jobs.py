"""The long work of the courier as jobs: writing a bundle, taking one in, reading an answer. One at a time, in a thread of its own.

What is uploaded or downloaded lies sealed under spool/courier; nothing there is in clear, and old things go by themselves.
"""

import logging
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from appliance.box import Box
from appliance.clock import moment_of, stamp, text_of
from appliance.config import Home
from appliance.errors import Refused
from appliance.ledger import Act
from sync.courier import coming, going
from sync.courier.layout import ENDING
from sync.province.courier import take_bundle
from sync.province.opened import open_province
from sync.sender import Sender, open_sender
from web import collector, courier_words, jobs, sticks
from web.jobs import Job, State

KIND = "courier"
TELL_EVERY_S = 0.5
KEPT_DAYS = 90
UNFINISHED_S = 24 * 3600
SHOWN = timedelta(days=1)
NAME = re.compile(rf"motcua-[0-9a-f]{{8}}-\d{{8}}-(goi|tra-loi)-\d{{4,9}}{re.escape(ENDING)}")
Tell = Callable[[int, int], None]
Done = dict[str, Any]  # what the page shows: words, well, and the name of a file to download
log = logging.getLogger("motcua.courier")


def order(act: Act, officer: str, body: dict[str, Any]) -> str:
    """Ask for a piece of work. Raises Refused `courier_busy` while another one is going on."""
    if jobs.running(act.db, KIND):
        raise Refused("courier_busy")
    return jobs.create(act, KIND, body["do"], officer, body)


def newest(box: Box) -> Job | None:
    """Give the last piece of work of these days."""
    since = text_of(moment_of(stamp()) - SHOWN)
    return next(iter(jobs.since(box.db, KIND, since)), None)


def folder(home: Home) -> Path:
    """Give where sealed bundles wait for a browser, without what is too old."""
    found = home.spool / "courier"
    found.mkdir(parents=True, exist_ok=True, mode=0o750)
    for path in found.iterdir():
        limit = UNFINISHED_S if path.suffix != ENDING else KEPT_DAYS * 24 * 3600
        if time.time() - path.stat().st_mtime > limit:
            path.unlink(missing_ok=True)
    return found


def file_of(home: Home, name: str) -> Path | None:
    """Give a bundle or an answer that may be downloaded."""
    path = home.spool / "courier" / name
    return path if NAME.fullmatch(name) and path.is_file() else None


@collector.register(KIND, every_s=0.5)
def poll(box: Box) -> None:
    """Do what waits. What is found running was left by a process that ended: only this thread runs anything."""
    for job in jobs.running(box.db, KIND):
        if job.state is State.RUNNING:
            _end(box, job, State.FAILED, "courier_interrupted")
        elif _note(box, job, State.RUNNING, {}):
            _run(box, replace(job, state=State.RUNNING))


def _run(box: Box, job: Job) -> None:
    try:
        done = WORK[job.body["do"]](box, job.body, _teller(box, job))
    except Refused as refused:
        _end(box, job, State.FAILED, refused.code, refused.facts)
    except Exception as error:  # A defect must not leave a bar that runs for ever.
        log.error("courier %s failed: %s", job.body["do"], type(error).__name__)
        _end(box, job, State.FAILED, "courier_failed")
    else:
        _end(box, job, State.DONE, facts=done)


def _teller(box: Box, job: Job) -> Tell:
    told_at = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > TELL_EVERY_S:
            told_at = time.monotonic()
            _note(box, job, State.RUNNING, {"done": min(done, total), "total": total})

    return tell


def _note(box: Box, job: Job, to: State, facts: dict[str, Any]) -> bool:
    with box.writing() as act:
        return jobs.change(act, job, to, facts=facts)


def _end(box: Box, job: Job, to: State, fault: str = "", facts: dict[str, Any] | None = None) -> None:
    with box.writing() as act:
        jobs.change(act, job, to, fault=fault, facts=facts or {})


def _export(box: Box, body: dict[str, Any], tell: Tell) -> Done:
    """Write a bundle to a stick, or to where a browser fetches it."""
    most = body["mb"] * going.MB
    if body["folder"]:
        to = Path(body["folder"])
        sticks.half_written(to)
    else:
        to = folder(box.home)
        for old in to.glob(f"*-goi-*{ENDING}"):
            old.unlink(missing_ok=True)
        most = max(going.BYTES_MIN, min(most, shutil.disk_usage(to).free // 2))  # The office goes on working beside it.
    made = _with_sender(box, lambda sender: going.make(sender, to, most, body["again"], tell))
    fetch = "" if body["folder"] else made.path.name
    return {"words": courier_words.made_words(made), "well": True, "name": made.path.name, "fetch": fetch}


def _answer(box: Box, body: dict[str, Any], tell: Tell) -> Done:
    """Read an answer back in."""
    came = _with_sender(box, lambda sender: coming.take_answer(sender, Path(body["path"])))
    return {"words": courier_words.came_words(came), "well": not came.problems and not came.cut and not came.behind}


def _with_sender(box: Box, act: Callable[[Sender], Any]) -> Any:
    try:
        sender = open_sender(box.home, box.catalogue)
    except FileNotFoundError:
        raise Refused("not_enrolled") from None
    try:
        return act(sender)
    finally:
        sender.box.close()


def _bundle(box: Box, body: dict[str, Any], tell: Tell) -> Done:
    """Take a commune's bundle in, at the province."""
    province = open_province(box.home)
    try:
        outcome = take_bundle(province, Path(body["path"]), folder(box.home), body["by"], tell)
    finally:
        province.close()
    Path(body["path"]).unlink(missing_ok=True)
    said = f"{outcome.commune}, gói số {outcome.manifest.number}."
    words = [said, *courier_words.answer_words(outcome.answer)]
    return {"words": words, "well": outcome.answer.good, "name": outcome.answer_path.name, "fetch": outcome.answer_path.name}


WORK: dict[str, Callable[[Box, dict[str, Any], Tell], Done]] = {"export": _export, "answer": _answer, "bundle": _bundle}
