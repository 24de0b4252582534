"""Where a box keeps its things, and the machine facts of motcua.toml. Nothing legal or local: that is dated data."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from appliance.durable import write_durably


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The machine facts of one home. Addresses are URLs, sockets are paths relative to the home."""

    kind: str  # "commune" or "province"
    device: str  # UUID text of this device; the province's own for a province
    name: str  # for example "Xã An Châu"
    unit: str = ""  # unit code in dossier codes, for example "H99.99.99"
    province_name: str = ""
    province_url: str = ""  # where the agent sends, through whatever line there is
    tsa_url: str = ""
    crl_urls: tuple[str, ...] = ()
    scanners: tuple[str, ...] = ()  # names of scanners: the worker listens on run/scan-<name>.sock
    printer: str = ""  # CUPS queue
    cups_server: str = ""  # socket path or host:port of cupsd
    stick_folders: tuple[str, ...] = ()  # folders for bundles carried by hand, beside the sticks that are mounted
    file_budget: dict[str, int] = {}  # kbit/s that files may use, by hours: {"7-17": 256} (sync/budget.py)
    demo: bool = False


@dataclass(frozen=True)
class Home:
    """The folder that holds everything of one box. Files and spool lie on one file system, so that renames are moves."""

    root: Path

    database = property(lambda self: self.root / "main.db")
    files = property(lambda self: self.root / "files")
    cache = property(lambda self: self.root / "cache")
    spool = property(lambda self: self.root / "spool")
    keys = property(lambda self: self.root / "keys")
    run = property(lambda self: self.root / "run")
    log = property(lambda self: self.root / "log")
    replica = property(lambda self: self.root / "replica")
    settings_file = property(lambda self: self.root / "motcua.toml")
    trust = property(lambda self: self.root / "trust")  # roots, issuers and revocation lists for officers' signatures
    witness = property(lambda self: self.root / "witness" / "head.json")

    @cached_property
    def settings(self) -> Settings:
        """Read motcua.toml. Raises msgspec.ValidationError with the path of what is wrong in it."""
        return msgspec.toml.decode(self.settings_file.read_bytes(), type=Settings)

    def make_folders(self) -> None:
        """Create the folders of a home; harmless when they are there."""
        for folder in (self.files, self.cache, self.spool, self.keys, self.run, self.log, self.witness.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)


def write_settings(home: Home, settings: Settings) -> None:
    """Write motcua.toml durably; only enrolment and a technician's command do."""
    write_durably(home.settings_file, msgspec.toml.encode(settings))
