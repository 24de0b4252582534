"""Enrolment, trust roots, the replica's keeper and the health of a box: what a technician relies on."""

import os
import signal
import ssl
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from appliance import box as boxes
from appliance import database, erasure, health, ledger, numbering
from appliance.chain import Head
from appliance.clock import BUILT
from appliance.config import Home, Settings, write_settings
from appliance.errors import Refused
from appliance.health import Alarm, Facts
from appliance.ids import uuid7
from boxes import ACCEPTED, PERSON
from people import make_home
from provisioning import authority, enrol
from provisioning.demo.plan import Demo, programs
from provisioning.replicate import PROGRAM, incarnation_of
from sync import cover

NOW = datetime(2026, 11, 21, 9, 15, tzinfo=UTC)
DEADLINE_S = 30
UNIT = "H99.99.99"
NUMBER = {"unit": UNIT, "book": "outgoing", "period": "2026", "n": 7}
WELL = Facts(
    now="2026-11-21T09:15:00.000Z",
    clock_trouble=None,
    replica_runs=True,
    written_at=NOW.timestamp() - 100,
    replicated_at=NOW.timestamp() - 99,
    replica_died_at=None,
    wal_bytes=1000,
    disk_free_bytes=100 * 1024**3,
)


@pytest.fixture
def province(tmp_path):
    home = Home(tmp_path / "province")
    enrol.make_province(home, "Tỉnh An Giang", NOW)
    write_settings(home, Settings("province", uuid7(), "Tỉnh An Giang"))
    return home


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def purposes(one: x509.Certificate) -> list:
    return list(one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def eventually(holds) -> bool:
    """Wait, within a bound, until something holds."""
    until = time.monotonic() + DEADLINE_S
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.05)
    return bool(held)


def test_an_admitted_box_has_a_client_certificate_under_its_own_device_id(tmp_path, province):
    request = enrol.ask(Home(tmp_path / "commune"))
    admission = enrol.admit(province, request, UNIT, "Xã An Châu", NOW)
    given = x509.load_pem_x509_certificate(admission.tls_certificate.encode())
    given.verify_directly_issued_by(certificate(province.keys / "device-ca.crt"))
    assert given.subject.rfc4514_string() == f"CN={request.device}"
    assert purposes(given) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_an_enrolled_box_may_number_in_this_life_and_the_next_two_without_a_line(tmp_path, province):
    home = Home(tmp_path / "commune")
    request = enrol.ask(home)
    settings = Settings("commune", request.device, "Xã An Châu", unit=UNIT, province_name="Tỉnh An Giang")
    for _ in range(2):  # A technician may have to come back with the same answer.
        enrol.settle(home, enrol.admit(province, request, UNIT, "Xã An Châu", NOW), settings)
    db = database.connect(home.database, readonly=True)
    granted = [numbering.grants(db, "dossier", UNIT, inc_no) for inc_no in (1, 2, 3)]
    assert granted == [[(1, 3000)], [(3001, 6000)], [(6001, 9000)]]
    assert len(ledger.incarnations(db)) == 1
    db.conn.close()


def test_a_feed_somebody_changed_on_the_way_is_not_taken_in(tmp_path, province):
    home = Home(tmp_path / "commune")
    request = enrol.ask(home)
    given = enrol.admit(province, request, UNIT, "Xã An Châu", NOW)
    changed = tuple(msgspec.structs.replace(one, body=one.body.replace("3000", "9000")) for one in given.feed)
    assert changed != given.feed
    false = msgspec.structs.replace(given, feed=changed)
    with pytest.raises(Refused, match="feed_false"):
        enrol.settle(home, false, Settings("commune", request.device, "Xã An Châu", unit=UNIT))


def test_asking_twice_is_one_device_with_one_set_of_keys(tmp_path):
    home = Home(tmp_path / "commune")
    first, second = enrol.ask(home), enrol.ask(home)
    assert (first.device, first.event_key) == (second.device, second.event_key)


def test_a_request_for_somebody_elses_key_is_refused(tmp_path, province):
    request = enrol.ask(Home(tmp_path / "commune"))
    signed = x509.load_pem_x509_csr(request.tls_request.encode())
    forged = signed.public_bytes(authority.Encoding.DER)[:-1] + b"\x00"
    with pytest.raises(ValueError, match="prove"):
        authority.certify_device(authority.load(province.keys, "device-ca"), x509.load_der_x509_csr(forged), request.device, NOW)


def test_the_roots_of_trust_are_never_mixed(province):
    device, lan = certificate(province.keys / "device-ca.crt"), certificate(province.keys / "lan-ca.crt")
    server = certificate(province.keys / "lan.crt")
    server.verify_directly_issued_by(lan)
    assert purposes(server) == [ExtendedKeyUsageOID.SERVER_AUTH]
    with pytest.raises((InvalidSignature, ValueError)):
        server.verify_directly_issued_by(device)
    names = ("device-ca.key", "lan-ca.key", "lan.key", "signing.ed25519", "province.age")
    keys = [(province.keys / name).read_bytes() for name in names]
    assert len(set(keys)) == len(keys)


def test_private_keys_are_readable_by_their_owner_alone(tmp_path, province):
    home = Home(tmp_path / "commune")
    enrol.ask(home)
    private = [*province.keys.glob("*.key"), province.keys / "signing.ed25519", province.keys / "province.age"]
    private += [home.keys / "tls.key", home.keys / "device.ed25519"]
    assert [path.name for path in private if path.stat().st_mode & 0o077] == []


def test_a_second_making_keeps_every_key_of_the_province(province):
    kept = {path: path.read_bytes() for path in province.keys.iterdir() if path.name != "lan.crt"}
    enrol.make_province(province, "Tỉnh An Giang", NOW)
    assert {path: path.read_bytes() for path in kept} == kept


def test_a_browser_that_trusts_the_boxs_authority_accepts_its_pages(tmp_path, province):
    here, there = ssl.MemoryBIO(), ssl.MemoryBIO()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(province.keys / "lan.crt", province.keys / "lan.key")
    browser = ssl.create_default_context(cafile=province.keys / "lan-ca.crt")
    client = browser.wrap_bio(here, there, server_hostname="motcua.lan")
    server = served.wrap_bio(there, here, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert client.version() == "TLSv1.3"


def test_an_authority_may_not_make_authorities():
    root = authority.new_authority("thử", NOW)
    limits = root.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)
    end = authority.certify_server(root, generate_private_key(SECP256R1()).public_key(), ("motcua.lan",), NOW)
    assert end.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


def test_every_program_of_the_demonstration_has_its_own_name_and_log(tmp_path):
    listed = programs(Demo(tmp_path))
    assert len({program.name for program in listed}) == len({program.log for program in listed}) == len(listed)


def test_a_box_that_is_well_raises_no_alarm():
    assert health.alarms(WELL) == []


@pytest.mark.parametrize(
    ("trouble", "alarm"),
    [
        ({"replica_runs": False}, Alarm.REPLICA_STOPPED),
        ({"replicated_at": 0.0}, Alarm.REPLICA_STOPPED),
        ({"replica_died_at": "2026-11-21T08:00:00.000Z"}, Alarm.REPLICA_DIED),
        ({"wal_bytes": 65 * 1024**2}, Alarm.WAL_LARGE),
        ({"disk_free_bytes": 1024**3}, Alarm.DISK_LOW),
        ({"disk_free_bytes": 1024**2}, Alarm.DISK_FULL),
        ({"clock_trouble": "clock_behind"}, Alarm.CLOCK_BEHIND),
    ],
)
def test_each_trouble_raises_its_own_alarm_and_no_other(trouble, alarm):
    seen = replace(WELL, **trouble)
    assert health.alarms(seen) == [alarm]
    assert [part.alarm for part in health.parts(seen) if part.alarm] == [alarm]


def test_a_commit_of_this_moment_is_not_late_yet():
    assert health.alarms(replace(WELL, written_at=NOW.timestamp() - 1, replicated_at=NOW.timestamp() - 7200)) == []


def test_yesterdays_death_of_the_replica_is_forgotten():
    assert health.alarms(replace(WELL, replica_died_at="2026-11-20T09:14:00.000Z")) == []


@pytest.fixture
def replicated(tmp_path):
    """Have a box with the keeper and the real litestream beside it."""
    keeper = Keeper(boxes.open_box(make_home(tmp_path / "commune"), "c" * 64))
    keeper.start()
    try:
        assert eventually(lambda: keeper.facts().replicated_at)
        yield keeper
    finally:
        keeper.process.terminate()
        keeper.process.wait(DEADLINE_S)
        keeper.box.close()


class Keeper:
    """`motcua replicate` on a box, and what a technician does with it."""

    def __init__(self, box: boxes.Box) -> None:
        self.box, self.home = box, box.home

    def start(self) -> None:
        motcua = Path(sys.executable).with_name("motcua")
        command = [motcua, "replicate", "--home", self.home.root, "--port", "0"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def facts(self) -> Facts:
        return health.facts(self.home, BUILT)

    def litestream(self) -> int:
        return int(subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=True).stdout)

    def restored(self, incarnation: str, to: Path) -> Head:
        source = f"file://{self.home.replica}/{incarnation}"
        subprocess.run([PROGRAM, "restore", "-o", to, source], check=True, capture_output=True, timeout=DEADLINE_S)
        db = database.connect(to, readonly=True)
        try:
            return ledger.head(db)
        finally:
            db.conn.close()


def test_the_replica_restores_to_the_same_head(replicated, tmp_path):
    with replicated.box.writing() as act:
        act.record("number.voided", actor="ST09", clear={"number": NUMBER, "reason": "thử"})
    live = ledger.head(replicated.box.db)
    attempts = iter(range(1000))
    assert eventually(lambda: replicated.restored(live.inc.hex(), tmp_path / f"copy{next(attempts)}.db") == live)


def test_killing_litestream_raises_the_alarm_and_leaves_a_mark(replicated):
    assert Alarm.REPLICA_STOPPED not in health.alarms(replicated.facts())
    os.kill(replicated.litestream(), signal.SIGKILL)
    assert replicated.process.wait(DEADLINE_S) == 1
    assert set(health.alarms(replicated.facts())) >= {Alarm.REPLICA_STOPPED, Alarm.REPLICA_DIED}
    replicated.start()
    assert eventually(lambda: replicated.facts().replica_runs)
    assert Alarm.REPLICA_DIED in health.alarms(replicated.facts())


def test_after_an_erasure_the_keeper_has_everything_written_anew_before_it_goes_on(replicated):
    home, inc = replicated.home, incarnation_of(replicated.home)
    before = cover.clean(home, inc)
    with replicated.box.writing() as act:
        act.record("dossier.accepted", actor="ST04", dossier=(dossier := uuid7()), clear=ACCEPTED, personal={"applicant": PERSON})
    erasure.erase(replicated.box, dossier, "ST09", "91/2025/QH15")
    assert replicated.process.wait(DEADLINE_S) == 0
    replicated.start()
    assert eventually(lambda: cover.clean(home, inc) != before) and eventually(lambda: replicated.facts().replica_runs)
    noted = cover.clean(home, inc)
    assert noted.erasures == 1 and cover.choose(cover.found(home, inc), noted.last)[0].last == noted.last
    assert replicated.process.poll() is None


def test_what_a_new_life_does_goes_to_a_replica_of_its_own(replicated, tmp_path):
    old = incarnation_of(replicated.home)
    witnessed = replicated.home.witness.read_bytes()
    replicated.home.witness.write_bytes(witnessed.replace(b'"seq":2', b'"seq":9'))  # The box was rolled back.
    again = boxes.open_box(replicated.home, "c" * 64)
    new = incarnation_of(replicated.home)
    assert new != old
    assert replicated.process.wait(DEADLINE_S) == 0
    with again.writing() as act:
        act.record("number.voided", actor="ST09", clear={"number": NUMBER, "reason": "thử"})
    live = ledger.head(again.db)
    replicated.start()
    attempts = iter(range(1000))
    assert eventually(lambda: list((replicated.home.replica / str(new)).rglob("*.ltx")))
    assert eventually(lambda: replicated.restored(str(new), tmp_path / f"new{next(attempts)}.db") == live)
    assert replicated.restored(str(old), tmp_path / "old.db") != live
    again.close()
