"""A slip goes through a real print service to a printer that may be out of paper or gone; nobody waits for it."""

import hashlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardware import printer
from hardware.printer import Fault, Print, Queue, State
from provisioning.demo import print_shop
from web.vietnamese import SENTENCES

WAIT_S = 40.0
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 300 + b"\n%%EOF\n"


@dataclass
class Shop:
    folder: Path
    queue: Queue

    def trouble(self, word: str) -> None:
        (self.folder / "trouble").write_text(word)

    def mend(self) -> None:
        (self.folder / "trouble").unlink()

    def printed(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted((self.folder / "printed").glob("*.pdf"))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(found: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not found():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder, port = tmp_path_factory.mktemp("shop"), free_port()
    print_shop.write_config(folder, port)
    commands = (print_shop.cups_command(folder), print_shop.printer_command(folder, port))
    running = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for command in commands]
    queue = Queue(print_shop.QUEUE, str(print_shop.socket_of(folder)))
    try:
        until(lambda: printer.serving(queue))
        yield Shop(folder, queue)
    finally:
        for process in running:
            process.terminate()
            process.wait(10)


@pytest.fixture
def slip(tmp_path: Path) -> Path:
    path = tmp_path / hashlib.sha256(PDF).hexdigest()
    path.write_bytes(PDF)
    path.chmod(0o440)
    return path


def test_the_printer_receives_the_stored_file_byte_for_byte(shop: Shop, slip: Path) -> None:
    before = len(shop.printed())
    taken = printer.submit(shop.queue, slip, "H99.99.99-261121-0007")
    assert taken.state is State.QUEUED and taken.fault is None
    until(lambda: printer.state(shop.queue, taken.job).state is State.DONE)
    assert [hashlib.sha256(sheet).hexdigest() for sheet in shop.printed()[before:]] == [slip.name]


def test_an_officer_sees_that_paper_is_out_and_the_slip_comes_when_it_is_filled(shop: Shop, slip: Path) -> None:
    before = len(shop.printed())
    shop.trouble("out_of_paper")
    taken = printer.submit(shop.queue, slip, "H99.99.99-261121-0008")
    until(lambda: printer.state(shop.queue, taken.job) == Print(taken.job, State.PRINTING, Fault.OUT_OF_PAPER))
    assert len(shop.printed()) == before
    shop.mend()
    until(lambda: printer.state(shop.queue, taken.job) == Print(taken.job, State.DONE))
    assert shop.printed()[before:] == [PDF]


def test_a_printer_that_was_unplugged_is_named_and_prints_once_when_it_is_back(shop: Shop, slip: Path) -> None:
    before = len(shop.printed())
    shop.trouble("gone")
    taken = printer.submit(shop.queue, slip, "H99.99.99-261121-0009")
    until(lambda: printer.state(shop.queue, taken.job) == Print(taken.job, State.PRINTING, Fault.GONE))
    shop.mend()
    until(lambda: printer.state(shop.queue, taken.job) == Print(taken.job, State.DONE))
    assert shop.printed()[before:] == [PDF]


def test_a_slip_somebody_cancelled_is_not_called_printed(shop: Shop, slip: Path) -> None:
    shop.trouble("gone")
    taken = printer.submit(shop.queue, slip, "H99.99.99-261121-0010")
    subprocess.run(["cancel", "-h", shop.queue.server, taken.job], check=True)
    until(lambda: printer.state(shop.queue, taken.job) == Print(taken.job, State.FAILED))
    shop.mend()


def test_a_queue_or_job_that_does_not_exist_is_an_answer_not_a_crash(shop: Shop, slip: Path) -> None:
    nowhere = Queue("khong-co", shop.queue.server)
    assert printer.submit(nowhere, slip, "H99.99.99-261121-0011") == Print(None, State.FAILED, Fault.GONE)
    assert printer.state(nowhere, "khong-co-1") == Print("khong-co-1", State.UNKNOWN, Fault.GONE)
    assert printer.state(shop.queue, "giay-hen-999") == Print("giay-hen-999", State.UNKNOWN)


def test_when_the_print_service_is_down_the_officer_is_told_so(tmp_path: Path, slip: Path) -> None:
    down = Queue("giay-hen", str(tmp_path / "no.sock"))
    assert printer.submit(down, slip, "H99.99.99-261121-0012") == Print(None, State.FAILED, Fault.SERVICE_DOWN)
    assert printer.state(down, "giay-hen-1") == Print("giay-hen-1", State.UNKNOWN, Fault.SERVICE_DOWN)


def test_a_printer_busy_for_too_long_with_one_slip_waits_for_a_hand() -> None:
    busy = "printer giay-hen now printing giay-hen-4.  enabled since Sat Nov 21 23:15:34 2026\n\tAlerts: none\n"
    assert printer.judge("giay-hen-4", "", busy, waited_s=5) == Print("giay-hen-4", State.PRINTING)
    assert printer.judge("giay-hen-4", "", busy, waited_s=500) == Print("giay-hen-4", State.PRINTING, Fault.STUCK)
    assert printer.judge("giay-hen-5", "", busy, waited_s=5) == Print("giay-hen-5", State.QUEUED)


def test_a_stopped_queue_and_an_open_cover_ask_for_a_hand() -> None:
    stopped = "printer giay-hen disabled since Sat Nov 21 23:15:34 2026 -\n\tPaused\n\tAlerts: paused\n"
    opened = "printer giay-hen now printing giay-hen-4.  enabled since Sat\n\tAlerts: cover-open-error\n"
    assert printer.judge("giay-hen-4", "", stopped, 0).fault is Fault.STUCK
    assert printer.judge("giay-hen-4", "", opened, 0).fault is Fault.STUCK


def test_every_fault_of_a_printer_has_its_sentence() -> None:
    assert [fault for fault in Fault if fault not in SENTENCES] == []
