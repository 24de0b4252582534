"""What the signing tests share: a small form as the office's templates make it, signers with and without a token, a desk."""

import hashlib
import itertools
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
from asn1crypto import x509
from pikepdf import Array, Dictionary, Name, String
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore
from werkzeug.serving import make_server

from appliance.clock import stamp
from appliance.durable import write_durably
from appliance.errors import Refused
from appliance.signatures import SignatureFinding, validate
from appliance.trust import Trust, keep_crl, read_trust
from hardware.sign_pdf import seal_organisation, sign_leader
from hardware.workers import ask
from provisioning.demo import authority, tokens

AT = "2026-11-21T02:15:30.000Z"
FILL = {"so_van_ban": "145/UBND-XN", "ngay_van_ban": "An Châu, ngày 21 tháng 11 năm 2026"}
TEXT_FIELDS = {"so_van_ban": (90, 700, 220, 720), "ngay_van_ban": (300, 700, 540, 720)}
SIGNATURE_FIELDS = {"ky_lanh_dao": (320, 120, 540, 180), "dau_co_quan": (60, 120, 290, 180)}
FIELD_OF = {"leader": "ky_lanh_dao", "organisation": "dau_co_quan"}
WANTED = {**tokens.WANTED, "het-han": ("expired", "44556677"), "thu-hoi": ("revoked", "55667788")}
WAIT_S = 60


def form_pdf(text: str = "KET QUA", places: dict = SIGNATURE_FIELDS) -> bytes:
    """Make one A4 page with the fields of a result; a different text makes a different document."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842)).obj
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Times-Italic")))
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        page.Contents = pdf.make_stream(b"BT /F1 20 Tf 90 760 Td (%s) Tj ET" % text.encode())
        fields = [pdf.make_indirect(_widget(page, Name.Tx, name, box)) for name, box in TEXT_FIELDS.items()]
        fields += [pdf.make_indirect(_widget(page, Name.Sig, name, box)) for name, box in places.items()]
        page.Annots = Array(fields)
        pdf.Root.AcroForm = pdf.make_indirect(
            Dictionary(Fields=Array(fields), DA=String("/F1 13 Tf 0 g"), DR=Dictionary(Font=Dictionary(F1=font)))
        )
        out = BytesIO()
        pdf.save(out, deterministic_id=True, compress_streams=False)
        return out.getvalue()


def _widget(page, kind, name: str, box) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=kind, T=String(name), Rect=Array(box), F=4, P=page)


@dataclass(frozen=True)
class Authority:
    """The test authority: its folder, its address, and what an office trusts of it."""

    folder: Path
    url: str
    trust: Trust

    def signer(self, label: str) -> SimpleSigner:
        """Give a signer that holds a key in memory, for what needs no token."""
        key = load_private_key_from_pemder_data((self.folder / "keys" / f"{label}.pem").read_bytes(), passphrase=None)
        store = SimpleCertificateStore()
        store.register(x509.Certificate.load(authority.certificate(self.folder, "issuing")))
        certificate = x509.Certificate.load(authority.certificate(self.folder, label))
        return SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=store, embed_roots=False)

    def signed(self, pdf: bytes, label: str = "st01") -> bytes:
        return sign_leader(pdf, self.signer(label), AT)

    def sealed(self, pdf: bytes, fill: dict[str, str] = FILL) -> bytes:
        return seal_organisation(pdf, self.signer("organisation"), AT, fill)

    def judged(self, pdf: bytes, moment: str = "") -> dict[str, SignatureFinding]:
        found = validate(pdf, self.trust.roots, self.trust.crls, moment or stamp())
        return {finding.field: finding for finding in found}

    def summaries(self, pdf: bytes) -> list[str]:
        return [finding.summary for finding in self.judged(pdf).values()]


def make_authority(folder: Path) -> Authority:
    """Make keys and certificates, and the trust folder of an office that heard from the authority today."""
    url = f"http://127.0.0.1:{_free_port()}"
    authority.prepare(folder, url)
    authority.install_trust(folder, folder / "trust")
    for data in authority.revocation_lists(folder):
        keep_crl(folder / "trust", data)
    return Authority(folder, url, read_trust(folder / "trust"))


@contextmanager
def answering(ca: Authority) -> Iterator[None]:
    """Let the authority answer over HTTP at its address."""
    server = make_server("127.0.0.1", int(ca.url.rsplit(":", 1)[1]), _app(ca.folder), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@cache
def _app(folder: Path) -> Callable:
    return authority.make_app(folder)


class Desk:
    """A desk with tokens in, a worker that can be killed and started again, and documents to sign."""

    def __init__(self, folder: Path, ca: Authority, drawer: Path):
        self.folder, self.ca = folder, ca
        self.token_folder, self.trust = folder / "tokens", folder / "trust"
        shutil.copytree(drawer, self.token_folder)
        shutil.copytree(ca.folder / "trust", self.trust)
        self.tokens = {token.label: token for token in tokens.prepare_tokens(self.token_folder, ca.folder, WANTED)}
        self.count = itertools.count(1)
        self.socket, self.log = folder / "token.sock", folder / "worker.log"
        self.start()
        self.serials = {label: token["serial"] for label, token in self.seen().items()}

    def start(self) -> None:
        command = [sys.executable, "-m", "hardware.token_worker", "--socket", self.socket, "--module", tokens.MODULE]
        command += ["--spool", self.folder / "spool", "--trust", self.trust, "--run", self.folder]
        environment = {**os.environ, "SOFTHSM2_CONF": str(tokens.configuration(self.token_folder))}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        until(lambda: self.seen() is not None)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def seen(self) -> dict | None:
        """Give the tokens by label, or None while the worker isn't there or hasn't looked yet."""
        try:
            answer = ask(self.socket, {"do": "tokens"})
        except Refused:
            return None
        return {token["label"]: token for token in answer["tokens"]} if answer["looked_at"] else None

    def document(self, name: str = "van-ban") -> Path:
        """Make a document like no other: the same one would not be signed a second time."""
        path = self.folder / f"{name}-{next(self.count)}.pdf"
        write_durably(path, form_pdf(path.stem.upper()))
        return path

    def documents(self, number: int) -> list[Path]:
        return [self.document() for _ in range(number)]

    def sign(self, job: str, label: str, paths: list[Path], kind: str = "leader", **changed) -> dict:
        """Order a job; `changed` replaces words of the request."""
        token, items = self.tokens[label], [self.item(path, kind) for path in paths]
        words = {"serial": self.serials[label], "cert_sha256": token.cert_sha256, "pin": token.pin, "items": items}
        return ask(self.socket, {"do": "sign", "job": job, **words, **changed})

    def item(self, path: Path, kind: str) -> dict:
        name = digest(path)
        fill = FILL if kind == "organisation" else None
        return {"id": f"{name}-{kind}", "path": str(path), "sha256": name, "field": FIELD_OF[kind], "kind": kind, "fill": fill}

    def status(self, job: str) -> dict:
        return ask(self.socket, {"do": "status", "job": job})

    def ended(self, job: str) -> dict:
        until(lambda: self.status(job)["state"] not in ("waiting", "signing"))
        return self.status(job)

    def signed(self, job: str) -> list[dict]:
        return [item for item in self.status(job)["items"] if item["state"] == "done"]

    def summaries(self, item: dict) -> list[str]:
        return self.ca.summaries(Path(item["path"]).read_bytes())


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def until(true: Callable[[], object], wait_s: float = WAIT_S) -> None:
    deadline = time.monotonic() + wait_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
