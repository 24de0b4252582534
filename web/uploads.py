"""Files a citizen brings as files: looked at, bounded, kept as they are, and given as pages of a draft."""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from appliance import files
from appliance.config import Home
from appliance.drafts import NewPage
from appliance.errors import Refused
from appliance.forms import preview
from hardware import imaging

FILE_BYTES_MAX = 20 * 1024 * 1024
FILES_MAX = 20
PDF_PAGES_MAX = 100
PIXELS_MAX = 60_000_000  # An A4 page at 600 dpi has 35 million.
SIDE_MIN_PX = 200
ORIENTATION = 0x0112  # EXIF tag of photographs.
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png"}
FACTS = ("blank", "blurred", "angle")


@dataclass(frozen=True)
class Upload:
    """A file that was read and found good: its bytes as they are kept, media type, number of pages."""

    data: bytes
    media: str
    pages: int


def read(name: str, data: bytes) -> Upload:
    """Look at one file. Raises Refused `upload_too_big`, `upload_kind`, `upload_pages`, `upload_small`, `pdf_unreadable`."""
    if len(data) > FILE_BYTES_MAX:
        raise Refused("upload_too_big", file=name, most=FILE_BYTES_MAX // 1024 // 1024)
    if data[:5] == b"%PDF-":
        pages = preview.page_count(data)
        if not 1 <= pages <= PDF_PAGES_MAX:
            raise Refused("upload_pages", file=name, most=PDF_PAGES_MAX)
        return Upload(data, "application/pdf", pages)
    return _picture(name, data)


def _picture(name: str, data: bytes) -> Upload:
    try:
        with Image.open(io.BytesIO(data), formats=list(FORMATS)) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise Refused("upload_too_big", file=name, most=FILE_BYTES_MAX // 1024 // 1024)
            if min(picture.size) < SIDE_MIN_PX:
                raise Refused("upload_small", file=name)
            picture.load()
            media = FORMATS[picture.format or ""]
            return Upload(_upright(picture) or data, media, 1)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise Refused("upload_kind", file=name) from error


def _upright(picture: Image.Image) -> bytes | None:
    """Give a photograph that only says how it should be turned as one that is; it also loses where it was taken."""
    if picture.format != "JPEG" or picture.getexif().get(ORIENTATION, 1) == 1:
        return None
    out = io.BytesIO()
    ImageOps.exif_transpose(picture).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def keep(home: Home, upload: Upload) -> list[NewPage]:
    """Keep the file durably and give its pages."""
    digest, size = files.put(home, upload.data), len(upload.data)
    if upload.media == "application/pdf":
        return [NewPage(digest, size, upload.media, {"n": n, "file": True}) for n in range(1, upload.pages + 1)]
    look = imaging.look(upload.data)
    return [NewPage(digest, size, upload.media, {name: getattr(look, name) for name in FACTS} | {"file": True})]
