"""An online dossier as the province gives it to a commune's box: the filing whole in a file of its own, its papers beside it.

The feed is kept and cannot forget, so its record names no person: all words lie in the file, which both ends let go of once the
dossier is filed. A secret in it keeps its digest from telling what it says.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from PIL import Image
from sqlite_utils.db import Database

from appliance import catalogue_shelf, clock, comparing, files, online, people, procedures, queries
from appliance.box import Box
from appliance.catalogue import Catalogue
from appliance.errors import Refused
from appliance.events import FileRef
from appliance.forms import preview
from appliance.online import Filing
from appliance.portal_money import LINES_MAX, PortalPayment
from appliance.procedures import Asked
from appliance.text import Line
from sync.protocol import Digest, Text
from sync.publications import PAPERS_MAX, FilingCode, FilingSaid, Sent

LATER = frozenset({"filing_catalogue_away", "filing_ledger_away"})
BYTES_MAX = 40 * 1024  # Of an event's words: with a part sealed, and its files named, it stays below the bound of events.
PAGES_MAX = 100  # Of one paper.
PIXELS_MAX = 60_000_000  # Of one picture.
NOTE_CHARS_MAX = 2_000
PDF = "application/pdf"
Moment = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]  # UTC text.
Field = Annotated[str, Meta(max_length=people.FIELD_CHARS_MAX)]


class Paid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money that the portal took, as appliance/portal_money.py keeps it."""

    lines: Annotated[tuple[tuple[Text, int], ...], Meta(min_length=1, max_length=LINES_MAX)]
    paid_at: Moment
    evidence: Text
    where: Text
    confirmed: bool = False

    def __post_init__(self) -> None:
        clock.moment_of(self.paid_at)


class Filed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the portal took in, but for its papers (appliance/online.py)."""

    code: FilingCode
    procedure: Annotated[str, Meta(min_length=1, max_length=60)]
    filed_at: Moment
    applicant: Annotated[dict[Text, Field], Meta(min_length=1, max_length=len(people.Person.__struct_fields__))]
    case: Text = ""
    channel: Literal["online", "post"] = "online"
    result_by: Literal["electronic", "counter", "post"] = "electronic"
    offices: dict[Text, Text] | None = None
    paid: Paid | None = None
    note: Annotated[str, Meta(max_length=NOTE_CHARS_MAX)] = ""

    def __post_init__(self) -> None:
        clock.moment_of(self.filed_at)
        if self.applicant.keys() - {*people.Person.__struct_fields__}:
            raise ValueError("a field that no person has")


class Placed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A paper: for which component of the procedure, by key and name, and which file."""

    key: Text
    name: Annotated[str, Meta(max_length=4_000)]
    file: Digest


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first file of a record: the filing, the unit it is for, where its papers belong; `salt` is the secret."""

    salt: Digest
    unit: Text
    filed: Filed
    papers: Annotated[tuple[Placed, ...], Meta(max_length=PAPERS_MAX)]


def written(told: Told) -> bytes:
    """Write the first file; the same contents under the same secret are the same bytes."""
    return msgspec.json.encode(told, order="deterministic")


def judged(catalogue: Catalogue, day: date, told: Told, papers: Sequence[Sent], read: Callable[[str], bytes]) -> Filing:
    """Give the filing as the box records it, judged by both ends alike; `read` gives a paper's bytes.

    Raises Refused: what `online.judged` does, filing_component_unknown, filing_paper_wrong, filing_too_long, pdf_unreadable.
    """
    filed, sent = told.filed, {one.file: one for one in papers}
    procedure = procedures.get(catalogue, filed.procedure)
    case = filed.case or procedure.cases[0].id
    asked = procedures.components_for(procedure, case, filed.channel)
    placed = [(_key(asked, one), _ref(sent[one.file]), _pages(sent[one.file], read)) for one in told.papers]
    paid = PortalPayment(**msgspec.structs.asdict(filed.paid)) if filed.paid else None
    same = msgspec.structs.asdict(filed) | {"paid": paid}
    filing = Filing(**same, files=placed)
    said = online.judged(catalogue, told.unit, filing, day)
    if len(msgspec.json.encode(said)) > BYTES_MAX:
        raise Refused("filing_too_long", code=filed.code)
    return filing


def _key(asked: Sequence[Asked], paper: Placed) -> str:
    """Give the key of a paper's component: keys are stable inside one catalogue alone, so the name decides."""
    fitting = [one.key for one in asked if one.component.name == paper.name]
    if not fitting:
        raise Refused("filing_component_unknown", name=paper.name)
    return paper.key if paper.key in fitting else fitting[0]


def _ref(paper: Sent) -> FileRef:
    return FileRef(paper.file, paper.size, paper.media)


def _pages(paper: Sent, read: Callable[[str], bytes]) -> int:
    data = read(paper.file)
    pages = preview.page_count(data) if paper.media == PDF else int(_is_picture(data))
    if media_of(data) != paper.media or not 1 <= pages <= PAGES_MAX:
        raise Refused("filing_paper_wrong", name=paper.file[:12])
    return pages


def _is_picture(data: bytes) -> bool:
    """Say whether a photograph or a scan is whole, and not so large that no page can show it."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            small = picture.width * picture.height <= PIXELS_MAX
            picture.verify()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return small


MEDIA: Mapping[bytes, str] = {
    b"%PDF-": PDF,
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n": "image/png",
}


def media_of(data: bytes) -> str:
    """Say by its first bytes what a paper is; "" for what no page can show."""
    return next((media for mark, media in MEDIA.items() if data.startswith(mark)), "")


def take_in(box: Box, said: FilingSaid) -> Line:
    """File a dossier that waits to be checked (status 1). Raises Refused as `judged` and `check` do, and `filing_other_unit`;
    ValueError for a file that cannot be read."""
    told = _told(files.read(box.home, said.files[0].file), said)
    unit, day = box.home.settings.unit, clock.local_day(clock.stamp())
    if told.unit != unit:
        raise Refused("filing_other_unit", unit=told.unit)
    catalogue = catalogue_shelf.current(box.home, day)
    filing = _judged_here(box, catalogue, day, told, said)
    box.decide_under(catalogue.digest)
    with box.writing() as act:
        if known := _known(act.db, said):
            return known
        online.file_online(act, catalogue, unit, filing, day)
    return Line("published_filing", {"code": said.code})


def _told(data: bytes, said: FilingSaid) -> Told:
    """Read the first file. Raises ValueError where it is none, or does not belong to its record."""
    told = msgspec.json.decode(data, type=Told)
    same = (told.filed.code, told.filed.procedure) == (said.code, said.procedure)
    if not same or {one.file for one in told.papers} != {one.file for one in said.files[1:]}:
        raise ValueError("the filing of another record")
    return told


def _judged_here(box: Box, catalogue: Catalogue, day: date, told: Told, said: FilingSaid) -> Filing:
    """Judge as the province did; what fails while the catalogue that it judged by is on its way is judged again when it came."""
    try:
        return judged(catalogue, day, told, said.files[1:], lambda digest: files.read(box.home, digest))
    except Refused:
        if not catalogue_shelf.has(box.home, said.catalogue):
            raise Refused("filing_catalogue_away", code=said.code) from None
        raise


def check(box: Box, said: FilingSaid) -> Line | None:
    """Say, before its files are fetched, that a filing was taken in already. Raises Refused filing_code_taken, filing_ledger_away.

    A box that lost its newest events may have filed it in one of those: it waits until they are back.
    """
    if known := _known(box.db, said):
        return known
    if comparing.awaiting(box.db):
        raise Refused("filing_ledger_away", code=said.code)
    return None


def _known(db: Database, said: FilingSaid) -> Line | None:
    """Say that a dossier was filed under this code. Raises Refused `filing_code_taken` where one has it that nobody filed."""
    if (dossier := queries.by_code(db, said.code)) is None:
        return None
    sql = "SELECT 1 FROM dossier_event WHERE dossier = ? AND kind = ?"
    if db.conn.execute(sql, [dossier, online.FILED]).fetchone() is None:
        raise Refused("filing_code_taken", code=said.code)
    return Line("published_filing_known", {"code": said.code})
