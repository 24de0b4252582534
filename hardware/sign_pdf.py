"""Sign a PDF: the leader's signature, then number and date with the organisation's seal in one and the same increment.

PAdES B-B with SHA-256. It only appends: what was signed before stays byte for byte. It checks no certificate
(appliance/signatures.py does, before) and knows no device: any pyHanko Signer will do.
"""

from dataclasses import dataclass
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.stamp.base import BaseStampStyle

from appliance.clock import local
from appliance.errors import Refused
from hardware.form_fields import fill_fields
from hardware.stamps import leader_look, organisation_look

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


def _sign(
    writer: IncrementalPdfFileWriter, signer: Signer, at: str, field: str, place: Place | None, look: BaseStampStyle
) -> bytes:
    fields = {name: value for name, value, _ in enumerate_sig_fields(writer.prev)}
    if fields.get(field) is not None:
        raise Refused("signature_field_taken", field=field)
    new = None if field in fields else _new_field(field, place)
    about = PdfSignatureMetadata(field_name=field, md_algorithm=DIGEST, subfilter=SigSeedSubFilter.PADES)
    return _DatedSigner(at, about, signer, stamp_style=look, new_field_spec=new).sign_pdf(writer).getvalue()


def _new_field(field: str, place: Place | None) -> SigFieldSpec:
    if place is None:
        raise Refused("signature_field_missing", field=field)
    left, bottom, right, top = (round(edge) for edge in place.box)
    return SigFieldSpec(field, on_page=place.page, box=(left, bottom, right, top), field_mdp_spec=LOCKS.get(field))


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
