"""An office where the leader signs and the clerk seals: the box, the real token worker with SoftHSM2 tokens, results to sign.

office = Office(app, ca, drawer)     worker on the home's own socket, certificates registered, outgoing numbers granted
office.submit(3)                     dossiers whose results wait for the leader ST01
office.collected(job)                let the collector take what the worker finished, until the job has ended
"""

import itertools
import shutil
from pathlib import Path

from flask import Flask

from appliance import database, files, numbering, officers, processing, queries, signing
from appliance.config import Home
from appliance.documents import Document
from appliance.dossier import Dossier
from appliance.ids import uuid7
from boxes import ACCEPTED, BOOKS, PERSON, UNIT
from provisioning.demo import tokens
from signing_room import WANTED, Authority, Desk, until
from web import jobs, sign_jobs, token_state
from web.sign_jobs import SIGN, Wanted

ANSWERS = {
    "nguoi_yeu_cau": "Nguyễn Thị Ngọc Ánh",
    "ho_ten": "Nguyễn Thị Ngọc Ánh",
    "ngay_sinh": "1990-08-05",
    "gioi_tinh": "Nữ",
    "dan_toc": "Kinh",
    "quoc_tich": "Việt Nam",
    "so_dinh_danh": "089190012345",
    "noi_cu_tru": "Ấp Long Định, xã An Châu, tỉnh An Giang",
    "tinh_trang": "Hiện tại chưa đăng ký kết hôn với ai.",
    "muc_dich": "Để đăng ký kết hôn",
}
NAMES = ("Nguyễn Thị Ngọc Ánh", "Trần Văn Đức", "Néang Sóc Kha", "Mã Thị Sa Ri Giah", "Ngô Thị Oanh", "Võ Văn Út", "Y Blứt Niê")


class Office(Desk):
    """The signing desk's worker where the web process looks for it, and the people around it."""

    def __init__(self, app: Flask, ca: Authority, drawer: Path):
        self.box = app.extensions["box"]
        home: Home = self.box.home
        self.folder, self.ca, self.spool = home.root, ca, home.spool
        self.token_folder, self.trust = home.root / "tokens", home.trust
        self.socket, self.log = token_state.socket_of(self.box), home.log / "token.log"
        shutil.copytree(drawer, self.token_folder)
        shutil.copytree(ca.folder / "trust", self.trust, dirs_exist_ok=True)
        self.tokens = {token.label: token for token in tokens.prepare_tokens(self.token_folder, ca.folder, WANTED)}
        self.number = itertools.count(1)
        self._register()
        self.start()

    def _register(self) -> None:
        db = database.connect(self.box.home.database)
        with database.writing(db):
            for label, owner, kind in (("lanh-dao-st01", "ST01", "leader"), ("lanh-dao-st02", "ST02", "leader")):
                signing.register(db, self.tokens[label].cert_sha256, owner, kind, "2026-11-21T00:00:00.000Z")
            signing.register(db, self.tokens["con-dau"].cert_sha256, UNIT, "organisation", "2026-11-21T00:00:00.000Z")
            for book in BOOKS:
                numbering.grant(db, book, UNIT, 1, 1, 999, "test")
        db.conn.close()

    def pull(self, label: str) -> Path:
        """Pull a token out; moving the folder back plugs it in."""
        place = tokens.token_folder(self.token_folder, label)
        shutil.move(place, self.folder / f"away-{label}")
        return place

    def plug(self, label: str, place: Path) -> None:
        """Plug a token in again."""
        shutil.move(self.folder / f"away-{label}", place)

    def submit(self, count: int = 1, leader: str = "ST01", **changed: str) -> list[str]:
        """Bring dossiers as far as the leader's desk; gives their ids."""
        return [self._submit(leader, changed) for _ in range(count)]

    def _submit(self, leader: str, changed: dict[str, str]) -> str:
        dossier, n = uuid7(), next(self.number)
        name = NAMES[n % len(NAMES)]
        number = {"unit": UNIT, "book": "dossier", "period": "2026-11-21", "n": n}
        clear = ACCEPTED | {"number": number, "code": f"{UNIT}-261121-{n:04d}"}
        with self.box.writing() as act:
            person = {"applicant": PERSON | {"name": name}}
            act.record("dossier.accepted", actor="ST04", dossier=dossier, clear=clear, personal=person)
            processing.take(act, dossier, "ST08")
        self.prepare(dossier, leader, **{"nguoi_yeu_cau": name, "ho_ten": name} | changed)
        return dossier

    def prepare(self, dossier: str, leader: str = "ST01", **changed: str) -> None:
        """Make the result anew, as the specialist, and hand it to the leader."""
        who = officers.by_id(self.box.db, leader)
        with self.box.writing() as act:
            processing.prepare(act, self.box.home, dossier, "ST08", "marital-status", "electronic", ANSWERS | changed, who)
            processing.submit(act, dossier, "ST08")

    def dossier(self, dossier_id: str) -> Dossier:
        found = queries.dossier(self.box.db, dossier_id)
        assert found
        return found

    def result(self, dossier_id: str) -> Document:
        found = self.dossier(dossier_id).result
        assert found
        return found

    def wanted(self, dossiers: list[str]) -> list[Wanted]:
        return [Wanted(one, self.result(one).file) for one in dossiers]

    def token_of(self, owner: str, kind: str = "leader") -> token_state.TokenState:
        """Give the token as the desk sees it once the worker has looked."""
        until(lambda: token_state.look(self.box, kind, owner).why is not token_state.LOOKING)
        return token_state.look(self.box, kind, owner)

    def order(self, dossiers: list[str], officer: str = "ST01", label: str = "lanh-dao-st01", pin: str = "") -> str:
        """Order a run as the desk does; gives the job's id."""
        token = self.token_of(officer)
        with self.box.writing() as act:
            job = sign_jobs.order(act, SIGN, officer, token, self.wanted(dossiers))
        sign_jobs.hand_over(self.box, job, pin or self.tokens[label].pin)
        return job

    def collected(self, job: str) -> jobs.Job:
        """Poll as the collector does until the job has ended."""

        def over() -> bool:
            sign_jobs.poll(self.box)
            return not jobs.load(self.box.db, job).open

        until(over)
        return jobs.load(self.box.db, job)

    def findings(self, dossier_id: str) -> dict:
        return self.ca.judged(files.read(self.box.home, self.result(dossier_id).file))
