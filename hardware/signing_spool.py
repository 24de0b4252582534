"""Where signing jobs and signed documents wait until the web process takes them in; readable after any crash, holds no PIN.

<spool>/<job>/job.json   what was ordered and how it ended (durable)
<spool>/<job>/<id>.pdf   a signed document, checked and whole (durable, never written twice)
"""

import shutil
from hashlib import sha256
from pathlib import Path

import msgspec

from appliance.durable import sync_folder, write_durably
from appliance.errors import Refused
from hardware.faults import fault
from hardware.usb_token import NAME, Item, ItemState, JobState, Order


class Job(msgspec.Struct, frozen=True):
    """One order, and what became of each document: `done` maps id to SHA-256, `faults` maps id to a fault."""

    order: Order
    state: JobState = JobState.WAITING
    in_hand: str = ""
    done: dict[str, str] = {}
    faults: dict[str, dict] = {}
    fault: dict | None = None
    pin_tries_left: int | None = None


def folder_of(spool: Path, job: str) -> Path:
    """Return a job's folder. Raises Refused("sign_request") for a name that could lead out of the spool."""
    if not NAME.fullmatch(job):
        raise Refused("sign_request")
    return spool / job


def write_job(spool: Path, job: Job) -> None:
    """Write down, durably, what is known of a job."""
    folder = folder_of(spool, job.order.job)
    if not folder.exists():
        folder.mkdir(mode=0o700)
        sync_folder(spool)
    write_durably(folder / "job.json", msgspec.json.encode(job))


def read_job(spool: Path, name: str) -> Job | None:
    """Return a job, or None if the spool doesn't know it."""
    try:
        return msgspec.json.decode((folder_of(spool, name) / "job.json").read_bytes(), type=Job)
    except FileNotFoundError:
        return None


def jobs(spool: Path) -> list[Job]:
    """Return every job that hasn't been forgotten."""
    found = (read_job(spool, path.parent.name) for path in sorted(spool.glob("*/job.json")))
    return [job for job in found if job]


def forget(spool: Path, name: str) -> None:
    """Delete a job and its documents; nothing happens if it's gone already."""
    folder = folder_of(spool, name)
    if folder.exists():
        (folder / "job.json").unlink(missing_ok=True)
        shutil.rmtree(folder)
        sync_folder(spool)


def store(spool: Path, job: str, item: str, pdf: bytes) -> str:
    """Make a signed document durable and give its SHA-256: when this returns, no crash loses it."""
    write_durably(folder_of(spool, job) / f"{item}.pdf", pdf)
    return sha256(pdf).hexdigest()


def signed_before(spool: Path, item: Item, unsigned: bytes) -> bytes | None:
    """Find what an earlier job made of the same document in the same role: a signature only ever adds to the end."""
    for path in sorted(spool.glob(f"*/{item.id}.pdf")):
        pdf = path.read_bytes()
        if pdf.startswith(unsigned) and len(pdf) > len(unsigned):
            return pdf
    return None


def mend(spool: Path) -> None:
    """After a crash: what was signed stays signed, the rest of an open job was not."""
    for job in jobs(spool):
        if job.state in (JobState.WAITING, JobState.SIGNING):
            folder = folder_of(spool, job.order.job)
            done = {path.stem: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.pdf"))}
            write_job(spool, closed(msgspec.structs.replace(job, done=done), fault("token_worker_stopped", {})))


def closed(job: Job, why: dict | None = None, tries_left: int | None = None, stopped: bool = False) -> Job:
    """Give the job as it ends: every document that is neither done nor at fault is said to be not signed."""
    left = [item.id for item in job.order.items if item.id not in job.done and item.id not in job.faults]
    faults = {**job.faults, **{item: fault("signing_stopped" if stopped else "not_signed", {}) for item in left}}
    state = JobState.STOPPED if stopped and left else JobState.FAILED if faults or why else JobState.DONE
    return msgspec.structs.replace(job, state=state, in_hand="", faults=faults, fault=why, pin_tries_left=tries_left)


def shown(spool: Path, job: Job) -> dict:
    """Give a job as the web process reads it."""
    items = [_item_shown(spool, job, item.id) for item in job.order.items]
    words = {"job": job.order.job, "state": job.state, "fault": job.fault, "pin_tries_left": job.pin_tries_left}
    return {**words, "items": items}


def _item_shown(spool: Path, job: Job, item: str) -> dict:
    digest, trouble = job.done.get(item), job.faults.get(item)
    state = ItemState.SIGNING if item == job.in_hand else ItemState.WAITING
    state = ItemState.DONE if digest else ItemState.FAILED if trouble else state
    path = str(folder_of(spool, job.order.job) / f"{item}.pdf") if digest else None
    return {"id": item, "state": state, "path": path, "sha256": digest, "fault": trouble}
