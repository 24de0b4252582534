"""A province with a test device admitted, and the command that tries the province with it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock
from urllib.parse import quote

import msgspec
import urllib3
from click.testing import CliRunner, Result

from appliance.config import Home
from provisioning import enrol
from provisioning.cli import main
from provisioning.conformance import line
from wire_room import Room, wire_room

UNIT, THERE = "H99.99.98", "H99.99.97"


class AsNginxDoes(urllib3.PoolManager):
    """Stands for the proxy in front of a receiver over plain HTTP: it says which certificate was presented."""

    def __init__(self, keys: Path):
        super().__init__()
        self.keys = keys

    def request(self, method: str, url: str, **rest):
        presented = {"X-Client-Cert": quote((self.keys / "tls.crt").read_text())}
        return super().request(method, url, **rest | {"headers": rest["headers"] | presented})


@dataclass
class Trial:
    """The room, the test device's folder, and what the province answered its request with."""

    room: Room
    home: Home
    admission: Path
    neighbour: tuple[Home, Path]  # a second device, of another test commune

    def given(self) -> enrol.Admission:
        """Read the admission."""
        return msgspec.json.decode(self.admission.read_bytes(), type=enrol.Admission)

    def run(self, *more: str) -> Result:
        """Try the receiver as a technician would."""
        home, admission = self.neighbour
        return self.run_alone("--second", str(home.root), str(admission), THERE, *more)

    def run_alone(self, *more: str) -> Result:
        """Try the receiver with one device."""
        said = [self.room.url, "--home", str(self.home.root), "--admission", str(self.admission), *more]
        with mock.patch.object(line, "open_line", lambda url, keys: line.Line(url, AsNginxDoes(keys))):
            return CliRunner().invoke(main, ["conformance", *said])

    def outcomes(self) -> dict[str, str]:
        """Say what came of each article."""
        return {row["article"]: row["outcome"] for row in json.loads(self.run("--json").stdout)["articles"]}


@contextmanager
def trial_room(folder: Path) -> Iterator[Trial]:
    """Have a province with a test device inside the block."""
    with wire_room(folder) as room:
        yield Trial(room, *_admitted(room, folder / "may-thu", UNIT), _admitted(room, folder / "may-thu-hai", THERE))


def _admitted(room: Room, folder: Path, unit: str) -> tuple[Home, Path]:
    home, path = Home(folder), folder.with_suffix(".json")
    given = enrol.admit_for_tests(room.province.home, enrol.ask(home), unit, "Xã thử", datetime.now(UTC))
    path.write_bytes(msgspec.json.encode(given))
    return home, path
