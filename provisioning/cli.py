"""The `motcua` command: names in English, help and output in Vietnamese. Groups live in modules of their own."""

import click

from provisioning import (
    catalogue_bundle,
    config_commands,
    conformance_command,
    copy_commands,
    courier_commands,
    enrol_commands,
    feed_commands,
    import_commands,
    ledger_commands,
    process_commands,
    processes,
    restore_command,
    sync_commands,
    trust_commands,
)
from provisioning.click_words import speak_vietnamese
from provisioning.demo import commands as demo_commands

speak_vietnamese()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option("0.1.0", "--version", message="motcua %(version)s", help="In số phiên bản.")
def main() -> None:
    """Một Cửa: máy chủ của bộ phận một cửa cấp xã."""


for command in (
    *processes.COMMANDS,
    *config_commands.COMMANDS,
    *restore_command.COMMANDS,
    *sync_commands.COMMANDS,
    *conformance_command.COMMANDS,
    *demo_commands.COMMANDS,
    catalogue_bundle.commands,
    copy_commands.commands,
    courier_commands.commands,
    enrol_commands.commands,
    feed_commands.commands,
    import_commands.command,
    ledger_commands.commands,
    process_commands.commands,
    trust_commands.commands,
):
    main.add_command(command)
