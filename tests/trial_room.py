"""A province with a test device admitted, and the command that tries the province with it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from click.testing import CliRunner, Result

from appliance.config import Home
from provisioning import enrol
from provisioning.cli import main
from wire_room import Room, wire_room

UNIT = "H99.99.98"


@dataclass
class Trial:
    """The room, the test device's folder, and what the province answered its request with."""

    room: Room
    home: Home
    admission: Path

    def given(self) -> enrol.Admission:
        """Read the admission."""
        return msgspec.json.decode(self.admission.read_bytes(), type=enrol.Admission)

    def run(self, *more: str) -> Result:
        """Try the receiver as a technician would."""
        self.room.presented = self.given().tls_certificate
        said = [self.room.url, "--home", str(self.home.root), "--admission", str(self.admission), *more]
        return CliRunner().invoke(main, ["conformance", *said])

    def outcomes(self) -> dict[str, str]:
        """Say what came of each article."""
        return {row["article"]: row["outcome"] for row in json.loads(self.run("--json").stdout)["articles"]}


@contextmanager
def trial_room(folder: Path) -> Iterator[Trial]:
    """Have a province with a test device inside the block."""
    with wire_room(folder) as room:
        home, path = Home(folder / "may-thu"), folder / "admission.json"
        given = enrol.admit_for_tests(room.province.home, enrol.ask(home), UNIT, "Xã thử", datetime.now(UTC))
        path.write_bytes(msgspec.json.encode(given))
        yield Trial(room, home, path)
