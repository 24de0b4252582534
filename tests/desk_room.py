"""Dossiers at every station, made by the real acts: what the desks' pages are tested with. Nobody here is real."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw

from appliance import clock, files, numbering, officers, processing, queries, release
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.events import FileRef
from appliance.ids import uuid7
from appliance.ledger import Act
from appliance.rules import Rules
from people import PASSWORD
from signing_room import Authority

HTTPS = "https://localhost"
UNIT = "H99.99.99"
MARITAL, COPIES = "1.004873", "2.000815"
OWNER = {
    "name": "Nguyễn Thị Ngọc Ánh",
    "number": "089190012345",
    "number_kind": "12",
    "birth": "1990-08-05",
    "gender": "Nữ",
    "address": "Ấp Long Định, xã An Châu, tỉnh An Giang",
    "phone": "+84912345678",
}
ANSWERS = {
    "nguoi_yeu_cau": OWNER["name"],
    "ho_ten": OWNER["name"],
    "ngay_sinh": OWNER["birth"],
    "gioi_tinh": "Nữ",
    "dan_toc": "Kinh",
    "quoc_tich": "Việt Nam",
    "so_dinh_danh": OWNER["number"],
    "noi_cu_tru": OWNER["address"],
    "tinh_trang": "Hiện tại chưa đăng ký kết hôn với ai.",
    "muc_dich": "Để đăng ký kết hôn với ông Lê Văn Bình.",
}
BOOKS = ("dossier", "certification_paper", "outgoing", "receipt")


def grant_numbers(box: Box) -> None:
    """Grant every book its range, for this life."""
    with box.writing() as act:
        for book in BOOKS:
            numbering.grant(act.db, book, UNIT, 1, 1, 2999, "test")


def sheet(words: str) -> bytes:
    """Draw a page of paper."""
    page = Image.new("L", (620, 877), "white")
    draw = ImageDraw.Draw(page)
    draw.text((60, 60), words, fill="black")
    for line in range(120, 800, 24):
        draw.line((60, line, 560 - line % 100, line), fill="gray")
    out = BytesIO()
    page.save(out, "JPEG", quality=70)
    return out.getvalue()


def accept(
    box: Box, procedure: str = MARITAL, days: int = 3, fee: int = 0, owner: dict[str, str] | None = None, **changes: Any
) -> str:
    """Accept a dossier whose appointment lies `days` days ahead (or behind), with two scanned pages."""
    kept = [sheet(f"To khai {n} {uuid7()}") for n in (1, 2)]
    named = [FileRef(files.put(box.home, page), len(page), "image/jpeg") for page in kept]
    dossier, catalogue = uuid7(), builtin()
    with box.writing() as act:
        book = catalogue.books["dossier"]
        number = numbering.take(act, book, UNIT)
        now = clock.local(act.reading.at)
        due = (now + timedelta(days=days)).replace(hour=16, minute=30, second=0, microsecond=0)
        clear = {
            "code": book.write(number.n, now.date(), unit=UNIT),
            "number": number.clear(),
            "unit": UNIT,
            "procedure": procedure,
            "procedure_name": catalogue.procedures[procedure].name,
            "case": f"{procedure}#1",
            "channel": "counter",
            "accepted_at": act.reading.at,
            "due": {"at": due.isoformat(), "provisional": False, "lines": []},
            "components": [
                {
                    "key": "c1", "name": "Tờ khai theo mẫu", "kind": "submit", "copy": "original", "count": 1, "scan": True,
                    "pages": [{"file": one.s, "turn": 0} for one in named],
                },
                {"key": "c2", "name": "Thẻ căn cước", "kind": "present", "copy": "original", "count": 1, "scan": False},
            ],
            "fee_lines": [{"name": "Phí chứng thực", "amount": fee}] if fee else [],
            "result_by": "counter",
            "slip": "",
            "counter": "2",
        } | changes  # fmt: skip
        act.record(
            "dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal={"applicant": owner or OWNER}, files=named
        )
    return dossier


def prepare(box: Box, dossier: str, paper: bool = False, who: str = "ST08") -> None:
    """Take a dossier and prepare its result."""
    leader = officers.by_id(box.db, "ST01")
    assert leader
    template, path, values = ("certified-copy", "paper", {}) if paper else ("marital-status", "electronic", ANSWERS)
    with box.writing() as act:
        processing.take(act, dossier, who)
        processing.prepare(act, box.home, dossier, who, template, path, values, leader)


def submit(box: Box, dossier: str, paper: bool = False, who: str = "ST08") -> None:
    """Bring a dossier to the leader's desk."""
    prepare(box, dossier, paper, who)
    with box.writing() as act:
        processing.submit(act, dossier, who)


def today_rules() -> Rules:
    """Give the dated rules of today."""
    return builtin().rules_on(clock.local_day(clock.stamp()))


def certify(box: Box, dossier: str) -> None:
    """Finish certified copies on paper."""
    submit(box, dossier, paper=True)
    with box.writing() as act:
        release.certify_copies(act, dossier, "ST09", "ST01", (3,), builtin().books["certification_paper"], UNIT, today_rules())


def seal(box: Box, dossier: str, ca: Authority | None = None) -> None:
    """Bring an electronic result to "sealed": its file really signed and sealed by an authority, else only the record says so."""
    submit(box, dossier)
    found = queries.dossier(box.db, dossier)
    assert found and found.result
    document, draft = found.result, found.result.file
    signed = keep(box, ca.signed(files.read(box.home, draft))) if ca else None
    sealed = keep(box, ca.sealed(files.read(box.home, signed.s))) if ca and signed else None
    with box.writing() as act:
        record_file(act, "document.signed", "ST01", dossier, document.id, draft, signed)
        number = numbering.take(act, builtin().books["outgoing"], UNIT)
        today = clock.local_day(act.reading.at).isoformat()
        numbered = {"document": document.id, "number": number.clear(), "text": "01/UBND-XNTTHN", "date": today}
        act.record("document.numbered", actor="ST09", dossier=dossier, clear=numbered)
        record_file(act, "document.sealed", "ST09", dossier, document.id, signed.s if signed else draft, sealed)


def keep(box: Box, pdf: bytes) -> FileRef:
    """Put a PDF into the box and name it as an event does."""
    return FileRef(files.put(box.home, pdf), len(pdf), "application/pdf")


def record_file(act: Act, kind: str, actor: str, dossier: str, document: str, before: str, file: FileRef | None) -> None:
    """Record a step of signing with the file it led to; without one the file stays."""
    clear = {"document": document, "before": before, "file": file.s if file else before, "certificate": "c" * 64, "clock": "unset"}
    act.record(kind, actor=actor, dossier=dossier, clear=clear, files=[file] if file else [])


def log_in(app: Flask, account: str) -> FlaskClient:
    """Give a client that is logged in, without a browser."""
    client = app.test_client()
    post(client, "/dang-nhap", "/dang-nhap", account=account, password=PASSWORD)
    return client


def csrf(client: FlaskClient, path: str) -> str:
    """Take the form token out of a page."""
    return client.get(path, base_url=HTTPS).text.split('name="csrf_token" value="')[1].split('"')[0]


def post(client: FlaskClient, path: str, form_on: str = "/tai-khoan", **fields: Any):  # noqa: ANN201
    """Post a form with its token."""
    data = fields | {"csrf_token": csrf(client, form_on)}
    return client.post(path, data=data, base_url=HTTPS, headers={"Referer": HTTPS})


def get(client: FlaskClient, path: str):  # noqa: ANN201
    """Get a page."""
    return client.get(path, base_url=HTTPS)
