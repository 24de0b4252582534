"""Each trouble of the line is known for what it is, said in words, and over by itself: docs/line-troubles.md is made here.

`PYTHONPATH=tests:. python tests/test_line_troubles.py` writes the table anew.
"""

import random
import socket
import statistics
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from appliance import clock, files, rows
from appliance.clock import moment_of, text_of
from line_room import black_hole, nobody, peer_that_vanished, province_over_tls, resolving, stranger, turn_to
from provisioning import enrol
from simulation.ends import Once, limit
from sync import retry, wire
from sync.agent import keep_on
from sync.line_troubles import TROUBLES, Heard, clock_off_min, with_clock
from sync.province import uploads
from web import state_chip
from web.vietnamese import SENTENCES
from web.words.line import CHIP, TECHNICIAN
from wire_room import wire_room

DOCUMENT = Path("docs/line-troubles.md")
RESOLVER_S = 10.0  # glibc: two tries of five seconds with one name server that is not there; a name that is denied takes none.
HELD_S = {"": 0.0, "connect": wire.CONNECT_S, "answer": wire.ANSWER_S, "resolver": RESOLVER_S, "heartbeat": 0.0}
TIMES = 500
KEYS_OF_PAGES = 150  # So many notes of sent keys need pages that a full disk has not.


@pytest.fixture
def room(tmp_path):
    with wire_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def commune(room, tmp_path):
    return room.commune(tmp_path / "commune")


@contextmanager
def in_trouble(commune, url: str, code: str):
    """Let the agent meet a trouble inside the block; afterwards the line is good, and everything goes by itself."""
    dossier, good = commune.accept(page=b"page"), commune.agent.sender
    turn_to(commune, url)
    assert not commune.round()
    state = commune.state()
    assert (state["line"], state["last_error"], state["waiting"]) == ("offline", code, "1")
    assert state_chip.chip(state_chip.facts(commune.box.db), clock.stamp()).text.endswith(CHIP.get(code, "làm việc bình thường"))
    yield
    commune.agent.sender = good
    assert commune.round()
    assert (commune.state()["line"], commune.state()["last_error"]) == ("online", "")
    assert rows.load(commune.room.province.db, dossier) and commune.state()["waiting_files"] == "0"


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (200, {}, "line_portal"),
        (302, {"Location": "http://portal.test/login"}, "line_portal"),
        (511, {}, "line_portal"),
        (407, {"Proxy-Authenticate": "Basic"}, "line_proxy"),
        (502, {}, "line_gateway"),
        (503, {}, "line_gateway"),
        (504, {}, "line_gateway"),
        (403, {}, "line_foreign"),
        (200, {"Sync-Version": "1"}, "line_foreign"),
    ],
)
def test_whoever_answers_for_the_province_is_told_from_it(commune, status, headers, code):
    with stranger(status, headers) as port, in_trouble(commune, f"http://127.0.0.1:{port}", code):
        pass


def test_tls_that_somebody_opens_on_the_way_is_told_nothing(room, commune, tmp_path):
    with (
        wire_room(tmp_path / "box in the middle") as middle,
        stranger(200, keys=middle.province.home.keys) as port,
        in_trouble(commune, f"https://127.0.0.1:{port}", "line_untrusted"),
    ):
        pass


def test_a_page_where_tls_should_be_is_somebody_else(commune):
    with stranger(200) as port, in_trouble(commune, f"https://127.0.0.1:{port}", "line_foreign"):
        pass


def test_a_name_that_nobody_knows_is_said_to_be_that(commune, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolving(lambda host: None))
    with in_trouble(commune, "https://sync.province.test", "line_name"):
        monkeypatch.undo()


def test_a_name_that_leads_to_another_host_gives_nothing_away(room, commune, monkeypatch):
    """It even has a certificate of our own province, but for another name."""
    with stranger(200, keys=room.province.home.keys) as port:
        monkeypatch.setattr(socket, "getaddrinfo", resolving(lambda host: "127.0.0.1"))
        with in_trouble(commune, f"https://sync.province.test:{port}", "line_untrusted"):
            monkeypatch.undo()


def test_a_peer_that_vanished_is_given_up_in_time(commune):
    with peer_that_vanished() as port, in_trouble(commune, f"http://127.0.0.1:{port}", "line_half_open"):
        pass


def test_a_black_hole_is_given_up_in_time(commune):
    with black_hole() as port, in_trouble(commune, f"http://127.0.0.1:{port}", "line_black_hole"):
        pass


def test_a_line_that_is_not_there_is_no_line(commune):
    with nobody() as port, in_trouble(commune, f"http://127.0.0.1:{port}", "line_cut"):
        pass


@pytest.mark.parametrize("days", [-800, 800])
def test_a_certificate_outside_its_days_is_the_clocks_fault_once_the_province_told_the_time(room, commune, days):
    enrol.serve_pages(room.province.home, "An Giang", datetime.now(UTC) + timedelta(days=days))
    with province_over_tls(room) as url, in_trouble(commune, url, "line_untimely"):
        true = datetime.now(UTC) + timedelta(days=days)  # What the province's clock shows: then it is ours that is wrong.
        commune.agent.sender.wire.heard = Heard(true, wire.time.monotonic())
        assert not commune.round()
        assert commune.state()["last_error"] == "line_clock"


def test_a_clock_below_what_was_signed_is_to_blame_without_anybody_else_saying_so():
    now, later = "2026-11-22T05:00:00.000Z", "2026-11-23T05:00:00.000Z"
    assert with_clock("line_untimely", now, later, None) == "line_clock"
    assert with_clock("line_untimely", later, now, None) == "line_untimely"
    assert with_clock("line_cut", now, later, None) == "line_cut"


def test_a_clock_that_is_off_is_noticed_from_the_answers_of_the_province(commune):
    commune.round()
    assert commune.state()["clock_off_min"] == "0"
    there = commune.sender.wire.province_clock()
    assert abs(moment_of(clock.stamp()) - there) < timedelta(minutes=1)
    assert clock_off_min(text_of(there + timedelta(hours=2)), there) == 120
    assert clock_off_min(text_of(there - timedelta(hours=2)), there) == -120


def test_a_full_disk_at_the_province_stops_files_and_no_event(room, commune, monkeypatch):
    page = b"page" * 100
    commune.accept(page=page)
    monkeypatch.setattr(uploads, "FREE_BYTES_MIN", 2**62)
    assert commune.round()
    after = commune.accept()
    assert commune.round() and not commune.agent.mood.failures  # So new events wake the agent.
    assert rows.load(room.province.db, after)
    state = commune.state()
    assert (state["last_error"], state["waiting"], state["waiting_files"]) == ("province_full", "0", "1")
    monkeypatch.undo()
    assert commune.round()
    assert files.read(room.province.home, files.digest_of(page)) == page
    assert commune.state()["last_error"] == ""


def test_a_full_disk_here_ends_no_sending_for_good_and_fills_no_log(room, commune, caplog):
    dossier = [commune.accept() for _ in range(KEYS_OF_PAGES)][0]
    room.presented = commune.certificate
    limit(commune.box._writer, True, 0)
    for _ in range(3):
        keep_on(commune.agent, Once())
    assert commune.state()["last_error"] == "box_full"
    assert [record.message for record in caplog.records if record.name == "motcua.agent"] == ["a round failed: box_full"]
    limit(commune.box._writer, False, 0)
    keep_on(commune.agent, Once())
    assert rows.load(room.province.db, dossier)
    assert (commune.state()["last_error"], commune.state()["waiting"]) == ("", "0")


def test_every_trouble_has_its_words_and_the_table_is_true():
    codes = {trouble.code for trouble in TROUBLES}
    assert codes <= SENTENCES.keys() and codes == TECHNICIAN.keys() and CHIP.keys() <= codes
    assert DOCUMENT.read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.code)
def test_every_trouble_is_over_soon_after_it_ended(trouble):
    back = times_to_recover(trouble.held_by)
    assert max(back) <= longest(trouble.held_by)


def longest(held_by: str) -> float:
    """Give the bound: a try under way, and the longest wait after it."""
    return retry.HEARTBEAT_S * 1.1 if held_by == "heartbeat" else HELD_S[held_by] + retry.CAP_S


@cache
def times_to_recover(held_by: str) -> list[float]:
    """Let a line that was good fail for ten seconds to three hours, many times, on a clock of our own."""
    chance = random.Random(30589)
    return [recovery_s(chance, HELD_S[held_by], chance.uniform(10, 3 * 3600), held_by == "heartbeat") for _ in range(TIMES)]


def recovery_s(chance: random.Random, held_s: float, lasts_s: float, calm: bool) -> float:
    """Give how long after the end of a trouble the try began that went through."""
    mood, now = retry.succeeded(retry.Mood(), 0.0), 0.0
    while now < lasts_s:
        now += held_s
        mood = retry.succeeded(mood, now) if calm else retry.failed(mood)
        now += retry.wait_s(mood, now, chance)
    return now - lasts_s


def document() -> str:
    """Make docs/line-troubles.md."""
    return "\n".join([*HEAD, *(row(trouble) for trouble in TROUBLES)]) + "\n"


def row(trouble) -> str:
    """Write one line of the table."""
    back = times_to_recover(trouble.held_by)
    told = f"{statistics.median(back):.0f} s, {max(back):.0f} s, {longest(trouble.held_by):.0f} s"
    offline = trouble.code not in ("province_full", "box_full")
    chip = f"Ngoại tuyến … – {CHIP.get(trouble.code, 'vẫn làm việc bình thường')}" if offline else "–"
    cells = (trouble.name, f"`{trouble.code}`", trouble.recognised, chip, SENTENCES[trouble.code], TECHNICIAN[trouble.code], told)
    return f"| {' | '.join(cells)} |"


HEAD = (
    "# Troubles of the line",
    "",
    "Made from the code by `tests/test_line_troubles.py`, which brings about each of them. No trouble stops an officer: everything",
    "is recorded here and waits. The agent never gives up; it tries again after a random time that grows to",
    f"{retry.CAP_S:.0f} s, and at once when the network changes. **Back after** says how long after the end of the trouble the try",
    f"began that went through: median and longest of {TIMES} troubles of ten seconds to three hours, worked out with the",
    "agent's own waiting times, then the bound. A try under way may hold it up:",
    f"connecting {wire.CONNECT_S:.0f} s, an answer {wire.ANSWER_S:.0f} s, a name server that is not there {RESOLVER_S:.0f} s.",
    "",
    "| trouble | code | recognised by | the chip on every page | what the health page says | what a technician does | back after |",
    "|---|---|---|---|---|---|---|",
)

if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
