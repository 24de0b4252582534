"""An hour of a box and its province at work under faults: nothing goes on growing. `--minutes 2` makes it short.

The box's pages behind nginx, its agent and its replica, nginx and the receiver are processes of their own. In the first third each
is also killed and started anew; then all their threads are put to work once. In the second half, whose samples are judged, only
what is not measured dies: nginx on either side, the replica. The line is bad all the time.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import urllib3

from appliance import database, officers
from appliance.box import Box
from demonstration import eventually
from fault_proxy import CALLS, FaultProxy, in_the_middle
from line_faults import FAULTS
from outage import NEW_SCANS, accept
from people import PASSWORD, add_staff
from provisioning import enrol
from provisioning.demo.lay_out import nginx_config
from provisioning.demo.plan import LOOPBACK, commune_programs
from provisioning.processes import THREADS
from provisioning.rendered import rendered
from real_ends import Ends, Running, real_ends
from soak import Sample, judged, sample
from sync.compare import compare
from sync.sender import open_sender
from web.static_version import digest

MINUTES = 60
BEAT_S = 2.0  # A dossier and a look at the pages every so often: ten times what a large commune does.
SAMPLES = 240
SCAN_BYTES = (20_000, 200_000)
FAULT_SHARE = 0.5  # Of beats in which a fault is ordered for the next call of some kind,
AWAY_SHARE = 0.02  # in which nothing listens for some seconds,
KILL_SHARE = 0.05  # and in which a process dies.
AWAY_S = 5.0
AT_ONCE = 4
SETTLE_S = 600.0  # For what still waits when the faults end, on a machine that has other work too.
OF_THE_BOX = ("commune-web", "commune-nginx", "commune-replica")
PAGES = ("/", "/tiep-nhan", "/tra-cuu?q=nguyen+thi", "/live/state", "/ho-so/{dossier}")


def prove(words: list[str]) -> list[str]:
    """Let them work; give what was measured. Raises AssertionError where something grows, or the two ends differ at the end."""
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=MINUTES)
    seconds = options.parse_args(words).minutes * 60
    with tempfile.TemporaryDirectory() as folder, real_ends(Path(folder)) as ends, box_of(ends) as (web, *others):
        proxy = FaultProxy(ends.far, ends.demo.commune, ends.demo.province, (LOOPBACK, ends.demo.province_port))
        with in_the_middle(proxy):
            ends.through(proxy.port)
            ends.agent.start()
            soak = Soak(ends, web, others, proxy)
            samples = soak.run(seconds)
            soak.settle()
        assert proxy.failures == []
        assert soak.visitor.seen[200] > soak.visitor.seen.total() / 2, soak.visitor.seen
        return _told(seconds, soak, samples)


@contextmanager
def box_of(ends: Ends) -> Iterator[list[Running]]:
    """Have the box's pages, the nginx before them and its replica running inside the block."""
    home, demo = ends.demo.commune, ends.demo
    enrol.serve_pages(home, "Xã An Châu", datetime.now(UTC))
    add_staff(home, officers.hashed(PASSWORD))
    (home.run / "nginx.conf").write_text(nginx_config(home, LOOPBACK, demo.commune_port, False))
    for each in (home, demo.province):
        (each.run / "away.html").write_text(rendered("away.html", version=digest()))
    programs = {one.name: one for one in commune_programs(demo)}
    running = [Running(programs[name], ends.near) for name in OF_THE_BOX]
    try:
        for one in running:
            one.start()
        yield running
    finally:
        for one in running:
            one.stop()


class Visitor:
    """An officer's browser: logs in, looks at pages. While the pages are away it tries again later."""

    def __init__(self, url: str, root: Path):
        self.url, self.pool, self.cookies = url, urllib3.PoolManager(ca_certs=str(root), retries=False, timeout=20), {}
        self.seen: Counter[int] = Counter()

    def log_in(self) -> bool:
        """Log in; says whether that went well."""
        _, _, form = self._ask("GET", "/dang-nhap").data.decode().partition('name="csrf_token" value="')
        fields = {"account": "st04", "password": PASSWORD, "csrf_token": form.partition('"')[0]}
        return self._ask("POST", "/dang-nhap", urlencode(fields)).status == 303

    def look(self, dossier: str) -> None:
        """Look at every page."""
        for page in PAGES:
            try:
                self.seen[self._ask("GET", page.format(dossier=dossier)).status] += 1
            except (urllib3.exceptions.HTTPError, OSError):
                self.seen[0] += 1

    def sees(self, page: str) -> bool:
        """Say whether a page is there."""
        return self._ask("GET", page).status == 200

    def _ask(self, method: str, path: str, form: str | None = None) -> urllib3.BaseHTTPResponse:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Referer": self.url + "/"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self.pool.request(method, self.url + path, body=form, headers=headers, redirect=False)
        for line in answer.headers.getlist("Set-Cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer


class Soak:
    """The work, the faults and the measuring."""

    def __init__(self, ends: Ends, web: Running, others: list[Running], proxy: FaultProxy):
        self.ends, self.web, self.proxy = ends, web, proxy
        self.measured = {"pages": web, "agent": ends.agent, "receiver": ends.receiver}
        self.not_measured = (*others, ends.nginx)
        self.box: Box = open_sender(ends.demo.commune).box
        self.visitor = self._visitor()
        self.chance, self.befell, self.dossiers = random.Random(4), Counter[str](), 0
        assert eventually(self.visitor.log_in), "nobody could log in"

    def run(self, seconds: float) -> list[Sample]:
        """Work for so long; gives the samples, evenly spread."""
        began, samples, mortal = time.monotonic(), [], [*self.measured.values(), *self.not_measured]
        while (at := time.monotonic() - began) < seconds:
            if at > seconds / 3 and len(mortal) > len(self.not_measured):
                mortal, before = [*self.not_measured], time.monotonic()
                self._warm()
                began += time.monotonic() - before
                continue
            if at >= len(samples) * seconds / SAMPLES:
                samples.append(self._sample(at))
            self._work()
            self._befall(mortal)
            self._wait(began + at + BEAT_S)
        return samples

    def _warm(self) -> None:
        """Have every thread of the pages write, and every one of the receiver read: what each opens for itself is no growth."""
        self._revive()
        assert eventually(lambda: self.visitor.sees("/live/ok") and self.ends.answers())
        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert all(pool.map(lambda _: self._visitor().log_in(), range(3 * THREADS)))
            assert all(pool.map(lambda _: self.ends.answers(), range(3 * THREADS)))

    def _visitor(self) -> Visitor:
        return Visitor(self.ends.demo.commune_url, self.ends.demo.commune.keys / "lan-ca.crt")

    def _state(self) -> dict[str, str]:
        db = database.connect(self.ends.demo.commune.database, readonly=True)
        return dict(db.conn.execute("SELECT name, value FROM sync_state").fetchall())

    def settle(self) -> None:
        """End the faults, and wait until both ends are equal."""
        self.proxy.orders.clear()
        self._revive()
        until = time.monotonic() + SETTLE_S
        while found := compare(self.ends.demo.commune).found:
            assert time.monotonic() < until, ("the ends did not become equal", len(found), found[:5], self._state())
            time.sleep(BEAT_S)
        self.box.close()

    def _sample(self, at: float) -> Sample:
        processes = {name: one.process.pid for name, one in self.measured.items() if one.process and not one.died}
        return sample(at, processes, {"commune": self.ends.demo.commune, "province": self.ends.demo.province})

    def _work(self) -> None:
        made = accept(self.box, self.chance, SCAN_BYTES, ())
        self.dossiers += 1
        sql = "SELECT dossier FROM dossier_event WHERE seq = ?"
        self.visitor.look(self.box.db.conn.execute(sql, [made.seq]).fetchone()[0])

    def _befall(self, mortal: Sequence[Running]) -> None:
        draw = self.chance.random()
        if draw < KILL_SHARE:
            victim = self.chance.choice(mortal)
            victim.kill()
            self.befell[f"{victim.program.name} killed"] += 1
        elif draw < KILL_SHARE + AWAY_SHARE:
            self.ends.nginx.stop()
            time.sleep(AWAY_S)
            self.befell[f"no province for {AWAY_S:.0f} s"] += 1
        elif draw < KILL_SHARE + AWAY_SHARE + FAULT_SHARE:
            self.proxy.order(self.chance.choice([*CALLS.values()]), self.chance.choice([fault for fault in FAULTS if fault]))

    def _wait(self, until: float) -> None:
        self._revive()
        time.sleep(max(0.0, until - time.monotonic()))

    def _revive(self) -> None:
        self.ends.revive()
        for one in (self.web, *self.not_measured):
            one.start()


def _told(seconds: float, soak: Soak, samples: list[Sample]) -> list[str]:
    verdicts = list(judged(samples))
    faults = Counter({fault: n for (_, fault), n in soak.proxy.done.items() if fault})
    calls = sum(soak.proxy.done.values())
    lines = [
        f"{seconds / 60:.0f} minutes, {len(samples)} samples: {soak.dossiers} dossiers with {NEW_SCANS} scans each accepted,",
        f"{soak.visitor.seen[200]} pages seen, {calls} calls of the agent, {faults.total()} of them befallen by a fault.",
        "At the end both sides held the same.",
        "",
        "Growth is that of the straight line through the samples of the second half.",
        "",
        "| who | what | middle | end | growth | may grow | most | may be |",
        "|---|---|---|---|---|---|---|---|",
        *(verdict.line for verdict in verdicts),
        "",
        "| what befell | times |",
        "|---|---|",
        *(f"| {what} | {n} |" for what, n in (soak.befell + faults).most_common()),
    ]
    growing = [verdict.line for verdict in verdicts if not verdict.holds]
    assert not growing, "\n".join(["something grows:", *growing])
    return lines
