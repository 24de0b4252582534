"""A scanned page inside a PDF: the JPEG bytes go in unchanged, at the scale of the paper; a quarter turn is a flag on the page."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

DPI_UNTOLD = 200
POINTS_PER_INCH = 72
COLOUR_SPACES = {"RGB": Name.DeviceRGB, "L": Name.DeviceGray}
DRAWN = "q {} 0 0 {} 0 0 cm /Scan Do Q"
DRAWN_AS_FIGURE = f"/Figure <</MCID 0>> BDC {DRAWN} EMC"  # Found in the structure tree as the page's only content.


@dataclass(frozen=True)
class ScannedPage:
    """A page as scanned, and the clockwise quarter turns that make it upright."""

    jpeg: bytes
    turns: int = 0


def made(pdf: pikepdf.Pdf, page: ScannedPage, drawn: str = DRAWN) -> pikepdf.Page:
    """Make a page of a document, which does not hold it yet. Raises ValueError for a JPEG that is neither colour nor gray."""
    with Image.open(io.BytesIO(page.jpeg)) as image:
        if image.format != "JPEG" or image.mode not in COLOUR_SPACES:
            raise ValueError(f"{image.format} {image.mode}")
        dpi = image.info.get("dpi", (DPI_UNTOLD, DPI_UNTOLD))
        size, colours = image.size, COLOUR_SPACES[image.mode]
    points = [round(pixels * POINTS_PER_INCH / per_inch, 2) for pixels, per_inch in zip(size, dpi, strict=True)]
    scan = Stream(pdf, page.jpeg)
    scan.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=colours,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    sheet = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, *points]),
        Resources=Dictionary(XObject=Dictionary(Scan=pdf.make_indirect(scan))),
        Contents=pdf.make_stream(drawn.format(*points).encode()),
        Rotate=page.turns % 4 * 90,
    )
    return pikepdf.Page(pdf.make_indirect(sheet))


def put_before(form: bytes, pages: Sequence[ScannedPage], label: str) -> bytes:
    """Give a tagged form with scanned pages before it, each named in its structure as `label` and its number.

    The same input gives the same bytes. Raises ValueError as `made` does.
    """
    document = pikepdf.open(io.BytesIO(form))
    root = document.Root.StructTreeRoot
    trunk = root.K[0] if isinstance(root.K, Array) else root.K
    parents = pikepdf.NumberTree(root.ParentTree)
    free, figures = max(parents, default=-1) + 1, []
    for n, page in enumerate(pages):
        sheet = made(document, page, DRAWN_AS_FIGURE)
        document.pages.insert(n, sheet)
        figures.append(_figure(document, trunk, document.pages[n].obj, f"{label}, trang {n + 1}"))
        document.pages[n].obj.StructParents = free + n
        parents[free + n] = Array([figures[-1]])
    trunk.K = Array([*figures, *(trunk.K if isinstance(trunk.K, Array) else [trunk.K])])
    root.ParentTreeNextKey = free + len(figures)
    out = io.BytesIO()
    document.save(out, deterministic_id=True, fix_metadata_version=False)
    return out.getvalue()


def _figure(document: pikepdf.Pdf, trunk: pikepdf.Object, sheet: pikepdf.Object, words: str) -> pikepdf.Object:
    return document.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Figure, P=trunk, Pg=sheet, Alt=String(words), K=0))
