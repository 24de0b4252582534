"""`motcua process`: take in a file of internal processes, and list what is approved and what waits for a person."""

from pathlib import Path

import click

from appliance.config import Home
from provisioning.options import home_option


@click.group("process", help="Quy trình nội bộ: nạp từ tệp, liệt kê. Phê duyệt là việc của lãnh đạo, trên trang Quy trình nội bộ.")
def commands() -> None:
    """Hold the commands of internal processes."""


@commands.command(
    "import", help="Nạp tệp quy trình TỆP; in từng điều không hiểu. Chưa bản nào có hiệu lực trước khi được phê duyệt."
)
@home_option
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi gì.")
@click.argument("file", metavar="TỆP", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_command(home: Home, dry_run: bool, file: Path) -> None:
    """Read a file, say everything that was not understood, keep what is sound; exit 1 when a record stays out."""
    from appliance import catalogue_shelf, clock, process_file, process_shelf
    from appliance.box import open_box
    from web.vietnamese import sentence

    box = open_box(home)
    found = process_file.read(file.read_bytes(), catalogue_shelf.current(home, clock.local_day(clock.stamp())).procedures)
    sound, taken = process_shelf.sound_of(box.db, found.processes)
    for note in found.notes:
        click.echo(f"  {'SAI' if note.bad else 'xem'} {note.where}: {sentence(note.line)}")
    for line in taken:
        click.echo(f"  SAI {line.facts['process']}: {sentence(line)}")
    if not dry_run:
        with box.writing() as act:
            process_shelf.offer(act, sound, file.name)
    box.close()
    left = found.records - len(sound)
    done = "Kiểm tra xong, chưa ghi" if dry_run else "Đã nạp, chờ phê duyệt"
    click.echo(f"{done}: {len(sound)} quy trình. Không nạp: {left}. Điều cần xem: {sum(not n.bad for n in found.notes)}.")
    if left or not found.records:
        raise SystemExit(1)


@commands.command("list", help="Liệt kê quy trình đang áp dụng, quy trình chờ phê duyệt, và số trường hợp chưa có quy trình riêng.")
@home_option
def list_command(home: Home) -> None:
    """Show what is in force, what waits, and what runs under the general process or under none."""
    from appliance import catalogue_shelf, clock, process_shelf
    from appliance.box import open_box
    from appliance.internal_process import GENERAL

    box, today = open_box(home), clock.local_day(clock.stamp())
    catalogue = catalogue_shelf.current(home, today)
    approved, waiting = process_shelf.approved(box.db), process_shelf.offered(box.db, catalogue)
    for one in approved:
        click.echo(f"  {one.process.id} bản {one.process.version}: {one.actor} phê duyệt, căn cứ {one.basis}")
    for offer in waiting:
        click.echo(f"  {offer.process.id} bản {offer.process.version}: chờ phê duyệt, từ {offer.source}")
    cover = process_shelf.covering(approved, catalogue, today)
    general = sum(one is not None and one.process.code == GENERAL for one in cover.values())
    none = sum(one is None for one in cover.values())
    box.close()
    click.echo(
        f"{len(approved)} bản đã phê duyệt, {len(waiting)} chờ. {len(catalogue.procedures)} thủ tục, {len(cover)} trường hợp: "
        f"{len(cover) - general - none} có quy trình riêng, {general} theo quy trình chung, {none} chưa có."
    )
