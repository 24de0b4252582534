"""Certified electronic copies: the scanned pages of an original, in order and unchanged, and the certification as last page.

Set and frozen before anybody signs; leader and clerk then sign and seal it as any electronic result. Setting takes a while, so
it is done before the write lock. Basis: NĐ 45/2020/NĐ-CP, Điều 10.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from appliance import files, forms
from appliance.clock import local_day
from appliance.components import why_not_copied
from appliance.config import Home
from appliance.documents import Document, Signature
from appliance.dossier import Dossier
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import preview, registry, scanned_page
from appliance.forms.scanned_page import ScannedPage
from appliance.ids import uuid7
from appliance.ledger import Act
from appliance.officers import Officer
from appliance.processing import PDF, data_of, load, must_hold

FILE_DPI = scanned_page.DPI_UNTOLD  # Of a page that came inside a PDF or untold: the least that NĐ 30/2020 asks for.
JPEG_QUALITY = 95
COPY_BYTES_MAX = 60 << 20  # The token's worker takes 64 MiB, signatures and time-stamps included.
CHANGEABLE = (Signature.NONE, Signature.SUBMITTED)


@dataclass(frozen=True)
class Copy:
    """One copy that was set: of which original (key), of which scanned pages, what stands on its certification, the PDF."""

    of: str
    source: Sequence[Mapping[str, Any]]
    values: dict[str, str]
    pdf: bytes


def open_parts(dossier: Dossier) -> list[dict[str, Any]]:
    """List the originals whose electronic copy is wanted and not signed yet."""
    signed = {one.of for one in dossier.standing if one.signature not in CHANGEABLE}
    return [part for part in dossier.copied_electronically if part["key"] not in signed]


def set_copies(home: Home, dossier: Dossier, template: str, leader: Officer, volume: str, at: str) -> list[Copy]:
    """Set the copies that are not signed yet.

    Raises Refused `original_not_scanned`, `original_pages_differ`, `original_too_big`, `form_…`.
    """
    return [_set(home, dossier, part, template, leader, volume, at) for part in open_parts(dossier)]


def _set(home: Home, dossier: Dossier, part: dict[str, Any], template: str, leader: Officer, volume: str, at: str) -> Copy:
    if why := why_not_copied(part["name"], part["wanted"]["pages"], len(part["pages"])):
        raise why
    place = 1 + [one["key"] for one in dossier.originals].index(part["key"])
    values = {
        "giay_to": part["name"],
        "so_trang": str(part["wanted"]["pages"]),
        "yeu_cau": f"hồ sơ {dossier.code}, bản chính {place}/{len(dossier.originals)}",
        "quyen_so": volume,
    }
    certification = forms.render(template, data_of(home, at, values, leader))
    pages = [scanned(home, page) for page in part["pages"]]
    pdf = scanned_page.put_before(certification, pages, part["name"])
    if len(pdf) > COPY_BYTES_MAX:
        raise Refused("original_too_big", name=part["name"], most=COPY_BYTES_MAX >> 20)
    return Copy(part["key"], part["pages"], values, pdf)


def scanned(home: Home, page: Mapping[str, Any]) -> ScannedPage:
    """Give a page as it was scanned; one that came as another kind of file as a picture of it."""
    data = files.read(home, page["file"])
    if data.startswith(b"%PDF-"):
        return ScannedPage(preview.page_jpeg(data, page.get("n", 1), FILE_DPI), page.get("turn", 0))
    with Image.open(io.BytesIO(data)) as picture:
        if picture.format == "JPEG" and picture.mode in scanned_page.COLOUR_SPACES:
            return ScannedPage(data, page.get("turn", 0))
        out = io.BytesIO()
        picture.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY, dpi=picture.info.get("dpi", (FILE_DPI, FILE_DPI)))
    return ScannedPage(out.getvalue(), page.get("turn", 0))


def keep(act: Act, home: Home, dossier_id: str, officer: str, template: str, leader: Officer, copies: Sequence[Copy]) -> None:
    """Freeze the copies as drafts of the dossier, in place of those not signed yet.

    Raises Refused `not_holder`, `result_is_signed`, `result_changed` when the scanned pages are others by now.
    """
    dossier = load(act, dossier_id)
    must_hold(dossier, officer)
    parts = {part["key"]: part for part in open_parts(dossier)}
    for copy in copies:
        if copy.of not in parts:
            raise Refused("result_is_signed", code=dossier.code)
        if list(parts[copy.of]["pages"]) != list(copy.source):
            raise Refused("result_changed", code=dossier.code)
        _record(act, home, dossier, officer, template, leader, copy)


def _record(act: Act, home: Home, dossier: Dossier, officer: str, template: str, leader: Officer, copy: Copy) -> None:
    file = FileRef(files.put(home, copy.pdf), len(copy.pdf), PDF)
    act.record(
        "result.prepared",
        actor=officer,
        dossier=dossier.id,
        clear={
            "document": document.id if (document := _standing(dossier, copy.of)) else uuid7(),
            "template": template,
            "template_version": registry.template_of(template, local_day(act.reading.at).isoformat()).version,
            "path": "electronic",
            "file": file.s,
            "pages": preview.page_count(copy.pdf),
            "of": copy.of,
        },
        personal={"fields": copy.values | {"leader": leader.id}},
        files=[file],
    )


def _standing(dossier: Dossier, of: str) -> Document | None:
    return next((one for one in dossier.standing if one.of == of), None)
