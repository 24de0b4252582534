"""One seed's world: a province, two communes and what becomes of their machines; and what an observer beside it has seen so far.

The observer keeps what was promised (receipts that left, digests that were held), so that invariants can be asked at any moment.
"""

import logging
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlite_utils.utils import sqlite3

from appliance import clock, database, ledger
from appliance.config import Home
from appliance.errors import Refused
from provisioning import enrol
from simulation import office
from simulation.ends import BoxEnd, End, ProvinceEnd, unit_of
from simulation.faults import HAND_OVER_EVERY, HAND_OVER_FIRST, Faults
from simulation.nature import Death, Nature
from simulation.network import Answered, Asked, deliver
from sync.protocol import HelloAnswer, SegmentAnswer, Statement
from sync.statements import Receipt

Place = tuple[str, bytes, int]  # device, incarnation, number
POWER = 0.5  # How many deaths are power cuts, which also tear what the disk had not got yet.
MEANWHILE = {"receiver": 0.15, "agent": 0.03}  # How often others act at a point of an end.
REQUESTS_MAX = 600  # Of one seed; seed 2410 needs 402: eight files come back in parts.
LOGS = [logging.getLogger(name) for name in ("motcua", "province")]


class Broken(BaseException):
    """A rule does not hold in this seed; `rule` names it. No handler of the product may catch it."""

    def __init__(self, rule: str, seed: int, what: object):
        super().__init__(f"{rule} does not hold in seed {seed}: {what}")
        self.rule = rule


@dataclass
class Family:
    """What may be excused for one device, because its disk went where nobody could know of it."""

    may_fork: bool = False  # It may show another branch of a life until that is healed.
    may_double: bool = False  # It may use a number twice; a person must then be told.
    may_lose_files: bool = False  # A disk was changed, or a machine retired or revoked, before all its files were sent.
    may_need_operator: bool = False  # More than one machine had its key, or a life that it does not know was written.
    cloned: bool = False  # Two machines with its key were at work.
    on_purpose: bool = False  # A technician said that one machine goes on for another.
    revoked_at: int = -1  # Events held of it when it was revoked.


class Defects(logging.Handler):
    """Collects what the product logs as its own failure."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []
        self.excused: Callable[[BaseException], bool] = lambda why: False

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] and not self.excused(record.exc_info[1]):
            self.seen.append(logging.Formatter().formatException(record.exc_info))


class Observer:
    """What was promised and held so far, so that it can be asked for at any moment."""

    def __init__(self) -> None:
        self.gone: set[str] = set()  # files that were lost before the province had them
        self.keys_gone: set[str] = set()  # dossiers whose key was destroyed by an erasure that may have been lost with its disk
        self.history: list[str] = []
        self.read: set[tuple] = set()  # files that were read as they lie there
        self.backups: dict[str, list] = defaultdict(list)
        self.counted: Counter[str] = Counter()
        self.held: dict[Place, bytes] = {}
        self.acknowledged: dict[tuple[str, bytes], tuple[int, str]] = {}
        self.requests = 0
        self.under_way: Asked | None = None  # the newest request whose sender waits for the answer
        self.landed: dict[tuple[str, str], int] = {}  # (machine, file): how far the province answered that it has come
        self.newer: set[str] = set()  # what a later version wrote, by the digest of its bytes
        self.strange: set[tuple[str, str]] = set()  # (device, dossier): written by one to whom it does not belong
        self.fed: dict[str, dict[int, bytes]] = defaultdict(dict)  # every record a feed ever had
        self.owners: dict[tuple[str, int], str] = {}  # (dossier, version): the device that owned it, as the province once said
        self.ended: dict[str, str] = {}  # offer: how it ended, as the province once said
        self.families: dict[str, Family] = {}


class World(Observer):
    """The state of one seed. Use inside `nature.in_force()`."""

    def __init__(self, folder: Path, template: Path, nature: Nature):
        super().__init__()
        self.nature, self.folder, self.template = nature, folder, template
        self.faults = Faults(nature.plan, nature.seed % HAND_OVER_EVERY == HAND_OVER_FIRST)
        self.late: list[Asked] = []
        self.defects = Defects()
        self.defects.excused = lambda why: isinstance(why, OSError | sqlite3.OperationalError) and self.nature.on.full
        for log in LOGS:
            log.addHandler(self.defects)
            log.propagate = False
        self._busy = False
        nature.meanwhile = self.meanwhile
        shutil.copytree(template, folder, dirs_exist_ok=True)
        self.province = ProvinceEnd("province", home=Home(folder / "province"))
        self.boxes = [self._box(name) for name in ("box-1", "box-2")]
        for box in self.boxes:
            self.families[box.device] = Family()
        self.revive()

    def _box(self, name: str) -> BoxEnd:
        home = Home(self.folder / name)
        return BoxEnd(
            name, home=home, certificate=(home.keys / "tls.crt").read_text(), device=home.settings.device, unit=unit_of(name)
        )

    def close(self) -> None:
        """Switch everything off."""
        for log in LOGS:
            log.removeHandler(self.defects)
            log.propagate = True
        for end in (*self.boxes, self.province):
            end.close()

    @property
    def running(self) -> list[BoxEnd]:
        """List the machines that are switched on."""
        return [box for box in self.boxes if box.runs()]

    def note(self, text: str) -> None:
        """Write a line of the history."""
        self.history.append(text)

    def must(self, rule: str, holds: object, what: object = "") -> None:
        """Stop the seed where a rule does not hold."""
        if not holds:
            raise Broken(rule, self.nature.seed, what)

    def run(self, end: End, act: Callable[[], object]) -> str:
        """Run something of an end; gives what came of it."""
        with self.nature.at(end):
            try:
                return str(act() or "done")
            except Death as death:
                self.died(end)
                return f"died at {death}"
            except Refused as refused:
                return f"refused: {refused.code}"
            except (OSError, sqlite3.OperationalError) as why:
                self.must("only a full disk stops an act", end.full or self.province.full, repr(why))
                return "no room"

    def died(self, end: End) -> None:
        """Throw away everything an end had in memory."""
        end.close()
        end.deaths += 1
        if self.nature.plan.random() < POWER:
            self.tear(end)
        self.note(f"    {end.name} died")

    def tear(self, end: End) -> None:
        """Take from an end what its disk had not got yet; the province may know less of unfinished files then."""
        end.torn(self.nature)
        if end is self.province:
            self.landed.clear()

    def revive(self) -> None:
        """Switch on what is off and not retired; it may die again over it."""
        if not self.province.runs():
            self.run(self.province, self.province.open)
        for box in self.boxes:
            if not box.runs() and not box.retired:
                self.run(box, lambda box=box: box.open(self))

    def meanwhile(self, label: str) -> None:
        """Let others act at a point outside of transactions, as other threads would."""
        who = label.split("_")[0]
        if self._busy or self.faults.quiet or self.nature.plan.random() > MEANWHILE.get(who, 0):
            return
        self._busy = True
        try:
            if who == "receiver":
                self.note(f"    meanwhile {self.deliver_late()}")
            elif isinstance(self.nature.on, BoxEnd) and self.nature.on.runs():
                self.note(f"    meanwhile {office.accept(self, self.nature.on)}")
        except Refused:
            pass
        except (OSError, sqlite3.OperationalError):
            self.must("only a full disk stops an act", self.nature.on.full, label)
        finally:
            self._busy = False

    def deliver_late(self) -> str:
        """Let one of the requests arrive that nobody waits for any more."""
        if not self.late:
            return "none"
        asked = self.late.pop(self.nature.plan.randrange(len(self.late)))
        try:
            status = deliver(self, asked).status
        except OSError:
            return "nobody there"
        except Exception as why:
            if type(why).__name__ != "ProtocolError":
                raise
            return f"{asked.call} of {asked.machine}: {why}"
        return f"{asked.call} of {asked.machine}: {status}"

    def saw(self, asked: Asked, fault: str) -> None:
        """See a request leave."""
        self.counted[fault or "undisturbed"] += 1
        self.requests += 1
        self.must("i21_work_ends", self.requests <= REQUESTS_MAX, asked.call)
        self.under_way = asked
        if asked.method == "PUT":
            begins, came = int(asked.headers["Upload-Offset"]), self.landed.get((asked.machine, asked.path), 0)
            self.must("i20_what_came_of_a_file_is_not_sent_again", begins >= came, (asked.call, begins, came))
        self.note(f"    {asked.call} {asked.weight}{f' ({fault})' if fault else ''}")

    def witnessed(self, asked: Asked, answered: Answered) -> None:
        """See an answer leave the province: what it promises must be on its disk at this moment."""
        self.must("the province never fails inside", answered.status != 500, (asked.call, self.defects.seen[-1:]))
        if asked is self.under_way and asked.method == "PUT":
            self._came(asked, answered)
        receipt = _receipt_in(asked, answered)
        if receipt:
            self._promised(receipt)

    def _came(self, asked: Asked, answered: Answered) -> None:
        said = msgspec.json.decode(answered.body)
        if answered.status < 300:
            self.landed[asked.machine, asked.path] = said["offset"]
        elif said["code"] == "upload_damaged":
            self.landed.pop((asked.machine, asked.path), None)

    def _promised(self, receipt: Receipt) -> None:
        inc = bytes.fromhex(receipt.inc)
        db = database.connect(self.province.home.database, readonly=True)
        sql = "SELECT count(*), (SELECT digest FROM ledger WHERE device = ?1 AND inc = ?2 AND seq = ?3) FROM ledger"
        count, digest = db.conn.execute(
            f"{sql} WHERE device = ?1 AND inc = ?2 AND seq <= ?3", [receipt.device, inc, receipt.seq]
        ).fetchone()
        db.conn.close()
        durable = (count, digest and bytes(digest).hex()) == (receipt.seq, receipt.digest)
        self.must("i05_what_is_acknowledged_was_durable_before", durable, (receipt, count))
        known = self.acknowledged.get((receipt.device, inc), (0, ""))
        self.acknowledged[receipt.device, inc] = max(known, (receipt.seq, receipt.digest))

    def renew(self, box: BoxEnd) -> None:
        """Admit a box anew, as an operator does who chooses it."""
        with self.nature.at(self.province):
            given = enrol.admit(self.province.home, enrol.ask(box.home), box.unit, box.name, self.nature.now)
        enrol.renew(box.home, given)
        box.certificate = given.tls_certificate
        self.note(f"    an operator chooses {box.name}")

    def head(self, box: BoxEnd) -> tuple[int, int]:
        """Give ordinal and number of the last event of a box."""
        return ledger.incarnation(box.db).inc_no, ledger.head(box.db).seq

    def at(self, box: BoxEnd) -> str:
        """Give the time on a box's clock."""
        with self.nature.at(box):
            return clock.stamp()


def _receipt_in(asked: Asked, answered: Answered) -> Receipt | None:
    if answered.status != 200 or asked.path not in ("/segments", "/hello"):
        return None
    kind = SegmentAnswer if asked.path == "/segments" else HelloAnswer
    statement: Statement | None = msgspec.json.decode(answered.body, type=kind).receipt
    return msgspec.json.decode(statement.body, type=Receipt) if statement else None
