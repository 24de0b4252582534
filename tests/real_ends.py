"""Both ends of the wire as a demonstration starts them: a box's agent; nginx and waitress at the province. All real processes.

with real_ends(folder, near, far) as ends:      `near` and `far` are sides of an emulated line, or this machine twice
    ends.agent.start() … ends.revive()             the agent is started by whoever wants it; what died runs again
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec import structs

from appliance import box
from appliance.config import Home, Settings, write_settings
from appliance.ids import uuid7
from demonstration import asking, eventually, free_base
from line_emulator import THIS_MACHINE, Side
from provisioning import authority, enrol
from provisioning.debian import DIE_WITH_US
from provisioning.demo.lay_out import nginx_config
from provisioning.demo.plan import Demo, Program, commune_programs, province_programs
from sync.province.opened import open_province
from wire_room import Room

STOP_S = 20


@dataclass
class Running:
    """One program of a demonstration, on its side of the line."""

    program: Program
    side: Side
    process: subprocess.Popen | None = None

    @property
    def died(self) -> bool:
        """Say whether it was started, and ended without being told to."""
        return self.process is not None and self.process.poll() is not None

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.process is None or self.died:
            command = [*DIE_WITH_US, *self.side.command, *map(str, self.program.command)]
            self.program.log.parent.mkdir(parents=True, exist_ok=True)
            with self.program.log.open("ab") as log:
                self.process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **dict(self.program.environment)}
                )

    def stop(self) -> None:
        """Tell it to end, and wait; kill what does not."""
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


@dataclass
class Ends:
    """A commune's home and a province's, with the programs over them."""

    demo: Demo
    near: Side
    far: Side
    certificate: str
    agent: Running = field(init=False)
    receiver: Running = field(init=False)
    nginx: Running = field(init=False)

    def __post_init__(self) -> None:
        here, there = ({one.name: one for one in programs(self.demo)} for programs in (commune_programs, province_programs))
        self.agent = Running(here["commune-agent"], self.near)
        self.receiver, self.nginx = (Running(there[name], self.far) for name in ("province-web", "province-nginx"))

    @property
    def url(self) -> str:
        """Give where nginx listens."""
        return f"https://{self.far.address}:{self.demo.province_port}"

    def through(self, port: int) -> None:
        """Have the box reach its province at another port of the same side: what listens there stands before nginx."""
        self.agent.stop()
        home = self.demo.commune
        write_settings(home, structs.replace(home.settings, province_url=f"https://{self.far.address}:{port}"))

    def revive(self) -> list[str]:
        """Start what died; gives its names."""
        died = [one for one in (self.agent, self.receiver, self.nginx) if one.died]
        for one in died:
            one.start()
        return [one.program.name for one in died]

    def answers(self) -> bool:
        """Say whether the receiver answers through nginx."""
        keys = self.demo.commune.keys
        with self.near.entered(), asking(keys / "province-ca.crt", keys / "tls.key") as pool:
            return pool.request("GET", f"{self.url}/sync/v1/feed?after=0").status == 200

    def start_province(self) -> None:
        """Start what the province runs, and wait until it answers."""
        self.receiver.start()
        self.nginx.start()
        assert eventually(self.answers), f"the province did not start: {self._last_words()}"

    def _last_words(self) -> str:
        logs = (self.receiver.program.log, self.nginx.program.log)
        said = (f"{log.name}: {log.read_text(errors='replace')[-600:]}" for log in logs if log.exists())
        return f"{' | '.join(said)} (died: {self.receiver.died}, {self.nginx.died})"


@contextmanager
def real_ends(folder: Path, near: Side = THIS_MACHINE, far: Side = THIS_MACHINE, **facts) -> Iterator[Ends]:
    """Enrol a box with a province, and have the province running inside the block. `facts` are machine facts of the box."""
    demo = Demo(folder, free_base())
    ends = Ends(demo, near, far, _enrolled(demo, far, facts))
    try:
        ends.start_province()
        yield ends
    finally:
        for one in (ends.agent, ends.nginx, ends.receiver):
            one.stop()


def _enrolled(demo: Demo, far: Side, facts: dict) -> str:
    """Make both homes; gives the box's client certificate."""
    enrol.make_province(demo.province, "An Giang", datetime.now(UTC))
    write_settings(demo.province, Settings("province", uuid7(), "An Giang", demo=True))
    box.enrol(demo.province)
    _certify(demo.province, far.address)
    config = nginx_config(demo.province, far.address, demo.province_port, True)
    (demo.province.run / "nginx.conf").write_text(config)
    room = Room(open_province(demo.province), f"https://{far.address}:{demo.province_port}")
    made = room.commune(demo.commune.root, demo=True, **facts)
    made.box.close()
    room.province.close()
    return made.certificate


def _certify(home: Home, address: str) -> None:
    """Let the province's HTTPS certificate be for the address at which it is reached."""
    key = load_pem_private_key((home.keys / "lan.key").read_bytes(), None)
    names = (*enrol.LAN_NAMES, address)
    certificate = authority.certify_server(authority.load(home.keys, "lan-ca"), key.public_key(), names, datetime.now(UTC))
    authority.write_certificate(home.keys / "lan.crt", certificate)
