"""Where scanned pages wait on disk until the web process takes them in: one folder a job, readable after any crash.

<spool>/<job>/job.json             what was wished, how it ended (durable)
<spool>/<job>/page-0001.jpg        the page as scanned (durable, never written twice)
<spool>/<job>/page-0001.json       its digest and size (durable)
<spool>/<job>/page-0001.look.json  what imaging saw; like the thumbnail it can be made again
<spool>/<job>/page-0001.thumb.jpg
"""

import hashlib
import io
import re
import shutil
from pathlib import Path

import msgspec
from PIL import Image

from appliance.durable import sync_folder, write_durably
from appliance.errors import Refused
from hardware.faults import fault
from hardware.scanner import JobState, PageNumber, Wish

JOB_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}")


class Job(msgspec.Struct, frozen=True):
    """One order to scan. `fault` is {"code", "facts"} when it failed."""

    job: str
    wish: Wish
    first_page: PageNumber
    state: JobState
    fault: dict | None = None


class Stored(msgspec.Struct, frozen=True):
    """A page on disk: its number in the job's document, the digest of its bytes, pixels."""

    n: int
    sha256: str
    size: int
    width: int
    height: int
    dpi: int


def folder_of(spool: Path, job: str) -> Path:
    """Return a job's folder. Raises Refused("job_name") for a name that could lead out of the spool."""
    if not JOB_NAME.fullmatch(job):
        raise Refused("job_name")
    return spool / job


def write_job(spool: Path, job: Job) -> None:
    """Write down, durably, what is known of the job."""
    folder = folder_of(spool, job.job)
    if not folder.exists():
        folder.mkdir(mode=0o700)
        sync_folder(spool)
    write_durably(folder / "job.json", msgspec.json.encode(job))


def read_job(spool: Path, job: str) -> Job | None:
    """Return the job, or None if the spool doesn't know it."""
    try:
        return msgspec.json.decode((folder_of(spool, job) / "job.json").read_bytes(), type=Job)
    except FileNotFoundError:
        return None


def jobs(spool: Path) -> list[Job]:
    """Return every job that hasn't been forgotten, by name."""
    found = (read_job(spool, folder.name) for folder in sorted(spool.iterdir()) if JOB_NAME.fullmatch(folder.name))
    return [job for job in found if job]


def forget(spool: Path, job: str) -> None:
    """Delete a job and its pages; nothing happens if it's gone already."""
    folder = folder_of(spool, job)
    if not folder.exists():
        return
    (folder / "job.json").unlink(missing_ok=True)  # First, so that a crash half-way leaves no job with missing pages.
    shutil.rmtree(folder)
    sync_folder(spool)


def store_page(folder: Path, n: int, jpeg: bytes) -> None:
    """Make a page durable: when this returns, no crash loses it. A page that exists is never overwritten."""
    path = _page(folder, n)
    if path.exists():
        raise FileExistsError(path)
    write_durably(path, jpeg)
    _describe(folder, n, jpeg)


def examine_page(folder: Path, n: int) -> None:
    """Make the thumbnail and note what imaging sees."""
    from hardware import imaging  # Here, since the batch process uses this module too and has to start quickly.

    path = _page(folder, n)
    look, thumbnail = imaging.examine(path.read_bytes())
    path.with_suffix(".thumb.jpg").write_bytes(thumbnail)
    write_durably(path.with_suffix(".look.json"), msgspec.json.encode(look))


def pages(folder: Path) -> list[dict]:
    """Return the pages that are stored and examined, in order: the fields of Stored and Look, `path`, `thumbnail`."""
    found = []
    for look in sorted(folder.glob("page-*.look.json")):
        path = look.with_name(look.name.replace(".look.json", ".jpg"))
        facts = msgspec.json.decode(path.with_suffix(".json").read_bytes())
        places = {"path": str(path), "thumbnail": str(path.with_suffix(".thumb.jpg"))}
        found.append({**facts, **places, **msgspec.json.decode(look.read_bytes())})
    return found


def last_page(folder: Path) -> int:
    """Return the number of the last page stored, 0 if there is none."""
    return max((int(path.stem[5:]) for path in _originals(folder)), default=0)


def mend(spool: Path) -> None:
    """After a crash: describe and examine pages that were stored but not noted, and say of open jobs that they failed."""
    for job in jobs(spool):
        folder = spool / job.job
        for path in _originals(folder):
            n = int(path.stem[5:])
            if not path.with_suffix(".json").exists():
                _describe(folder, n, path.read_bytes())
            if not path.with_suffix(".look.json").exists():
                examine_page(folder, n)
        if job.state is JobState.SCANNING:
            close_job(spool, job, JobState.FAILED, "scanner_stopped")


def close_job(spool: Path, job: Job, state: JobState, code: str = "", **facts: object) -> None:
    """Write down how a job ended; the sentence of a fault tells which page to put back."""
    n = max(last_page(spool / job.job), job.first_page - 1)
    why = fault(code, {"n": n, "next": n + 1, **facts}) if code else None
    write_job(spool, msgspec.structs.replace(job, state=state, fault=why))


def _page(folder: Path, n: int) -> Path:
    return folder / f"page-{n:04}.jpg"


def _originals(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("page-*.jpg")) if not path.name.endswith(".thumb.jpg")]


def _describe(folder: Path, n: int, jpeg: bytes) -> None:
    with Image.open(io.BytesIO(jpeg)) as image:
        (width, height), dpi = image.size, round(image.info["dpi"][0])
    facts = Stored(n, hashlib.sha256(jpeg).hexdigest(), len(jpeg), width, height, dpi)
    write_durably(_page(folder, n).with_suffix(".json"), msgspec.json.encode(facts))
