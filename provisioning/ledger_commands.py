"""`motcua ledger`: check the ledger, rebuild what screens read, write it out for others to check."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from appliance.config import Home
from provisioning.options import home_option

VERIFIER = "kiem-tra.py"
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


@commands.command(
    help="Xuất sổ cái và giấy nhận của tỉnh thành các dòng JSON, để bên khác kiểm tra bằng chương trình của họ."
    " Chạy được ở xã, và ở tỉnh với --device."
)
@home_option
@click.option("--device", help="Tại tỉnh: mã máy của xã cần xuất sổ cái mà tỉnh đang giữ.")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), help="Ghi vào thư mục mới, kèm khóa của tỉnh và chương trình kiểm tra."
)
def dump(home: Home, device: str | None, folder: Path | None) -> None:
    """Write the ledger as JSON lines, or as a folder with what checks it; exit 1 for an unknown device or a folder in the way."""
    lines = _lines(home, device)
    if lines is None or (folder and folder.exists()):
        click.echo(f"Không có máy {device} ở đây." if lines is None else f"Đã có {folder}. Chọn thư mục chưa có.")
        sys.exit(1)
    if folder is None:
        for line in lines:
            click.echo(line)
        return
    _write_folder(home, lines, folder)
    click.echo(f"Đã xuất sổ cái vào {folder}. Kiểm tra trên máy bất kỳ có Python: python3 {folder / VERIFIER}")


def _lines(home: Home, device: str | None) -> Iterator[str] | None:
    from appliance import database, ledger

    if home.settings.kind != "province":
        return ledger.dump(database.connect(home.database, readonly=True), home.settings.device)
    from sync.province import given_back, store_sqlite
    from sync.province.opened import open_province

    province = open_province(home)
    found = store_sqlite.device(province.db, device or "")
    return given_back.ledger_lines(province, found) if found else None


def _write_folder(home: Home, lines: Iterator[str], folder: Path) -> None:
    from provisioning import verify_ledger

    folder.mkdir(parents=True)
    with (folder / verify_ledger.LEDGER).open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in lines)
    key = home.keys / "province.pub"
    if key.exists():
        shutil.copy(key, folder / verify_ledger.KEY)
    shutil.copy(verify_ledger.__file__, folder / VERIFIER)


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
