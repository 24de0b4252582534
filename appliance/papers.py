"""Printing a stored paper once more: the same bytes, as its next copy, with who and why in the ledger."""

from appliance.documents import Signature
from appliance.dossier import Paper
from appliance.errors import Refused
from appliance.ledger import Act
from appliance.processing import load

EACH_ITS_OWN = frozenset({"receipt", "refund", "converted-copy"})  # A second receipt is no copy of the first.


def reprint(act: Act, dossier_id: str, officer: str, digest: str, why: str) -> Paper:
    """Record that a paper of the dossier is printed again and give it. `why` is a code, never a person's words.

    Raises Refused `paper_unknown`, `receipt_void`, `no_electronic_result`, `reason_missing`, `wrong_status`.
    """
    dossier = load(act, dossier_id)
    issued = next((paper for paper in dossier.papers if paper.file == digest), None)
    if issued is None:
        raise Refused("paper_unknown", code=dossier.code)
    if any(fee.file == digest and fee.voided_at for fee in dossier.fees):
        raise Refused("receipt_void", code=dossier.code)
    if issued.of and not any(issued.of in (one.file, *one.before) for one in dossier.documents if one.signature != Signature.VOID):
        raise Refused("no_electronic_result", code=dossier.code)
    if not why:
        raise Refused("reason_missing")
    alike = [paper for paper in dossier.papers if paper.form == issued.form]
    if issued.form in EACH_ITS_OWN:
        alike = [paper for paper in alike if paper.file == digest]
    copy = 1 + len(alike)
    clear = {"form": issued.form, "file": digest, "copy": copy, "why": why}
    event = act.record("paper.printed", actor=officer, dossier=dossier_id, clear=clear)
    return Paper(issued.form, digest, event.at, officer, copy)
