"""Three simulated years of an office: are its pages as quick at the end as after the first year, do its own rows stay few?

One day of each week is lived through the real acts: logins, drafts given up, dossiers accepted, certified, paid and handed over,
papers printed, the drawer counted; and each night is tidied. The clock is the only thing that is not real.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from names import person

from appliance import clock, database, drafts, drawer, money, officers, release, tidying
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.drafts import NewPage
from appliance.ids import uuid7
from appliance.officers import by_id
from appliance.rules import EarlyRelease
from desk_room import COPIES, HTTPS, OWNER, accept, certify, grant_numbers
from people import PASSWORD, add_staff, make_home
from test_rights import log_in
from web import jobs
from web.app import create_app

YEARS, WEEKS, A_DAY, LOOKS = 3, 52, 3, 12
FIRST = datetime(2027, 3, 1, 3, 0, tzinfo=UTC)  # A Monday, ten in the morning; each look falls in a February.
PAGES = {
    "st04": ("/", "/tiep-nhan", "/tra-cuu", "/tra-cuu?q=nguyen+thi", "/in", "/so-van-ban"),
    "st08": ("/", "/viec", "/han-tra", "/ban-giao"),
    "st01": ("/", "/ban-ky", "/ket"),
    "st06": ("/", "/tra-ket-qua"),
    "st07": ("/", "/thu-phi", "/ket"),
}
OWN = ("job", "draft_page", "session", "login_try", "presence", "viewing", "to_call", "extension_draft")
GROWTH = 1.5
CHANCE = random.Random(2027)


def run() -> Iterator[dict]:
    """Live three years; compare the last with the first."""
    with tempfile.TemporaryDirectory() as folder, later() as to:
        home = make_home(Path(folder) / "commune")
        add_staff(home, officers.hashed(PASSWORD))
        app = create_app(home, collect=False)
        box = app.extensions["box"]
        grant_numbers(box)
        seen = [year(app, box, n, to) for n in range(YEARS)]
        box.close()
    yield from compared(*zip(*seen, strict=True))


@contextmanager
def later() -> Iterator:
    """Give `to(moment)`, which sets the clock that everybody reads."""
    real = clock.datetime

    class Simulated(datetime):
        """The simulated time of day goes on as the real one does."""

        offset = timedelta()

        @classmethod
        def now(cls, tz=None):
            return real.now(tz) + cls.offset

    clock.datetime = Simulated
    try:
        yield lambda moment: setattr(Simulated, "offset", moment - real.now(UTC))
    finally:
        clock.datetime = real


def year(app: Flask, box: Box, number: int, to) -> tuple[dict[str, float], dict[str, int], int]:
    """Live a year; give the milliseconds of each page, the rows of the office's own tables, the bytes of the database."""
    for week in range(WEEKS):
        to(FIRST + timedelta(weeks=number * WEEKS + week))
        day(app, box)
        to(FIRST + timedelta(weeks=number * WEEKS + week, hours=15))
        tidying.tidy(box, builtin().rules_on(clock.local_day(clock.stamp())).draft_pages_kept_days)
    to(FIRST + timedelta(weeks=(number + 1) * WEEKS))
    db = database.connect(box.home.database)
    db.conn.execute("PRAGMA optimize=0x10002")
    db.conn.close()
    rows = {table: box.db.conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in OWN}
    return times(app), rows, box.home.database.stat().st_size


def day(app: Flask, box: Box) -> None:
    """Live one day."""
    reception = app.test_client()
    log_in(reception, "st04")
    cashier = by_id(box.db, "ST07")
    for n in range(A_DAY):
        owner = OWNER | person(CHANCE) | {"number": f"{89_190_000_000 + n:012d}"}
        dossier = accept(box, COPIES, fee=8000, owner=owner)
        with box.writing() as act:
            made = drafts.begin(act, "ST04")
            drafts.add_page(act, made, "c1", NewPage(uuid7().replace("-", "") * 2, 4, "image/jpeg"), page_id=uuid7())
            job = jobs.create(act, "print", dossier, "ST04", {"digest": "a" * 64, "code": "x"})
        with box.writing() as act:
            jobs.change(act, jobs.load(box.db, job), jobs.State.DONE)
        reception.get(f"/ho-so/{dossier}", base_url=HTTPS)
        certify(box, dossier)
        with box.writing() as act:
            money.take_fee(act, box.home, builtin(), dossier, cashier, "cash")
        with box.writing() as act:
            release.hand_over(act, dossier, "ST06", EarlyRelease.NEVER, "counter", {"name": owner["name"]})
    in_drawer = drawer.open_shift(box.db, "ST07").expected
    with box.writing() as act:
        drawer.count(act, "ST07", in_drawer, in_drawer)


def times(app: Flask) -> dict[str, float]:
    """Give the median milliseconds of every page, each for who uses it."""
    found = {}
    for account, pages in PAGES.items():
        client = app.test_client()
        log_in(client, account)
        for page in pages:
            found[f"{account} {page}"] = statistics.median(asked(client, page) for _ in range(LOOKS))
    return found


def asked(client: FlaskClient, page: str) -> float:
    """Ask for a page once."""
    began = time.perf_counter()
    answer = client.get(page, base_url=HTTPS)
    assert answer.status_code == 200, (page, answer.status_code)
    return (time.perf_counter() - began) * 1000


def compared(pages: list[dict[str, float]], rows: list[dict[str, int]], sizes: list[int]) -> Iterator[dict]:
    """Give the worst growth of a page and of a table, and how the ledger's file grew."""
    first, last = pages[0], pages[-1]
    slowest = max(last, key=lambda page: last[page] / first[page])
    note = f"{slowest}: {first[slowest]:.0f} → {last[slowest]:.0f} ms; slowest page {max(last.values()):.0f} ms"
    yield figure("years_page_growth", last[slowest] / first[slowest], "times", GROWTH, note)
    table = max(OWN, key=lambda name: rows[-1][name] / max(rows[0][name], 1))
    note = ", ".join(f"{name} {rows[0][name]}→{rows[-1][name]}" for name in OWN)
    yield figure("years_own_rows_growth", rows[-1][table] / max(rows[0][table], 1), "times", GROWTH, note)
    per_year = (sizes[2] - sizes[1]) / (sizes[1] - sizes[0])
    yield figure("years_database_growth", per_year, "times", GROWTH, "bytes added in the third year against the second")


def figure(name: str, value: float, unit: str, limit: float, note: str) -> dict:
    """Give one line of the table."""
    return {"name": name, "value": value, "unit": unit, "limit": limit, "ratio": value / limit, "better": "lower", "note": note}
