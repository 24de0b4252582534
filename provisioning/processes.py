"""The processes of a box, as commands a supervisor runs in the foreground: pages, province, agent, replica."""

import os
import sys
from importlib import import_module
from threading import Timer

import click

from appliance.config import Home
from provisioning.options import home_option

THREADS = 16
CONNECTIONS_MAX = 200
CHANNEL_S = 60
LOADED_LATER = ("appliance.judging", "fontTools.subset")  # Half a second each: after the first page, before the first need.
LATER_S = 5.0


@click.command(help="Chạy trang làm việc của xã (sau nginx, qua ổ cắm web.sock).")
@home_option
def web(home: Home) -> None:
    """Serve the commune's pages until stopped."""
    from web.app import create_app

    _serve(home, create_app, "web.sock")


@click.command(help="Chạy máy chủ nhận của tỉnh và các trang của tỉnh (ổ cắm province.sock).")
@home_option
def province(home: Home) -> None:
    """Serve the province's receiver and pages until stopped."""
    from web.province.app import create_app

    _serve(home, create_app, "province.sock")


@click.command(help="Chạy tiến trình đồng bộ: gửi sự kiện, khóa và tệp về tỉnh, nhận tin từ tỉnh.")
@home_option
def agent(home: Home) -> None:
    """Send and fetch until stopped."""
    from sync.agent import run

    _log_to_stderr()
    _or_refuse(run, home)


@click.command(help="Sao cơ sở dữ liệu liên tục bằng litestream vào thư mục replica, mỗi đời máy một thư mục.")
@home_option
@click.option("--port", type=int, default=9091, show_default=True, help="Cổng số đo của litestream trên máy này.")
def replicate(home: Home, port: int) -> None:
    """Keep litestream replicating until stopped."""
    from provisioning.replicate import keep

    sys.exit(keep(home, port))


def _serve(home: Home, create_app, socket: str) -> None:
    from waitress import serve

    _log_to_stderr()
    os.umask(0o027)
    app = _or_refuse(create_app, home)
    later = Timer(LATER_S, lambda: [import_module(name) for name in LOADED_LATER])
    later.daemon = True
    later.start()
    # nginx overwrites the forwarded headers, and nobody else reaches this socket; the application reads them.
    serve(
        app,
        unix_socket=str(home.run / socket),
        unix_socket_perms="600",
        threads=THREADS,
        connection_limit=CONNECTIONS_MAX,
        channel_timeout=CHANNEL_S,
        clear_untrusted_proxy_headers=False,
        url_scheme="https",
        ident="",
    )


def _or_refuse(begin, home: Home):
    """Begin, or end with the sentence that says what to do."""
    from appliance.database import SQLiteTooOld

    try:
        return begin(home)
    except SQLiteTooOld as old:
        sys.exit(str(old))


def _log_to_stderr() -> None:
    import logging

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("motcua").setLevel(logging.INFO)  # Libraries are heard only when something is wrong.


COMMANDS = (web, province, agent, replicate)
