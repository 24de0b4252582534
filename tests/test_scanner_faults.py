"""Each way a scanner says no, through SANE's own test backend, becomes a code with a sentence an officer can act on."""

import json
import os
import signal
import string
import subprocess
import sys

import pytest

from appliance.errors import Refused
from hardware import sane_config, scan_child
from hardware.faults import FAULTS
from hardware.sane_scanner import choose, find
from hardware.scan_batch import Order
from hardware.scan_child import spawn, told_by
from hardware.scanner import Mode, Source, Wish
from web.vietnamese import SENTENCES

QUIET_S = 20.0


@pytest.fixture
def batch(tmp_path):
    """Run one batch on the test backend and return what it told, without its signs of life."""
    sane_config.write_test(tmp_path / "sane")
    (tmp_path / "job").mkdir()

    def run(wish=None, **settings):
        order = Order(os.getpid(), "test:0", settings, str(tmp_path / "job"), 1, wish or Wish())
        told = told_by(spawn(tmp_path / "sane", order), lambda: QUIET_S)
        return [event for event in told if event["event"] in ("page", "end", "fault")]

    return run


def test_a_full_feeder_is_scanned_to_its_last_sheet(batch, tmp_path):
    told = batch(Wish(mode=Mode.GRAY))
    assert [event.get("n") for event in told[:-1]] == list(range(1, 11))  # This backend's feeder holds ten.
    assert told[-1] == {"event": "end", "state": "done"}
    assert len(list((tmp_path / "job").glob("page-*.json"))) == 10


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("JAMMED", "paper_jam"),
        ("NO_DOCS", "feeder_empty"),
        ("COVER_OPEN", "cover_open"),
        ("IO_ERROR", "scanner_io"),
        ("NO_MEM", "scanner_io"),
        ("DEVICE_BUSY", "scanner_busy"),
        ("ACCESS_DENIED", "scanner_denied"),
        ("EOF", "short_page"),
    ],
)
def test_what_the_scanner_says_has_a_code(batch, tmp_path, status, code):
    told = batch(read_return_value=f"SANE_STATUS_{status}")
    assert told == [{"event": "fault", "code": code, "facts": {}}]
    assert list((tmp_path / "job").iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "option"),
    [({"resolution": 99999}, "resolution"), ({"nonsense": 3}, "nonsense"), ({"test_picture": "Mona Lisa"}, "test_picture")],
)
def test_an_option_the_scanner_bends_or_ignores_stops_the_batch(batch, settings, option):
    wanted = str(next(iter(settings.values())))
    facts = {"option": option, "wanted": wanted}
    assert batch(**settings) == [{"event": "fault", "code": "scanner_cannot", "facts": facts}]


def test_a_scanner_without_a_second_side_says_so(batch):
    facts = {"option": "source", "wanted": "duplex"}
    assert batch(Wish(source=Source.DUPLEX)) == [{"event": "fault", "code": "scanner_cannot", "facts": facts}]


CANON = {"name": "pixma:04A9", "vendor": "Canon", "model": "DR-C230"}
EPSON = {"name": "epsonds:libusb:001:004", "vendor": "Epson", "model": "DS-530"}


def test_a_scanner_is_known_by_name_or_by_model():
    assert find([CANON, EPSON], "pixma:04A9") == CANON
    assert find([CANON, EPSON], "epson ds-530") == EPSON


def test_no_scanner_is_guessed():
    with pytest.raises(Refused, match="scanner_absent"):
        find([CANON], "DS-530")
    with pytest.raises(Refused, match="scanner_ambiguous"):
        find([EPSON, {**EPSON, "name": "epsonds:libusb:001:009"}], "DS-530")


def test_a_backends_own_words_are_found():
    assert choose(["Flatbed", "Automatic Document Feeder"], "source", Source.FEEDER) == "Automatic Document Feeder"
    assert choose(["True Gray", "24bit Color"], "mode", Mode.COLOR) == "24bit Color"
    with pytest.raises(Refused, match="scanner_cannot"):
        choose(["Lineart"], "mode", Mode.COLOR)


def test_every_fault_has_a_sentence_made_of_its_facts():
    for code, facts in FAULTS.items():
        used = {name for _, name, _, _ in string.Formatter().parse(SENTENCES[code]) if name}
        assert used <= set(facts), code


def hanging(last: dict) -> subprocess.Popen:
    """Start a process that tells of a page and a last word, and hangs then."""
    words = "\n".join(json.dumps(event) for event in ({"event": "page", "n": 1}, last))
    program = [sys.executable, "-c", "import sys, time; print(sys.argv[1], flush=True); time.sleep(60)", words]
    return subprocess.Popen(program, stdout=subprocess.PIPE, start_new_session=True)


@pytest.mark.parametrize("last", [{"event": "end", "state": "done"}, {"event": "fault", "code": "cover_open", "facts": {}}])
def test_a_driver_that_hangs_after_its_last_word_takes_nothing_back(last, monkeypatch):
    monkeypatch.setattr(scan_child, "END_S", 0.2)
    child = hanging(last)
    assert list(told_by(child, lambda: QUIET_S)) == [{"event": "page", "n": 1}, last]
    assert child.returncode == -signal.SIGKILL


def test_a_driver_that_hangs_before_its_last_word_is_told_of():
    child = hanging({"event": "alive"})
    with pytest.raises(TimeoutError):
        list(told_by(child, lambda: 1.0))
    assert child.returncode == -signal.SIGKILL
