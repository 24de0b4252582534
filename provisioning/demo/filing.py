"""An online dossier for the demonstration, as a portal would send it: an invented person, a real PDF for the first paper."""

import io
import random

from PIL import Image

from appliance import clock, fees, files, online, procedures
from appliance.box import Box, open_box
from appliance.catalogue import Catalogue, builtin
from appliance.config import Home
from appliance.dossier import Dossier
from appliance.events import FileRef
from appliance.fees import FeeLine
from appliance.online import Filing
from appliance.portal_money import PortalPayment
from appliance.procedures import Procedure
from appliance.queries import dossier as dossier_of
from provisioning.demo import sheets

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi")
MIDDLE = ("Thị Mẫu", "Văn Mẫu", "Thị Thử", "Văn Thử")
GIVEN = ("An", "Bình", "Cúc", "Đạt", "Hạnh", "Khánh", "Lan", "Phúc", "Trang", "Vinh")
HAMLETS = ("Ấp Hòa Long 2", "Ấp An Phú", "Ấp Long Định", "Ấp Hòa Phú 1")
SHEET, DPI = "to-khai-hon-nhan", 100
PORTAL, PORTAL_SUM, AFTER_CHECK = "Cổng Dịch vụ công quốc gia (mẫu)", 8_000, "after_check"
PORTAL_NUMBERS = 900_000  # The portal counts on its own; its codes never meet those of the counter.


def file_one(home: Home, when: str = "", paid: bool = False) -> Dossier:
    """File one dossier in a commune's home, running or stopped. `when` asks for a procedure whose fee is paid then."""
    box = open_box(home)
    try:
        return file_in(box, builtin(), when, paid=paid)
    finally:
        box.close()


def file_in(box: Box, catalogue: Catalogue, when: str = "", seed: int | None = None, paid: bool = False) -> Dossier:
    """File one dossier in an open box. With a `seed` the person is the same each time; `paid`: its fee on the portal."""
    chance, unit = random.Random(seed), box.home.settings.unit
    pdf = one_page()
    file = FileRef(files.put(box.home, pdf), len(pdf), "application/pdf")
    procedure = chance.choice(offered(catalogue, when or (AFTER_CHECK if paid else "")))
    with box.writing() as act:
        at, day = act.reading.at, clock.local_day(act.reading.at)
        known = act.db.conn.execute("SELECT count(*) FROM dossier WHERE filed_at IS NOT NULL").fetchone()[0]
        code = f"{unit}-{day:%y%m%d}-{PORTAL_NUMBERS + known + 1}"
        first = procedures.components_for(procedure, procedure.cases[0].id, "online")[0].key
        payment = payment_for(catalogue, procedure, at) if paid else None
        filing = Filing(code, procedure.code, at, person(chance), files=((first, file, 1),), paid=payment)
        dossier = online.file_online(act, catalogue, unit, filing, day)
    found = dossier_of(box.db, dossier)
    assert found
    return found


def offered(catalogue: Catalogue, when: str) -> list[Procedure]:
    """List the hand-checked procedures that can be filed online and ask for a paper; with `when`, those that cost then."""
    every = [one for one in catalogue.procedures.values() if one.core and one.components and can_be_filed(one)]
    return [one for one in every if not when or when in moments(catalogue, one)]


def can_be_filed(procedure: Procedure) -> bool:
    """Say whether the source offers the first case online."""
    return procedure.cases[0].channels.get("online", procedure.cases[0].limit) is not None


def payment_for(catalogue: Catalogue, procedure: Procedure, at: str) -> PortalPayment:
    """Invent what the portal took for the first fee: what the table says, or a sum of its own where that is not known."""
    first = next(line for line in costs(catalogue, procedure) if line.amount != 0)
    return PortalPayment(((first.name, first.amount or PORTAL_SUM),), at, f"DEMO-{at[:10]}", PORTAL, confirmed=True)


def moments(catalogue: Catalogue, procedure: Procedure) -> set[str]:
    """Give when a procedure's fees are paid online, those that cost something or whose amount an officer enters."""
    return {line.when for line in costs(catalogue, procedure) if line.amount != 0}


def costs(catalogue: Catalogue, procedure: Procedure) -> list[FeeLine]:
    """Give the fee lines of an online dossier today."""
    day = clock.local_day(clock.stamp())
    rules = catalogue.rules_on(day)
    lines = fees.compute(catalogue.fee_table, procedure.code, procedure.fees, "online", day, when=rules.fee_when)
    return [line for line in lines if not line.on_request]


def person(chance: random.Random) -> dict[str, str]:
    """Invent a person: a number that can be one (province 089, born in the 20th century), a telephone, an address."""
    woman, year = chance.random() < 0.5, chance.randrange(60, 100)
    middle = chance.choice([words for words in MIDDLE if words.startswith("Thị") == woman])
    return {
        "name": f"{chance.choice(FAMILY)} {middle} {chance.choice(GIVEN)}",
        "number": f"089{int(woman)}{year:02d}{chance.randrange(1_000_000):06d}",
        "birth": f"{chance.randrange(1, 29):02d}/{chance.randrange(1, 13):02d}/19{year}",
        "gender": "Nữ" if woman else "Nam",
        "phone": f"09{chance.randrange(100_000_000):08d}",
        "address": f"{chance.choice(HAMLETS)}, xã An Châu, tỉnh An Giang",
    }


def one_page() -> bytes:
    """Give a declaration as a PDF of one page."""
    out = io.BytesIO()
    Image.open(io.BytesIO(sheets.draw(SHEET, 1, dpi=DPI))).save(out, "PDF", resolution=DPI)
    return out.getvalue()
