"""Writes a private SANE configuration, so that only the scanner meant is looked for and nothing on the machine changes.

With SANE_CONFIG_DIR set to such a folder /etc/sane.d is not read, and listing devices takes milliseconds instead of seconds.
"""

import shutil
from pathlib import Path

SYSTEM_FOLDER = Path("/etc/sane.d")

TEST_CONF = """\
number_of_devices 1
mode Color
depth 8
resolution_min 1.0
resolution_max 1200.0
resolution_quant 1.0
resolution 200.0
geometry_min 0.0
geometry_max 300.0
geometry_quant 1.0
br_x 210.0
br_y 297.0
enable-test-options false
read-status-code "Default"
"""


def write_test(folder: Path) -> None:
    """Offer SANE's own pretended scanner, `test:0`."""
    _write(folder, {"dll.conf": "test\n", "test.conf": TEST_CONF})


def write_airscan(folder: Path, scanners: dict[str, str]) -> None:
    """Offer network scanners by name and eSCL address (`http://…/eSCL/`), with no searching of the network."""
    lines = "".join(f'"{name}" = {url}, eSCL\n' for name, url in scanners.items())
    options = "[options]\ndiscovery = disable\nmodel = network\n"
    _write(folder, {"dll.conf": "airscan\n", "airscan.conf": f"[devices]\n{lines}{options}"})


def write_local(folder: Path, backends: list[str]) -> None:
    """Offer what is plugged in, through the named backends (`epsonds`, `fujitsu` …) with the system's settings for each."""
    _write(folder, {"dll.conf": "".join(f"{backend}\n" for backend in backends)})
    for backend in backends:
        settings = SYSTEM_FOLDER / f"{backend}.conf"
        if settings.exists():
            shutil.copyfile(settings, folder / settings.name)


def _write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
