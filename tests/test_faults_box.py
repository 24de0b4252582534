"""Faults below the pages: an SQLite that must not be used, and Litestream dying; what technicians are told, and what then holds."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, expect

import day
from appliance.config import Home
from demonstration import eventually, pid_of, stopped
from provisioning.demo.plan import Demo
from test_day import copy_is_equal

MOTCUA = Path(sys.executable).with_name("motcua")
REPLICA = "commune-replica"
STDLIB_SQLITE = "import sys; sys.modules['pysqlite3'] = None; from provisioning.cli import main; main(sys.argv[1:])"


def bytes_of(home: Home) -> dict[str, bytes]:
    """Read every file of a home's top folder: the database and what lies beside it."""
    return {path.name: path.read_bytes() for path in home.root.iterdir() if path.is_file()}


@pytest.mark.parametrize("process", ["web", "agent"])
def test_a_process_with_pythons_own_sqlite_refuses_with_a_sentence_and_opens_nothing(commune: Home, process: str) -> None:
    before = bytes_of(commune)
    command = [sys.executable, "-c", STDLIB_SQLITE, process, "--home", commune.root]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "quá cũ: có thể làm hỏng cơ sở dữ liệu" in ended.stderr
    assert "Chưa mở tệp nào." in ended.stderr
    assert "Traceback" not in ended.stderr
    assert bytes_of(commune) == before
    assert not (commune.run / "web.sock").exists()


def health(demo: Demo) -> tuple[int, str]:
    """Ask the command; gives its exit code and what it says."""
    ended = subprocess.run([MOTCUA, "health", "--home", demo.commune.root], capture_output=True, text=True, timeout=60)
    return ended.returncode, ended.stdout


def litestreams(demo: Demo) -> list[psutil.Process]:
    """List the litestream that the keeper of the replica watches; the one that writes all anew after an erasure ends by itself."""
    keeper = pid_of(demo, REPLICA)
    children = psutil.Process(keeper).children(recursive=True) if keeper else []
    return [one for one in children if _lasts(one)]


def _lasts(one: psutil.Process) -> bool:
    try:
        return one.name() == "litestream" and "-once" not in one.cmdline()
    except psutil.NoSuchProcess:
        return False


def test_killing_litestream_raises_the_alarm_and_replication_goes_on_by_itself(browser: Browser, demonstration: Demo) -> None:
    demo = demonstration
    assert eventually(lambda: litestreams(demo))  # The keeper ends it for a moment after an erasure.
    keeper, (litestream,) = pid_of(demo, REPLICA), litestreams(demo)
    with day.person(browser, demo, "st16") as page:
        litestream.kill()
        assert eventually(lambda: pid_of(demo, REPLICA) not in (0, keeper))
        page.goto(f"{demo.commune_url}/suc-khoe")
        expect(page.get_by_text("từng tự dừng trong 24 giờ qua")).to_be_visible(timeout=day.SLOW_MS)
        with stopped(demo, REPLICA):
            expect(page.get_by_text("Bản sao cơ sở dữ liệu không chạy hoặc chậm")).to_be_visible(timeout=day.SLOW_MS)
            day.look(page, "loi-sao-luu-dung")
            code, words = health(demo)
            assert (code, "Bản sao cơ sở dữ liệu không chạy hoặc chậm" in words) == (1, True), words
        expect(page.get_by_text("Bản sao cơ sở dữ liệu không chạy hoặc chậm")).to_have_count(0, timeout=day.SLOW_MS)
        assert "từng tự dừng trong 24 giờ qua" in health(demo)[1]
    assert eventually(lambda: copy_is_equal(demo))
