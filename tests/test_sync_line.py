"""The agent on its own: it wakes when something is accepted, proves itself by its certificate, and makes signatures last."""

import io
import json
import random
import ssl
import threading
from contextlib import contextmanager

import pytest
from urllib3 import HTTPResponse
from werkzeug.serving import make_server

from appliance import files, ledger, rows
from appliance.documents import Signature
from provisioning.demo import authority
from signing_room import answering, until
from sync import retry
from sync.agent import keep_on
from sync.wire import LineDown, Wire, open_wire
from wire_room import _application, wire_room


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


def test_an_agent_left_alone_sends_what_is_accepted_and_survives_a_cut(room, commune):
    room.presented = commune.certificate
    ended = threading.Event()
    agent = threading.Thread(target=keep_on, args=(commune.agent, ended))
    agent.start()
    try:
        first = commune.accept()
        until(lambda: rows.load(room.province.db, first))
        until(lambda: commune.state().get("waiting") == "0")
        commune.line.cut = True
        second = commune.accept()
        until(lambda: commune.state()["line"] == "offline" and commune.state()["waiting"] == "1")
        commune.line.cut = False
        until(lambda: rows.load(room.province.db, second))
        until(lambda: commune.state()["line"] == "online" and commune.state()["waiting"] == "0")
    finally:
        ended.set()
        agent.join()


def test_screens_are_told_only_when_something_changed(commune):
    def touched() -> int:
        return commune.box.db.conn.execute("SELECT n FROM topic_version WHERE topic = 'sync'").fetchone()[0]

    commune.accept()
    commune.round(), commune.round()
    before = touched()
    commune.round(), commune.round()
    assert touched() == before


def test_waiting_times_grow_with_failures_stay_bounded_and_never_end():
    chance = random.Random(7)
    mood = retry.Mood()
    longest = []
    for _ in range(50):
        mood = retry.failed(mood)
        longest.append(max(retry.wait_s(mood, 1e6, chance) for _ in range(200)))
    assert longest[0] < longest[3] < longest[-1] <= retry.CAP_S
    fresh = retry.failed(retry.succeeded(mood, 1e6))
    assert max(retry.wait_s(fresh, 1e6 + 1, chance) for _ in range(200)) <= retry.CAP_WHILE_FRESH_S


@contextmanager
def mutual_tls(room, with_ca):
    """Serve the province as nginx does: TLS, a client certificate of the device CA asked for, its PEM passed on."""
    keys = room.province.home.keys
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "lan.crt", keys / "lan.key")
    context.load_verify_locations(with_ca / "device-ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    inner = _application(room).wsgi_app

    def pass_on(environ, start):
        room.presented = environ.get("SSL_CLIENT_CERT", "")
        return inner(environ, start)

    server = make_server("127.0.0.1", 0, pass_on, threaded=True, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_box_proves_itself_by_its_certificate_and_asks_the_same_of_the_province(room, commune):
    with mutual_tls(room, room.province.home.keys) as url:
        wire = Wire(url, open_wire(commune.home)._pool)
        assert wire.feed(0)
        (commune.home.keys / "tls.crt").unlink()
        with pytest.raises(LineDown):
            Wire(url, open_wire(commune.home)._pool).feed(0)


def test_a_stranger_in_the_provinces_place_is_not_talked_to(room, commune, tmp_path):
    ours = room.province.home.keys
    with wire_room(tmp_path / "stranger") as stranger, mutual_tls(stranger, ours) as url, pytest.raises(LineDown) as refused:
        Wire(url, open_wire(commune.home)._pool).feed(0)
    assert refused.value.code == "line_untrusted"


def test_a_page_of_a_hotel_is_not_taken_for_the_province(commune):
    class Hotel:
        """A captive portal: every request gets its log-in page, with a cheerful 200."""

        def request(self, *args, **rest):
            return HTTPResponse(io.BytesIO(b"<html>welcome</html>"), status=200, preload_content=False)

    commune.sender.wire._pool = Hotel()
    commune.accept()
    assert not commune.round()
    assert (commune.state()["line"], commune.state()["last_error"]) == ("offline", "line_portal")


@pytest.fixture
def office(room, tmp_path, ca):
    """A box that knows the test authority."""
    urls = {"tsa_url": authority.tsa_url(ca.url), "crl_urls": tuple(authority.crl_urls(ca.url))}
    return room.commune(tmp_path / "office", trust=ca.folder / "trust", **urls)


def test_a_sealed_result_gets_its_time_stamp_when_the_line_is_there_and_the_province_has_it(room, office, ca):
    dossier = office.seal_result(ca)
    office.round()
    assert rows.load(office.box.db, dossier).result.signature is Signature.SEALED
    with answering(ca):
        office.round()
    result = rows.load(office.box.db, dossier).result
    assert (result.signature, result.stamped_at != "") == (Signature.TIMESTAMPED, True)
    assert rows.load(room.province.db, dossier).result == result
    assert files.read(room.province.home, result.file).startswith(files.read(room.province.home, result.before[-1]))
    stamped = [json.loads(data) for _, _, data in ledger.stored(office.box.db, ledger.incarnation(office.box.db).inc)][-1]
    assert (stamped["t"], stamped["a"]) == ("document.timestamped", "agent")
    assert {finding["summary"] for finding in stamped["d"]["findings"]} == {"signature_good_stamped"}


def test_a_signature_found_revoked_voids_the_document_and_says_why(room, office, ca):
    dossier = office.seal_result(ca, "revoked")
    with answering(ca):
        office.round()
    document = rows.load(room.province.db, dossier).documents[0]
    assert (document.signature, document.why_void) == (Signature.VOID, "signature_revoked")


def test_nobodys_document_is_voided_because_the_authority_is_away(office, ca):
    dossier = office.seal_result(ca)
    office.round(), office.round()
    assert rows.load(office.box.db, dossier).result.signature is Signature.SEALED
    assert office.state()["line"] == "online"
