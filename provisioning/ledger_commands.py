"""`motcua ledger`: check the ledger, rebuild what screens read, write it out for others to check."""

import sys
from pathlib import Path

import click

from appliance.config import Home
from provisioning.options import home_option

WORDS = {
    "chain_gap": "chuỗi sự kiện bị thiếu",
    "chain_digest": "chuỗi sự kiện bị sửa",
    "parent_missing": "không thấy đời máy trước",
    "behind_witness": "sổ cái lùi so với dấu chứng",
    "file_missing": "thiếu tệp",
    "file_damaged": "tệp bị sửa",
    "number_unaccounted": "số không rõ đã dùng vào đâu",
    "paper_number_twice": "số của phiếu in sẵn dùng hai lần",
    "rows_differ": "bảng khác với sổ cái",
}


@click.group("ledger", help="Sổ cái: kiểm tra, dựng lại bảng, xuất ra.")
def commands() -> None:
    """Hold the commands of the ledger."""


@commands.command(help="Kiểm tra chuỗi sự kiện, dấu chứng, tệp, số và các bảng. Chỉ đọc.")
@home_option
def verify(home: Home) -> None:
    """Check everything that can be checked without the province; exit 1 when something does not hold."""
    from appliance import database
    from appliance import verify as fsck

    found = fsck.verify(home, database.connect(home.database, readonly=True))
    for finding in found:
        click.echo(f"  {WORDS.get(finding.code, finding.code)}: {finding.about}")
    click.echo("Sổ cái đúng: không có gì sai." if not found else f"Có {len(found)} chỗ sai.")
    sys.exit(1 if found else 0)


@commands.command(help="Dựng lại các bảng từ sổ cái trong một lần ghi. Sổ cái không đổi. Dừng trang trước khi chạy.")
@home_option
def rebuild(home: Home) -> None:
    """Replace the rows that screens read by a fold of the whole ledger."""
    from appliance import verify as fsck

    fsck.swap_rows(home)
    click.echo("Đã dựng lại các bảng từ sổ cái.")


@commands.command(help="Xuất sổ cái thành các dòng JSON, để bên khác kiểm tra bằng chương trình của họ.")
@home_option
def dump(home: Home) -> None:
    """Write the ledger as JSON lines."""
    from appliance import database, ledger

    for line in ledger.dump(database.connect(home.database, readonly=True), home.settings.device):
        click.echo(line)


@commands.command(help="Xuất một hồ sơ thành thư mục mở được không cần phần mềm này: giấy tờ, sự kiện, chương trình kiểm tra.")
@click.argument("code", metavar="MÃ_HỒ_SƠ")
@click.argument("folder", metavar="THƯ_MỤC", type=click.Path(path_type=Path))
@home_option
def export(code: str, folder: Path, home: Home) -> None:
    """Write one dossier as a folder; exit 1 when there is no such dossier or the folder is there already."""
    from appliance import database, queries
    from web import folder as folders

    db = database.connect(home.database, readonly=True)
    dossier = queries.by_code(db, code)
    if dossier is None or folder.exists():
        click.echo(f"Không có hồ sơ {code} ở đây." if dossier is None else f"Đã có {folder}. Chọn thư mục chưa có.")
        sys.exit(1)
    count = folders.write(home, db, dossier, folder)
    click.echo(f"Đã xuất hồ sơ {code}: {count} tệp trong {folder}. Thư mục chứa thông tin cá nhân, giữ cẩn thận.")
