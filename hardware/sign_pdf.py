"""Sign a PDF: the leader's signature, then number and date with the organisation's seal in one and the same increment.

PAdES B-B with SHA-256. It only appends: what was signed before stays byte for byte. It checks no certificate
(appliance/signatures.py does, before) and knows no device: any pyHanko Signer will do.
"""

from dataclasses import dataclass, replace
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer

from appliance.clock import local
from appliance.errors import Refused
from hardware.form_fields import fill_fields
from hardware.stamps import StampLook, leader_look, organisation_look

DIGEST = "sha256"
LEADER_FIELD = "ky_lanh_dao"
SEAL_FIELD = "dau_co_quan"
# What may still change after a signature. After the leader: only what the clerk fills and seals; after the seal: nothing.
LOCKS = {
    LEADER_FIELD: FieldMDPSpec(FieldMDPAction.EXCLUDE, ["so_van_ban", "ngay_van_ban", SEAL_FIELD]),
    SEAL_FIELD: FieldMDPSpec(FieldMDPAction.ALL),
}


@dataclass(frozen=True)
class Place:
    """Where a new signature field goes: page from 0 (-1 is the last), box in points from the lower left corner."""

    page: int
    box: tuple[float, float, float, float]


def sign_leader(pdf: bytes, signer: Signer, at: str, field: str = LEADER_FIELD, place: Place | None = None) -> bytes:
    """Return `pdf` with a person's signature in `field`, made at `place` if the form has no such field.

    Raises Refused: pdf_unreadable, signature_field_missing, signature_field_taken.
    """
    writer = _open(pdf)
    return _sign(writer, signer, at, field, place, leader_look(*_names(signer), at))


def seal_organisation(
    pdf: bytes, signer: Signer, at: str, fill: dict[str, str] | None = None, field: str = SEAL_FIELD, place: Place | None = None
) -> bytes:
    """Return `pdf` with `fill` (field name to text) written and the organisation's signature over all of it.

    One increment, so that an earlier signature sees form filling and nothing else (NĐ 30/2020: number and date come
    before the organisation's signature). Raises Refused as sign_leader does, and fill_field_missing, form_field_filled.
    """
    writer = _open(pdf)
    fill_fields(writer, fill or {})
    return _sign(writer, signer, at, field, place, organisation_look(_names(signer)[0], at))


class _DatedSigner(PdfSigner):
    """pyHanko's signer with the caller's clock, so that stamp and signature tell the same time."""

    def __init__(self, at: str, *args, **options):
        super().__init__(*args, **options)
        self._at = local(at)

    def init_signing_session(self, *args, **options):
        session = super().init_signing_session(*args, **options)
        session.system_time = self._at
        return session


def _open(pdf: bytes) -> IncrementalPdfFileWriter:
    try:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        _lock_fields(writer)
        return writer
    except (PdfError, ValueError, KeyError) as error:
        raise Refused("pdf_unreadable") from error


def _sign(writer: IncrementalPdfFileWriter, signer: Signer, at: str, field: str, place: Place | None, look: StampLook) -> bytes:
    fields = {name: (value, reference.get_object()) for name, value, reference in enumerate_sig_fields(writer.prev)}
    if field in fields and fields[field][0] is not None:
        raise Refused("signature_field_taken", field=field)
    look = replace(look, clear=_overlaps(field, {name: widget for name, (_, widget) in fields.items() if "/Rect" in widget}))
    new = None if field in fields else _new_field(field, place)
    about = PdfSignatureMetadata(field_name=field, md_algorithm=DIGEST, subfilter=SigSeedSubFilter.PADES)
    return _DatedSigner(at, about, signer, stamp_style=look, new_field_spec=new).sign_pdf(writer).getvalue()


def _new_field(field: str, place: Place | None) -> SigFieldSpec:
    if place is None:
        raise Refused("signature_field_missing", field=field)
    left, bottom, right, top = (round(edge) for edge in place.box)
    return SigFieldSpec(field, on_page=place.page, box=(left, bottom, right, top), field_mdp_spec=LOCKS.get(field))


def _overlaps(field: str, widgets: dict[str, generic.DictionaryObject]) -> tuple[float, float]:
    """Say how much of the field's left and right other signatures cover: a seal lies over a third of the signature."""
    if field not in widgets:
        return 0.0, 0.0
    left, bottom, right, top = (float(edge) for edge in widgets[field]["/Rect"])
    covered = [0.0, 0.0]
    for name, widget in widgets.items():
        its_left, its_bottom, its_right, its_top = (float(edge) for edge in widget["/Rect"])
        apart = its_right <= left or its_left >= right or its_top <= bottom or its_bottom >= top
        if name == field or apart or _page(widget) != _page(widgets[field]):
            continue
        if its_left < left:
            covered[0] = max(covered[0], its_right - left)
        else:
            covered[1] = max(covered[1], right - its_left)
    return covered[0], covered[1]


def _page(widget: generic.DictionaryObject) -> generic.PdfObject | None:
    return widget.raw_get("/P") if "/P" in widget else None


def _lock_fields(writer: IncrementalPdfFileWriter) -> None:
    """Say in the form what each signature locks; only the first signer may, a later change would break his signature."""
    fields = list(enumerate_sig_fields(writer.prev))
    if any(value is not None for _, value, _ in fields):
        return
    for name, _, reference in fields:
        if name in LOCKS:
            field = writer.get_object(reference.reference)
            field[generic.pdf_name("/Lock")] = writer.add_object(LOCKS[name].as_sig_field_lock())
            writer.update_container(field)


def _names(signer: Signer) -> tuple[str, str]:
    assert signer.signing_cert  # Ours always know whose they are.
    subject = signer.signing_cert.subject.native
    return subject.get("common_name", ""), subject.get("organization_name", "")
