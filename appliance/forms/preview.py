"""Page images of a PDF for the screen. It changes nothing and keeps nothing; the caller names the file by its digest."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

import pikepdf
import pypdfium2
from PIL import Image

from appliance.errors import Refused

DPI_MIN, DPI_MAX = 20, 300
SIDE_MAX = 5_000  # Pixels of the longer side: an A3 page at 300 dpi.
JPEG_QUALITY = 80
_ONE_AT_A_TIME = Lock()  # PDFium is not thread-safe, whatever the number of documents.


def page_count(pdf: bytes) -> int:
    """Give the number of pages. Refuses `pdf_unreadable`."""
    with _opened(pdf) as document:
        return len(document)


@dataclass(frozen=True)
class FieldPlace:
    """Where a form field lies on its page (from 1): points from the upper left corner, and the size of the page."""

    page: int
    x: float
    y: float
    width: float
    height: float
    page_width: float
    page_height: float


def field_place(pdf: bytes, name: str) -> FieldPlace | None:
    """Find a field by name; None where the document has none. Refuses `pdf_unreadable`."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            for number, page in enumerate(document.pages, 1):
                _, _, wide, high = map(float, page.mediabox)
                for item in page.obj.get("/Annots", []):
                    if str(item.get("/T", "")) == name:
                        left, bottom, right, top = map(float, item.Rect)
                        return FieldPlace(number, left, high - top, right - left, top - bottom, wide, high)
            return None
    except pikepdf.PdfError as error:
        raise Refused("pdf_unreadable") from error


def page_png(pdf: bytes, page: int, dpi: int = 110) -> bytes:
    """Draw a page (from 1) as PNG. Refuses `pdf_unreadable`, `page_unknown`."""
    out = io.BytesIO()
    _drawn(pdf, page, dpi).save(out, "PNG", compress_level=4)
    return out.getvalue()


def page_jpeg(pdf: bytes, page: int, dpi: int = 110) -> bytes:
    """Draw a page (from 1) as JPEG. Refuses `pdf_unreadable`, `page_unknown`."""
    out = io.BytesIO()
    _drawn(pdf, page, dpi).save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def page_words(pdf: bytes, page: int) -> str:
    """Give the words of a page (from 1), those of filled fields and signatures too. Refuses `pdf_unreadable`, `page_unknown`."""
    with _opened(pdf) as document:
        if not 1 <= page <= len(document):
            raise Refused("page_unknown", page=page, pages=len(document))
        sheet = document[page - 1]
        sheet.flatten()
        return str(document[page - 1].get_textpage().get_text_range())


def _drawn(pdf: bytes, page: int, dpi: int) -> Image.Image:
    with _opened(pdf) as document:
        if not 1 <= page <= len(document):
            raise Refused("page_unknown", page=page, pages=len(document))
        sheet = document[page - 1]
        scale = min(max(dpi, DPI_MIN), DPI_MAX) / 72
        scale = min(scale, SIDE_MAX / max(sheet.get_size()))
        return sheet.render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")


@contextmanager
def _opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError:
            raise Refused("pdf_unreadable") from None
        try:
            document.init_forms()
            yield document
        finally:
            document.close()
