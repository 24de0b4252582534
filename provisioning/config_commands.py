"""`motcua config` and `motcua health`: what is in force on this box and where it comes from, and how the box is."""

import sys

import click
import msgspec

from appliance.config import Home
from provisioning.options import home_option


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
COMMANDS = (config, health)
