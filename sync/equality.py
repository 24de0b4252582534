"""Do the province's rows hold what ours do? Compared by digests every night; what differs is made anew at both ends, or told.

Both ends are compared at equal heads only, so nothing differs merely because it is on its way. One digest says *equal*; else the
buckets that differ are looked through, and of these the dossiers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from appliance import clock, comparing, contents, database, ledger, mending
from appliance.box import Box
from appliance.contents import BUCKETS, LEDGER, RULES, SHORT, Contents
from sync import lacking, progress, recovery
from sync.protocol import AGAIN_MAX, ContentsAnswer, WhyUnequal
from sync.sender import Sender, send_keys
from sync.wire import LineDown

MENDED_MAX = 1_000  # Dossiers that one comparison looks at one by one; the others wait for the next.
PAGES_MAX = 100
NOT_THERE = 404


class Verdict(StrEnum):
    """What a comparison says; only the first two say anything of the contents."""

    EQUAL = "equal"
    DIFFERS = "differs"
    MOVED = "moved"  # Events or records are on their way: the ends do not stand at the same heads.
    OTHER_RULES = "other_rules"  # The province's software makes its rows otherwise, or cannot compare.


@dataclass(frozen=True)
class Equality:
    """What came of it: how many dossiers, which were made equal again, which still differ and why; files to bring."""

    verdict: Verdict
    dossiers: int = 0
    mended: tuple[str, ...] = ()
    differing: Mapping[str, str] = field(default_factory=dict)  # id: code of the reason
    files: int = 0


@dataclass(frozen=True)
class Looked:
    """One look at both ends: the verdict, ours, what the province said, and the dossiers that differ."""

    verdict: Verdict
    here: Contents
    there: ContentsAnswer | None = None
    differing: tuple[str, ...] = ()


def nightly(sender: Sender) -> bool:
    """Compare once a night, or at noon, when nothing waits; says whether files must go or come. Raises Refused, LineDown."""
    row = sender.box.db.conn.execute("SELECT value FROM sync_state WHERE name = 'compare_tried_at'").fetchone()
    at = clock.local(clock.stamp())
    if at.hour not in clock.QUIET_HOURS or (row and clock.local_day(row[0]) == at.date()):
        return False
    return not progress.backlog(sender.box.db).events and compare(sender).files > 0


def compare(sender: Sender) -> Equality:
    """Compare, mend what differs, look once more, and keep what came of it. Raises Refused, LineDown."""
    first = last = _look(sender)
    why: dict[str, str] = {}
    if first.differing:
        why = _mend(sender, first.differing)
        last = _look(sender)
    found = _outcome(sender, first, last, why)
    if found.verdict is not Verdict.MOVED:
        _keep(sender.box, found)
    return found


def _look(sender: Sender) -> Looked:
    here = contents_here(sender.box)
    try:
        there = sender.wire.contents()
    except LineDown as down:
        if down.facts.get("status") != NOT_THERE:
            raise
        return Looked(Verdict.OTHER_RULES, here)  # A receiver of an earlier version: it has no such call.
    if there.rules != RULES:
        return Looked(Verdict.OTHER_RULES, here)
    if there.at != here.at:
        return Looked(Verdict.MOVED, here)
    if there.digest == here.digest:
        return Looked(Verdict.EQUAL, here, there)
    return _narrowed(sender, here, there)


def contents_here(box: Box) -> Contents:
    """Work out what our own dossiers hold, at the heads of this moment."""
    with database.reading(box.db) as db:
        heads = [ledger.head(db, life.inc) for life in ledger.incarnations(db)]
        at = contents.at_of(heads, ledger.feed_position(db))
        return contents.contents(db, LEDGER, box.device, at)


def _narrowed(sender: Sender, here: Contents, there: ContentsAnswer) -> Looked:
    told = sender.wire.buckets()
    pieces = [told.buckets[2 * SHORT * n :][: 2 * SHORT] for n in range(BUCKETS)]
    found: list[str] = []
    for bucket, digest in enumerate(here.buckets):
        if len(found) < MENDED_MAX and digest[:SHORT].hex() != pieces[bucket]:
            ours, theirs = here.rows(bucket), dict(_rows_there(sender, bucket))
            found += [one for one in sorted(ours.keys() | theirs.keys()) if ours.get(one) != theirs.get(one)]
    again = sender.wire.contents() if found else there
    moved = {told.at, again.at} != {here.at}  # The province took in events meanwhile, by another way.
    return Looked(Verdict.MOVED if moved else Verdict.DIFFERS, here, there, () if moved else tuple(found[:MENDED_MAX]))


def _rows_there(sender: Sender, bucket: int) -> Iterator[tuple[str, str]]:
    after = ""
    for _ in range(PAGES_MAX):
        page = sender.wire.rows(bucket, after)
        yield from page.rows.items()
        if not page.more or not page.rows:
            return
        after = max(page.rows)


def _mend(sender: Sender, dossiers: tuple[str, ...]) -> dict[str, str]:
    """Have dossiers folded again at both ends, and give each end the keys that it lacks; says which could not be made whole."""
    recovery.fetch_keys(sender, tuple(mending.keys_lacking(sender.box.db, dossiers)))
    with sender.box.writing() as act:
        left = mending.fold_anew(act, dossiers)
    why = _fold_there(sender, dossiers)
    wanted = tuple(dossier for dossier, reason in why.items() if reason == WhyUnequal.KEY_WANTED)
    if wanted:
        send_keys(sender, wanted)
        why = {dossier: reason for dossier, reason in why.items() if dossier not in wanted} | _fold_there(sender, wanted)
    return why | {dossier: str(reason) for dossier, reason in left.items()}


def _fold_there(sender: Sender, dossiers: tuple[str, ...]) -> dict[str, str]:
    stretches = (dossiers[start : start + AGAIN_MAX] for start in range(0, len(dossiers), AGAIN_MAX))
    return {dossier: why for some in stretches for dossier, why in sender.wire.fold_again(some).why.items()}


def _outcome(sender: Sender, first: Looked, last: Looked, why: Mapping[str, str]) -> Equality:
    if last.there is None or last.verdict is Verdict.MOVED:
        return Equality(last.verdict)
    mended = tuple(sorted(set(first.differing) - set(last.differing)))
    reasons = {dossier: why.get(dossier, comparing.FOLDS_OTHERWISE) for dossier in last.differing}
    moved = lacking.fetch(sender.box) + lacking.send_again(sender.box, last.there.missing)
    return Equality(last.verdict, len(last.here.digests), mended, reasons, moved)


def _keep(box: Box, found: Equality) -> None:
    """Keep what came of a comparison: dossiers that a person must look at, and what screens say."""
    at = clock.stamp()
    told = {"compare_tried_at": at, "compare_said": str(found.verdict)}
    if found.verdict is not Verdict.OTHER_RULES:
        with box.writing() as act:
            comparing.differ(act, found.differing)
        said = "mended" if found.verdict is Verdict.EQUAL and found.mended else str(found.verdict)
        counts = {"dossiers": found.dossiers, "mended": len(found.mended), "differing": len(found.differing)}
        told |= {"compared_at": at, "compared": said} | {f"compared_{name}": str(count) for name, count in counts.items()}
    progress.tell(box, told)
