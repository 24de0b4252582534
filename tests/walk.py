"""A seeded walk of random acts, legal and illegal, by random roles over a real box; what must always hold is asked after each.

walk = Walk(folder, seed); walk.run(400); walk.close()       raises Broken with the seed, the step and the invariant's name
"""

import random
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

from appliance import events, ledger, money, moves, numbering, queries, rows, verify
from appliance.advancing import PAUSING, advance
from appliance.catalogue_sheets import Book
from appliance.dossier import Dossier, Status
from appliance.errors import Refused
from appliance.ids import uuid7
from appliance.rights import Role, may
from boxes import ACCEPTED, PERSON, UNIT, open_test_box
from web.vietnamese import SENTENCES

LIVING = 5  # Dossiers that are under way at the same time.
IN_THE_OFFICE = sorted(kind for kind in moves.BY_KIND if not kind.startswith("handover."))  # The province decides of those.
ILLEGAL_EVERY = 4  # One act in so many is chosen without asking whether it is legal,
STRANGE_ROLE_EVERY = 4  # and one in so many is tried by anybody at all.
OLD_EVERY = 6  # One act in so many is tried on a dossier whose way has ended.
# Acts that bring a dossier on; the others are as rare as the days on which they happen.
FORWARD = {
    "dossier.accepted", "dossier.taken", "result.prepared", "result.submitted", "document.signed", "document.numbered",
    "document.sealed", "document.timestamped", "copies.certified", "dossier.returned", "supplement.received", "payment.settled",
}  # fmt: skip
OFTEN = 6  # How much likelier they are.
ENDED = frozenset({Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.RETURNED})
BOOKS = {
    name: Book(name, name, period, "{number}", 4, None, date(2026, 1, 1), "walk", verified=False, note=None)
    for name, period in (("dossier", "day"), ("outgoing", "year"), ("receipt", "year"), ("certification_paper", "year"))
}
BOOK_OF = {"dossier.accepted": "dossier", "fee.taken": "receipt", "copies.certified": "certification_paper"}
OWN_EVENTS = """SELECT e.inc, e.bytes FROM dossier_event d JOIN event e ON e.inc = d.inc AND e.seq = d.seq
                WHERE dossier = ? ORDER BY e.n"""
ALL_PAID = f"SELECT coalesce(sum({queries.PAID}), 0) FROM dossier"
LINES = [{"name": "Lệ phí", "amount": 8000}]
ON_PORTAL = {"name": "Phí nộp trên Cổng", "amount": 5000, "portal": True}
PORTAL = {"lines": [{"name": ON_PORTAL["name"], "amount": 5000, "table": 5000}], "amount": 5000,
          "paid_at": "2026-11-20T01:00:00.000Z", "where": "Cổng", "confirmed": True}  # fmt: skip
DUE = {"at": "2026-12-25T17:00:00+07:00", "provisional": False, "lines": []}
REQUEST = {"key": "request", "name": "Đơn", "kind": "submit", "copy": "original", "count": 1, "pages": []}
# What events say when it does not matter here.
SAID = {
    "fee_lines": LINES, "amount": 8000, "due": DUE, "until": "2026-12-20", "request": "YC-1", "holder": "ST06", "to": "ST07",
    "from": "ST06", "next": 2, "step": 1, "template": "t", "template_version": "1", "file": "f" * 64, "pages": 1, "text": "12",
    "date": "2026-11-21", "copies": 2, "signer": "ST01", "findings": [], "why": "test", "rule": "leader_decision", "how": "counter",
    "method": "cash", "basis": "request", "reason": "wrong_amount", "drawer": "cashier",
    "copy_back": True, "voucher": "HT", "confirmed": "in_person", "given_back": [],
    "kind": "x", "asked_by": "applicant", "refund": 0, "head": "ST01",
    "fields": ["phone"], "because": "2026-11-24", "copy": 2, "form": "slip", "round": 1, "section": "", "certificate": "c" * 64,
    "clock": "synced",
}  # fmt: skip
PERSONAL = {
    "applicant": PERSON, "reason": "Lý do", "fields": {"a": "b"}, "receiver": {"name": "A"}, "now": {"note": "Mới"},
    "explanation": "Vì", "evidence": "GD-1", "items": [{"name": "Tờ khai"}],
}  # fmt: skip


class Broken(AssertionError):
    """An invariant does not hold; the message says which, and how to walk there again."""


class Walk:
    """One box, its dossiers, and a hand that does things at random."""

    def __init__(self, folder: Path, seed: int):
        self.seed, self.step, self.chance = seed, 0, random.Random(seed)
        self.box = open_test_box(folder, grant=(1, 99_999))
        self.seen: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.at_filing: set[str] = set()  # receipts of what the law took when a dossier was filed
        self.in_drawer = 0  # đồng that were taken and neither voided nor given back
        self.without_right = 0

    def run(self, steps: int) -> None:
        """Do so many acts; then compare a rebuild with the live rows and account for every number."""
        for _ in range(steps):
            self.step += 1
            self._act()
        self.must("rebuild equals live", verify.check_rows(self.box.db, self.box.device) == [])
        self.must("every number is accounted for", numbering.account(self.box.db) == [])
        self.must("the chain holds", verify.check_chain(self.box.db, self.box.device) == [])

    def close(self) -> None:
        """Let go of the box."""
        self.box.db.conn.close()

    def must(self, name: str, holds: object) -> None:
        """Raise Broken unless something holds."""
        if not holds:
            raise Broken(f"{name}: seed {self.seed}, step {self.step}")

    def _act(self) -> None:
        dossier = self._dossier()
        before = rows.load(self.box.db, dossier)
        kind = self.chance.choice(sorted(moves.BORN)) if before is None else self._kind(before)
        role = self._role(kind, before)
        if not self._has_right(role, kind, before):
            self.without_right += 1
            return
        head = ledger.head(self.box.db)
        try:
            with self.box.writing() as act:
                clear, personal = self._body(act, before, kind)
                act.record(kind, actor=f"{role}", dossier=dossier, clear=clear, personal=personal)
        except Refused as refused:
            self._refused(refused, kind, before, dossier, head)
            return
        self.seen[kind] += 1
        self._hold(kind, before, dossier, clear)

    def _dossier(self) -> str:
        """Choose a dossier that is under way, now and then one that has ended, or a new one."""
        sql = "SELECT id, status, json_extract(state, '$.erased_at') FROM dossier ORDER BY rid"
        ended, living = [], []
        for dossier, status, erased in self.box.db.conn.execute(sql):
            (ended if erased or Status(status) in ENDED else living).append(dossier)
        if len(living) < LIVING:
            return uuid7()
        return self.chance.choice(ended if ended and not self.chance.randrange(OLD_EVERY) else living)

    def _kind(self, dossier: Dossier) -> str:
        legal = [kind for kind in moves.legal(dossier) if kind in IN_THE_OFFICE]
        if not legal or not self.chance.randrange(ILLEGAL_EVERY):
            return self.chance.choice(IN_THE_OFFICE)
        return self.chance.choices(legal, [OFTEN if kind in FORWARD else 1 for kind in legal])[0]

    def _role(self, kind: str, dossier: Dossier | None) -> Role:
        able = [role for role in Role if self._has_right(role, kind, dossier)]
        return self.chance.choice(able if able and self.chance.randrange(STRANGE_ROLE_EVERY) else list(Role))

    def _has_right(self, role: Role, kind: str, dossier: Dossier | None) -> bool:
        """Ask the same table as the pages do; acts of the box itself (evidence, arrivals) are nobody's."""
        row = (moves.row_for(dossier, kind) if dossier else None) or moves.BY_KIND[kind][0]
        return row.right in ("system", "file_online") or may({role}, row.right)

    def _refused(self, refused: Refused, kind: str, before: Dossier | None, dossier: str, head: ledger.Head) -> None:
        """A refusal has a sentence, was not legal by the table, and left nothing behind."""
        self.refused[refused.code] += 1
        self.must(f"{refused.code} has a sentence", refused.code in SENTENCES)
        self.must("nothing is kept of a refused act", ledger.head(self.box.db) == head)
        self.must("a refused act changes no row", rows.load(self.box.db, dossier) == before)

    def _hold(self, kind: str, before: Dossier | None, dossier: str, clear: dict) -> None:
        now = rows.load(self.box.db, dossier)
        assert now is not None
        folded = self._folded(dossier)
        self.must(f"the row is the fold of its events ({_difference(folded, now)})", folded == now)
        self.must("the act was in the table", before is None or moves.row_for(before, kind) is not None)
        self.must("no payment is asked for while new", now.status != Status.NEW or not now.payment)
        self.must("no money is taken while new", kind != "fee.taken" or before.status != Status.NEW or _at_filing(clear))
        if kind == "fee.taken" and before.status == Status.NEW:
            self.at_filing.add(clear["receipt"])
        self._hold_money(kind, before, now, clear)
        self.must("a wait is open while it waits", (now.pause is not None) == (now.status in PAUSING))
        self.must("waits do not overlap", all(a.brought and a.brought <= b.asked for a, b in pairwise(now.pauses)))
        self.must("no wait ends before it began", all(not p.brought or p.asked <= p.brought for p in now.pauses))
        self.must("done has its day", (now.status in (Status.DONE, Status.RETURNED)) == bool(now.finished_at))
        self.must("returned has its day", (now.status == Status.RETURNED) == bool(now.returned_at))
        self.must("what was accepted stays accepted", before is None or not before.accepted_at or bool(now.accepted_at))
        self.must("an erased dossier names nobody", not now.erased_at or not (now.applicant or now.reason or now.receiver))

    def _hold_money(self, kind: str, before: Dossier | None, now: Dossier, clear: dict) -> None:
        """The drawer is the receipts less voids and refunds; nothing goes back twice; a refusal costs only what the law took."""
        self.in_drawer += {"fee.taken": 1, "receipt.voided": -1, "fee.refunded": -1}.get(kind, 0) * clear.get("amount", 0)
        self.must("the drawer adds up", self.in_drawer == self.box.db.conn.execute(ALL_PAID).fetchone()[0])
        self.must("nobody gets back more than was paid", now.paid >= 0 and now.to_refund >= 0)
        self.must("a void receipt keeps its number", len(now.fees) >= len(before.fees) if before else True)
        self.must("what the portal took stays as it was told", before is None or now.portal_payment == before.portal_payment)
        self.must("what the portal took is not asked for", all(not line.get("portal") for line in money.owed_now(now).lines))
        self.must("the portal's money has no receipt of ours", not now.portal_payment or ON_PORTAL in now.fee_lines)
        by_law = sum(fee.amount for fee in now.receipts if fee.receipt in self.at_filing)
        self.must("a refusal costs nothing", now.status != Status.NOT_ACCEPTED or now.paid <= by_law)

    def _folded(self, dossier: str) -> Dossier | None:
        """Fold the dossier's events from the ledger alone."""
        found = None
        for inc, data in self.box.db.conn.execute(OWN_EVENTS, [dossier]):
            event = events.decode(bytes(data))
            found = advance(found, event, ledger.personal_of(self.box.db, self.box.device_bytes, bytes(inc), event))
        return found

    def _body(self, act: ledger.Act, before: Dossier | None, kind: str) -> tuple[dict, dict]:
        """Give a plausible body: what the event declares, no more."""
        declared = events.KINDS[kind]
        document = before.result if before else None
        values = ACCEPTED | SAID | {"filed_at": act.reading.at, "accepted_at": act.reading.at, "stamped_at": act.reading.at}
        values |= {
            "lines": self._lines(),
            "document": document.id if document and self.chance.random() < 0.95 else uuid7(),
            "before": document.file if document else "",
            "path": self.chance.choice(("paper", "electronic")),
            "of": self.chance.choice(("", "", "c1")),
            "seq": before.undo.seq if before and before.undo else 0,
        }
        if kind == "dossier.filed" and self.chance.random() < 0.5:
            values |= {"portal_payment": PORTAL, "fee_lines": [*LINES, ON_PORTAL]}
        if kind == "dossier.accepted" and before:
            values["fee_lines"] = list(before.fee_lines)
        if kind == "dossier.corrected":
            declared = events.Kind(1, frozenset({"fields", "form", "file"}), declared.sealed)
        if kind == "dossier.withdrawn":
            values["request"] = REQUEST
        if kind == moves.IMPORTED:
            values = self._running(act.reading.at)
        clear = {name: values[name] for name in sorted(declared.clear) if name in values}
        if kind in ("receipt.voided", "fee.refunded"):
            clear |= self._back(act, kind, before)
        elif "number" in declared.clear and not (kind == "dossier.accepted" and before):
            clear["number"] = self._number(act, kind).clear()
        if kind == "fee.taken":
            clear["receipt"] = f"BL-{clear['number']['n']}"
        if "refund" in declared.clear and before:
            clear["refund"] = self.chance.choice((0, before.paid))
        return clear, {name: value for name, value in PERSONAL.items() if name in declared.sealed}

    def _back(self, act: ledger.Act, kind: str, before: Dossier | None) -> dict:
        """Say which receipt is voided (one that stands, nearly always), or how much goes back."""
        if kind == "fee.refunded":
            receipts = [fee.receipt for fee in before.receipts] if before else []
            return {"amount": before.to_refund if before else 1, "receipts": receipts}
        fee = self.chance.choice(before.fees) if before and before.fees else None
        number = {"unit": UNIT, "book": "receipt", "period": act.reading.at[:4], "n": int(fee.receipt[3:]) if fee else 99_999}
        return {"number": number, "receipt": fee.receipt if fee else "BL-0", "amount": fee.amount if fee else 0}

    def _running(self, at: str) -> dict:
        """Say of a dossier of another system what its status needs, now and then one that has ended."""
        status = self.chance.choice(list(Status))
        values = {name: value for name, value in ACCEPTED.items() if name not in ("accepted_at", "number")}
        values |= {"status": int(status), "source": {"file": "e" * 64, "line": 2}, "holder": "ST06"}
        values |= {"filed_at": at} if status == Status.NEW else {"accepted_at": at}
        values |= {"since": at} if status in PAUSING else {}
        values |= {"finished_at": at} if status == Status.DONE else {}
        asked = {"lines": LINES, "amount": 8000, "request": "", "taken": 0}
        return values | ({"payment": asked} if status == Status.FINANCIAL else {})

    def _lines(self) -> list[dict]:
        return [line | ({"when": moves.AT_FILING} if self.chance.random() < 0.3 else {}) for line in LINES]

    def _number(self, act: ledger.Act, kind: str) -> numbering.Number:
        return numbering.take(act, BOOKS[BOOK_OF.get(kind, "outgoing")], UNIT)


def _difference(one: Dossier | None, two: Dossier) -> list[str]:
    return [name for name in Dossier.__struct_fields__ if getattr(one, name, None) != getattr(two, name)]


def _at_filing(clear: dict) -> bool:
    return all(line.get("when") == moves.AT_FILING for line in clear["lines"])
