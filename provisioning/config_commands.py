"""`motcua config`, `budget`, `health`: what is in force and where it comes from, what files may use of the line, how the box is."""

import sys

import click
import msgspec

from appliance.config import Home, write_settings
from provisioning.options import home_option
from sync import budget as line_budget


@click.command(help="In cấu hình đang có hiệu lực, từng dòng kèm nguồn của nó.")
@home_option
def config(home: Home) -> None:
    """Print machine facts from motcua.toml and the dated rules of the catalogue in force, each with its source."""
    from appliance import catalogue_shelf, clock

    today = clock.local_day(clock.stamp())
    for name, value in msgspec.to_builtins(home.settings).items():
        click.echo(f"{name} = {value}   (motcua.toml)")
    catalogue = catalogue_shelf.current(home, today)
    click.echo(f"catalogue = {catalogue.manifest.id} {catalogue.manifest.version}   (mã băm {catalogue.digest[:12]})")
    for name, entry in catalogue.rule_entries_on(today).items():
        click.echo(f"{name} = {msgspec.to_builtins(entry.value)}   (danh mục, từ {entry.effective_from}: {entry.source})")


@click.command(help="Xem hoặc đặt tốc độ gửi tệp theo giờ. Ví dụ: 7-17=256 là từ 7 đến 17 giờ dùng 256 kbit/s; 0 là không gửi tệp.")
@home_option
@click.option("--unlimited", is_flag=True, help="Bỏ mọi giới hạn.")
@click.argument("spans", nargs=-1, metavar="[GIỜ-GIỜ=KBIT]...")
def budget(home: Home, unlimited: bool, spans: tuple[str, ...]) -> None:
    """Print the day's hours; with spans or --unlimited set them anew first. The agent obeys within half a minute."""
    from appliance import clock
    from appliance.errors import Refused
    from web.line_state import this_hour, whole_day
    from web.vietnamese import sentence

    try:
        hours = _budget_set(home, spans) if spans or unlimited else line_budget.of(home)
    except Refused as refused:
        click.echo(sentence(refused))
        sys.exit(1)
    click.echo("\n".join([*whole_day(hours), f"{this_hour(hours, clock.stamp())}."]))


def _budget_set(home: Home, spans: tuple[str, ...]) -> line_budget.Hours:
    hours = line_budget.read(given := line_budget.written(spans))
    write_settings(home, msgspec.structs.replace(home.settings, file_budget=given))
    return hours


@click.command(help="Xem sức khỏe của máy: sao lưu, ổ đĩa, cơ sở dữ liệu, đồng hồ.")
@home_option
def health(home: Home) -> None:
    """Say how each part of the box is; exit 1 when one raises an alarm."""
    from appliance import health as look
    from appliance import numbering
    from appliance.database import connect
    from web.vietnamese import SENTENCES, Words

    parts = look.parts(look.facts(home, numbering.floor(connect(home.database, readonly=True))))
    for part in parts:
        told = Words().vformat(SENTENCES[part.alarm], (), part.facts) if part.alarm else "tốt"
        click.echo(f"{PART_NAMES[part.id]}: {told}")
    sys.exit(1 if any(part.alarm for part in parts) else 0)


PART_NAMES = {"replica": "Sao lưu", "disk": "Ổ đĩa", "database": "Cơ sở dữ liệu", "clock": "Đồng hồ"}
COMMANDS = (config, budget, health)
