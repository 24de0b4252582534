"""Catalogue bundles: a canonical set of files with a digest and a day it takes effect, kept for ever.

The built-in bundle is one like any other. Files are read when first needed and checked against the digest.
"""

import functools
import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from appliance.catalogue_sheets import SHEETS, Book, Demonstration, Form, Manifest, Province, Sheet
from appliance.errors import Refused
from appliance.fees import FeeTable
from appliance.procedures import Procedure, ResultRule, SearchEntry, search_entry
from appliance.roles import RoleAsked, asked_for
from appliance.rules import RuleEntry, Rules, in_force, rules_on
from appliance.working_calendar import Calendar

BUILTIN = Path(__file__).parent / "bundle"
DIGEST_OF = b"motcua-catalogue-1\n"
FILE_BYTES_MAX = 32 * 1024 * 1024
FILES_MAX = 64


class Catalogue:
    """One loaded bundle. Immutable; safe to share between threads."""

    def __init__(self, folder: Path, files: Mapping[str, str], manifest: Manifest) -> None:
        self.folder = folder
        self.files = dict(files)
        self.manifest = manifest
        self.digest = _digest_of(files)
        self._sheets: dict[str, Any] = {}

    def sheet(self, name: str) -> Sheet[Any, Any]:
        """Give one file, decoded. Raises Refused `catalogue_changed` (not the bytes of the digest), `catalogue_broken`."""
        if name not in self._sheets:
            self._sheets[name] = _decoded(name, self._bytes(f"{name}.json"))
        return self._sheets[name]

    def _bytes(self, name: str) -> bytes:
        data = (self.folder / name).read_bytes()
        if hashlib.sha256(data).hexdigest() != self.files[name]:
            raise Refused("catalogue_changed", file=name)
        return data

    @functools.cached_property
    def procedures(self) -> dict[str, Procedure]:
        """Give all procedures by code; the hand-checked record stands for the parsed one."""
        records = (*self.sheet("procedures").records, *self.sheet("procedures.core").records)
        return {procedure.code: procedure for procedure in records}

    @functools.cached_property
    def search_index(self) -> tuple[SearchEntry, ...]:
        """Give the folded names that `procedures.find` looks through."""
        aliases = {alias.code: alias.words for alias in self.sheet("aliases").records}
        return tuple(search_entry(one, aliases.get(one.code, ())) for one in self.procedures.values())

    @functools.cached_property
    def calendar(self) -> Calendar:
        """Give the working calendar."""
        sheet = self.sheet("calendar")
        return Calendar(sheet.about, sheet.records)

    @functools.cached_property
    def fee_table(self) -> FeeTable:
        """Give the dated fees."""
        sheet = self.sheet("fees")
        return FeeTable(sheet.about, sheet.records)

    @functools.cached_property
    def books(self) -> dict[str, Book]:
        """Give the numbered series by id."""
        return {book.id: book for book in self.sheet("books").records}

    @property
    def result_rules(self) -> tuple[ResultRule, ...]:
        """Give the rules for templates and release paths."""
        return self.sheet("results").records

    @property
    def province(self) -> Province:
        """Give the province of this catalogue."""
        return self.sheet("units").about.province

    @property
    def demonstration(self) -> Demonstration:
        """Give the demonstration commune with its invented staff."""
        return self.sheet("units").about.demonstration

    def roles_of(self, procedure: str, day: date) -> tuple[RoleAsked, ...]:
        """Give the roles a procedure asks for on a local day."""
        return asked_for(self.sheet("roles").records, procedure, day)

    @property
    def authority(self) -> tuple[str, ...]:
        """List on what somebody may act for another."""
        return self.sheet("roles").about.authority

    def rules_on(self, day: date) -> Rules:
        """Give the rules in force on a local day."""
        return rules_on(self.sheet("rules").records, day)

    def rule_entries_on(self, day: date) -> dict[str, RuleEntry]:
        """Give the entries behind the rules of a day: value, source, whether verified."""
        return in_force(self.sheet("rules").records, day)

    def form_on(self, form: str, day: date) -> Form:
        """Give a printed form as it stands on a day. Raises Refused `form_unknown`."""
        fitting = [one for one in self.sheet("forms").records if one.form == form and one.effective_from <= day]
        if not fitting:
            raise Refused("form_unknown", form=form)
        return max(fitting, key=lambda one: one.effective_from)


def load_bundle(path: Path) -> Catalogue:
    """Load a bundle: read its manifest, name its files by digest. The rest is read and checked when first needed.

    Raises Refused `catalogue_broken` where a file is missing or the manifest is wrong.
    """
    files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files_of(path)}
    wanted = {f"{name}.json" for name in SHEETS} | {"manifest.json"}
    if set(files) != wanted:
        odd = sorted(set(files) ^ wanted)
        raise Refused("catalogue_broken", count=len(odd), first=odd[0], faults=tuple(odd))
    try:
        manifest = msgspec.json.decode((path / "manifest.json").read_bytes(), type=Manifest)
    except msgspec.MsgspecError as error:
        fault = f"manifest.json: {error}"
        raise Refused("catalogue_broken", count=1, first=fault, faults=(fault,)) from None
    return Catalogue(path, files, manifest)


@functools.cache
def builtin() -> Catalogue:
    """Give the bundle that came with this version of the software."""
    return load_bundle(BUILTIN)


def builtin_digest() -> str:
    """Name the built-in bundle."""
    return builtin().digest


def digest(path: Path) -> str:
    """Name a bundle by its content: SHA-256 over the sorted file names, each with the SHA-256 of its bytes."""
    return _digest_of({file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files_of(path)})


def _digest_of(files: Mapping[str, str]) -> str:
    lines = "".join(f"{sha}  {name}\n" for name, sha in sorted(files.items()))
    return hashlib.sha256(DIGEST_OF + lines.encode()).hexdigest()


def files_of(path: Path) -> list[Path]:
    files = sorted(file for file in path.glob("*.json") if file.is_file()) if path.is_dir() else []
    if len(files) > FILES_MAX or any(file.stat().st_size > FILE_BYTES_MAX for file in files):
        raise Refused("catalogue_broken", count=1, first="too big", faults=("too big",))
    return files


def _decoded(name: str, data: bytes) -> Any:
    try:
        return msgspec.json.decode(data, type=SHEETS[name])
    except msgspec.MsgspecError as error:
        fault = f"{name}.json: {error}"
        raise Refused("catalogue_broken", count=1, first=fault, faults=(fault,)) from None
