"""Runs a demonstration: lays it out, starts the supervisor, says what there is, and stops everything on Ctrl-C.

Public for tests: `running(demo)` as a context manager. No process outlives the one that called it, however that one ends.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import urllib3
from supervisor.xmlrpc import SupervisorTransport

from provisioning.debian import DIE_WITH_US
from provisioning.demo import lay_out
from provisioning.demo.plan import BIN, Demo, remembered_base

READY_S = 90.0
STOP_S = 60.0
LOOK_EVERY_S = 0.2
WAKE_EVERY_S = 0.02
SOCKET_NAME_BYTES_MAX = 98  # The kernel allows 107 for a Unix socket; supervisor first binds the name with its pid behind it.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


class DoesNotStart(RuntimeError):
    """The demonstration did not come up; the message names the programs and where their logs lie."""


def run(demo: Demo, reset: bool, crash_at: str, say: Say) -> int:
    """Run in the foreground until SIGINT, SIGTERM or SIGHUP; give the exit code."""
    for number in STOP_SIGNALS:
        signal.signal(number, _interrupt)
    try:
        with running(demo, reset, crash_at, say) as supervisor:
            from provisioning.demo import welcome  # While the programs start, not before.

            say(welcome.text(demo))
            return supervisor.wait()
    except KeyboardInterrupt:
        say("Đã dừng. Dữ liệu còn nguyên; gọi lại make run để làm tiếp.")
        return 0
    except DoesNotStart as failed:
        say(str(failed))
        return 1


@contextmanager
def running(demo: Demo, reset: bool = False, crash_at: str = "", say: Say = lambda text: None) -> Iterator[subprocess.Popen]:
    """Have a demonstration running inside the block. Raises DoesNotStart when it is not ready in time."""
    prepare(demo, reset, crash_at, say)
    supervisor = start(demo)
    try:
        wait_until_ready(demo, supervisor)
        yield supervisor
    finally:
        _end(supervisor)


def prepare(demo: Demo, reset: bool, crash_at: str, say: Say) -> None:
    """Make everything that must be there before the programs start; stops a demonstration that still runs in this folder."""
    if len(os.fsencode(demo.supervisor_socket)) > SOCKET_NAME_BYTES_MAX:
        raise DoesNotStart(f"Đường dẫn {demo.root} quá dài cho ổ cắm Unix. Chọn thư mục khác bằng --home.")
    stop(demo)
    if reset:
        shutil.rmtree(demo.root, ignore_errors=True)
    if remembered_base(demo.root) not in (None, demo.port_base):
        raise DoesNotStart(
            f"{demo.root} đã dựng với cổng gốc {remembered_base(demo.root)}. Dùng cổng đó, hoặc thêm --reset để dựng lại."
        )
    lay_out.lay_out(demo, say)
    for home in (demo.commune, demo.province):
        order = home.run / "CRASH_AT"
        order.unlink(missing_ok=True)
        if crash_at:
            order.write_text(crash_at)


def start(demo: Demo) -> subprocess.Popen:
    """Start the supervisor, in a process group of its own so that Ctrl-C reaches it in order, through us."""
    demo.ready.unlink(missing_ok=True)
    command = [*DIE_WITH_US, BIN / "supervisord", "-n", "-c", demo.folder / "supervisord.conf"]
    output = (demo.folder / "log" / "supervisord.out").open("w")
    with output:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)


def wait_until_ready(demo: Demo, supervisor: subprocess.Popen) -> None:
    """Wait until both sites and the line's switch answer. Raises DoesNotStart."""
    until = time.monotonic() + READY_S
    _wake(demo, supervisor, until)
    waiting = {
        demo.commune_url + "/dang-nhap": demo.commune.keys / "lan-ca.crt",
        demo.province_url + "/dang-nhap": demo.province.keys / "lan-ca.crt",
        demo.switch_url + "/status": None,
    }
    while waiting:
        for url, root in list(waiting.items()):
            if _answers(url, root):
                del waiting[url]
        if supervisor.poll() is not None or time.monotonic() > until:
            raise DoesNotStart(f"Chưa chạy được: {', '.join(waiting)}. Xem nhật ký trong {demo.root}/*/log.")
        time.sleep(LOOK_EVERY_S if waiting else 0)
    demo.ready.touch()


def stop(demo: Demo) -> bool:
    """Stop a demonstration that runs, wherever it was started. Says whether there was one."""
    try:
        with control(demo) as supervisor:
            number = supervisor.getPID()
            supervisor.shutdown()
    except OSError:
        return False
    until = time.monotonic() + STOP_S
    while Path(f"/proc/{number}").exists() and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
    return True


@contextmanager
def control(demo: Demo) -> Iterator[Any]:
    """Give supervisor's own calls: getAllProcessInfo, stopProcess, startProcess … Raises OSError when none runs."""
    transport = SupervisorTransport(None, None, f"unix://{demo.supervisor_socket}")
    try:
        yield xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor
    finally:
        transport.close()


def _wake(demo: Demo, supervisor: subprocess.Popen, until: float) -> None:
    """Ask the supervisor something as soon as it listens: it then starts its programs at once, not after its idle second."""
    while supervisor.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), control(demo) as asked:
            asked.getState()
            return
        time.sleep(WAKE_EVERY_S)


def _end(supervisor: subprocess.Popen) -> None:
    supervisor.terminate()
    try:
        supervisor.wait(STOP_S)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _answers(url: str, root: Path | None) -> bool:
    try:
        with urllib3.PoolManager(ca_certs=str(root) if root else None, timeout=2, retries=False) as pool:
            return pool.request("GET", url).status == 200
    except (urllib3.exceptions.HTTPError, OSError):
        return False


def _interrupt(number: int, frame: FrameType | None) -> None:
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # Stopping has begun; a second Ctrl-C must not break it off.
    raise KeyboardInterrupt
