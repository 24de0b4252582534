"""A commune and a province in two temporary homes, with a real HTTP server between them and a line that can be cut at will."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import urllib3
from flask import Flask, Response, request

from appliance import files, ledger
from appliance.box import Box
from appliance.config import Home, Settings, write_settings
from appliance.events import FileRef
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON, UNIT
from browsing import serving
from provisioning import enrol
from signing_room import Authority, form_pdf
from sync.agent import Agent, round_of
from sync.province.api import bp
from sync.province.opened import Province, open_province
from sync.sender import Sender, open_sender
from sync.wire import Wire

NAME = "Xã An Châu"


@dataclass
class Line:
    """What stands for the cable: passes requests on, or drops them before they arrive or after they were answered."""

    pool: urllib3.PoolManager
    lost_requests: dict[str, int] = field(default_factory=dict)  # end of the path: how many more to drop
    lost_answers: dict[str, int] = field(default_factory=dict)
    cut: bool = False
    seen: list[str] = field(default_factory=list)
    bodies: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # bytes sent by path

    def request(self, method: str, url: str, **rest):
        path = url.split("/sync/v1")[1].split("?")[0]
        if self.cut or self._due(self.lost_requests, path):
            raise urllib3.exceptions.ProtocolError("cut before it arrived")
        self.seen.append(f"{method} {path}")
        self.bodies[path] += int(rest["headers"].get("Content-Length", 0))
        answer = self.pool.request(method, url, **rest)
        if self._due(self.lost_answers, path):
            answer.close()
            raise urllib3.exceptions.ProtocolError("cut before the answer came")
        return answer

    def _due(self, drops: dict[str, int], path: str) -> bool:
        for start, left in drops.items():
            if path.startswith(start) and left:
                drops[start] = left - 1
                return True
        return False


@dataclass
class Room:
    """Both ends. `presented` is the certificate that nginx would pass on; `answered` is told of each answer of the receiver."""

    province: Province
    url: str
    presented: str = ""
    answered: Callable[[str, str, int], None] = lambda method, path, status: None

    def commune(self, folder: Path, unit: str = UNIT, trust: Path | None = None, **facts) -> "Commune":
        """Enrol one more box with this province; `facts` are machine facts of its motcua.toml, `trust` is what it trusts."""
        home = Home(folder)
        if trust:
            shutil.copytree(trust, home.trust)
        now = datetime.now(UTC)
        request = enrol.ask(home)
        given = enrol.admit(self.province.home, request, unit, NAME, now)
        facts = {"province_name": "An Giang", "province_url": self.url} | facts
        settings = Settings("commune", request.device, NAME, unit, **facts)
        enrol.settle(home, given, settings)
        return Commune(self, home, given.tls_certificate)

    def renew(self, commune: "Commune") -> None:
        """Admit a box anew, as an operator does who chooses it: the certificate it had is refused from now on."""
        given = enrol.admit(self.province.home, enrol.ask(commune.home), UNIT, NAME, datetime.now(UTC))
        enrol.renew(commune.home, given)
        commune.certificate = given.tls_certificate


class Commune:
    """A box with an agent that does one round when told."""

    def __init__(self, room: Room, home: Home, certificate: str):
        self.room, self.home, self.certificate = room, home, certificate
        self.start()

    def start(self) -> None:
        """Start the agent anew, as after a restart."""
        opened = open_sender(self.home)
        self.line = Line(opened.wire._pool)
        self.sender = Sender(opened.box, Wire(self.room.url, self.line), opened.key, opened.province, opened.recipient)
        self.agent = Agent(self.sender)

    @property
    def box(self) -> Box:
        return self.sender.box

    def round(self) -> bool:
        """Do one round of the agent; says whether the line held."""
        self.room.presented = self.certificate
        return round_of(self.agent)

    def accept(self, name: str = PERSON["name"], page: bytes = b"") -> str:
        """Accept a dossier, with a page when there is one."""
        dossier = uuid7()
        named = [FileRef(files.put(self.home, page), len(page), "image/jpeg")] if page else []
        with self.box.writing() as act:
            clear = ACCEPTED | {"code": f"{UNIT}-261121-{dossier[-4:]}"}
            act.record(
                "dossier.accepted",
                actor="ST04",
                dossier=dossier,
                clear=clear,
                personal={"applicant": PERSON | {"name": name}},
                files=named,
            )
        return dossier

    def seal_result(self, ca: Authority, label: str = "st01") -> str:
        """Bring a dossier to a sealed electronic result, signed by real keys of the test authority."""
        dossier, document, before = self.accept(), uuid7(), ""
        drafted = form_pdf()
        signed = ca.signed(drafted, label)
        for kind, body, pdf in (
            ("dossier.taken", {"holder": "ST08"}, b""),
            ("result.prepared", {"template": "t", "template_version": "1", "path": "electronic", "pages": 1}, drafted),
            ("result.submitted", {}, b""),
            ("document.signed", {"certificate": "c", "clock": "unset"}, signed),
            ("document.numbered", {"number": None, "text": "145/UBND-XN", "date": "2026-11-21"}, b""),
            ("document.sealed", {"certificate": "c", "clock": "unset"}, ca.sealed(signed)),
        ):
            named = [FileRef(files.put(self.home, pdf), len(pdf), "application/pdf")] if pdf else []
            clear = body if kind == "dossier.taken" else body | {"document": document}
            if named:
                clear |= {"file": named[0].s} | ({"before": before} if before else {})
                before = named[0].s
            with self.box.writing() as act:
                act.record(kind, actor="ST01", dossier=dossier, clear=clear, files=named)
        return dossier

    def state(self) -> dict[str, str]:
        """Give what screens are told."""
        return dict(self.box.db.conn.execute("SELECT name, value FROM sync_state").fetchall())

    def head(self) -> tuple[int, str]:
        """Give seq and digest of the ledger's end."""
        last = ledger.head(self.box.db)
        return last.seq, last.digest.hex()


@contextmanager
def wire_room(folder: Path) -> Iterator[Room]:
    """Have a province served over HTTP inside the block."""
    home = Home(folder / "province")
    enrol.make_province(home, "An Giang", datetime.now(UTC))
    write_settings(home, Settings("province", uuid7(), "An Giang"))
    room = Room(open_province(home), "")
    with serving(_application(room)) as room.url:
        yield room
    room.province.close()


def _application(room: Room) -> Flask:
    app = Flask("province")
    app.register_blueprint(bp)
    app.extensions["province"] = room.province

    @app.after_request
    def tell(response: Response) -> Response:
        room.answered(request.method, request.path, response.status_code)
        return response

    inner = app.wsgi_app

    def as_nginx_does(environ, start):
        environ.setdefault("HTTP_X_CLIENT_CERT", quote(room.presented))
        return inner(environ, start)

    app.wsgi_app = as_nginx_does
    return app
