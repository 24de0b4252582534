"""What screens are told of the line (sync_state): since when it holds or not, what waits, what was refused, if the clock is off."""

from collections.abc import Mapping

from sqlite_utils.db import Database

from appliance import clock, numbering
from appliance.box import Box
from sync import line_troubles, progress
from sync.progress import Backlog
from sync.sender import Sender

OK_NOTED_EVERY_S = 300.0


def tell_up(sender: Sender, faults: Mapping[str, str], failed_files: int, undecided_stamps: int) -> None:
    """Say that the line holds, what waits, and what was refused; `faults` are codes by the stage of a round."""
    now, waiting = clock.stamp(), progress.backlog(sender.box.db)
    known = _known(sender.box.db)
    states = counts(waiting) | {
        "line": "online",
        "line_since": known.get("line_since", now) if known.get("line") == "online" else now,
        "offline_since": "",
        "sending": str(waiting.dossiers),
        "failed": str(waiting.dossiers) if faults.get("events") else "0",
        "last_error": next(iter(faults.values()), ""),
        "stamps_undecided": str(undecided_stamps),
        "files_failed": str(failed_files),
        "clock_off_min": str(line_troubles.clock_off_min(now, sender.wire.province_clock())),
    }
    calm = not waiting.events and not waiting.files
    if calm and (_stale(known.get("acknowledged_at"), now) or known.get("waiting_events") != "0"):
        states["acknowledged_at"] = now
    if _stale(known.get("last_ok"), now) or any(known.get(name) != value for name, value in states.items()):
        states["last_ok"] = now
    progress.tell(sender.box, states)


def tell_down(sender: Sender, code: str) -> None:
    """Say since when there is no line and why, and what waits for it."""
    box, now = sender.box, clock.stamp()
    known = _known(box.db)
    since = known["line_since"] if known.get("line") == "offline" else now
    why = line_troubles.with_clock(code, now, numbering.floor(box.db), sender.wire.province_clock())
    line = {"line": "offline", "line_since": since, "offline_since": since, "sending": "0", "last_error": why}
    progress.tell(box, counts(progress.backlog(box.db)) | line)


def recount(box: Box) -> None:
    """Keep the counts of what waits true while there is no line."""
    progress.tell(box, counts(progress.backlog(box.db)))


def counts(waiting: Backlog) -> dict[str, str]:
    """Give what waits as screens read it: dossiers, events, files, and the bytes of these."""
    named = {"": waiting.dossiers, "_events": waiting.events, "_files": waiting.files, "_bytes": waiting.bytes}
    return {f"waiting{name}": str(count) for name, count in named.items()}


def _known(db: Database) -> dict[str, str]:
    return dict(db.conn.execute("SELECT name, value FROM sync_state").fetchall())


def _stale(at: str | None, now: str) -> bool:
    return at is None or (clock.moment_of(now) - clock.moment_of(at)).total_seconds() > OK_NOTED_EVERY_S
