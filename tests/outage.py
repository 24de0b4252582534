"""Days without a line, and catching up with them: an office's work made at once, and what the receiver's record says of the order.

week = fill(box, Plan()); …; new = accept(box, …)     the work of the days, and a dossier while the box catches up
story = Story(calls, heads, week, news)                what came to the receiver, in order; heads: of its receipts, in order
story.check(connections, beside)                       raises AssertionError where something old went before something new
"""

import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from appliance import files, ledger
from appliance.box import Box
from appliance.events import FileRef
from appliance.ids import uuid7
from appliance.ledger import Act
from boxes import ACCEPTED, PERSON, UNIT

AT_ONCE = 50  # Dossiers in one transaction: what is proven is the catching up.
EVENTS_OF_ONE = 4  # What a dossier has when it lies on the leader's desk.
SIGNED_EVERY = 25  # One dossier in so many has a signed result,
DUE_EVERY = 20  # and one in so many should have been done by now; the others have time.
OVER, FAR = ({"at": f"{day}T17:00:00+07:00", "provisional": False, "lines": []} for day in ("2026-01-05", "2099-01-05"))
PDF_BYTES = 40_000
NEW_SCANS = 2


@dataclass(frozen=True)
class Plan:
    """What an office does in a day, and for how many days nothing of it leaves."""

    days: int = 7
    events_a_day: int = 1_200
    scans_a_day: int = 143
    scan_bytes: tuple[int, int] = (400_000, 1_600_000)

    @property
    def events(self) -> int:
        return self.days * self.events_a_day

    @property
    def scans(self) -> int:
        return self.days * self.scans_a_day


@dataclass(frozen=True)
class Week:
    """What waits when the line comes back: its last event, number of scans, old files, those that go before them, bytes of all.

    Sooner go the files of dossiers whose day is over, and signed results.
    """

    head: int
    scans: int
    old: frozenset[str]
    sooner: frozenset[str]
    size: int


@dataclass(frozen=True)
class New:
    """A dossier accepted while the box catches up: the number of its event, its scans, how many calls the receiver had answered."""

    seq: int
    scans: tuple[str, ...]
    size: int
    after: int


@dataclass(frozen=True)
class Call:
    """A call as the receiver answered it."""

    method: str
    path: str
    status: int

    @property
    def chunk_of(self) -> str:
        """Give the digest of the file that this was a chunk of; empty for other calls."""
        return self.path.rpartition("/")[2] if self.method == "PUT" and self.status < 300 else ""


@dataclass
class Made:
    """What was made so far, by chance."""

    box: Box
    chance: random.Random
    old: list[FileRef] = field(default_factory=list)
    sooner: list[FileRef] = field(default_factory=list)
    dossiers: int = 0
    scans: int = 0

    def file(self, size: int, media: str) -> FileRef:
        """Make a file that nothing can compress."""
        return FileRef(files.put(self.box.home, self.chance.randbytes(size)), size, media)


def fill(box: Box, plan: Plan, seed: int = 30589) -> Week:
    """Do the work of all days. Every file lies on the disk under its digest before the event that names it, as always."""
    made, start = Made(box, random.Random(seed)), ledger.head(box.db).seq
    while (done := ledger.head(box.db).seq - start) < plan.events:
        with box.writing() as act:
            for _ in range(min(AT_ONCE, 1 + (plan.events - done) // EVENTS_OF_ONE)):
                _dossier(act, made, plan)
    sizes = {file.s: file.n for file in (*made.old, *made.sooner)}
    return Week(ledger.head(box.db).seq, made.scans, _digests(made.old), _digests(made.sooner), sum(sizes.values()))


def accept(box: Box, chance: random.Random, scan_bytes: tuple[int, int], calls: Sequence) -> New:
    """Accept one more dossier with its scans; `calls` is the receiver's record, which goes on growing."""
    made = Made(box, chance)
    pages = [made.file(chance.randint(*scan_bytes), "image/jpeg") for _ in range(NEW_SCANS)]
    with box.writing() as act:
        seq = _accepted(act, made, uuid7(), pages, FAR)
    return New(seq, tuple(page.s for page in pages), sum(page.n for page in pages), len(calls))


def _dossier(act: Act, made: Made, plan: Plan) -> None:
    """Bring a dossier as far as the leader's desk, and one in so many further."""
    dossier, document = uuid7(), {"document": uuid7()}
    made.dossiers += 1
    due = min(plan.scans, 1 + made.dossiers * EVENTS_OF_ONE * plan.scans // plan.events)
    pages = [made.file(made.chance.randint(*plan.scan_bytes), "image/jpeg") for _ in range(due - made.scans)]
    made.scans = due
    drafted = made.file(PDF_BYTES, "application/pdf")
    over = made.dossiers % DUE_EVERY == 0
    (made.sooner if over else made.old).extend([*pages, drafted])
    _accepted(act, made, dossier, pages, OVER if over else FAR)
    act.record("dossier.taken", actor="ST08", dossier=dossier, clear={"holder": "ST08"})
    prepared = document | {"template": "t", "template_version": "1", "path": "electronic", "pages": 1, "file": drafted.s}
    act.record("result.prepared", actor="ST08", dossier=dossier, clear=prepared, files=[drafted])
    act.record("result.submitted", actor="ST08", dossier=dossier, clear=document)
    if made.dossiers % SIGNED_EVERY == 0:
        signed = made.file(PDF_BYTES, "application/pdf")
        made.sooner.append(signed)
        said = document | {"certificate": "c", "clock": "unset", "file": signed.s, "before": drafted.s}
        act.record("document.signed", actor="ST01", dossier=dossier, clear=said, files=[signed])


def _accepted(act: Act, made: Made, dossier: str, pages: list[FileRef], due: dict) -> int:
    chance = made.chance
    person = PERSON | {"number": f"{chance.randrange(10**12):012d}", "phone": f"+849{chance.randrange(10**8):08d}"}
    clear = ACCEPTED | {"code": f"{UNIT}-261121-{chance.randrange(10**6):06d}", "due": due}
    return act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal={"applicant": person}, files=pages).i


def _digests(named: list[FileRef]) -> frozenset[str]:
    return frozenset(file.s for file in named)


@dataclass(frozen=True)
class Story:
    """What came to the receiver, in the order of its answers."""

    calls: list[Call]
    heads: list[int]
    week: Week
    news: list[New]

    @cached_property
    def chunks(self) -> list[tuple[int, str]]:
        """List (place, digest) of every chunk."""
        return [(place, call.chunk_of) for place, call in enumerate(self.calls) if call.chunk_of]

    @cached_property
    def whole(self) -> dict[str, int]:
        """Say where each file was whole."""
        return {call.chunk_of: place for place, call in enumerate(self.calls) if call.chunk_of and call.status == 201}

    @cached_property
    def segments(self) -> list[int]:
        """List the places of the segments, one for each receipt."""
        found = [place for place, call in enumerate(self.calls) if call.path.endswith("/segments") and call.status == 200]
        assert len(found) == len(self.heads)
        return found

    def acknowledged(self, seq: int) -> int:
        """Say where an event was acknowledged: by the first receipt for a head that is no lower."""
        return self.segments[bisect_left(self.heads, seq)]

    def chunks_before_its_event(self, new: New) -> int:
        """Count the chunks, of whatever file, between the acceptance of a dossier and the receipt for it."""
        return sum(new.after <= place < self.acknowledged(new.seq) for place, _ in self.chunks)

    def old_chunks_before_its_scans(self, new: New) -> int:
        """Count the chunks of old files between the receipt for a dossier and the end of its own last scan."""
        end = max(self.whole[digest] for digest in new.scans)
        return sum(self.acknowledged(new.seq) < place < end and digest in self.week.old for place, digest in self.chunks)

    def old_chunks_before_sooner(self) -> int:
        """Count the chunks of old files before the last was whole of those that go sooner."""
        end = max(self.whole[digest] for digest in self.week.sooner)
        return sum(place < end and digest in self.week.old for place, digest in self.chunks)

    def check(self, connections: int, beside: int) -> None:
        """Check the order. `connections`: chunks that may be under way at once; `beside`: old ones that may go beside new scans."""
        assert self.whole.keys() >= self.week.old | self.week.sooner | {digest for new in self.news for digest in new.scans}
        assert self.acknowledged(self.week.head) < self.chunks[0][0], "a file went before the events of all days"
        assert self.old_chunks_before_sooner() < connections
        for new in self.news:
            assert self.chunks_before_its_event(new) <= connections
            assert self.old_chunks_before_its_scans(new) <= beside
