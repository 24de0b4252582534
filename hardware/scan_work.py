"""One scanner's work: orders come in, a short-lived process does each of them, the answers tell how far it is.

It never loads libsane. What it knows of jobs it reads from the spool, so a killed and restarted worker knows as much.

    status {job?}                        -> {"scanner": {...}, "jobs": {job: {...}}}
    scan   {job, options?, first_page?}  -> status of the job; asking again for pages that exist does nothing
    cancel {job}                         -> status; pages that are through stay
    forget {job}                         -> {}; the job's pages are deleted
    devices {}                           -> {"devices": [...]} as last seen; a fresh look begins
"""

import contextlib
import logging
import os
import queue
import shutil
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

import msgspec

from appliance import crash
from appliance.errors import Refused
from hardware import spool
from hardware.faults import fault
from hardware.scan_batch import Order
from hardware.scan_child import kill, spawn, told_by
from hardware.scanner import JobState, PageNumber, ScannerState, Wish

QUIET_S = 30.0  # A batch that says nothing for so long has hung …
QUIET_PAGES = 4  # … or for as long as so many pages usually take.
PAGES_TIMED_MAX = 20
LOOK_S_MAX = 20.0
LOOK_AGAIN_S = {ScannerState.IDLE: 60.0}  # How often a scanner nobody uses is looked for,
LOOK_AGAIN_TROUBLED_S = 10.0  # and one that wasn't well when last seen.
CANCEL_GRACE_S = 10.0  # For the sheet that's on its way.
FREE_BYTES_MIN = 2 << 30  # Below this the disk belongs to the ledger.
JOBS_MAX = 50  # Kept in the spool until they are forgotten.

LOST = {"scanner_absent", "scanner_io", "scanner_hung", "scanner_stopped"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Where this worker works, and on which scanner."""

    spool: Path
    sane_config: Path
    scanner: str
    settings: dict = field(default_factory=dict)
    quiet_s: float = QUIET_S


@dataclass
class Running:
    """The job in hand, from its order to its end."""

    job: spool.Job
    cancelled: bool = False
    child: Popen | None = None

    def stop(self) -> None:
        """Let the sheet on its way come through, then no further one."""
        self.cancelled = True
        if self.child:
            self.child.terminate()
            threading.Timer(CANCEL_GRACE_S, kill, [self.child]).start()


class ScannerWork:
    """One scanner, one job at a time: `answer` is called from the socket, the work is done in a thread."""

    def __init__(self, place: Place):
        self.place = place
        self.running: Running | None = None
        self.looking: Popen | None = None
        self.orders: queue.Queue[Running | None] = queue.Queue(maxsize=2)
        self.devices: list[dict] = []
        self.device: dict = {}
        self.state = ScannerState.UNKNOWN
        self.trouble: dict | None = None
        self.page_times: deque[float] = deque(maxlen=PAGES_TIMED_MAX)
        self.lock = threading.Lock()  # Between a request and the moment a job ends.

    def begin(self) -> None:
        """Put the spool in order after whatever happened, and start to work."""
        self.place.spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        spool.mend(self.place.spool)
        threading.Thread(target=self._work_or_die, daemon=True).start()

    def answer(self, request: dict) -> dict:
        asked: dict[str, Callable[..., dict]] = {
            "status": self._status,
            "scan": self._scan,
            "cancel": self._cancel,
            "forget": self._forget,
            "devices": self._devices,
        }
        words = dict(request)
        with self.lock:
            return asked[words.pop("do")](**words)

    def _work_or_die(self) -> None:
        # Without this thread the worker would only pretend to work; restarted, it finds everything in the spool.
        try:
            self._work()
        except BaseException:
            log.exception("the worker gives up")
            os._exit(1)

    def _work(self) -> None:
        self._look()
        while True:
            try:
                running = self.orders.get(timeout=LOOK_AGAIN_S.get(self.state, LOOK_AGAIN_TROUBLED_S))
            except queue.Empty:
                running = None
            self._batch(running) if running else self._look()

    # Requests: quick, no device.

    def _status(self, job: str = "") -> dict:
        known = [spool.read_job(self.place.spool, job)] if job else spool.jobs(self.place.spool)
        state = ScannerState.SCANNING if self.running else self.state
        names = {name: self.device.get(name, "") for name in ("name", "vendor", "model")}
        return {
            "scanner": {"state": state, "fault": self.trouble, **names},
            "jobs": {one.job: self._shown(one) for one in known if one},
        }

    def _shown(self, job: spool.Job) -> dict:
        shown = msgspec.to_builtins(job)
        return {**shown, "pages": spool.pages(self.place.spool / job.job)}

    def _scan(self, job: str, options: dict | None = None, first_page: int = 1) -> dict:
        try:
            wish = msgspec.convert(options or {}, Wish)
            first = msgspec.convert(first_page, PageNumber)
        except msgspec.ValidationError as error:
            raise Refused("scan_options") from error
        folder = spool.folder_of(self.place.spool, job)
        if self._is_heard(job) or spool.last_page(folder) >= first:
            return self._status(job)
        self._refuse_if_impossible(job, first)
        order = spool.Job(job, wish, first, JobState.SCANNING)
        spool.write_job(self.place.spool, order)
        self.running = Running(order)
        self.orders.put_nowait(self.running)
        if self.looking:
            kill(self.looking)
        return self._status(job)

    def _refuse_if_impossible(self, job: str, first_page: int) -> None:
        if self.running:
            raise Refused("scanner_busy")
        if shutil.disk_usage(self.place.spool).free < FREE_BYTES_MIN:
            raise Refused("scan_disk_full", n=first_page - 1, next=first_page)
        others = [one for one in spool.jobs(self.place.spool) if one.job != job]
        if len(others) >= JOBS_MAX:
            raise Refused("spool_full", count=len(others))

    def _cancel(self, job: str) -> dict:
        if self.running and self.running.job.job == job:
            self.running.stop()
        return self._status(job)

    def _forget(self, job: str) -> dict:
        if self._is_heard(job):
            raise Refused("scanner_busy")
        spool.forget(self.place.spool, job)
        return {}

    def _devices(self) -> dict:
        if self.orders.empty() and not self.running:
            self.orders.put_nowait(None)
        return {"devices": self.devices}

    def _is_heard(self, job: str) -> bool:
        return self.running is not None and self.running.job.job == job

    # Work: slow, one thing at a time.

    def _look(self) -> None:
        """Find out whether the scanner is there and lets itself be opened."""
        self.looking = child = spawn(self.place.sane_config, Order(os.getpid(), self.place.scanner, self.place.settings))
        told = ""
        with contextlib.suppress(TimeoutError):
            for event in told_by(child, lambda: LOOK_S_MAX):
                told = event["event"]
                self._note(event)
        self.looking = None
        if told == "end":
            self.state, self.trouble = ScannerState.IDLE, None
        elif told != "fault" and not self.running:  # Stopped for an order's sake it says nothing about the scanner.
            self._in_trouble(fault("scanner_absent", {}))

    def _note(self, event: dict) -> None:
        if event["event"] == "devices":
            self.devices = event["devices"]
        elif event["event"] == "found":
            self.device = event["device"]
        elif event["event"] == "fault":
            self._in_trouble(fault(event["code"], {"n": 0, "next": 1, **event["facts"]}))

    def _in_trouble(self, why: dict) -> None:
        self.state = ScannerState.ABSENT if why["code"] in LOST else ScannerState.TROUBLE
        self.trouble = why

    def _batch(self, running: Running) -> None:
        """Carry out one order to its end, whatever the end is."""
        job, folder = running.job, self.place.spool / running.job.job
        order = Order(os.getpid(), self.place.scanner, self.place.settings, str(folder), job.first_page, job.wish)
        running.child = spawn(self.place.sane_config, order)
        if running.cancelled:  # While the process was being made.
            running.stop()
        ended = {"event": "fault", "code": "scanner_stopped", "facts": {}}
        page_began = time.monotonic()
        try:
            for event in told_by(running.child, self._quiet_s):
                if event["event"] == "page":
                    self.page_times.append(time.monotonic() - page_began)
                    spool.examine_page(folder, event["n"])
                    page_began = time.monotonic()
                    crash.crash_here("scan_page_stored")
                elif event["event"] in ("end", "fault"):
                    ended = event
                elif event["event"] == "found":
                    self.device = event["device"]
        except TimeoutError:
            ended = {"event": "fault", "code": "scanner_hung", "facts": {}}
        with self.lock:
            self._close(running, ended)

    def _close(self, running: Running, ended: dict) -> None:
        # A cancelled batch that had to be killed ends as the officer wanted, not as a fault.
        if running.cancelled:
            spool.close_job(self.place.spool, running.job, JobState.CANCELLED)
        elif ended["event"] == "end":
            spool.close_job(self.place.spool, running.job, JobState.DONE)
        else:
            spool.close_job(self.place.spool, running.job, JobState.FAILED, ended["code"], **ended["facts"])
            log.warning("job %s failed: %s", running.job.job, ended["code"])
        self.state, self.trouble, self.running = ScannerState.IDLE, None, None
        if ended.get("code") in LOST:
            self.state = ScannerState.UNKNOWN
            self.orders.put_nowait(None)

    def _quiet_s(self) -> float:
        usual = statistics.median(self.page_times) if self.page_times else 0
        return max(self.place.quiet_s, QUIET_PAGES * usual)
