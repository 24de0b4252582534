"""In which order files go, by line and by stick: one table of classes, and the class of each file. Sends nothing.

On the line everything else goes before them: hello, keys, events, then the feed with decisions and lists, then what a restore lost.
After them come catalogues and processes that the province published and whose day is not near (sync/published.py).
Last of all goes the copy of the database alone (sync/copies.py).
"""

from collections.abc import Callable
from datetime import timedelta
from enum import IntEnum

from sqlite_utils.db import Database

from appliance import clock
from appliance.dossier import Status
from appliance.events import FileRef
from sync.courier import books
from sync.progress import Walked

NEAR = timedelta(days=2)  # A dossier or catalogue whose day is so near, or over, is needed now.
LIVING = tuple(int(status) for status in Status if status not in (Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.RETURNED))


class FileClass(IntEnum):
    """Classes of files, in strict order: no chunk of one begins while a file of an earlier one can go."""

    ASKED = 1  # The province named it: it lacks a file of which the box had believed that it is there.
    NEEDED = 2  # Of a dossier that is decided and not handed out, or whose day is near or over.
    DOCUMENT = 3  # Signed documents.
    OTHER = 4  # Scans and all the rest. Of each class the newest goes first: an old one that is needed comes up by its day.


Rank = tuple[FileClass, int]


def ranking(db: Database, now: str) -> Callable[[Walked, FileRef], Rank]:
    """Give what ranks a file that an event names, as things stand `now` (UTC text)."""
    asked, needed = books.wishes(db, books.FILE).keys(), needed_dossiers(db, now)

    def rank(met: Walked, file: FileRef) -> Rank:
        if file.s in asked:
            return FileClass.ASKED, -met.n
        if met.named.k in needed:
            return FileClass.NEEDED, -met.n
        document = met.named.t.startswith("document.")
        return FileClass.DOCUMENT if document else FileClass.OTHER, -met.n

    return rank


def needed_dossiers(db: Database, now: str) -> set[str]:
    """List the dossiers whose files are needed now."""
    near = (clock.local(now) + NEAR).isoformat(timespec="seconds")
    marks = ",".join("?" * len(LIVING))
    sql = f"SELECT id FROM dossier WHERE status IN ({marks}) AND (status = ? OR due_at <= ?)"
    return {row[0] for row in db.conn.execute(sql, [*LIVING, int(Status.DONE), near])}


def needed_here(db: Database, now: str) -> set[str]:
    """List the dossiers whose files, where they are not here, are needed at the counter now.

    What is to be handed out, or is due, is opened beside the citizen; and what another commune handed over nobody here has read.
    """
    marks = ",".join("?" * len(LIVING))
    sql = f"SELECT id FROM dossier WHERE status IN ({marks}) AND id IN (SELECT dossier FROM brought_event)"
    return needed_dossiers(db, now) | {row[0] for row in db.conn.execute(sql, LIVING)}
