"""The demonstration as a technician meets it: two homes behind nginx, a line that is really cut, processes that come back."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
import urllib3
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from demonstration import asking, eventually, free_base, pid_of, pid_to_signal, stopped
from provisioning import authority
from provisioning.demo.plan import Demo, programs
from provisioning.demo.run import control, prepare, running
from web.static_version import digest

MOTCUA = Path(sys.executable).with_name("motcua")
FEED = "/sync/v1/feed?after=0"
SOCKET_S = 20


@pytest.fixture
def page(demonstration):
    """Ask the commune's pages as a browser does: page(path) gives the answer."""
    with asking(demonstration.commune.keys / "lan-ca.crt") as pool:
        yield lambda path: pool.request("GET", demonstration.commune_url + path)


def province_root(demo: Demo) -> Path:
    return demo.province.keys / "lan-ca.crt"


def feed(demo: Demo, key: Path | None, **headers: str) -> int:
    """Ask the province for a device's feed; gives the status."""
    with asking(province_root(demo), key) as pool:
        return pool.request("GET", demo.province_url + FEED, headers=headers).status


def line_answers(demo: Demo) -> bool:
    with asking(province_root(demo)) as pool:
        return pool.request("GET", demo.line_to_province_url + "/dang-nhap").status == 200


def turn(demo: Demo, word: str) -> str:
    command = [MOTCUA, "demo", "line", word, "--home", demo.root]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def handshake(port: int, context: ssl.SSLContext) -> tuple[str | None, str | None]:
    """Connect; gives the TLS version and the protocol agreed upon."""
    plain = socket.create_connection(("127.0.0.1", port), SOCKET_S)
    with plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as line:
        return line.version(), line.selected_alpn_protocol()


def descendants(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def test_every_program_runs(demonstration):
    def states():
        with control(demonstration) as supervisor:
            return {one["name"]: one["statename"] for one in supervisor.getAllProcessInfo()}

    assert set(states()) == {program.name for program in programs(demonstration)}
    assert eventually(lambda: set(states().values()) == {"RUNNING"}), states()


def test_security_headers_are_said_once(page):
    answer = page("/dang-nhap")
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
        assert len(answer.headers.getlist(name)) == 1, name
    assert answer.headers["Server"] == "nginx"


def test_a_foreign_host_named_in_a_header_is_not_believed(demonstration):
    with asking(demonstration.commune.keys / "lan-ca.crt") as pool:
        forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil", "Forwarded": "host=evil.example"}
        answer = pool.request("GET", demonstration.commune_url + "/", headers=forged, redirect=False)
    assert "evil" not in answer.headers.get("Location", "") + answer.data.decode()


def test_todays_static_files_are_kept_for_good_and_others_are_not(page):
    today, old = page(f"/static/{digest()}/tokens.css"), page("/static/000000000000/tokens.css")
    assert today.data == old.data
    assert (today.headers["Cache-Control"], old.headers["Cache-Control"]) == ("public, max-age=31536000, immutable", "no-cache")


def test_the_pages_come_over_http_2(demonstration):
    browser = ssl.create_default_context(cafile=demonstration.commune.keys / "lan-ca.crt")
    browser.set_alpn_protocols(["h2", "http/1.1"])
    assert handshake(demonstration.commune_port, browser) == ("TLSv1.3", "h2")


def test_the_province_speaks_tls_1_3_alone(demonstration):
    old = ssl.create_default_context(cafile=province_root(demonstration))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        handshake(demonstration.province_port, old)


def test_an_enrolled_device_reaches_the_receiver(demonstration):
    assert feed(demonstration, demonstration.commune.keys / "tls.key") == 200


def test_nobody_reaches_the_receiver_without_a_certificate_of_the_device_authority(demonstration, tmp_path):
    key = generate_private_key(SECP256R1())
    foreign = authority.new_authority("người lạ", datetime.now(UTC))
    request = authority.request_for(key, "người lạ")
    certificate = authority.certify_device(foreign, request, "người lạ", datetime.now(UTC))
    authority.write_key(tmp_path / "stranger.key", key)
    authority.write_certificate(tmp_path / "stranger.crt", certificate)
    assert feed(demonstration, None) == 403
    assert feed(demonstration, tmp_path / "stranger.key") in (400, 403)


def test_a_certificate_said_in_a_header_is_not_believed(demonstration):
    stolen = quote((demonstration.commune.keys / "tls.crt").read_text())
    claims = {"X-Client-Cert": stolen, "X-Client-Verify": "SUCCESS", "X-Client-Cert-Fp": "00"}
    assert feed(demonstration, None, **claims) == 403
    with asking(province_root(demonstration)) as pool:
        for path in ("//sync/v1/feed?after=0", "/./sync/v1/feed?after=0", "/%73ync/v1/feed?after=0"):
            assert pool.request("GET", demonstration.province_url + path, headers=claims).status in (401, 403, 404), path


def test_a_cut_line_refuses_and_a_restored_one_carries(demonstration):
    assert line_answers(demonstration)
    assert "đã cắt" in turn(demonstration, "cut")
    with pytest.raises(urllib3.exceptions.HTTPError, match="refused"):
        line_answers(demonstration)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", demonstration.line_to_authority_port), SOCKET_S)
    assert "đang thông" in turn(demonstration, "restore")
    assert line_answers(demonstration)


def test_killed_pages_come_back_by_themselves(demonstration, page):
    before = pid_to_signal(demonstration, "commune-web")
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: pid_of(demonstration, "commune-web") not in (0, before))
    assert eventually(lambda: page("/dang-nhap").status == 200)


def test_while_the_pages_are_away_the_officer_reads_why_and_what_is_safe(demonstration, page):
    with stopped(demonstration, "commune-web"):
        away = page("/dang-nhap")
        assert away.status == 503
        assert "vẫn còn nguyên" in away.data.decode()
        assert page(f"/static/{digest()}/tokens.css").status == 200
    assert eventually(lambda: page("/dang-nhap").status == 200)


def test_no_log_quotes_what_was_searched_for(demonstration, page):
    page("/dang-nhap?tiep=" + quote("Nguyễn Canary Văn"))
    with stopped(demonstration, "commune-web"):
        page("/dang-nhap?q=Canary")
    logs = [path for path in demonstration.root.rglob("log/*") if path.is_file()]
    assert len(logs) > 10
    assert [path.name for path in logs if b"Canary" in path.read_bytes()] == []
    assert eventually(lambda: page("/dang-nhap").status == 200)


def test_nothing_outlives_a_starter_that_was_killed_and_the_next_start_keeps_the_work(tmp_path_factory):
    demo = Demo(tmp_path_factory.mktemp("n"), free_base())  # Short: Unix sockets have short names.
    command = [MOTCUA, "demo", "run", "--home", demo.root, "--port-base", str(demo.port_base)]
    starter = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert eventually(demo.ready.exists)
        started = descendants(starter.pid)
        assert len(started) >= len(programs(demo))
    finally:
        starter.kill()
        starter.wait()
    assert eventually(lambda: not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in started))
    device = (demo.commune.keys / "device.id").read_text()
    with running(demo):
        assert (demo.commune.keys / "device.id").read_text() == device
    prepare(demo, reset=True, crash_at="", say=lambda text: None)
    assert (demo.commune.keys / "device.id").read_text() != device
