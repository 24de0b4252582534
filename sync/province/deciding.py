"""Decisions taken at the province on a dossier a commune owns: told to the owner's box alone, the signed file beside it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance import clock, files, ledger, queries, signatures, trust
from appliance.errors import Refused
from sync import decisions
from sync.province import feed_out, publishing
from sync.province import store_sqlite as store
from sync.province.opened import Province
from sync.publications import PAPER_BYTES_MAX, DecisionSaid

KIND = "decision.stated"
WORDS = {"decider": 200, "note": 2_000}  # What is sealed, and its most characters.


def publish_decision(
    province: Province, code: str, said: Mapping[str, Any], words: Mapping[str, str], pdf: bytes, again: bool = False
) -> bool:
    """Tell the owner of the dossier with this code of a decision: `said` sort, text, date, agency; `words` decider, note.

    Says whether it was news, or told again. Raises Refused `decision_dossier_unknown`, `published_wrong`, `published_too_big`,
    `pdf_unreadable`, `decision_unsigned`, `already_erased`, `decision_key_missing`, `published_unit_unknown`.
    """
    dossier = queries.by_code(province.db, code)
    if dossier is None:
        raise Refused("decision_dossier_unknown", code=code)
    _must_fit(words, pdf)
    _must_be_signed(province, pdf)
    file = files.digest_of(pdf)
    paper = {"file": file, "size": len(pdf), "media": "application/pdf"}
    with province.writing() as db:
        device = store.device(db, store.holder(db, dossier))
        key = ledger.key_of(db, dossier)
        if key is None:
            raise Refused("already_erased" if store.key_is_destroyed(db, dossier) else "decision_key_missing", code=code)
        if device is None or device.revoked_at:
            raise Refused("published_unit_unknown", unit=device.unit if device else code)
        plain = {name: said[name] for name in ("sort", "text", "date", "agency")}
        found = plain | {"dossier": dossier, "code": code.strip(), "decision": decisions.id_of(dossier, plain, file)}
        found |= {"words": msgspec.to_builtins(decisions.sealed(key, dossier, words)), "files": [paper]}
        decision = publishing.of_form(found, DecisionSaid)
        if not feed_out.is_news(db, KIND, decision.decision, device.id) and not again:
            return False
        files.put(province.home, pdf)
        publishing.send_with(db, device.id, dossier, [file])
        feed_out.add(db, province.signing, device.id, KIND, msgspec.to_builtins(decision))
    return True


def _must_fit(words: Mapping[str, str], pdf: bytes) -> None:
    for name, most in WORDS.items():
        if len(words.get(name, "")) > most:
            raise Refused("published_wrong", field=name)
    if not 0 < len(pdf) <= PAPER_BYTES_MAX:
        raise Refused("published_too_big", name="PDF", limit=PAPER_BYTES_MAX)


def _must_be_signed(province: Province, pdf: bytes) -> None:
    """Refuse a file without a signature that covers what it says; who is trusted is judged again wherever it is shown."""
    known = trust.read_trust(province.home.trust)
    found = signatures.validate(pdf, known.roots, known.crls, clock.stamp(), known.issuers)
    if not found or not all(one.intact for one in found):
        raise Refused("decision_unsigned")
