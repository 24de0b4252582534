"""When our dossiers were last compared with the province's, and what came of it, in words. Never compared is said to be unknown."""

from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils.db import Database

from appliance.clock import local, moment_of
from appliance.text import day_text, number_text, time_text
from web.words.forks import COMPARED_AT, NEVER_COMPARED, NOT_COMPARED_SINCE, OTHER_RULES

STALE = timedelta(days=3)  # It is done every night that there is a line.


@dataclass(frozen=True)
class Compared:
    """What the comparison said: how it is (ok, warn or unknown), and the words."""

    state: str
    words: str


def compared(db: Database, now: str) -> Compared:
    """Say when both ends were last compared, and whether they held the same."""
    known = dict(db.conn.execute("SELECT name, value FROM sync_state WHERE name GLOB 'compare*'").fetchall())
    since = [OTHER_RULES] if known.get("compare_said") == "other_rules" else []
    if "compared_at" not in known:
        return Compared("unknown", " ".join([NEVER_COMPARED, *since]))
    stale = moment_of(now) - moment_of(known["compared_at"]) > STALE
    words = [COMPARED_AT[known["compared"]].format(**_facts(known)), *([NOT_COMPARED_SINCE] if stale else []), *since]
    return Compared("ok" if known["compared"] != "differs" and not stale else "warn", " ".join(words))


def _facts(known: dict[str, str]) -> dict[str, str]:
    at = local(known["compared_at"])
    counts = {name: number_text(int(known[f"compared_{name}"])) for name in ("dossiers", "mended", "differing")}
    return counts | {"at": f"{time_text(at)} ngày {day_text(at.date())}"}
