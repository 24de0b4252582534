"""The converted paper copy of an electronic result: made only while its signatures hold, kept by digest, printed again as it is.

A bare printout of a signed document has no legal value; this one bears the marks of the conversion (NĐ 45/2020/NĐ-CP, Điều 18).
Judging and setting take a second, so both are done before the write lock; the act refuses when the result changed meanwhile.
"""

from datetime import date

from appliance import files, forms, signatures, trust
from appliance.clock import local
from appliance.config import Home
from appliance.documents import Document, Signature
from appliance.dossier import Dossier, Paper
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import preview, registry
from appliance.forms.conversion import DPI, ConversionData, PagePicture
from appliance.ledger import Act
from appliance.office import office_of
from appliance.officers import Officer
from appliance.papers import reprint
from appliance.processing import PDF, load
from appliance.rules import EarlyRelease
from appliance.signatures import SignatureFinding
from appliance.text import day_text, moment_text

FORM, FIRST, AGAIN = "converted-copy", "converted", "another"


def convertible(dossier: Dossier, rule: EarlyRelease) -> Document:
    """Give the electronic result that may be converted now; `rule`: whether it may leave before its time-stamp.

    Raises Refused `no_electronic_result`, `waits_for_timestamp`.
    """
    document = dossier.result
    signed = document is not None and document.signature in (Signature.SEALED, Signature.TIMESTAMPED)
    if document is None or document.path != "electronic" or not signed:
        raise Refused("no_electronic_result", code=dossier.code)
    early = rule == EarlyRelease.ALWAYS or bool(dossier.allowed_early)
    if document.signature == Signature.SEALED and not early:
        raise Refused("waits_for_timestamp", code=dossier.code)
    return document


def made_already(dossier: Dossier, document: Document, officer: str) -> Paper | None:
    """Give the copy that this officer converted from this revision before: it is printed again, never made twice."""
    return next((p for p in dossier.papers if (p.form, p.of, p.actor) == (FORM, document.file, officer)), None)


def judged(home: Home, document: Document, at: str) -> list[SignatureFinding]:
    """Judge the document's signatures at a moment (UTC text). Raises Refused `result_not_valid` when one does not hold."""
    known = trust.read_trust(home.trust)
    found = signatures.validate(files.read(home, document.file), known.roots, known.crls, at, known.issuers, revoked=known.revoked)
    if not found or not all(one.good for one in found):
        raise Refused("result_not_valid", number=document.number_text)
    return found


def set_copy(home: Home, dossier: Dossier, document: Document, officer: Officer, at: str) -> bytes:
    """Set the converted copy as PDF; nothing is kept. Raises Refused `result_not_valid`, `form_too_long`."""
    found, pdf, office = judged(home, document, at), files.read(home, document.file), office_of(home.settings)
    pages = range(1, preview.page_count(pdf) + 1)
    data = ConversionData(
        made_at=at,
        parent_agency=office.parent,
        agency=office.agency,
        place=office.place,
        dossier_code=dossier.code,
        document_name=registry.template_of(document.template).title,
        document_number=document.number_text,
        document_date=day_text(date.fromisoformat(document.date)) if document.date else "",
        document_sha256=document.file,
        signatures=tuple((one.signer_cn, moment_text(local(one.signed_at)) if one.signed_at else "") for one in found),
        pages=tuple(PagePicture(preview.page_jpeg(pdf, n, DPI), preview.page_words(pdf, n)) for n in pages),
        officer_name=officer.name,
        officer_title=officer.title,
    )
    return forms.render(FORM, data)


def keep(act: Act, home: Home, dossier_id: str, officer: Officer, rule: EarlyRelease, source: str, pdf: bytes) -> FileRef:
    """Record a converted copy of the revision `source` and give its file. Raises Refused `result_changed` and as `convertible`."""
    dossier = load(act, dossier_id)
    if convertible(dossier, rule).file != source:
        raise Refused("result_changed", code=dossier.code)
    file = FileRef(files.put(home, pdf), len(pdf), PDF)
    clear = {"form": FORM, "file": file.s, "copy": 1, "why": FIRST, "of": source}
    act.record("paper.printed", actor=officer.id, dossier=dossier_id, clear=clear, files=[file])
    return file


def again(act: Act, dossier_id: str, officer: Officer, rule: EarlyRelease, paper: Paper) -> Paper:
    """Record that a converted copy is printed once more, byte for byte."""
    convertible(load(act, dossier_id), rule)
    return reprint(act, dossier_id, officer.id, paper.file, AGAIN)
