"""What a dossier is: its parts as plain values. Pure; holds no rule of moving (appliance/moves.py) and no folding (advancing.py).

Business status, money, delivery, digitisation, signature and sync are separate and never one column.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import msgspec

from appliance.documents import ADVANCED, Document, Signature

Personal = Mapping[str, Any]  # What an event's sealed part says once it is opened.
Changes = dict[str, Any]  # Fields of a dossier that an event changes.


class Status(IntEnum):
    """The ten national statuses, as numbered on the wire."""

    NEW = 1
    ACCEPTED = 2
    NOT_ACCEPTED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    FINANCIAL = 6
    WITHDRAWN = 7
    STOPPED = 8
    DONE = 9
    RETURNED = 10


PAUSING = frozenset({Status.SUPPLEMENT, Status.FINANCIAL, Status.STOPPED})  # Statuses in which the clock stands still.


class Fee(msgspec.Struct, frozen=True, omit_defaults=True):
    """Money taken: whole đồng, how, the receipt's number and its stored PDF, and the names of the lines it was for.

    A receipt that was voided stays, with when, by whom and why (a code): it took nothing.
    """

    amount: int
    method: str
    receipt: str
    at: str
    actor: str
    file: str = ""
    lines: tuple[str, ...] = ()
    voided_at: str = ""
    voided_by: str = ""
    why_void: str = ""


class Refund(msgspec.Struct, frozen=True, omit_defaults=True):
    """Money given back: whole đồng, how, the voucher's number and its stored PDF, and the receipts it was taken by."""

    amount: int
    method: str
    voucher: str
    at: str
    actor: str
    file: str = ""
    receipts: tuple[str, ...] = ()


class Pause(msgspec.Struct, frozen=True, omit_defaults=True):
    """The clock stands still: for papers (SUPPLEMENT), money (FINANCIAL) or a stop; begun and (when it ended) brought, UTC text."""

    status: Status
    asked: str
    brought: str = ""
    until: str = ""  # local day by which an answer is asked for


class Paper(msgspec.Struct, frozen=True, omit_defaults=True):
    """A form that was issued: its key in the registry of forms, the stored PDF, when, by whom, and which copy it is.

    `of` is the electronic document that a converted copy was made of.
    """

    form: str
    file: str
    at: str
    actor: str
    copy: int = 1
    of: str = ""


class Undo(msgspec.Struct, frozen=True, omit_defaults=True):
    """How to take the last act back: its kind and number, and what the fields it changed held before."""

    kind: str
    seq: int
    was: dict[str, Any]


class Dossier(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that is known of one dossier. Personal fields are None when they were erased or cannot be unsealed here.

    An online dossier that is not accepted yet has no due date, and `code` is the one its portal gave it, kept as it is.
    """

    id: str
    code: str
    unit: str
    status: Status
    procedure: str
    procedure_name: str
    case: str
    channel: str
    accepted_at: str = ""
    accepted_by: str = ""
    due: dict[str, Any] | None = None
    components: tuple[dict[str, Any], ...] = ()
    fee_lines: tuple[dict[str, Any], ...] = ()
    result_by: str = ""
    slip: str = ""
    counter: str = ""
    catalogue: str = ""
    holder: str = ""
    applicant: dict[str, Any] | None = None
    authorised: dict[str, Any] | None = None
    note: str = ""
    documents: tuple[Document, ...] = ()
    fees: tuple[Fee, ...] = ()
    refunds: tuple[Refund, ...] = ()
    to_refund: int = 0  # đồng that an end decided to give back and the cashier has not given back yet
    allowed_early: str = ""  # rule under which a leader allowed the release before the time-stamp
    finished_at: str = ""
    returned_at: str = ""
    returned_how: str = ""
    copies_handed_at: str = ""  # the paper copies left, while the electronic ones still waited
    receiver: dict[str, Any] | None = None
    erased_at: str = ""
    last_at: str = ""
    filed_at: str = ""  # when an online dossier was filed
    persons: tuple[dict[str, Any], ...] = ()  # others in their roles: organisation, father, mother, child …; personal
    offices: dict[str, str] = {}  # where it is not `unit` (appliance/offices.py): codes, "" for elsewhere and not known where
    portal_payment: dict[str, Any] = {}  # what the portal took (appliance/portal_money.py): never money of this office
    portal_evidence: str = ""  # reference of that payment; personal
    exemption: str = ""  # why fee lines stand at 0; personal
    process: dict[str, str] = {}  # id and version of the internal process it runs under
    step: int = 0  # number of the process step it stands at
    late_entry: dict[str, str] = {}  # entered after the box was down: when it was entered, code of why
    imported: dict[str, Any] = {}  # came from the system before this one: `file` (SHA-256), `line`, `at`
    waits_from: int = 0  # national status it left when a wait, a stop or an end began
    pauses: tuple[Pause, ...] = ()
    reason: str = ""  # of the last request, refusal, withdrawal, stop; personal
    asked_items: tuple[dict[str, Any], ...] = ()  # what a supplement must bring; personal
    asked: bool = False  # a request for papers is open
    payment: dict[str, Any] = {}  # request that waits: lines, amount, request, and what had been `taken` before it
    offered_to: str = ""  # officer a hand-over was offered to; `holder` stays until that person takes it
    section: str = ""
    extensions: int = 0
    explained_at: str = ""  # a late dossier was explained to the head
    corrections: int = 0
    originals_returned_at: str = ""
    papers: tuple[Paper, ...] = ()
    undo: Undo | None = None
    part_names: dict[str, str] = {}  # what papers brought later are called, by key of their component; personal

    @property
    def origin(self) -> str:
        """Say how it came, where not by ordinary acceptance: "late" from paper afterwards, "imported" from another system."""
        return "late" if self.late_entry else "imported" if self.imported else ""

    @property
    def parts(self) -> tuple[dict[str, Any], ...]:
        """Give the components as pages and papers show them: one that was brought later by its own name."""
        return tuple(part | {"name": self.part_names.get(part.get("key", ""), part["name"])} for part in self.components)

    @property
    def originals(self) -> tuple[dict[str, Any], ...]:
        """Give what copies are certified of: the components that say (under `wanted`) how many pages and copies."""
        return tuple(part for part in self.parts if "wanted" in part)

    @property
    def _newest(self) -> tuple[Document, ...]:
        """Give the newest document of each kind: the result itself, and the electronic copy of each original."""
        return tuple({document.of: document for document in self.documents}.values())

    @property
    def standing(self) -> tuple[Document, ...]:
        """Give the documents in force: one, or for certified copies that on paper and the electronic ones."""
        return tuple(document for document in self._newest if document.signature != Signature.VOID)

    @property
    def copied(self) -> tuple[dict[str, Any], ...]:
        """Give the originals that copies on paper are wanted of."""
        return tuple(part for part in self.originals if part["wanted"]["copies"])

    @property
    def copied_electronically(self) -> tuple[dict[str, Any], ...]:
        """Give the originals that an electronic copy is wanted of."""
        return tuple(part for part in self.originals if part["wanted"].get("electronic"))

    @property
    def result(self) -> Document | None:
        """Give the document in force, of several the one that is behind; None while one is void and not made anew."""
        standing = self.standing
        whole = standing and len(standing) == len(self._newest)
        return min(standing, key=lambda document: ADVANCED.index(document.signature)) if whole else None

    @property
    def on_paper(self) -> Document | None:
        """Give the result in force that is signed by hand."""
        return next((document for document in self.standing if document.path == "paper"), None)

    @property
    def electronic(self) -> tuple[Document, ...]:
        """Give the results in force that are signed electronically."""
        return tuple(document for document in self.standing if document.path == "electronic")

    def document_of(self, digest: str) -> Document | None:
        """Give the document in force whose newest revision is this file."""
        return next((document for document in self.standing if document.file == digest), None)

    @property
    def works(self) -> str:
        """Say what waits where, for lists: path and state of each document in force."""
        return " ".join(sorted({f"{document.path}:{document.signature}" for document in self.standing}))

    @property
    def signature(self) -> Signature:
        """Give how far the result's signing has come."""
        if self.result:
            return self.result.signature
        return Signature.VOID if self.documents else Signature.NONE

    @property
    def fees_here(self) -> tuple[dict[str, Any], ...]:
        """Give the fee lines that are paid at this office: those the portal has not taken."""
        return tuple(line for line in self.fee_lines if not line.get("portal"))

    @property
    def receipts(self) -> tuple[Fee, ...]:
        """Give the receipts that stand: those nobody voided."""
        return tuple(fee for fee in self.fees if not fee.voided_at)

    @property
    def paid(self) -> int:
        """Give what the office keeps, in đồng: the receipts that stand, less what was given back."""
        return sum(fee.amount for fee in self.receipts) - sum(refund.amount for refund in self.refunds)

    @property
    def paid_of_request(self) -> int:
        """Give what was taken, in đồng, since the open request was made; less than 0 where an older receipt was voided."""
        return self.paid - int(self.payment.get("taken", 0))

    @property
    def paid_since_asked(self) -> int:
        """Give what was taken, in đồng, since the first request that is not settled yet; 0 or less where none is open."""
        return self.paid - int(self.payment.get("before", 0)) if self.payment else 0

    @property
    def money_open(self) -> bool:
        """Say whether the cashier has to do with it after its end: give money back, or take again what a voided receipt took."""
        again = self.status == Status.RETURNED and len(self.receipts) < len(self.fees)
        return self.to_refund > 0 or (again and sum(line.get("amount") or 0 for line in self.fees_here) > self.paid)

    @property
    def pause(self) -> Pause | None:
        """Give the wait that has not ended, if any."""
        return self.pauses[-1] if self.pauses and not self.pauses[-1].brought else None
