"""Lays out a demonstration: its homes the first time, and at every start the configuration of the programs that run over them."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from appliance.config import Home
from appliance.durable import write_durably
from hardware import sane_config
from provisioning.debian import NGINX
from provisioning.demo import print_shop
from provisioning.demo.plan import LOG_BYTES_MAX, LOGS_KEPT, LOOPBACK, Demo, Program, programs
from provisioning.rendered import rendered
from web.static_version import FOLDER, digest

BODY_MAX, SYNC_BODY_MAX = "64m", "8m"
RESTART_TRIES = 1000
STARTED_S = 1
STOP_S = 20
NGINX_ASKED_S = 10
HTTP2_LINE_SINCE = (1, 25, 1)  # Before it, HTTP/2 is a word on the listen line.

Say = Callable[[str], None]


def lay_out(demo: Demo, say: Say) -> None:
    """Make everything a demonstration needs; harmless when it is there."""
    for folder in (demo.folder / "log", demo.folder / "run", demo.printer):
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    if not demo.laid_out.exists():
        say("Đang dựng xã và tỉnh trình diễn (lần đầu mất vài giây)…")
        from provisioning.demo import homes  # Slow to load, and needed once.

        homes.make(demo)
        demo.laid_out.write_text(str(demo.port_base))
    configure(demo)


def configure(demo: Demo) -> None:
    """Write what nginx, supervisor, SANE and CUPS read; paths and ports may have changed since last time."""
    sane_config.write_airscan(demo.sane / "quay-1", {"Mot Cua": f"http://{LOOPBACK}:{demo.scanner_port}/eSCL/"})
    sane_config.write_test(demo.sane / "thu")
    print_shop.write_config(demo.printer, demo.printer_port)
    for home, port, province in ((demo.commune, demo.commune_port, False), (demo.province, demo.province_port, True)):
        write_durably(home.run / "nginx.conf", nginx_config(home, LOOPBACK, port, province).encode())
        write_durably(home.run / "away.html", rendered("away.html", version=digest()).encode())
    write_durably(demo.folder / "supervisord.conf", supervisor_config(demo.folder, programs(demo)).encode())


def supervisor_config(folder: Path, kept_running: tuple[Program, ...]) -> str:
    """Give what the supervisor reads; `folder` is for what it writes itself."""
    return rendered(
        "supervisord.conf",
        folder=folder,
        programs=kept_running,
        as_root=os.geteuid() == 0,
        start_s=STARTED_S,
        retries=RESTART_TRIES,
        stop_s=STOP_S,
        log_bytes=LOG_BYTES_MAX,
        logs_kept=LOGS_KEPT,
    )


def nginx_config(home: Home, address: str, port: int, province: bool) -> str:
    """Give what nginx in front of a home's pages reads."""
    return rendered(
        "nginx.conf",
        home=home,
        port=port,
        province=province,
        address=address,
        socket=home.run / ("province.sock" if province else "web.sock"),
        own_http2_line=nginx_version() >= HTTP2_LINE_SINCE,
        as_root=os.geteuid() == 0,
        static=FOLDER,
        version=digest(),
        body_max=BODY_MAX,
        sync_body_max=SYNC_BODY_MAX,
    )


def nginx_version() -> tuple[int, ...]:
    """Ask nginx for its version, for example (1, 22, 1)."""
    told = subprocess.run([NGINX, "-v"], capture_output=True, text=True, check=True, timeout=NGINX_ASKED_S).stderr
    return tuple(map(int, re.findall(r"\d+", told)[:3]))
