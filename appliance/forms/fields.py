"""The form fields of a result: number and date for the clerk, two places for digital signatures, all empty.

They are there before the leader signs, so that filling them is form filling and his signature stays valid
(foundations: number and date are written inside the seal's own increment). Nothing here signs or fills.
"""

import io
import json
from itertools import count

import msgspec
import pikepdf
from pikepdf import Array, Dictionary, Name, String

from appliance.forms.letters import FieldFont, field_font

PRINTED = 4  # Annotation flag "Print", which PDF/A asks for.
UPRIGHT, ITALIC = "/MCUpright", "/MCItalic"
FONT_FLAGS = {UPRIGHT: 0x04 | 0x02, ITALIC: 0x04 | 0x02 | 0x40}  # symbolic, serif, italic
QUADDING = {"left": 0, "center": 1, "right": 2}


class Place(msgspec.Struct, frozen=True):
    """Where a field lies: points from the upper left corner of its page (pages from 1)."""

    name: str
    label: str
    kind: str  # "text" or "signature"
    page: int
    x: float
    y: float
    width: float
    height: float
    size: float = 13
    align: str = "left"
    italic: bool = False


def places(found: str) -> list[Place]:
    """Read what the template left behind for each field (JSON of a typst query)."""
    return msgspec.convert(json.loads(found), list[Place])


def added(pdf: bytes, wanted: list[Place]) -> bytes:
    """Give the PDF with empty fields at the wanted places; the same bytes for the same input."""
    document = pikepdf.open(io.BytesIO(pdf))
    fonts = {key: embedded(document, key) for key in sorted({font_key(p) for p in wanted if p.kind == "text"})}
    widgets = [widget(document, place, fonts) for place in wanted]
    for place, item in zip(wanted, widgets, strict=True):
        page = document.pages[place.page - 1].obj
        page.Annots = Array([*page.get("/Annots", []), item])
        page.Tabs = Name.S
        item.P = page
    document.Root.AcroForm = document.make_indirect(
        Dictionary(Fields=Array(widgets), DR=Dictionary(Font=Dictionary(fonts)), NeedAppearances=False)
    )
    tag(document, widgets)
    out = io.BytesIO()
    document.save(out, deterministic_id=True, fix_metadata_version=False)
    return out.getvalue()


def font_key(place: Place) -> str:
    return ITALIC if place.italic else UPRIGHT


def widget(document: pikepdf.Pdf, place: Place, fonts: dict[str, pikepdf.Object]) -> pikepdf.Object:
    """Build one field merged with its only widget, with an appearance that shows nothing."""
    top = float(document.pages[place.page - 1].mediabox[3]) - place.y
    rect = [place.x, top - place.height, place.x + place.width, top]
    item = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, T=String(place.name), TU=String(place.label), F=PRINTED,
        Rect=Array([round(v, 2) for v in rect]), AP=Dictionary(N=nothing(document, place, fonts)),
    )  # fmt: skip
    if place.kind == "signature":
        item.FT = Name.Sig
    else:
        item.FT = Name.Tx
        item.DA = String(f"{font_key(place)} {place.size:g} Tf 0 g")
        item.Q = QUADDING[place.align]
    return document.make_indirect(item)


def nothing(document: pikepdf.Pdf, place: Place, fonts: dict[str, pikepdf.Object]) -> pikepdf.Object:
    form = document.make_stream(b"")
    form.Type, form.Subtype = Name.XObject, Name.Form
    form.BBox = Array([0, 0, round(place.width, 2), round(place.height, 2)])
    form.Resources = Dictionary(Font=Dictionary(fonts)) if place.kind == "text" else Dictionary()
    return form


def embedded(document: pikepdf.Pdf, key: str) -> pikepdf.Object:
    """Embed the field font as a composite TrueType font whose codes are glyph numbers."""
    font = field_font(key == ITALIC)
    program = document.make_stream(font.program)
    program.Length1 = len(font.program)
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name("/" + font.name), Flags=FONT_FLAGS[key], FontBBox=Array(font.box),
        ItalicAngle=round(font.slant, 1), Ascent=font.ascent, Descent=font.descent, CapHeight=font.cap_height,
        StemV=80, FontFile2=program,
    )  # fmt: skip
    letters = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name("/" + font.name), CIDToGIDMap=Name.Identity, DW=0,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=document.make_indirect(descriptor), W=widths(font),
    )  # fmt: skip
    return document.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/" + font.name),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([document.make_indirect(letters)]),
            ToUnicode=document.make_stream(to_unicode(font)),
        )  # fmt: skip
    )


def widths(font: FieldFont) -> Array:
    """Give the /W array: a glyph number and its width, one after another."""
    rows: list[object] = []
    for gid, width in sorted(font.width.items()):
        rows += [gid, Array([width])]
    return Array(rows)


def to_unicode(font: FieldFont) -> bytes:
    """Give the CMap from glyph numbers back to characters, so that the text can be searched and read aloud."""
    pairs = [f"<{gid:04X}> <{code:04X}>" for gid, code in sorted({gid: code for code, gid in font.gid.items()}.items())]
    blocks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]  # The format allows no more in one block.
    listed = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{listed}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def tag(document: pikepdf.Pdf, widgets: list[pikepdf.Object]) -> None:
    """Name each field in the structure tree: level A promises that everything on the page is found there."""
    root = document.Root.StructTreeRoot
    trunk = root.K[0] if isinstance(root.K, Array) else root.K
    parents = pikepdf.NumberTree(root.ParentTree)
    free = count(max(parents, default=-1) + 1)
    for item in widgets:
        element = document.make_indirect(
            Dictionary(
                Type=Name.StructElem,
                S=Name.Form,
                P=trunk,
                Pg=item.P,
                Alt=item.TU,
                K=Dictionary(Type=Name.OBJR, Obj=item, Pg=item.P),
            )  # fmt: skip
        )
        trunk.K = Array([*(trunk.K if isinstance(trunk.K, Array) else [trunk.K]), element])
        item.StructParent = next(free)
        parents[item.StructParent] = element
    root.ParentTreeNextKey = next(free)
