"""What the signing tests share: a small form, as the office's templates make it, and signers without a device."""

from io import BytesIO

import pikepdf
from asn1crypto import x509
from pikepdf import Array, Dictionary, Name, String
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from provisioning.demo import authority

AT = "2026-11-21T02:15:30.123Z"
TEXT_FIELDS = {"so_van_ban": (90, 700, 220, 720), "ngay_van_ban": (300, 700, 520, 720)}
SIGNATURE_FIELDS = {"ky_lanh_dao": (320, 120, 540, 180), "dau_co_quan": (60, 120, 290, 180)}


def form_pdf(text: str = "KET QUA", signature_fields: dict = SIGNATURE_FIELDS) -> bytes:
    """Make one A4 page with the fields of a result; a different text makes a different document."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842)).obj
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Times-Italic")))
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = pdf.make_stream(b"BT /F1 20 Tf 90 760 Td (%s) Tj ET" % text.encode())
        fields = [pdf.make_indirect(_widget(page, Name.Tx, name, box)) for name, box in TEXT_FIELDS.items()]
        fields += [pdf.make_indirect(_widget(page, Name.Sig, name, box)) for name, box in signature_fields.items()]
        page.Annots = Array(fields)
        pdf.Root.AcroForm = pdf.make_indirect(
            Dictionary(Fields=Array(fields), DA=String("/F1 13 Tf 0 g"), DR=Dictionary(Font=Dictionary(F1=font)), SigFlags=1)
        )
        out = BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def _widget(page, kind, name: str, box) -> Dictionary:
    widget = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=kind, T=String(name), Rect=Array(box), F=4, P=page)
    if kind == Name.Tx:
        widget.DA = String("/F1 13 Tf 0 g")
    return widget


def soft_signer(folder, label: str) -> SimpleSigner:
    """Give a signer that holds the test authority's key in memory, for what needs no token."""
    key = load_private_key_from_pemder_data((folder / "keys" / f"{label}.pem").read_bytes(), passphrase=None)
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(authority.certificate(folder, "issuing")))
    certificate = x509.Certificate.load(authority.certificate(folder, label))
    return SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=store, embed_roots=False)
