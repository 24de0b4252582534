"""Events are read for ever: the released bytes of every kind, and which fields of each are clear or sealed."""

from pathlib import Path

from appliance import events
from appliance.dossier import DOCUMENT_MOVES, MOVES, advance

GOLDEN = Path("tests/golden/events-v1.jsonl").read_bytes().splitlines()

# Every field of every kind, on the side of the seal where it belongs. A new field must be put here by a person who thought
# about whom it could point to.
CLEAR = {
    "incarnation.opened": "inc_no parent reason",
    "clock.confirmed": "date",
    "number.voided": "number reason",
    "numbers.lost": "book first last period reason unit",
    "dossier.accepted": (
        "accepted_at case channel code components counter due fee_lines number procedure procedure_name result_by slip unit"
    ),
    "dossier.taken": "holder",
    "fee.taken": "amount lines method number receipt",
    "result.prepared": "document file pages path template template_version",
    "result.submitted": "document",
    "result.sent_back": "document",
    "document.signed": "before certificate clock document file",
    "document.numbered": "date document number text",
    "document.sealed": "before certificate clock document file",
    "document.timestamped": "before document file findings stamped_at",
    "document.voided": "document findings why",
    "copies.certified": "copies date document number pages signer text",
    "release.allowed": "document rule",
    "dossier.returned": "how",
    "dossier.erased": "basis",
}
SEALED = {
    "dossier.accepted": "applicant authorised note",
    "fee.taken": "exemption",
    "result.prepared": "fields",
    "result.sent_back": "reason",
    "release.allowed": "reason",
    "dossier.returned": "receiver",
}


def test_every_field_of_every_event_is_listed_as_clear_or_sealed():
    assert {k: " ".join(sorted(v.clear)) for k, v in events.KINDS.items()} == CLEAR
    assert {k: " ".join(sorted(v.sealed)) for k, v in events.KINDS.items() if v.sealed} == SEALED


def test_every_event_ever_released_is_read_and_written_back_byte_for_byte():
    assert {events.decode(line).t for line in GOLDEN} == set(events.KINDS)
    for line in GOLDEN:
        assert events.encode(events.decode(line)) == line


def test_a_dossier_folds_from_released_events():
    dossier = None
    for event in map(events.decode, GOLDEN):
        if event.k:
            dossier = advance(dossier, event, {"applicant": {"name": "A"}} if event.t == "dossier.accepted" else {})
    assert dossier is not None
    assert dossier.erased_at
    assert dossier.applicant is None


def test_every_act_on_a_dossier_has_a_place_in_the_table_of_moves():
    acts = {kind for kind in events.KINDS if kind.split(".")[0] in ("dossier", "fee", "result", "document", "copies", "release")}
    assert acts - {"dossier.accepted"} == set(MOVES)
    assert set(DOCUMENT_MOVES) <= set(MOVES)


def test_an_event_of_an_unknown_kind_changes_nothing():
    event = events.Event(i=1, t="dossier.from_the_future", v=9, at="2030-01-01T00:00:00.000Z", q="unset", k="x")
    assert advance(None, event, {}) is None
