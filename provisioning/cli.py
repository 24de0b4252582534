"""The `motcua` command: names in English, help and output in Vietnamese. Groups live in modules of their own."""

import click

from provisioning import catalogue_bundle, processes
from provisioning.demo import commands as demo_commands


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", "--version", message="motcua %(version)s", help="In số phiên bản.")
def main() -> None:
    """Một Cửa: máy chủ của bộ phận một cửa cấp xã."""


for command in (*processes.COMMANDS, catalogue_bundle.commands, *demo_commands.COMMANDS):
    main.add_command(command)
