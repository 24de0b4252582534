"""Giving the copy of a lost box back: opened with the province's own key into a folder laid out as the box's replica was."""

from dataclasses import dataclass
from pathlib import Path

import pyrage

from appliance.errors import Refused
from sync.cover import read_name
from sync.province import copies
from sync.province import store_sqlite as store
from sync.province.opened import Province


@dataclass(frozen=True)
class Given:
    """What was given: up to which moment it holds, how many files, of which life (ordinal), and the newest life known here."""

    at: str
    files: int
    inc_no: int
    newest_life: int


def give(province: Province, device: str, folder: Path) -> Given:
    """Open the newest whole copy of a device into a new folder below `folder`, named after the life, as `motcua restore` wants it.

    Raises Refused: copy_device_unknown, copy_none, copy_incomplete (here, files), copy_folder_taken (place), copy_damaged (name).
    """
    if store.device(province.db, device) is None:
        raise Refused("copy_device_unknown", device=device)
    copy = copies.newest(province, device, whole=True)
    if copy is None:
        begun = copies.newest(province, device)
        raise Refused("copy_incomplete", here=begun.here, files=begun.files) if begun else Refused("copy_none")
    target = folder / copy.inc
    if target.exists():
        raise Refused("copy_folder_taken", place=target)
    for file in copies.files_of(province.db, copy):
        _open(province, copies.place(province, device, file.file), target, file.name)
    life = store.life(province.db, device, bytes.fromhex(copy.inc))
    assert life
    return Given(copy.at, copy.files, life[0], store.newest_life_no(province.db, device))


def _open(province: Province, sealed: Path, target: Path, name: str) -> None:
    if read_name(name) is None:
        raise Refused("copy_damaged", name=name)
    out = target / name
    out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with sealed.open("rb") as source, out.open("wb") as opened:
            pyrage.decrypt_io(source, opened, [province.age])
    except (pyrage.DecryptError, OSError) as error:
        raise Refused("copy_damaged", name=name) from error
