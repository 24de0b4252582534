"""`motcua enrol`: the three steps by which a box comes to belong to a province; the files in between may travel on a stick."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
import msgspec

from appliance.config import Home, Settings
from provisioning.options import home_option

file_in = click.Path(exists=True, dir_okay=False, path_type=Path)
file_out = click.Path(dir_okay=False, path_type=Path)


@click.group("enrol", help="Ghi danh một máy của xã với tỉnh, qua ba bước; tệp giữa các bước có thể chép bằng USB.")
def commands() -> None:
    """Hold the steps."""


@commands.command("ask", help="Bước 1, tại xã: tạo khóa của máy và ghi tệp yêu cầu. Khóa riêng không rời máy.")
@home_option
@click.option("--instead-of", type=click.UUID, help="Mã máy cũ đã mất cả hai ổ: máy này làm tiếp dưới mã đó, bằng khóa mới.")
@click.argument("request", type=file_out)
def ask_command(home: Home, instead_of: UUID | None, request: Path) -> None:
    """Make the box's keys and write its request."""
    from provisioning.enrol import ask

    asked = ask(home, str(instead_of or ""))
    request.write_bytes(msgspec.json.encode(asked))
    click.echo(f"Máy {asked.device}. Mang tệp {request} đến tỉnh.")


@commands.command("admit", help="Bước 2, tại tỉnh: nhận máy, cấp chứng thư và dải số, ghi tệp trả lời.")
@home_option
@click.option("--unit", required=True, help="Mã đơn vị trong mã hồ sơ, ví dụ H99.99.99.")
@click.option("--name", required=True, help="Tên xã, ví dụ Xã An Châu.")
@click.option(
    "--test", "trial", is_flag=True, help="Máy thử của một xã thử, để chạy motcua conformance; sau đó bỏ bằng enrol forget."
)
@click.option("--new-machine", is_flag=True, help="Máy cũ của xã đã mất, máy mới có khóa mới: từ nay máy cũ bị từ chối.")
@click.argument("request", type=file_in)
@click.argument("admission", type=file_out)
def admit_command(home: Home, unit: str, name: str, trial: bool, new_machine: bool, request: Path, admission: Path) -> None:
    """Admit a box; exit 1 when a test device would stand beside real ones, or a known one comes with other keys unannounced."""
    from appliance.errors import Refused
    from provisioning.enrol import Request, admit, admit_for_tests
    from web.vietnamese import sentence

    asked, now = msgspec.json.decode(request.read_bytes(), type=Request), datetime.now(UTC)
    try:
        if trial:
            given = admit_for_tests(home, asked, unit, name, now)
        else:
            given = admit(home, asked, unit, name, now, new_machine=new_machine)
    except Refused as refused:
        click.echo(sentence(refused))
        sys.exit(1)
    if given is None:
        click.echo(f"Không nhận làm máy thử: máy này đã gửi dữ liệu, hoặc mã {unit} là của một xã thật. Chọn mã không xã nào dùng.")
        sys.exit(1)
    admission.write_bytes(msgspec.json.encode(given))
    click.echo(f"Đã nhận máy {asked.device} của {name}. Mang tệp {admission} về xã.")


@commands.command("forget", help="Tại tỉnh: bỏ một máy thử cùng mọi thứ nó đã gửi. Chỉ bỏ được máy đã nhận bằng admit --test.")
@home_option
@click.argument("device", metavar="MÁY")
def forget_command(home: Home, device: str) -> None:
    """Forget a test device; exit 1 for any other."""
    from sync.province import trial
    from sync.province.opened import open_province

    if not trial.forget(open_province(home), device):
        click.echo(f"Không có máy thử {device}. Máy của xã thật không bỏ được bằng lệnh này.")
        sys.exit(1)
    click.echo(f"Đã bỏ máy thử {device}: sự kiện, khóa, tệp, dải số và bản tin của nó không còn ở đây.")


@commands.command("renew", help="Tại xã, thay bước 3 khi tỉnh chọn lại máy này: chỉ đặt chứng thư mới, giữ sổ cái và cấu hình.")
@home_option
@click.argument("admission", type=file_in)
def renew_command(home: Home, admission: Path) -> None:
    """Put a new certificate in its place; exit 1 when it is another box's."""
    from appliance.errors import Refused
    from provisioning.enrol import Admission, renew
    from web.vietnamese import sentence

    try:
        renew(home, msgspec.json.decode(admission.read_bytes(), type=Admission))
    except Refused as refused:
        click.echo(sentence(refused))
        sys.exit(1)
    click.echo("Đã đặt chứng thư mới. Khởi động lại tiến trình đồng bộ. Máy khác dùng chứng thư cũ không gửi được nữa.")


@commands.command("settle", help="Bước 3, tại xã: đặt chứng thư và dải số vào chỗ, mở sổ cái.")
@home_option
@click.option("--unit", required=True, help="Mã đơn vị, như đã khai ở tỉnh.")
@click.option("--name", required=True, help="Tên xã, như đã khai ở tỉnh.")
@click.option("--province-name", required=True, help="Tên tỉnh, ví dụ Tỉnh An Giang.")
@click.option("--province-url", required=True, help="Địa chỉ máy chủ nhận của tỉnh, ví dụ https://motcua.tinh.vn.")
@click.option("--person", required=True, help="Mã cán bộ người ghi danh; người này cho dùng quy trình nội bộ chung.")
@click.option("--no-ledger", is_flag=True, help="Máy mới thay máy đã mất: chưa mở sổ cái; sau đó chạy motcua restore --from.")
@click.argument("admission", type=file_in)
def settle_command(
    home: Home, unit: str, name: str, province_name: str, province_url: str, person: str, no_ledger: bool, admission: Path
) -> None:
    """Settle a box with what its province gave."""
    from provisioning.enrol import Admission, approve_general_process, put_in_place, serve_pages, settle

    given = msgspec.json.decode(admission.read_bytes(), type=Admission)
    serve_pages(home, name, datetime.now(UTC))
    settings = Settings("commune", given.device, name, unit, province_name, province_url)
    if no_ledger:
        put_in_place(home, given, settings)
        click.echo(f"Đã đặt khóa và cấu hình của máy {given.device}. Tiếp theo: motcua restore --from THƯ-MỤC --life SỐ.")
        return
    settle(home, given, settings)
    approve_general_process(home, person)
    click.echo(f"Máy {given.device} đã thuộc {province_name}. Cài {home.keys / 'lan-ca.crt'} vào các máy trong văn phòng.")
