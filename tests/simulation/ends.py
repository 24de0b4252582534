"""Both ends as the world holds them: opened from disk, thrown away by a death, opened again. Real homes, real databases."""

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from sqlite_utils.db import Database

from appliance.box import Box
from appliance.config import Home, Settings, write_settings
from boxes import UNIT
from provisioning import enrol
from simulation.nature import START, Machine, Nature
from simulation.network import Line
from sync import feed
from sync.agent import Agent, keep_on
from sync.province import admission
from sync.province.api import bp
from sync.province.opened import Province, open_province
from sync.sender import Sender, open_sender
from sync.wire import Wire

CATALOGUE = "c" * 64
URL = "https://province"
NAMES = ("box-1", "box-2")


class Once:
    """An `ended` that lets the agent do one round."""

    def __init__(self) -> None:
        self.asked = 0

    def is_set(self) -> bool:
        self.asked += 1
        return self.asked > 1


@dataclass
class End(Machine):
    """One end: its home, whether it is switched on, and how it speaks ("", "older", "later")."""

    home: Home = Home(Path())
    speaks: str = ""
    deaths: int = 0
    room_pages: int = 1  # what a full disk still has for the database

    def torn(self, nature: Nature) -> None:
        """Take from unfinished files what the disk had not got when the power went."""
        for part in sorted(path for path in (self.home.spool).rglob("*") if path.is_file()):
            size = part.stat().st_size
            kept = int(size * nature.plan.random())
            with part.open("r+b") as out:
                out.truncate(kept)
                out.truncate(nature.plan.choice([kept, size]))


@dataclass
class ProvinceEnd(End):
    """The province: its application while it runs."""

    app: Flask | None = None

    @property
    def opened(self) -> Province:
        assert self.app
        return self.app.extensions["province"]

    @property
    def db(self) -> Database:
        return self.opened.db

    def runs(self) -> bool:
        return self.app is not None

    def open(self) -> None:
        self.app = Flask("province")
        self.app.register_blueprint(bp)
        self.app.extensions["province"] = open_province(self.home)
        self.have_room(not self.full)

    def close(self) -> None:
        if self.app:
            self.opened.close()
        self.app = None

    def have_room(self, room: bool) -> None:
        """Fill the disk, or free it."""
        self.full = not room
        if self.app:
            with self.opened.writing() as db:
                limit(db, self.full, self.room_pages)


@dataclass
class BoxEnd(End):
    """A machine with a box's disk in it. `files_lost`: what a restore did not bring back, and nothing of the product took."""

    certificate: str = ""
    device: str = ""
    unit: str = ""
    retired: bool = False
    sender: Sender | None = None
    agent: Agent | None = None
    line: Line | None = None
    files_lost: set[str] = field(default_factory=set)

    @property
    def box(self) -> Box:
        assert self.sender
        return self.sender.box

    @property
    def db(self) -> Database:
        return self.box.db

    def runs(self) -> bool:
        return self.sender is not None

    def open(self, world) -> None:
        opened = open_sender(self.home, CATALOGUE)
        self.line = Line(world, self) if self.line is None else self.line
        self.sender = Sender(opened.box, Wire(URL, self.line), opened.key, opened.province, opened.recipient)
        self.agent = Agent(self.sender)
        self.have_room(not self.full)

    def close(self) -> None:
        if self.sender:
            self.box.close()
        self.sender = self.agent = None

    def have_room(self, room: bool) -> None:
        """Fill the disk, or free it."""
        self.full = not room
        if self.sender:
            limit(self.box._writer, self.full, self.room_pages)

    def round(self) -> None:
        """Let the agent do one round, as its own loop does."""
        assert self.agent
        keep_on(self.agent, Once())

    def state(self) -> dict[str, str]:
        """Give what screens are told."""
        return dict(self.db.conn.execute("SELECT name, value FROM sync_state").fetchall())


def limit(db: Database, full: bool, room_pages: int) -> None:
    """Let the database file grow no more, as on a full disk; or as it likes."""
    pages = db.conn.execute("PRAGMA page_count").fetchone()[0] + room_pages if full else 2**31
    db.conn.execute(f"PRAGMA max_page_count={pages}")


def make_template(folder: Path, nature: Nature) -> None:
    """Make a province and its boxes once; every seed begins with a copy."""
    there = Home(folder / "province")
    there.make_folders()
    _keep_key(there.keys / "signing.ed25519", nature)
    enrol.make_province(there, "An Giang", START)
    write_settings(there, Settings("province", "00000000-0000-7000-8000-000000000000", "An Giang"))
    for name in NAMES:
        home = Home(folder / name)
        home.make_folders()
        _keep_key(home.keys / "device.ed25519", nature)
        request = enrol.ask(home)
        given = enrol.admit(there, request, unit_of(name), name, START)
        enrol.settle(home, given, Settings("commune", request.device, name, unit_of(name), province_url=URL))
    _tell_of_each_other(there, [Home(folder / name) for name in NAMES])


def _tell_of_each_other(there: Home, homes: list[Home]) -> None:
    """Let every box know the communes that were admitted after it; opening it brings the tables of the sending up to date."""
    province = open_province(there)
    for home in homes:
        opened = open_sender(home, CATALOGUE)
        feed.take_in(opened.box, admission.initial_feed(province, opened.box.device), opened.province)
        opened.box.close()
    province.close()


def unit_of(name: str) -> str:
    """Give the unit code of a box's commune."""
    return UNIT if name == NAMES[0] else f"{UNIT[:-2]}98"


def _keep_key(path: Path, nature: Nature) -> None:
    key = Ed25519PrivateKey.from_private_bytes(nature.entropy.randbytes(32))
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
