"""The province's seat in tests: one commune, its pages in a client that is logged in, the papers of one signed result."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from browsing import (
    serving,
)
from province_room import accept, decide, province_room
from provisioning.demo import authority
from signing_room import Authority, answering, form_pdf
from sync.evidence import add_evidence
from test_rights import HTTPS, log_in
from wire_room import Commune, Room

OPERATOR, STRANGER = "vh01", "st04"
FULL, MASKED = "089190012345", "089•••••2345"


@dataclass
class Seat:
    """A province with one commune, its pages in a client that is logged in, and the papers of one signed result."""

    room: Room
    app: Flask
    commune: Commune
    client: FlaskClient

    def get(self, path: str, status: int = 200) -> str:
        with ThreadPoolExecutor(1) as elsewhere:  # The browser's own event loop runs in this thread; validating needs one too.
            answer = elsewhere.submit(self.client.get, path, base_url=HTTPS).result()
        assert answer.status_code == status, re.findall("<title>.*|Mã lỗi.*", answer.text)
        return answer.text

    def text(self, path: str) -> str:
        """Give what a person reads of a page."""
        html = re.sub(r"(?s)<(script|style|dialog)\b.*?</\1>", " ", self.get(path))
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace("&#34;", '"')).replace(" ,", ",")

    def looks(self) -> list[tuple[str, str]]:
        return self.app.extensions["box"].db.conn.execute("SELECT officer, what FROM looking ORDER BY n").fetchall()


@pytest.fixture
def seat(tmp_path: Path, password_hash: str, ca: Authority) -> Iterator[Seat]:
    with province_room(tmp_path, password_hash, ca) as (room, app):
        client = app.test_client()
        log_in(client, OPERATOR)
        yield Seat(room, app, room.commune(tmp_path / "commune"), client)


@pytest.fixture
def address(seat: Seat) -> Iterator[str]:
    with serving(seat.app) as served:
        yield served


@pytest.fixture(scope="session")
def result(ca: Authority) -> tuple[bytes, ...]:
    """Make one result's revisions: draft, signed, sealed, time-stamped with its evidence."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(revisions_of, ca).result()


def revisions_of(ca: Authority) -> tuple[bytes, ...]:
    draft = form_pdf("XAC NHAN")
    signed = ca.signed(draft)
    sealed = ca.sealed(signed)
    with answering(ca):
        return draft, signed, sealed, add_evidence(sealed, ca.trust.roots, authority.tsa_url(ca.url)).pdf


def finished(seat: Seat, revisions: tuple[bytes, ...], **rest: str) -> str:
    """Have a dossier whose result is signed as far as the revisions go, all at the province."""
    dossier = accept(seat.commune, **rest)
    decide(seat.commune, dossier, *revisions)
    assert seat.commune.round()
    return dossier
