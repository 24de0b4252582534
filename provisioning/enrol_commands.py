"""`motcua enrol`: the three steps by which a box comes to belong to a province; the files in between may travel on a stick."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click
import msgspec

from appliance.config import Home, Settings
from provisioning.options import home_option, new_home_option

T = TypeVar("T")
file_in = click.Path(exists=True, dir_okay=False, path_type=Path)
file_out = click.Path(dir_okay=False, path_type=Path)


@click.group("enrol", help="Ghi danh một máy của xã với tỉnh, qua ba bước; tệp giữa các bước có thể chép bằng USB.")
def commands() -> None:
    """Hold the steps."""


@commands.command("ask", help="Bước 1, tại xã: tạo khóa của máy và ghi tệp yêu cầu. Khóa riêng không rời máy.")
@new_home_option
@click.option(
    "--instead-of", metavar="MÃ_MÁY", type=click.UUID, help="Mã máy cũ đã mất cả hai ổ: máy này làm tiếp dưới mã đó, bằng khóa mới."
)
@click.argument("request", metavar="YÊU_CẦU", type=file_out)
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
@click.argument("request", metavar="YÊU_CẦU", type=file_in)
@click.argument("admission", metavar="TRẢ_LỜI", type=file_out)
def admit_command(home: Home, unit: str, name: str, trial: bool, new_machine: bool, request: Path, admission: Path) -> None:
    """Admit a box; exit 1 when a test device would stand beside real ones, or a known one comes with other keys unannounced."""
    from appliance.errors import Refused
    from provisioning.enrol import Request, admit, admit_for_tests
    from web.vietnamese import sentence

    asked, now = _read(request, Request), datetime.now(UTC)
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


@commands.command(
    "revoke", help="Tại tỉnh: thu hồi một máy bị mất hay bị chiếm. Tỉnh không nhận gì của máy đó nữa và báo các máy khác của xã."
)
@home_option
@click.option("--reason", required=True, help="Lý do, ví dụ: máy bị trộm.")
@click.option("--by", required=True, help="Ai quyết định, gọi ai: tên, chức danh, số điện thoại.")
@click.argument("device", metavar="MÁY")
def revoke_command(home: Home, reason: str, by: str, device: str) -> None:
    """Revoke a device; exit 1 when there is none, or the words do not fit."""
    from appliance.errors import Refused
    from sync.province.admission import revoke_device
    from sync.province.opened import open_province
    from web.vietnamese import sentence

    try:
        news = revoke_device(open_province(home), device, reason, by)
    except Refused as refused:
        click.echo(sentence(refused))
        sys.exit(1)
    told = "Đã thu hồi máy {}: không nhận gì của máy này nữa. Dữ liệu đã nhận vẫn giữ; các máy khác của xã được báo."
    click.echo(told.format(device) if news else f"Máy {device} đã bị thu hồi từ trước. Không có gì mới.")


@commands.command("renew", help="Tại xã, thay bước 3 khi tỉnh chọn lại máy này: chỉ đặt chứng thư mới, giữ sổ cái và cấu hình.")
@home_option
@click.argument("admission", metavar="TRẢ_LỜI", type=file_in)
def renew_command(home: Home, admission: Path) -> None:
    """Put a new certificate in its place; exit 1 when it is another box's."""
    from appliance.errors import Refused
    from provisioning.enrol import Admission, renew
    from web.vietnamese import sentence

    try:
        renew(home, _read(admission, Admission))
    except Refused as refused:
        click.echo(sentence(refused))
        sys.exit(1)
    click.echo("Đã đặt chứng thư mới. Khởi động lại tiến trình đồng bộ. Máy khác dùng chứng thư cũ không gửi được nữa.")


@commands.command("settle", help="Bước 3, tại xã: đặt chứng thư và dải số vào chỗ, mở sổ cái.")
@new_home_option
@click.option("--unit", required=True, help="Mã đơn vị, như đã khai ở tỉnh.")
@click.option("--name", required=True, help="Tên xã, như đã khai ở tỉnh.")
@click.option("--province-name", required=True, help="Tên tỉnh, ví dụ Tỉnh An Giang.")
@click.option("--province-url", required=True, help="Địa chỉ máy chủ nhận của tỉnh, ví dụ https://motcua.tinh.vn.")
@click.option("--person", required=True, help="Mã cán bộ người ghi danh; người này cho dùng quy trình nội bộ chung.")
@click.option("--no-ledger", is_flag=True, help="Máy mới thay máy đã mất: chưa mở sổ cái; sau đó chạy motcua restore --from.")
@click.argument("admission", metavar="TRẢ_LỜI", type=file_in)
def settle_command(
    home: Home, unit: str, name: str, province_name: str, province_url: str, person: str, no_ledger: bool, admission: Path
) -> None:
    """Settle a box with what its province gave."""
    from provisioning.enrol import Admission, approve_general_process, put_in_place, serve_pages, settle

    given = _read(admission, Admission)
    serve_pages(home, name, datetime.now(UTC))
    settings = Settings("commune", given.device, name, unit, province_name, province_url)
    if no_ledger:
        put_in_place(home, given, settings)
        click.echo(f"Đã đặt khóa và cấu hình của máy {given.device}. Tiếp theo: motcua restore --from THƯ-MỤC --life SỐ.")
        return
    settle(home, given, settings)
    approve_general_process(home, person)
    click.echo(f"Máy {given.device} đã thuộc {province_name}. Cài {home.keys / 'lan-ca.crt'} vào các máy trong văn phòng.")


def _read(path: Path, kind: type[T]) -> T:
    """Read a file of an enrolment. Another file is said to be none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except msgspec.MsgspecError:
        raise click.ClickException(
            f"{path} không phải tệp ghi danh của bước này. Chưa đổi gì. Chọn đúng tệp rồi làm lại."
        ) from None
