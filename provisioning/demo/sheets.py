"""Draws the sheets the simulated scanner feeds: they look like papers citizens bring; every name on them is invented.

Each side carries a QR code `TO|<kind>|<number>|<front or back>`, so a test can prove which sheet became which page.
"""

import functools
import io
from pathlib import Path

import cv2
import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFont

import appliance
from provisioning.demo.papers import KINDS, Side

FONTS = Path(appliance.__file__).parent / "forms" / "fonts"
PAGE_PT = (595.28, 841.89)  # A4
JPEG_QUALITY = 85
KEPT_IMAGES_MAX = 400

BLACK, BLUE, RED = (34, 34, 34), (31, 63, 156), (196, 30, 42)
STATE = (("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", True), ("Độc lập - Tự do - Hạnh phúc", True))


def draw(kind: str, number: int, back: bool = False, dpi: int = 200, gray: bool = False) -> bytes:
    """Return one side of a sheet as JPEG, whole A4 at `dpi`, the same each time; a back nobody wrote on is blank."""
    return _drawn(kind, number, back, dpi, gray)


@functools.lru_cache(maxsize=KEPT_IMAGES_MAX)
def _drawn(kind: str, number: int, back: bool, dpi: int, gray: bool) -> bytes:
    paper = _Paper(dpi)
    sides = KINDS[kind]
    if int(back) < len(sides):
        _print(paper, sides[int(back)])
        paper.code(f"TO|{kind}|{number}|{'back' if back else 'front'}")
    image = paper.scanned(seed=number * 2 + back)
    out = io.BytesIO()
    (image.convert("L") if gray else image).save(out, "JPEG", quality=JPEG_QUALITY, dpi=(dpi, dpi))
    return out.getvalue()


def _print(paper: "_Paper", side: Side) -> None:
    y = _letterhead(paper, side)
    for line in side.title.split("\n"):
        paper.text(297, y, line, 19, bold=True, middle=True)
        y += 24
    paper.text(297, y, side.under, 13, italic=True, middle=True)
    y += 32
    for label, filled in side.rows:
        start = 64 + paper.text(64, y, label, 13, bold=not filled) + 6
        if filled:
            paper.dots(start, 530, y + 3)
            paper.text(start + 3, y - 1, filled, 14.5, italic=True, colour=BLUE)
        y += 25
    _signature(paper, side, max(y + 36, 430))


def _letterhead(paper: "_Paper", side: Side) -> float:
    if not side.office[0]:
        for row, (line, bold) in enumerate(STATE):
            paper.text(297, 52 + 18 * row, line, 13, bold=bold, middle=True)
        paper.rule(222, 372, 78)
        return 132
    for x, lines in ((150, ((side.office[0], False), (side.office[1], True))), (415, STATE)):
        for row, (line, bold) in enumerate(lines):
            paper.text(x, 50 + 16 * row, line, 12, bold=bold, middle=True)
    paper.rule(115, 185, 73)
    paper.rule(345, 485, 73)
    return 150


def _signature(paper: "_Paper", side: Side, y: float) -> None:
    role, hint, name = side.signer
    paper.text(425, y, role, 13, bold=True, middle=True)
    paper.text(425, y + 17, hint, 12, italic=True, middle=True)
    turns = np.linspace(0, 6.5 * np.pi, 120)  # A signature: loops that grow smaller as the hand runs on.
    paper.stroke(385 + 4.4 * turns + 7 * np.sin(turns), y + 50 - 18 * np.exp(-turns / 12) * np.cos(turns * 0.98))
    paper.text(425, y + 92, name, 14, middle=True)
    if side.seal:
        paper.seal(382, y + 52, side.seal)


class _Paper:
    """A sheet under the pen, measured in points like the printed form it stands for."""

    def __init__(self, dpi: int):
        self.scale = dpi / 72
        self.image = Image.new("RGB", self._at(*PAGE_PT), (253, 253, 251))
        self.pen = ImageDraw.Draw(self.image)

    def text(self, x, y, text, size, *, bold=False, italic=False, middle=False, colour=BLACK) -> float:
        """Write on the base line `y` and return the width in points."""
        font = _font("Bold" if bold else "Italic" if italic else "Regular", round(size * self.scale))
        self.pen.text((x * self.scale, y * self.scale), text, colour, font, anchor="ms" if middle else "ls")
        return self.pen.textlength(text, font=font) / self.scale

    def rule(self, left, right, y):
        self.pen.line([(left * self.scale, y * self.scale), (right * self.scale, y * self.scale)], BLACK, self._width(1))

    def dots(self, left, right, y):
        for x in np.arange(left, right, 3.5):
            self.pen.line([(x * self.scale, y * self.scale), ((x + 1) * self.scale, y * self.scale)], (150, 150, 150))

    def stroke(self, x, y):
        self.pen.line([*zip(x * self.scale, y * self.scale, strict=True)], BLUE, self._width(2), joint="curve")

    def seal(self, x, y, name):
        for radius, width in ((42, 2.4), (30, 1.2)):
            box = [(centre + sign * radius) * self.scale for sign in (-1, 1) for centre in (x, y)]
            self.pen.ellipse(box, outline=RED, width=self._width(width))
        self.text(x, y + 4, name, 9.5, bold=True, middle=True, colour=RED)

    def code(self, text):
        matrix = segno.make(text, error="m", micro=False).matrix
        step = round(62 * self.scale / len(matrix))
        modules = Image.fromarray((1 - np.array(matrix, np.uint8)) * 255)
        self.image.paste(modules.resize((step * len(matrix),) * 2, Image.Resampling.NEAREST), self._at(64, 740))

    def scanned(self, seed: int) -> Image.Image:
        """Return the sheet as a scanner sees it: slightly turned, slightly soft, with the grain of paper."""
        chance = np.random.default_rng(seed)
        width, height = self.image.size
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), chance.uniform(-0.6, 0.6), 1)
        turned = cv2.warpAffine(np.asarray(self.image), matrix, (width, height), borderValue=(250, 250, 248))
        grain = (2 * chance.standard_normal((height, width), np.float32)).astype(np.int16)[..., None]
        noisy = np.clip(turned + grain, 0, 255).astype(np.uint8)
        return Image.fromarray(cv2.GaussianBlur(noisy, (0, 0), 0.5))

    def _at(self, x, y):
        return round(x * self.scale), round(y * self.scale)

    def _width(self, points):
        return max(1, round(points * self.scale / 1.4))


@functools.lru_cache(maxsize=64)
def _font(style: str, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"LiberationSerif-{style}.ttf", pixels)
