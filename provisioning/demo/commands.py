"""`motcua demo`: run and stop the demonstration, cut and restore its line."""

import json
import sys
from pathlib import Path

import click

from provisioning.demo.plan import PORT_BASE, Demo, remembered_base

ASK_S = 15.0


def of_demo(command):
    """Give a command the options that name a demonstration; it receives a Demo."""

    def with_demo(home: Path, port_base: int | None, **rest: object) -> None:
        command(Demo(home.absolute(), port_base or remembered_base(home) or PORT_BASE), **rest)

    with_demo.__doc__ = command.__doc__
    with_demo.__name__ = command.__name__
    home = click.option(
        "--home", type=click.Path(path_type=Path), default=Path("var"), show_default=True, help="Thư mục bản trình diễn."
    )
    base = click.option(
        "--port-base",
        type=int,
        envvar="MOTCUA_PORT_BASE",
        help=f"Cổng gốc: các cổng khác tính từ đây. Mặc định như lần trước, lần đầu là {PORT_BASE}.",
    )
    return home(base(with_demo))


@click.group(help="Bản trình diễn: một xã, một tỉnh và đường truyền giữa hai bên.")
def demo() -> None:
    """Hold the demonstration's commands."""


@demo.command(help="Chạy bản trình diễn cho đến khi bấm Ctrl-C.")
@click.option("--reset", is_flag=True, help="Xóa dữ liệu cũ và bắt đầu lại.")
@click.option("--crash-at", default="", help="Điểm tự ngắt để thử sự cố.")
@of_demo
def run(where: Demo, reset: bool, crash_at: str) -> None:
    """Run the demonstration in the foreground."""
    from provisioning.demo.run import run as run_demo

    sys.exit(run_demo(where, reset, crash_at, click.echo))


@demo.command(help="Dừng bản trình diễn đang chạy.")
@of_demo
def stop(where: Demo) -> None:
    """Stop a running demonstration."""
    from provisioning.demo.run import stop as stop_demo

    click.echo("Đã dừng bản trình diễn." if stop_demo(where) else "Không có bản trình diễn nào đang chạy.")


@demo.command("file-online", help="Nộp một hồ sơ trực tuyến mẫu vào xã, khi bản trình diễn đang chạy hoặc đã dừng.")
@click.option(
    "--fee",
    type=click.Choice(["after_check", "at_filing"]),
    help="Chọn thủ tục thu phí sau khi kiểm tra, hoặc khi nộp. Không ghi thì thủ tục nào cũng được.",
)
@click.option("--paid", is_flag=True, help="Phí đã nộp trên Cổng, Cổng đã xác nhận.")
@of_demo
def file_online(where: Demo, fee: str | None, paid: bool) -> None:
    """File one invented dossier as a portal would."""
    from provisioning.demo.filing import file_one

    if not where.laid_out.exists():
        raise click.ClickException("Chưa dựng bản trình diễn. Hãy gọi: make run")
    found = file_one(where.commune, fee or "", paid)
    click.echo(f"Đã nộp {found.code}: {found.procedure_name}. Xem ở trang Trực tuyến của cán bộ tiếp nhận.")


@demo.group(help="Đường truyền đến tỉnh: cắt, nối lại, xem.")
def line() -> None:
    """Hold the commands of the line."""


@line.command(help="Cắt đường truyền: ngắt mọi kết nối và từ chối kết nối mới.")
@of_demo
def cut(where: Demo) -> None:
    """Cut the line."""
    _turn(where, "/cut")


@line.command(help="Nối lại đường truyền.")
@of_demo
def restore(where: Demo) -> None:
    """Restore the line."""
    _turn(where, "/restore")


@line.command(help="Xem đường truyền đang thông hay đã cắt, và số byte đã truyền.")
@click.option("--json", "as_json", is_flag=True, help="In nguyên dạng JSON.")
@of_demo
def status(where: Demo, as_json: bool) -> None:
    """Show the line's state."""
    state = _ask(where, "GET", "/status")
    click.echo(json.dumps(state) if as_json else _told(state))


def _turn(where: Demo, path: str) -> None:
    _ask(where, "POST", path)
    click.echo(_told(_ask(where, "GET", "/status")))


def _told(state: dict) -> str:
    first = f"Đường truyền đến tỉnh: {'đã cắt' if state['cut'] else 'đang thông'}"
    return "\n".join([first, *(f"  {wire['name']}: gửi {wire['up']} byte, nhận {wire['down']} byte" for wire in state["wires"])])


def _ask(where: Demo, method: str, path: str) -> dict:
    import urllib3

    try:
        answer = urllib3.request(method, where.switch_url + path, timeout=ASK_S, retries=False, redirect=False)
    except urllib3.exceptions.HTTPError:
        raise click.ClickException("Bản trình diễn chưa chạy. Hãy gọi: make run") from None
    return answer.json() if method == "GET" else {}


COMMANDS = (demo,)
