"""Both ends are killed at every labelled point; afterwards nothing acknowledged is lost and nothing is doubled."""

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from appliance import erasure, files, ledger, rows
from appliance.comparing import What
from appliance.config import Home, Settings, write_settings
from appliance.ids import uuid7
from provisioning import enrol
from provisioning.demo import authority
from signing_room import answering
from sync import compare, feed
from sync.kill_points import LABELS
from sync.province import admission
from sync.province.opened import open_province
from test_healing import act_on, assert_equal, copy_of, numbered, put_back, whats
from wire_room import Commune, Room

READY_S = 20.0
TRIES_MAX = 4
KILLED = signal.SIGKILL
OF_EVIDENCE = [label for label in LABELS if "evidence" in label]
OF_HEALING = [label for label in LABELS if label.endswith(("taking_back", "branch", "rejoining", "file_back"))]
OF_SENDING = [label for label in LABELS if label not in (*OF_EVIDENCE, *OF_HEALING)]


@pytest.fixture(scope="module")
def ends():
    """Give the process that starts ends of the wire."""
    command = [sys.executable, str(Path(__file__).parent / "wire_end.py")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield process
    process.stdin.close()
    process.wait()
    process.stdout.close()


def order(ends, *words) -> int:
    print(*words, file=ends.stdin, flush=True)
    return int(ends.stdout.readline())


class Away:
    """A province in a process of its own."""

    def __init__(self, ends, folder: Path):
        self.ends, self.home = ends, Home(folder)
        enrol.make_province(self.home, "An Giang", datetime.now(UTC))
        write_settings(self.home, Settings("province", uuid7(), "An Giang", demo=True))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = 0

    def start(self) -> None:
        """Start it unless it lives, and wait until it answers."""
        if self.process and Path(f"/proc/{self.process}/stat").read_text().split()[2] not in "ZX":
            return
        self.process = order(self.ends, "receiver", self.home.root, self.port)
        until = time.monotonic() + READY_S
        while not self.answers():
            assert time.monotonic() < until
            time.sleep(0.02)

    def answers(self) -> bool:
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        if self.process:  # A signal to process 0 would reach the tests themselves.
            os.kill(self.process, KILLED)


@pytest.fixture
def away(ends, tmp_path):
    province = Away(ends, tmp_path / "province")
    yield province
    province.kill()


@pytest.fixture
def commune(away, ca, tmp_path):
    """Enrol a box whose agent runs in processes of its own; here only its officers work."""
    room = Room(open_province(away.home), f"http://127.0.0.1:{away.port}")
    box = room.commune(tmp_path / "commune", trust=ca.folder / "trust", tsa_url=authority.tsa_url(ca.url), demo=True)
    (away.home.root / "presented").write_text(quote(box.certificate))
    return box


def synced(away, commune: Commune) -> int:
    """Let the agent do its rounds, starting anew whatever died; gives how many deaths there were."""
    deaths = 0
    for _ in range(TRIES_MAX):
        away.start()
        if order(away.ends, "agent", commune.home.root, 3) == KILLED:
            deaths += 1
            continue
        if (commune.state().get("line"), commune.state().get("waiting_files")) == ("online", "0"):
            break
    return deaths


@pytest.mark.parametrize("label", OF_SENDING)
def test_a_kill_loses_and_doubles_nothing(away, commune, label):
    erased = commune.accept("Kim Tước Hót", b"a page to be erased")
    synced(away, commune)
    province = commune.room.province
    erasure.erase(commune.box, erased, "ST16", "test")
    page = bytes(range(256)) * 400
    kept = commune.accept("Người Còn Lại", page)
    admission.publish_catalogue_notice(province, "c" * 64, "2027-01-01", "test")
    victim = commune.home if label.startswith("agent") else away.home
    (victim.run / "CRASH_AT").write_text(label)
    synced(away, commune)
    assert not (victim.run / "CRASH_AT").exists(), "the label was never reached"
    synced(away, commune)
    away.start()
    commune.start()
    result = compare.compare_box(commune.box, commune.sender.wire)
    assert result.found == ()
    assert result.events_equal == ledger.head(commune.box.db).seq
    assert rows.load(province.db, kept).applicant["name"] == "Người Còn Lại"
    assert rows.load(province.db, erased).applicant is None
    assert files.read(province.home, files.digest_of(page)) == page
    assert not files.has(province.home, files.digest_of(b"a page to be erased"))
    assert [notice["dossier"] for notice in feed.records(commune.box, "erasure.confirmed")] == [erased]
    assert len(feed.records(commune.box, "catalogue.noticed")) == 1
    assert commune.box.db.conn.execute("SELECT max(seq) FROM receipt").fetchone()[0] == result.events_equal
    numbers = province.db.conn.execute("SELECT count(*), count(DISTINCT number) FROM receipt_given").fetchone()
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("label", [*OF_HEALING, "life_before_commit", "receiver_before_commit", "receiver_after_commit"])
def test_a_kill_in_the_middle_of_healing_heals_the_same(away, commune, tmp_path, label):
    """An older copy that cannot know it wrote on under the same life: a fork, lost events, a lost file, all in one."""
    page = b"a page that only the province has" * 1000
    before, _ = numbered(commune)
    synced(away, commune)
    older = copy_of(commune, tmp_path / "older")
    there, twice = numbered(commune, "Người Nhánh Đầu", page)
    act_on(commune, before)
    synced(away, commune)
    put_back(commune, older, witnessed=False)
    files.remove(commune.home, files.digest_of(page))
    here, same = numbered(commune, "Người Nhánh Sau", b"a page of the second branch")
    act_on(commune, before, holder="ST10")
    victim = away.home if label.startswith("receiver") else commune.home
    (victim.run / "CRASH_AT").write_text(label)
    synced(away, commune)
    assert not (victim.run / "CRASH_AT").exists(), "the label was never reached"
    synced(away, commune)
    away.start()
    commune.start()
    assert same == twice
    assert sorted(whats(commune)) == [What.BOTH_SIDES, What.NUMBER_TWICE]
    assert [life.inc_no for life in ledger.incarnations(commune.box.db)] == [1, 2]
    assert rows.load(commune.box.db, there).applicant["name"] == "Người Nhánh Đầu"
    assert rows.load(commune.room.province.db, here).applicant["name"] == "Người Nhánh Sau"
    assert files.read(commune.home, files.digest_of(page)) == page
    assert files.has(away.home, files.digest_of(b"a page of the second branch"))
    assert_equal(commune.room, commune)


@pytest.mark.parametrize("label", OF_EVIDENCE)
def test_a_kill_beside_the_time_stamp_stamps_once(away, commune, ca, label):
    dossier = commune.seal_result(ca)
    (commune.home.run / "CRASH_AT").write_text(label)
    with answering(ca):
        assert synced(away, commune) == 1
        synced(away, commune)
    commune.start()
    kinds = commune.box.db.conn.execute("SELECT kind FROM dossier_event WHERE dossier = ?", [dossier]).fetchall()
    assert kinds.count(("document.timestamped",)) == 1
    assert rows.load(commune.room.province.db, dossier) == rows.load(commune.box.db, dossier)
