"""Events are read for ever: the released bytes of every kind, and which fields of each are clear or sealed."""

from pathlib import Path

from appliance import events
from appliance.advancing import advance
from appliance.dossier import Status
from appliance.moves import BY_KIND, DOCUMENT_MOVES

GOLDEN = [line for n in (1, 2) for line in Path(f"tests/golden/events-v{n}.jsonl").read_bytes().splitlines()]

# Every field of every kind, on the side of the seal where it belongs. A new field must be put here by a person who thought
# about whom it could point to.
CLEAR = {
    "incarnation.opened": "inc_no parent reason",
    "clock.confirmed": "date",
    "number.voided": "number reason",
    "numbers.lost": "book first last period reason unit",
    "block.reserved": "begins book ends first last unit",
    "calendar.day_declared": "basis day name working",
    "process.approved": "basis definition digest process version",
    "delegation.given": "basis first giver last taker",
    "delegation.ended": "first giver taker",
    "drawer.counted": "counted difference drawer expected given_back opened_at receipts transfers why",
    "account.changed": "change officer roles",
    "dossier.filed": (
        "case channel code components fee_lines filed_at offices portal_payment procedure procedure_name result_by unit"
    ),
    "dossier.imported": (
        "accepted_at case channel code due filed_at finished_at holder payment procedure procedure_name process result_by since"
        " source status unit"
    ),
    "register.continued": "book last period source unit",
    "dossier.accepted": (
        "accepted_at case channel code components counter due fee_lines late_entry number offices procedure procedure_name"
        " process result_by slip unit"
    ),
    "dossier.refused": "file form refund",
    "supplement.requested": "file form round until",
    "supplement.received": "components due file form",
    "payment.requested": "amount lines request until",
    "payment.settled": "due",
    "dossier.withdrawn": "refund request",
    "dossier.stopped": "asked_by file form refund",
    "dossier.resumed": "due",
    "dossier.transferred": "from section to",
    "transfer.declined": "to",
    "step.finished": "next step",
    "due.extended": "due file form signer",
    "due.recomputed": "because due",
    "lateness.explained": "head",
    "dossier.corrected": "components fields file form",
    "act.undone": "kind seq",
    "paper.printed": "copy file form of why",
    "originals.returned": "components",
    "dossier.taken": "holder",
    "fee.taken": "amount file form lines method number receipt",
    "receipt.voided": "amount copy_back drawer method number reason receipt",
    "fee.refunded": "amount confirmed drawer file form method receipts voucher",
    "result.prepared": "document file of pages path template template_version",
    "result.submitted": "also document",
    "result.sent_back": "document",
    "document.signed": "before certificate clock document file",
    "document.numbered": "copies date document lines number text",
    "document.sealed": "before certificate clock document file",
    "document.timestamped": "before document file findings stamped_at",
    "document.voided": "document findings why",
    "copies.certified": "copies date document lines number pages signer text",
    "copies.handed": "document",
    "release.allowed": "document rule",
    "dossier.returned": "how",
    "dossier.erased": "basis",
    "dossier.noted": "",
    "decision.received": "agency date decision file sort text",
    "handover.offered": "offer reason to",
    "handover.withdrawn": "offer",
    "handover.accepted": "offer",
    "handover.rejected": "offer reason",
}
SEALED = {
    "dossier.imported": "applicant note row",
    "dossier.filed": "applicant authorised evidence note persons",
    "dossier.accepted": "applicant authorised exemption names note persons",
    "dossier.refused": "reason",
    "supplement.requested": "items reason",
    "supplement.received": "names note",
    "payment.requested": "basis exemption",
    "dossier.withdrawn": "reason",
    "dossier.stopped": "reason",
    "dossier.resumed": "reason",
    "dossier.transferred": "note",
    "transfer.declined": "reason",
    "step.finished": "note",
    "due.extended": "reason",
    "lateness.explained": "explanation",
    "dossier.corrected": "now reason was",
    "act.undone": "reason",
    "originals.returned": "receiver",
    "fee.taken": "exemption reference",
    "receipt.voided": "note reference",
    "fee.refunded": "receiver reference",
    "copies.certified": "names",
    "result.prepared": "fields",
    "result.sent_back": "reason",
    "copies.handed": "receiver",
    "release.allowed": "reason",
    "dossier.returned": "receiver",
    "dossier.noted": "note",
    "decision.received": "decider note",
}


def test_every_field_of_every_event_is_listed_as_clear_or_sealed():
    assert {k: " ".join(sorted(v.clear)) for k, v in events.KINDS.items()} == CLEAR
    assert {k: " ".join(sorted(v.sealed)) for k, v in events.KINDS.items() if v.sealed} == SEALED


def test_every_event_ever_released_is_read_and_written_back_byte_for_byte():
    assert {events.decode(line).t for line in GOLDEN} == set(events.KINDS)
    for line in GOLDEN:
        assert events.encode(events.decode(line)) == line


def test_a_dossier_folds_from_released_events():
    found = {}
    for event in map(events.decode, GOLDEN):
        if event.k:
            personal = {"applicant": {"name": "A"}} if event.t in ("dossier.accepted", "dossier.filed") else {}
            found[event.k] = advance(found.get(event.k), event, personal)
    first, second, refused, imported = found.values()
    assert first.erased_at and second.erased_at
    assert first.applicant is None and second.applicant is None
    assert (second.status, refused.status) == (Status.WITHDRAWN, Status.NOT_ACCEPTED)
    assert refused.applicant == {"name": "A"}
    assert (imported.status, imported.code) == (Status.SUPPLEMENT, "000.00.13.H01-251120-0012")
    assert ([fee.receipt for fee in second.receipts], second.paid, second.to_refund) == (["0000007"], 0, 0)


def test_every_act_on_a_dossier_has_a_place_in_the_table_of_moves():
    of_the_office = {
        "incarnation",
        "clock",
        "number",
        "numbers",
        "block",
        "register",
        "calendar",
        "process",
        "delegation",
        "drawer",
        "account",
    }
    acts = {kind for kind in events.KINDS if kind.split(".")[0] not in of_the_office}
    assert acts == set(BY_KIND)
    assert set(DOCUMENT_MOVES) <= set(BY_KIND)


def test_an_event_of_an_unknown_kind_changes_nothing():
    event = events.Event(i=1, t="dossier.from_the_future", v=9, at="2030-01-01T00:00:00.000Z", q="unset", k="x")
    assert advance(None, event, {}) is None
