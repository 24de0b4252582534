"""`motcua copy`: at the province, the copy of a lost box's database given back to a technician."""

import sys
from pathlib import Path

import click

from appliance.config import Home
from provisioning.options import home_option

NEXT = """Trong thư mục có khóa hồ sơ và tài khoản của xã: chép bằng USB mã hóa, xóa ngay khi xong.
Việc tiếp theo:
  1. Tại máy mới:  motcua enrol ask --instead-of {device} --home … yeu-cau.json
  2. Tại tỉnh:     motcua enrol admit --new-machine --unit … --name … --home … yeu-cau.json tra-loi.json
  3. Tại máy mới:  motcua enrol settle --no-ledger … --home … tra-loi.json
  4. Tại máy mới:  motcua restore --from THƯ-MỤC --life {life} --home …
  5. Khởi động máy mới và nối đường truyền: sự kiện đã gửi tỉnh sau thời điểm trên tự về."""


@click.group("copy", help="Tại tỉnh: bản sao cơ sở dữ liệu của xã, dùng khi xã mất cả hai ổ đĩa.")
def commands() -> None:
    """Hold the commands."""


@commands.command("list", help="Liệt kê các máy và thời điểm bản sao đủ mới nhất.")
@home_option
def list_command(home: Home) -> None:
    """List the devices, and until when the newest whole copy of each holds."""
    from appliance.clock import local
    from appliance.text import moment_text
    from sync.province import copies, fleet
    from sync.province.opened import open_province

    province = open_province(home)
    for device, name in fleet.names(province.db):
        until = copies.whole_until(province.db, device)
        click.echo(f"{device}  {name}: " + (f"đủ đến {moment_text(local(until))}" if until else "chưa có bản sao đủ"))
    province.close()


@commands.command(
    "give", help="Mở bản sao đủ mới nhất của một máy ra thư mục, để khôi phục trên máy mới bằng motcua restore --from."
)
@home_option
@click.argument("device", metavar="MÁY")
@click.argument("folder", metavar="THƯ-MỤC", type=click.Path(file_okay=False, path_type=Path))
def give_command(home: Home, device: str, folder: Path) -> None:
    """Give the newest whole copy; exit 1 with the sentence of what stands against it."""
    from appliance.clock import local
    from appliance.errors import Refused
    from appliance.text import moment_text, number_text
    from sync.province.copies_given import give
    from sync.province.opened import open_province
    from web.vietnamese import sentence

    province = open_province(home)
    try:
        given = give(province, device, folder)
    except Refused as refused:
        click.echo(sentence(refused))
        sys.exit(1)
    finally:
        province.close()
    until = moment_text(local(given.at))
    click.echo(f"Đã mở bản sao của máy {device}: {number_text(given.files)} tệp, sổ {given.inc_no}, đủ đến {until}.")
    click.echo(NEXT.format(device=device, life=given.newest_life))
