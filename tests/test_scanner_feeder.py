"""Scanning through real libsane and sane-airscan from a simulated feeder: what the officer is left with, whatever breaks."""

import hashlib
import os
import signal
from pathlib import Path

import pytest

from appliance.errors import Refused
from scan_room import Simulator, a_room, batch_processes, is_alive, sheets, until


@pytest.fixture(scope="module")
def one_simulator():
    simulator = Simulator()
    yield simulator
    simulator.stop()


@pytest.fixture
def simulator(one_simulator):
    one_simulator.reset()
    return one_simulator


@pytest.fixture(scope="module")
def one_room(tmp_path_factory, one_simulator):
    with a_room(tmp_path_factory.mktemp("room"), one_simulator.port) as room:
        yield room


@pytest.fixture
def room(one_room, simulator):
    one_room.clear()
    return one_room


@pytest.fixture
def own_room(tmp_path, simulator):
    """A room whose worker may be killed, and gives up on a silent scanner soon."""
    with a_room(tmp_path, simulator.port, quiet_s=5) as room:
        yield room


def test_sheets_become_pages_in_the_order_they_lie_in_the_feeder(room, simulator):
    simulator.turn(load=4)
    job = room.scan("a")
    assert (job["state"], sheets(job)) == ("done", ["1F", "2F", "3F", "4F"])
    for n, page in enumerate(job["pages"], 1):
        jpeg = Path(page["path"]).read_bytes()
        assert page["n"] == n
        assert page["sha256"] == hashlib.sha256(jpeg).hexdigest()
        assert (page["width"], page["height"], page["dpi"]) == (1654, 2339, 200)
        assert Path(page["thumbnail"]).read_bytes().startswith(b"\xff\xd8")


def test_both_sides_are_kept_and_an_unwritten_back_is_only_flagged(room, simulator):
    simulator.turn(load=["to-khai-khai-sinh", "giay-chung-sinh"])
    job = room.scan("a", source="duplex", mode="gray")
    assert sheets(job) == ["1F", "1B", "2F", ""]
    assert [page["blank"] for page in job["pages"]] == [False, False, False, True]


def test_the_flatbed_gives_one_page_however_many_sheets_wait(room, simulator):
    simulator.turn(load=3, glass="giay-uy-quyen")
    assert sheets(room.scan("a", source="flatbed")) == ["0F"]


def test_no_more_sheets_are_fed_than_were_asked_for(room, simulator):
    simulator.turn(load=3)
    assert sheets(room.scan("a", pages_max=1)) == ["1F"]


def test_after_a_jam_at_the_second_sheet_the_batch_goes_on_where_it_stopped(room, simulator):
    simulator.turn(load=4, jam_after=1)
    jammed = room.scan("a")
    assert (jammed["state"], jammed["fault"]) == ("failed", {"code": "paper_jam", "facts": {"n": 1, "next": 2}})
    assert sheets(jammed) == ["1F"]
    simulator.turn(jam=False)
    whole = room.scan("a", first_page=2)
    assert (whole["state"], whole["fault"], sheets(whole)) == ("done", None, ["1F", "2F", "3F", "4F"])
    assert whole["pages"][0] == jammed["pages"][0]


def test_an_empty_feeder_is_said_and_nothing_is_stored(room, simulator):
    job = room.scan("a")
    assert (job["fault"]["code"], job["pages"]) == ("feeder_empty", [])
    simulator.turn(load=1)
    assert sheets(room.scan("a")) == ["1F"]


def test_a_page_cut_off_on_its_way_is_not_stored(room, simulator):
    simulator.turn(load=2, cut=True)
    job = room.scan("a")
    assert (job["fault"], job["pages"]) == ({"code": "scanner_io", "facts": {"n": 0, "next": 1}}, [])


def test_a_scanner_that_vanishes_leaves_its_finished_pages_and_is_found_again(tmp_path):
    simulator = Simulator()
    with a_room(tmp_path, simulator.port) as room:
        simulator.turn(load=5, die_after=2)
        job = room.scan("a")
        assert (job["fault"], sheets(job)) == ({"code": "scanner_io", "facts": {"n": 2, "next": 3}}, ["1F", "2F"])
        until(lambda: room.scanner()["state"] == "absent")
        assert room.scan("b")["fault"]["code"] == "scanner_absent"
        simulator.process.wait()
        back = Simulator(simulator.port)
        room.ask("devices")
        until(lambda: room.scanner()["state"] == "idle")
        back.stop()


def test_a_scanner_that_answers_no_more_is_given_up_and_its_process_killed(own_room, simulator):
    simulator.turn(load=3, hang_after=1)
    own_room.ask("scan", job="a")
    own_room.pages_through("a", 1)
    batch = batch_processes(own_room.process.pid)
    hung = own_room.scan("a")
    assert (hung["fault"], sheets(hung)) == ({"code": "scanner_hung", "facts": {"n": 1, "next": 2}}, ["1F"])
    assert not any(is_alive(pid) for pid in batch)
    simulator.reset()
    simulator.turn(load=["giay-uy-quyen"])
    assert len(own_room.scan("a", first_page=2)["pages"]) == 2


def test_pages_survive_a_worker_killed_in_mid_batch(own_room, simulator):
    simulator.turn(load=8, delay=0.3)
    own_room.ask("scan", job="a")
    before = own_room.pages_through("a", 2)
    batch = batch_processes(own_room.process.pid)
    own_room.die()
    until(lambda: not any(is_alive(pid) for pid in batch))
    own_room.open()
    job = own_room.job("a")
    assert (job["state"], job["fault"]["code"]) == ("failed", "scanner_stopped")
    assert job["fault"]["facts"]["n"] == len(job["pages"])
    assert job["pages"][: len(before)] == before


def test_a_page_stored_in_the_last_moment_before_a_crash_is_not_forgotten(own_room, simulator):
    simulator.turn(load=1)
    page = own_room.scan("a")["pages"][0]
    own_room.die()
    for beside in (".json", ".look.json", ".thumb.jpg"):
        Path(page["path"]).with_suffix(beside).unlink()
    own_room.open()
    assert own_room.job("a")["pages"] == [page]


def test_a_crashing_driver_takes_only_its_batch_with_it(room, simulator):
    simulator.turn(load=5, delay=0.3)
    room.ask("scan", job="a")
    room.pages_through("a", 1)
    for pid in batch_processes(room.process.pid):
        os.kill(pid, signal.SIGSEGV)
    until(lambda: room.job("a")["state"] == "failed")
    job = room.job("a")
    assert (job["fault"]["code"], sheets(job)[0]) == ("scanner_stopped", "1F")
    assert room.process.poll() is None


def test_a_page_scanned_again_is_a_job_of_its_own_and_the_first_one_stays(room, simulator):
    simulator.turn(load=3)
    first = room.scan("a")
    simulator.turn(load=["giay-chung-sinh"])
    again = room.scan("b", first_page=2, pages_max=1)
    assert [page["n"] for page in again["pages"]] == [2]
    assert again["pages"][0]["sha256"] != first["pages"][1]["sha256"]
    assert room.job("a")["pages"] == first["pages"]


def test_an_order_heard_twice_feeds_the_sheets_once(room, simulator):
    simulator.turn(load=2, delay=0.1)
    room.ask("scan", job="a")
    room.ask("scan", job="a")
    first = room.scan("a")
    assert sheets(first) == ["1F", "2F"]
    simulator.turn(load=2)
    assert room.scan("a") == first


def test_lan_stops_a_batch_and_keeps_the_sheets_that_are_through(room, simulator):
    simulator.turn(load=8, delay=0.2)
    room.ask("scan", job="a")
    room.pages_through("a", 1)
    room.ask("cancel", job="a")
    until(lambda: room.job("a")["state"] != "scanning")
    job = room.job("a")
    assert (job["state"], job["fault"]) == ("cancelled", None)
    assert sheets(job) == [f"{n}F" for n in range(1, len(job["pages"]) + 1)]
    assert simulator.turn()["waiting"]


def test_a_second_counter_is_told_that_the_scanner_is_busy(room, simulator):
    simulator.turn(load=2, delay=0.2)
    room.ask("scan", job="a")
    with pytest.raises(Refused, match="scanner_busy"):
        room.ask("scan", job="b")
    assert room.scanner()["state"] == "scanning"


def test_a_job_taken_in_is_forgotten_with_its_pages(room, simulator):
    simulator.turn(load=1)
    until(lambda: room.scan("a")["pages"])  # A scanner another test just used may still be closing; the sheet lies there yet.
    page = room.job("a")["pages"][0]
    assert room.ask("forget", job="a") == room.ask("forget", job="a") == {}
    assert room.ask("status")["jobs"] == {}
    assert not Path(page["path"]).parent.exists()


def test_a_jobs_name_cannot_lead_out_of_the_spool(room):
    for name in ("..", "../../etc", "", "a/b", "."):
        with pytest.raises(Refused, match="job_name"):
            room.ask("forget", job=name)


def test_a_wish_no_scanner_should_hear_is_refused(room):
    for options in ({"dpi": 99999}, {"dpi": "200"}, {"mode": "lineart"}, {"colour": "yes"}, {"pages_max": 0}):
        with pytest.raises(Refused, match="scan_options"):
            room.ask("scan", job="a", options=options)
    with pytest.raises(Refused, match="scan_options"):
        room.ask("scan", job="a", first_page=0)
