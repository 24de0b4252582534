"""How a signature and a filled form field look: calm Vietnamese text with an embedded font, one colour, no transparency.

The look follows NĐ 30/2020, Phụ lục I: blue for a person, red for the organisation, time as dd/MM/yyyy HH:mm:ss +07:00.
It decides nothing about validity: a picture on a page proves nothing.
"""

import logging
from dataclasses import dataclass
from functools import cache
from io import BytesIO

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from pyhanko.pdf_utils.content import AppearanceContent, ResourceType
from pyhanko.pdf_utils.font.opentype import GlyphAccumulator
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.stamp.base import BaseStampStyle

from appliance.clock import local
from appliance.forms.letters import FOLDER
from appliance.text import nfc

ASCENT, DESCENT, LEADING = 0.891, 0.216, 1.18  # Liberation Serif, in parts of its size.
SIZE_MAX_PT, SIZE_MIN_PT, SIZE_STEP_PT = 10.0, 4.0, 0.5
MARGIN_PT = 4.0
BLUE, RED, BLACK = (0.05, 0.20, 0.55), (0.78, 0.08, 0.10), (0.0, 0.0, 0.0)

UNITS_PER_EM = 1000
LETTERS = {*range(0x20, 0x250), *range(0x1EA0, 0x1EFA), *range(0x2010, 0x2027), 0x20AB, 0x2116}  # With đ, ơ, ư, ₫.

logging.getLogger("fontTools").setLevel(logging.ERROR)  # It logs the letters of every name it draws.

Colour = tuple[float, float, float]


def leader_look(cn: str, org: str, at: str) -> "StampLook":
    """Give the stamp of a person who signs."""
    return StampLook(lines=(f"Người ký: {cn}", f"Cơ quan: {org}", f"Thời gian ký: {shown_time(at)}"), colour=BLUE)


def organisation_look(cn: str, at: str) -> "StampLook":
    """Give the stamp of the organisation's own signature."""
    return StampLook(lines=(f"Cơ quan ký: {cn}", f"Thời gian ký: {shown_time(at)}"), colour=RED)


def shown_time(at: str) -> str:
    """Show UTC text as the law wants it on a document, for example 21/11/2026 09:15:30 +07:00."""
    return local(at).strftime("%d/%m/%Y %H:%M:%S +07:00")  # Viet Nam has one zone and no summer time.


@dataclass(frozen=True)
class StampLook(BaseStampStyle):
    """A bordered box of lines in one colour, as pyHanko's signer wants it; `clear` leaves room at left and right."""

    lines: tuple[str, ...] = ()
    colour: Colour = BLACK
    clear: tuple[float, float] = (0.0, 0.0)

    def create_stamp(self, writer: BasePdfFileWriter, box: BoxConstraints, text_params: dict) -> "TextLook":  # type: ignore[override]
        return TextLook(writer, box, self.lines, Type(self.colour, SIZE_MAX_PT), border=True, clear=self.clear)


@dataclass(frozen=True)
class Type:
    """How text is set: colour, the largest size, font file, and where it stands (0 left, 1 middle, 2 right)."""

    colour: Colour
    size: float
    font: str = "LiberationSerif-Regular.ttf"
    align: int = 0


class TextLook(AppearanceContent):
    """Lines of text wrapped and shrunk until they fit the box, drawn with an embedded subset of our own font."""

    def __init__(
        self,
        writer: BasePdfFileWriter,
        box: BoxConstraints,
        lines: tuple[str, ...],
        kind: Type,
        border: bool = False,
        clear: tuple[float, float] = (0.0, 0.0),
    ):
        super().__init__(writer=writer, box=box)
        self.lines, self.kind, self.border = tuple(map(nfc, lines)), kind, border
        self.margin = MARGIN_PT if border else 0.0
        self.left, self.room = self.margin + clear[0], box.width - 2 * self.margin - sum(clear)
        self.glyphs = GlyphAccumulator(writer, BytesIO(_font(kind.font)), kind.size, bcp47_lang_code="vi-VN")

    def render(self) -> bytes:
        """Draw; part of what pyHanko asks of an appearance."""
        self.set_resource(ResourceType.FONT, pdf_name("/F"), self.glyphs.as_resource())
        size, lines = self._fit()
        height = size * (ASCENT + DESCENT) + (len(lines) - 1) * size * LEADING
        baseline = (self.box.height + height) / 2 - size * ASCENT
        drawn = [b"/Tx BMC q", b"%.3f %.3f %.3f rg" % self.kind.colour]
        if self.border:
            drawn.append(b"%.3f %.3f %.3f RG 0.75 w" % self.kind.colour)
            drawn.append(b"0.5 0.5 %.2f %.2f re S" % (self.box.width - 1, self.box.height - 1))
        for number, line in enumerate(lines):
            drawn.append(self._line(line, size, baseline - number * size * LEADING))
        self.glyphs.prepare_write()
        return b"\n".join([*drawn, b"Q EMC"])

    def _line(self, text: str, size: float, y: float) -> bytes:
        self.glyphs.font_size = size  # type: ignore[assignment]  # It may be a float.
        shape = self.glyphs.shape(text)
        x = self.left + (self.room - shape.x_advance * size) * self.kind.align / 2
        return b"BT /F %.2f Tf 1 0 0 1 %.2f %.2f Tm %s ET" % (size, x, y, shape.graphics_ops)

    def _fit(self) -> tuple[float, list[str]]:
        size = self.kind.size
        while True:
            lines = [piece for line in self.lines for piece in self._wrap(line, size)]
            wide = max(self._width(line, size) for line in lines) > self.room
            tall = len(lines) * size * LEADING > self.box.height - 2 * self.margin
            if not (wide or (tall and len(lines) > 1)) or size <= SIZE_MIN_PT:
                return size, lines
            size -= SIZE_STEP_PT

    def _wrap(self, text: str, size: float) -> list[str]:
        if not self.border:
            return [text]  # A form field is one line.
        lines: list[str] = []
        for word in text.split():
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._width(longer, size) <= self.room:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _width(self, text: str, size: float) -> float:
        return self.glyphs.shape(text).x_advance * size


@cache
def _font(name: str) -> bytes:
    """Cut a font down to the letters officers write, at 1000 units: pyHanko writes its widths as if every font had those."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    options.drop_tables += ["FFTM", "GPOS", "GSUB", "GDEF", "kern"]
    font = TTFont(FOLDER / name)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=LETTERS)
    cut.subset(font)
    scale_upem(font, UNITS_PER_EM)
    out = BytesIO()
    font.save(out)
    return out.getvalue()
