"""One small box without neighbours or accounts, and the person who stands at its counter."""

from pathlib import Path

from appliance import box as boxes
from appliance import database, numbering
from appliance.config import Home, Settings, write_settings
from appliance.ids import uuid7
from provisioning import enrol

UNIT = "H99.99.99"
PERSON = {
    "name": "Nguyễn Thị Ngọc Ánh",
    "number": "089190012345",
    "birth": "1990-08-05",
    "gender": "Nữ",
    "address": "Ấp Long Định, xã An Châu, tỉnh An Giang",
    "phone": "+84912345678",
}
ACCEPTED = {
    "code": "H99.99.99-261121-0001",
    "unit": UNIT,
    "procedure": "1.004873",
    "procedure_name": "Cấp Giấy xác nhận tình trạng hôn nhân",
    "case": "1.004873#1",
    "channel": "counter",
    "accepted_at": "2026-11-21T02:15:30.123Z",
    "due": {"at": "2026-11-25T17:00:00+07:00", "provisional": False, "lines": []},
    "components": [],
    "fee_lines": [],
    "result_by": "counter",
    "slip": "",
}
BOOKS = ("dossier", "certification_paper", "certification_electronic", "outgoing", "receipt")


def make_home(folder: Path, **settings) -> Home:
    """Lay out a commune's home without keys or neighbours."""
    home = Home(folder / "box")
    home.make_folders()
    write_settings(home, Settings(**{"kind": "commune", "device": uuid7(), "name": "Xã An Châu", "unit": UNIT} | settings))
    return home


def open_test_box(folder: Path, grant=(1, 2999), **settings) -> boxes.Box:
    """Give an enrolled box with number grants for three incarnations."""
    home = make_home(folder, **settings)
    boxes.enrol(home)
    db = database.connect(home.database)
    width = grant[1] - grant[0] + 1
    for book in BOOKS:
        for inc_no in (1, 2, 3):
            first = grant[0] + (inc_no - 1) * width
            numbering.grant(db, book, UNIT, inc_no, first, first + width - 1, "test")
    db.conn.close()
    enrol.approve_general_process(home, "ST16")
    return boxes.open_box(home, "c" * 64)
