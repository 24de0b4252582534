"""How a device worker is asked: real sockets, real second processes."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from appliance.errors import Refused
from hardware.workers import ask

WORKER = """
import sys, time
from appliance.errors import Refused
from hardware.workers import serve

def answer(request):
    if request["do"] == "refuse":
        raise Refused("paper_jam", n=3)
    if request["do"] == "sleep":
        time.sleep(5)
    return {"heard": 1 / request["number"]}

serve(sys.argv[1], answer)
"""


@pytest.fixture
def worker(tmp_path):
    # A long folder name on purpose: the kernel takes 107 bytes, an office may choose a longer path.
    path = tmp_path / ("long" * 30) / "scan.sock"
    process = subprocess.Popen([sys.executable, "-c", WORKER, str(path)], stderr=subprocess.DEVNULL)
    _until(path.exists)
    yield path, process
    process.kill()
    process.wait()


def _until(true, wait_s=10):
    deadline = time.monotonic() + wait_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_worker_answers_even_when_its_path_is_long(worker):
    assert ask(worker[0], {"do": "divide", "number": 4}) == {"heard": 0.25}


def test_a_refusal_travels_with_its_facts(worker):
    with pytest.raises(Refused) as refused:
        ask(worker[0], {"do": "refuse"})
    assert (refused.value.code, refused.value.facts) == ("paper_jam", {"n": 3})


def test_a_mistake_in_one_request_does_not_end_the_worker(worker):
    with pytest.raises(Refused, match="worker_failed"):
        ask(worker[0], {"do": "divide", "number": 0})
    assert ask(worker[0], {"do": "divide", "number": 2}) == {"heard": 0.5}


def test_nobody_waits_longer_than_agreed_for_a_stuck_worker(worker):
    with pytest.raises(Refused, match="worker_away"):
        ask(worker[0], {"do": "sleep"}, timeout_s=0.1)


def test_a_silent_caller_does_not_keep_others_waiting(worker):
    with socket.socket(socket.AF_UNIX) as silent:
        folder = os.open(worker[0].parent, os.O_PATH)
        silent.connect(f"/proc/self/fd/{folder}/{worker[0].name}")
        os.close(folder)
        assert ask(worker[0], {"do": "divide", "number": 1}) == {"heard": 1}


def test_a_second_worker_on_the_same_socket_gives_way(worker):
    second = subprocess.run([sys.executable, "-c", WORKER, str(worker[0])], capture_output=True, timeout=20)
    assert b"worker_twice" in second.stderr
    assert ask(worker[0], {"do": "divide", "number": 1}) == {"heard": 1}


def test_a_killed_workers_place_can_be_taken_at_once(worker):
    path, first = worker
    first.send_signal(signal.SIGKILL)
    first.wait()
    with pytest.raises(Refused, match="worker_away"):
        ask(path, {"do": "divide", "number": 1})
    second = subprocess.Popen([sys.executable, "-c", WORKER, str(path)])
    try:
        _until(lambda: _answers(path))
    finally:
        second.kill()
        second.wait()


def _answers(path):
    try:
        return ask(path, {"do": "divide", "number": 1}) == {"heard": 1}
    except Refused:
        return False
