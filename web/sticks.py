"""Where a bundle can be written or an answer found: sticks that are mounted now, and folders named in motcua.toml."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from appliance.config import Home
from sync.courier.container import PART
from sync.courier.layout import ENDING, short

ROOTS = ("/media", "/mnt", "/run/media")
MOUNTS = Path("/proc/self/mounts")
STICKS_MAX = 12
FOUND_MAX = 24


@dataclass(frozen=True)
class Stick:
    """A folder that can be written to, the name people know it by, and how many bytes are free on it."""

    path: Path
    name: str
    free: int


def mounted(home: Home) -> list[Stick]:
    """List the sticks that are there and can be written to."""
    folders = [*map(Path, home.settings.stick_folders), *_mount_points()]
    found = []
    for folder in dict.fromkeys(folders):
        with suppress(OSError):
            if os.access(folder, os.W_OK) and folder.is_dir():
                found.append(Stick(folder, folder.name, shutil.disk_usage(folder).free))
    return found[:STICKS_MAX]


def _mount_points() -> list[Path]:
    lines = MOUNTS.read_text().splitlines()
    points = (line.split(" ")[1].encode().decode("unicode_escape") for line in lines)
    return [Path(point) for point in points if point.startswith(tuple(f"{root}/" for root in ROOTS))]


def answers(home: Home, device: str) -> list[Path]:
    """List the answers to this device that lie on the sticks."""
    found: list[Path] = []
    for stick in mounted(home):
        with suppress(OSError):
            found += sorted(stick.path.glob(f"motcua-{short(device)}-*-tra-loi-*{ENDING}"), reverse=True)
    return found[:FOUND_MAX]


def half_written(stick: Path) -> None:
    """Remove what earlier bundles left when the stick was pulled out under them."""
    for path in stick.glob(f"motcua-*{ENDING}{PART}"):
        with suppress(OSError):
            path.unlink()
