"""Images derived from stored pages: small ones and turned ones, kept under cache/ and made again whenever they are gone.

Nothing here says who may see a page: the routes do.
"""

from dataclasses import dataclass
from pathlib import Path

from appliance import files
from appliance.config import Home
from appliance.forms import preview
from hardware import imaging

SMALL_PX = imaging.THUMBNAIL_SIDE_PX
PDF_DPI = {"nho": 31, "lon": 150}  # 31 dpi makes an A4 page about as high as a thumbnail.
SIZES = ("nho", "lon")
PDF = "application/pdf"


@dataclass(frozen=True)
class Image:
    """An image of a stored page: which file, which page of it, turned how often clockwise, small (nho) or to be read (lon)."""

    digest: str
    media: str = "image/jpeg"
    n: int = 1
    turn: int = 0
    size: str = "nho"

    @property
    def name(self) -> str:
        """Name the image by all that it depends on."""
        return f"{self.digest}-{self.n}-{self.turn}-{self.size}"


def image(home: Home, wanted: Image) -> tuple[bytes, str]:
    """Give an image and its media type. Raises Refused `file_missing`, `file_damaged`, `pdf_unreadable`, `page_unknown`."""
    path = place(home, wanted)
    if path.exists():
        return path.read_bytes(), "image/jpeg"
    data = files.read(home, wanted.digest)
    if wanted.size == "lon" and wanted.turn == 0 and wanted.media != PDF:
        return data, wanted.media
    made = drawn(data, wanted)
    keep(home, wanted, made)
    return made, "image/jpeg"


def drawn(data: bytes, wanted: Image) -> bytes:
    """Make the image from the file's bytes."""
    if wanted.media == PDF:
        page = preview.page_jpeg(data, wanted.n, PDF_DPI[wanted.size])
    else:
        page = imaging.thumbnail(data) if wanted.size == "nho" else data
    return imaging.turn(page, wanted.turn)


def keep(home: Home, wanted: Image, made: bytes) -> None:
    """Keep a derived image. Not durable: it can always be made again; but never half of it is seen."""
    path = place(home, wanted)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    unfinished = path.with_name(f"{path.name}.{id(made):x}.tmp")
    unfinished.write_bytes(made)
    unfinished.replace(path)


def place(home: Home, wanted: Image) -> Path:
    """Say where a derived image lies."""
    return home.cache / "pages" / wanted.digest[:2] / f"{wanted.name}.jpg"
