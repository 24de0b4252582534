"""`motcua import-open`: day one with open dossiers. A trial run lists all; only --for-good writes, one transaction a file."""

from dataclasses import replace
from pathlib import Path

import click

from appliance.config import Home
from provisioning.options import home_option

path_in = click.Path(exists=True, path_type=Path)


@click.command(
    "import-open",
    help="Ngày đầu: chuyển hồ sơ đang chạy, số cuối của sổ và người giữ từ tệp CSV của hệ thống cũ (tệp hoặc thư mục). "
    "Chạy thử in mọi khác biệt và lỗi, không ghi gì; --for-good mới ghi, mỗi tệp một lần.",
)
@home_option
@click.option("--template", is_flag=True, help="In mẫu của ba bảng rồi thôi.")
@click.option("--for-good", is_flag=True, help="Ghi vào sổ cái. Có lỗi ở bất cứ dòng nào thì không ghi tệp nào.")
@click.option("--officer", default="", help="Mã của quản trị viên ghi vào, ví dụ ST16. Cần khi --for-good.")
@click.argument("paths", metavar="[TỆP]...", nargs=-1, type=path_in)
def command(home: Home, template: bool, for_good: bool, officer: str, paths: tuple[Path, ...]) -> None:
    """Read the files, say everything, write when asked to; exit 1 when a line stands against it."""
    from appliance import catalogue_shelf, clock, day_one, day_one_sheets, officers
    from appliance.box import open_box
    from appliance.rights import may
    from web.vietnamese import sentence
    from web.words.moves import STATUS

    if template:
        for kind in day_one_sheets.TABLES:
            click.echo(day_one_sheets.template(kind))
        return
    found = sorted(file for path in paths for file in (path.glob("*.csv") if path.is_dir() else (path,)))
    if not found:
        raise click.UsageError("Chưa có tệp CSV nào. Ghi tệp hoặc thư mục, hoặc --template để xem mẫu.")
    box = open_box(home)
    try:
        who = officers.by_id(box.db, officer.upper())
        if for_good and not (who and who.active and may(who.roles, "import_open")):
            raise click.UsageError("Ghi --officer là mã của một quản trị viên đang làm việc.")
        sheets = [day_one_sheets.read(file.name, file.read_bytes()) for file in found]
        catalogue = catalogue_shelf.kept(home, box.catalogue)
        names = {number: name for number, (_, name) in STATUS.items()}
        about = day_one.known(home, box.db, catalogue, [sheet for sheet, _ in sheets], names, clock.stamp())
        plans = day_one.plan(sheets, about)
        for one in plans:
            for remark in one.remarks:
                click.echo(f"  {'LỖI' if remark.bad else 'xem'} {remark.file} dòng {remark.line}: {sentence(remark.said)}")
            click.echo(
                f"{one.sheet.name}: {len(one.events)} mục sẽ ghi, {one.already} dòng đã có, {len(one.remarks)} điều nêu trên."
            )
        if not all(one.sound for one in plans):
            click.echo("Có lỗi: chưa ghi gì. Sửa tệp rồi chạy lại.")
            raise SystemExit(1)
        if not for_good:
            click.echo("Chạy thử xong, chưa ghi gì. Chạy lại với --for-good để ghi.")
            return
        assert who
        for sheet in sheets:
            with box.writing() as act:  # Judged once more inside: the counter may have worked meanwhile.
                made = day_one.plan([sheet], replace(about, db=act.db))[0]
                written = day_one.carry_out(act, made, who.id) if made.sound else 0
            click.echo(f"{made.sheet.name}: đã ghi {written} mục.")
    finally:
        box.close()
