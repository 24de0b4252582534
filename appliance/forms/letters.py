"""The bundled letters: what they can draw, and the part of them that a form field carries inside the PDF.

Liberation Serif has the metrics of Times New Roman, which NĐ 30/2020/NĐ-CP asks for and nobody may ship.
"""

import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.errors import Refused

if TYPE_CHECKING:  # fontTools is loaded when a page is first set, not while a box starts.
    from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent / "fonts"
REGULAR = FOLDER / "LiberationSerif-Regular.ttf"
ITALIC = FOLDER / "LiberationSerif-Italic.ttf"
SHOWN_MAX = 10  # Letters named in one refusal.
# What a clerk may write into a field: Latin with every Vietnamese letter, figures, punctuation, đồng.
FIELD_LETTERS = (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x1EA0, 0x1EFA), *map(ord, "ƠơƯư–—‘’“”…№₫"))


@cache
def glyphs(path: Path) -> dict[int, str]:
    """Map each character the font can draw to the name of its glyph."""
    return opened(path).getBestCmap()


def opened(path: Path) -> "TTFont":
    from fontTools.ttLib import TTFont

    return TTFont(io.BytesIO(path.read_bytes()), recalcTimestamp=False)


def need_letters(text: str) -> None:
    """Refuse (`form_letter_unknown`) what the bundled font would print as an empty box. Line breaks are fine."""
    strange = sorted({c for c in text if ord(c) not in glyphs(REGULAR) and c != "\n"})
    if strange:
        raise Refused("form_letter_unknown", letters=" ".join(strange[:SHOWN_MAX]))


class FieldFont:
    """A font cut down to FIELD_LETTERS whose glyph numbers stay those of the bundled file."""

    def __init__(self, path: Path) -> None:
        whole = opened(path)
        self.name = "MCFLDS+" + whole["name"].getDebugName(6)
        self.units = whole["head"].unitsPerEm
        self.gid = {code: whole.getGlyphID(name) for code, name in whole.getBestCmap().items() if code in FIELD_LETTERS}
        self.width = {gid: self._thousandths(whole["hmtx"][whole.getGlyphName(gid)][0]) for gid in self.gid.values()}
        box = whole["head"]
        self.box = [self._thousandths(v) for v in (box.xMin, box.yMin, box.xMax, box.yMax)]
        self.ascent = self._thousandths(whole["hhea"].ascent)
        self.descent = self._thousandths(whole["hhea"].descent)
        self.cap_height = self._thousandths(whole["OS/2"].sCapHeight)
        self.slant = whole["post"].italicAngle
        self.program = cut(whole)

    def _thousandths(self, value: int) -> int:
        return round(value * 1000 / self.units)


def cut(font: "TTFont") -> bytes:
    """Give the font with the glyphs of FIELD_LETTERS alone; the same bytes each time."""
    from fontTools import subset

    options = subset.Options(retain_gids=True, layout_features=[], name_IDs=[0, 6], notdef_outline=True, hinting=False)
    options.drop_tables += ["FFTM"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=FIELD_LETTERS)
    cutter.subset(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


@cache
def field_font(italic: bool) -> FieldFont:
    return FieldFont(ITALIC if italic else REGULAR)
