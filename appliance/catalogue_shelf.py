"""The bundles a box has kept: all of them for ever, each under its digest, so that an old dossier finds its own."""

import functools
import secrets
from datetime import date
from pathlib import Path

from appliance.catalogue import Catalogue, builtin, digest, files_of, load_bundle
from appliance.catalogue_faults import faults
from appliance.config import Home
from appliance.durable import sync_folder, write_durably
from appliance.errors import Refused

KEPT_MODE = 0o440
LOADED_MAX = 8


def keep(home: Home, path: Path) -> str:
    """Keep a copy of a sound bundle in the home for ever, under its digest, durably. Keeping it twice is once."""
    if found := faults(path):
        raise Refused("catalogue_broken", count=len(found), first=found[0], faults=found)
    name, shelf = digest(path), home.root / "catalogue"
    shelf.mkdir(mode=0o750, exist_ok=True)
    if not (shelf / name).exists():
        unfinished = shelf / f".{name}.{secrets.token_hex(4)}.tmp"
        unfinished.mkdir(mode=0o750)
        for file in files_of(path):
            write_durably(unfinished / file.name, file.read_bytes(), KEPT_MODE)
        unfinished.rename(shelf / name)
        sync_folder(shelf)
    return name


def kept(home: Home, name: str) -> Catalogue:
    """Give the bundle an old dossier was decided under. Raises Refused `catalogue_unknown`, `catalogue_changed`."""
    if name == builtin().digest:
        return builtin()
    return _kept(home.root / "catalogue", name)


def has(home: Home, name: str) -> bool:
    """Say whether the bundle with this digest is kept here, or came with the software."""
    return name == builtin().digest or (home.root / "catalogue" / name).exists()


@functools.lru_cache(maxsize=LOADED_MAX)
def _kept(shelf: Path, name: str) -> Catalogue:
    if name not in {folder.name for folder in shelf.glob("*")}:
        raise Refused("catalogue_unknown", digest=name[:12])
    catalogue = load_bundle(shelf / name)
    if catalogue.digest != name:
        raise Refused("catalogue_changed", file=name[:12])
    return catalogue


def current(home: Home, day: date) -> Catalogue:
    """Give the bundle in force on a local day: the newest kept one that has taken effect, else the built-in one."""
    shelf = home.root / "catalogue"
    names = sorted(folder.name for folder in shelf.glob("*") if not folder.name.startswith("."))
    begun = [one for one in map(functools.partial(kept, home), names) if one.manifest.effective_from <= day]
    return max([builtin(), *begun], key=lambda one: (one.manifest.effective_from, one.manifest.version))
