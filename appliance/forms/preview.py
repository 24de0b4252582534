"""Page images of a PDF for the screen. It changes nothing and keeps nothing; the caller names the file by its digest."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

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
