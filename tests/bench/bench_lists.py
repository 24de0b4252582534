"""Search and lists over HTTP, from a cold process, at 1,000, 20,000 and 200,000 dossiers of three years; and how they grow."""

import http.client
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from names import GIVEN, person

from appliance import database, officers
from appliance.box import open_box
from appliance.config import Home
from appliance.ids import uuid7
from boxes import ACCEPTED, UNIT
from people import PASSWORD, add_staff, make_home

SIZES = (1_000, 20_000, 200_000)
SEARCHES, LOOKS = 200, 40
OPEN = 300  # Dossiers that are not finished at any time, whatever the age of the office.
PAGE_MS, FIRST_MS = 300.0, 2_000.0
PAGES = {"desk": "/", "queue": "/viec", "search_page": "/tra-cuu"}
HERE = Path(__file__).parent


def run() -> Iterator[dict]:
    """Grow one office and measure it at each size."""
    chance = random.Random(2026)
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder) / "commune")
        add_staff(home, officers.hashed(PASSWORD))
        found: dict[tuple[str, int], float] = {}
        for size in SIZES:
            grow(home, size, chance)
            with pages(home) as ask:
                for name, value, note, limit in measured(ask, chance):
                    found[name, size] = value
                    yield figure(f"{name}_{size}", value, "ms", None, note, limit)
        for name in ("search_p99", *(f"{page}_p99" for page in PAGES)):
            ratio = found[name, SIZES[-1]] / found[name, SIZES[0]]
            yield figure(f"{name}_growth", ratio, "times", ratio, f"{SIZES[-1]:,} dossiers against {SIZES[0]:,}", None)


def figure(name: str, value: float, unit: str, ratio: float | None, note: str, limit: float | None) -> dict:
    """Give one line of the table."""
    return {"name": name, "value": value, "unit": unit, "limit": limit, "ratio": ratio, "better": "lower", "note": note}


def grow(home: Home, size: int, chance: random.Random) -> None:
    """Accept dossiers until there are so many; all but the last few hundred are returned."""
    box = open_box(home)
    have = box.db.conn.execute("SELECT count(*) FROM dossier").fetchone()[0]
    for start in range(have, size, 500):
        with box.writing() as act:
            for n in range(start, min(start + 500, size)):
                accept(act, n, chance, finished=n < size - OPEN)
    box.close()
    compact(home)


def compact(home: Home) -> None:
    """Let the planner know the tables, as a night does."""
    db = database.connect(home.database)
    db.conn.execute("PRAGMA optimize=0x10002")
    db.conn.close()


def accept(act, n: int, chance: random.Random, finished: bool) -> None:
    """Record one dossier with a person of its own."""
    dossier = uuid7()
    day = f"20{24 + n % 3}-{1 + n % 12:02d}-{1 + n % 28:02d}"
    clear = ACCEPTED | {"code": f"{UNIT}-{day[2:].replace('-', '')}-{n:06d}", "accepted_at": f"{day}T02:15:30.123Z"}
    clear["due"] = {"at": f"{day}T17:00:00+07:00", "provisional": False, "lines": []}
    act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal={"applicant": person(chance)})
    if finished:
        reason = {"reason": "Người nộp rút hồ sơ"}
        request = {"key": "request", "name": "Đơn", "kind": "submit", "copy": "original", "count": 1, "pages": []}
        act.record("dossier.withdrawn", actor="ST04", dossier=dossier, clear={"request": request}, personal=reason)


@contextmanager
def pages(home: Home):
    """Have the pages served by a fresh process; gives `ask(path) -> milliseconds`, logged in."""
    command = [sys.executable, str(HERE / "office_server.py"), str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        line = http.client.HTTPConnection("127.0.0.1", int(process.stdout.readline()), timeout=60)
        cookie = log_in(line)
        yield lambda path: asked(line, path, cookie)
        line.close()
        process.stdin.close()


def log_in(line: http.client.HTTPConnection) -> str:
    """Log in as a specialist; gives the cookies."""
    first = fetch(line, "GET", "/dang-nhap")
    token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', first[1]).group(1).decode()
    form = {"csrf_token": token, "account": "st08", "password": PASSWORD, "counter": "0"}
    answer = fetch(line, "POST", "/dang-nhap", urlencode(form), first[0])
    assert answer[2] in (302, 303), answer[2]
    return answer[0]


def fetch(line: http.client.HTTPConnection, method: str, path: str, body: str | None = None, cookie: str = ""):
    """Ask for a page; gives (cookies, body, status)."""
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    line.request(method, path, body, headers)
    answer = line.getresponse()
    new = "; ".join(value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")
    return new or cookie, answer.read(), answer.status


def asked(line: http.client.HTTPConnection, path: str, cookie: str) -> float:
    """Ask for a page and give how long it took, in milliseconds."""
    began = time.perf_counter()
    status = fetch(line, "GET", path, cookie=cookie)[2]
    assert status == 200, (path, status)
    return (time.perf_counter() - began) * 1000


def measured(ask, chance: random.Random) -> Iterator[tuple[str, float, str, float | None]]:
    """Give the first search of a cold process, then the slow end of many searches and of each page."""
    yield "search_cold", ask(search_for(chance)), "first page of a fresh process after the login", FIRST_MS
    times = [ask(search_for(chance)) for _ in range(SEARCHES)]
    yield "search_p99", p99(times), f"names, phones, codes; median {statistics.median(times):.0f} ms of {SEARCHES}", PAGE_MS
    for name, path in PAGES.items():
        times = [ask(path) for _ in range(LOOKS)]
        yield f"{name}_p99", p99(times), f"median {statistics.median(times):.0f} ms of {LOOKS}", PAGE_MS


def p99(times: list[float]) -> float:
    """Give the 99th of a hundred."""
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]


def search_for(chance: random.Random) -> str:
    """Type what people type: a name without marks, a given name alone, a phone, the end of a code."""
    one = person(chance)
    typed = chance.choice((one["name"], " ".join(one["name"].split()[-2:]), chance.choice(GIVEN), one["phone"][3:], one["number"]))
    return "/tra-cuu?" + urlencode({"q": typed})
