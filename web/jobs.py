"""Work that no screen waits for, as rows: made by a page, claimed once, ended once. Not in the ledger.

A state changes only from the state one has seen (compare and swap), so a page and a collector never do the same step twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlite_utils.db import Database

from appliance.errors import Refused
from appliance.ids import uuid7
from appliance.ledger import Act

LISTED_MAX = 200


class State(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (State.WAITING, State.RUNNING)


@dataclass(frozen=True)
class Job:
    """A job: its kind (scan, sign, print), the draft or dossier it belongs to, what was wished (`body`), what is known."""

    id: str
    kind: str
    subject: str
    officer: str
    state: State
    body: dict[str, Any]
    fault: str | None
    facts: dict[str, Any]
    made_at: str
    changed_at: str

    @property
    def open(self) -> bool:
        """Say whether it has not ended."""
        return self.state in OPEN

    @property
    def refusal(self) -> Refused | None:
        """Give why it failed, ready for its sentence."""
        return Refused(self.fault, **self.facts) if self.fault else None


def create(act: Act, kind: str, subject: str, officer: str, body: dict[str, Any]) -> str:
    """Write down a job that waits, in the caller's transaction, and give its id."""
    job, at = uuid7(), act.reading.at
    sql = "INSERT INTO job (id, kind, subject, officer, state, body, made_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    act.db.conn.execute(sql, [job, kind, subject, officer, State.WAITING, msgspec.json.encode(body), at, at])
    act.touch(f"job:{job}")
    return job


def change(act: Act, job: Job, to: State, *, fault: str = "", facts: dict[str, Any] | None = None) -> bool:
    """Move a job on from the state it was seen in; say whether it was still there. `facts` replace what was known."""
    sql = "UPDATE job SET state = ?, fault = ?, facts = ?, changed_at = ? WHERE id = ? AND state = ?"
    kept = msgspec.json.encode(job.facts if facts is None else facts)
    done = act.db.conn.execute(sql, [to, fault or None, kept, act.reading.at, job.id, job.state]).rowcount == 1
    if done:
        act.touch(f"job:{job.id}")
    return done


def load(db: Database, job_id: str) -> Job:
    """Give a job. Raises Refused `job_unknown`."""
    found = _jobs(db, "id = ?", [job_id])
    if not found:
        raise Refused("job_unknown")
    return found[0]


def running(db: Database, kind: str) -> list[Job]:
    """List the jobs of a kind that have not ended, oldest first."""
    return _jobs(db, "kind = ? AND state IN ('waiting', 'running')", [kind])


def of(db: Database, kind: str, subject: str) -> list[Job]:
    """List the jobs of a kind that belong to a draft or dossier, oldest first."""
    return _jobs(db, "subject = ? AND kind = ?", [subject, kind])


def since(db: Database, kind: str, at: str) -> list[Job]:
    """List the jobs of a kind made since a moment (UTC text), newest first."""
    return _jobs(db, "kind = ? AND made_at >= ?", [kind, at], "made_at DESC")


def _jobs(db: Database, where: str, args: Sequence[str], order: str = "made_at, id") -> list[Job]:
    sql = f"SELECT * FROM job WHERE {where} ORDER BY {order} LIMIT {LISTED_MAX}"
    return [_job(row) for row in db.query(sql, list(args))]


def _job(row: dict[str, Any]) -> Job:
    decoded = {name: msgspec.json.decode(row[name]) for name in ("body", "facts")}
    return Job(**{**row, **decoded, "state": State(row["state"])})
