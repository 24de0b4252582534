"""Makes a PDF/A-2b of scanned pages: the JPEG bytes go in unchanged, a quarter turn is a flag on the page.

The same pages, title and time give the same bytes. Nothing is written into the file but what is passed in.
Conformance was checked with a PDF/A-1b validator as a stand-in, not with a PDF/A-2 one.
"""

import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from appliance.clock import local
from appliance.forms import scanned_page
from appliance.forms.scanned_page import ScannedPage

SRGB = (Path(__file__).parent / "srgb.icc").read_bytes()
PRODUCER = "motcua"
PAGES_MAX = 2000

# Written by hand: pikepdf's editor declares each namespace where it's used, which some validators can't read.
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<pdf:Producer>{producer}</pdf:Producer>
<xmp:CreateDate>{when}</xmp:CreateDate><xmp:ModifyDate>{when}</xmp:ModifyDate>
<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def build(pages: Sequence[ScannedPage], title: str, made_at: str) -> bytes:
    """Return the PDF, at the scale of the paper. `made_at` is a UTC stamp.

    Raises ValueError without pages, with too many, or for a JPEG that's neither colour nor gray.
    """
    if not 0 < len(pages) <= PAGES_MAX:
        raise ValueError(f"{len(pages)} pages")
    pdf = pikepdf.new()
    for page in pages:
        pdf.pages.append(scanned_page.made(pdf, page))
    _claim(pdf, unicodedata.normalize("NFC", title), made_at)
    out = io.BytesIO()
    pdf.save(
        out,
        min_version="1.7",
        force_version="1.7",
        deterministic_id=True,
        compress_streams=False,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    return out.getvalue()


def _claim(pdf: pikepdf.Pdf, title: str, made_at: str) -> None:
    """Say that it's PDF/A-2b and give it what that takes: colours that mean something, and metadata said twice alike."""
    profile = pdf.make_indirect(Stream(pdf, SRGB, N=3))
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB IEC61966-2.1"),
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = Array([pdf.make_indirect(intent)])
    pdf.Root.Lang = String("vi-VN")
    when = local(made_at).replace(microsecond=0)
    xmp = XMP.format(title=escape(title), producer=PRODUCER, when=when.isoformat(), part=2)
    pdf.Root.Metadata = pdf.make_indirect(Stream(pdf, xmp.encode(), Type=Name.Metadata, Subtype=Name.XML))
    stamp = f"D:{when:%Y%m%d%H%M%S}+07'00'"
    for name, value in {"Title": title, "Producer": PRODUCER, "CreationDate": stamp, "ModDate": stamp}.items():
        pdf.docinfo[Name("/" + name)] = String(value)
