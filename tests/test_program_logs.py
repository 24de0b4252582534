"""The logs of a box's programs under their real supervisor: bounded however long it runs, and nobody is named in them."""

import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import urllib3

from demonstration import eventually, free_base
from offline_limits import PROGRAM_LOG_BYTES_MAX
from provisioning import enrol
from provisioning.demo.lay_out import nginx_config, supervisor_config
from provisioning.demo.plan import LOG_BYTES_MAX, LOGS_KEPT, LOOPBACK, Demo, commune_programs
from provisioning.rendered import rendered
from web.static_version import digest

SUPERVISORD = Path(sys.executable).with_name("supervisord")
LONG = "x" * 7_000  # As long as a header of nginx takes.
CALLS = 2 * (1 + LOGS_KEPT) * LOG_BYTES_MAX // len(LONG)
STOP_S = 30


@pytest.fixture
def demo(tmp_path):
    return Demo(tmp_path / "d", free_base())


@contextmanager
def front(demo):
    """Have the commune's nginx under the supervisor; gives a way to ask it."""
    home, folder = demo.commune, demo.folder
    home.make_folders()
    for made in (folder / "run", folder / "log"):
        made.mkdir(parents=True)
    enrol.serve_pages(home, "Xã An Châu", datetime.now(UTC))
    (home.run / "nginx.conf").write_text(nginx_config(home, LOOPBACK, demo.commune_port, False))
    (home.run / "away.html").write_text(rendered("away.html", version=digest()))
    nginx = tuple(one for one in commune_programs(demo) if one.name == "commune-nginx")
    (folder / "supervisord.conf").write_text(supervisor_config(folder, nginx))
    supervisor = subprocess.Popen([SUPERVISORD, "-c", folder / "supervisord.conf"], stdout=subprocess.DEVNULL)
    pool = urllib3.PoolManager(ca_certs=str(home.keys / "lan-ca.crt"), retries=False)

    def ask(path: str) -> int:
        with suppress(urllib3.exceptions.HTTPError):  # Not listening yet.
            return pool.request("GET", demo.commune_url + path).status
        return 0

    try:
        assert eventually(lambda: ask("/") == 503)
        yield ask
    finally:
        supervisor.terminate()
        supervisor.wait(STOP_S)


def test_the_lines_of_calls_never_take_more_than_their_limit_and_hold_no_arguments(demo):
    with front(demo) as ask:
        ask("/tim?q=Nguyen-Thi-Binh")
        known = [demo.commune.log / "nginx.log"]
        assert eventually(lambda: known[0].read_text().count(" 503 ") >= 2)
        assert "/away.html" in known[0].read_text() and "Binh" not in known[0].read_text()
        for _ in range(CALLS):
            assert ask(f"/static/{digest()}/{LONG}") == 404
        assert eventually(lambda: len(list(demo.commune.log.iterdir())) == 1 + LOGS_KEPT)
    kept = list(demo.commune.log.iterdir())
    assert {path.name for path in kept} == {"nginx.log", "nginx.log.1"}
    assert LOG_BYTES_MAX < sum(path.stat().st_size for path in kept) <= PROGRAM_LOG_BYTES_MAX
