"""How the web process and a device worker talk: one JSON line asked, one JSON line answered, over a Unix socket.

It never waits for a device: a worker starts the work, answers at once, and is asked again for its status.
"""

import contextlib
import fcntl
import json
import logging
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.errors import Refused

ASK_S = 5.0  # The longest a caller waits for an answer.
REQUEST_BYTES_MAX = 1 << 20
ANSWER_BYTES_MAX = 16 << 20  # A full spool: fifty jobs with hundreds of pages each.
SOCKET_NAME_BYTES_MAX = 100  # The kernel allows 107; longer paths go through /proc/self/fd.
WAITING_CALLERS_MAX = 16

log = logging.getLogger(__name__)

Answer = Callable[[dict], dict]


def ask(socket_path: Path | str, request: dict, timeout_s: float = ASK_S) -> dict:
    """Send one request and return the worker's answer.

    Raises Refused("worker_away") when nobody answers in time, or the Refused the worker itself raised.
    A request that timed out may have been heard: requests name their job, so asking again is safe.
    """
    line = json.dumps(request, ensure_ascii=False).encode() + b"\n"
    try:
        with _short_name(Path(socket_path)) as name, socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(timeout_s)
            wire.connect(name)
            wire.sendall(line)
            with wire.makefile("rb") as stream:
                answer = json.loads(stream.readline(ANSWER_BYTES_MAX))
    except (OSError, ValueError) as error:
        raise Refused("worker_away", worker=Path(socket_path).stem) from error
    if "refused" in answer:
        raise Refused(answer["refused"], **answer.get("facts", {}))
    return answer


def serve(socket_path: Path | str, answer: Answer, begin: Callable[[], None] = lambda: None) -> None:
    """Answer requests for ever, one at a time; a second worker on the same socket is refused with "worker_twice".

    `begin` is called once, when it's certain that we are the only one and before the first request is read.
    `answer` gets the request and returns the reply, both JSON objects; it should take milliseconds.
    A Refused it raises travels to the caller; any other exception is logged and becomes "worker_failed".
    """
    path = Path(socket_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path), _short_name(path) as name:
        begin()
        path.unlink(missing_ok=True)
        with _Server(name, answer) as server:
            path.chmod(0o600)
            server.serve_forever()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = WAITING_CALLERS_MAX

    def __init__(self, name: str, answer: Answer):
        self.answer, self.turn = answer, threading.Lock()
        super().__init__(name, _Exchange)

    def handle_error(self, request, client_address):
        log.exception("an exchange failed")


class _Exchange(socketserver.StreamRequestHandler):
    server: _Server
    timeout = ASK_S

    def handle(self):
        line = self.rfile.readline(REQUEST_BYTES_MAX)
        with contextlib.suppress(BrokenPipeError):  # The caller gave up; it will ask again.
            self.wfile.write(json.dumps(self._reply(line), ensure_ascii=False).encode() + b"\n")

    def _reply(self, line: bytes) -> dict:
        try:
            with self.server.turn:
                return self.server.answer(json.loads(line))
        except Refused as refused:
            return {"refused": refused.code, "facts": refused.facts}
        except Exception:
            # The request itself is not logged: it may hold a PIN.
            log.exception("a request failed")
            return {"refused": "worker_failed", "facts": {}}


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock the kernel drops when this process dies, however it dies."""
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused("worker_twice", worker=path.stem) from error
        yield


@contextlib.contextmanager
def _short_name(path: Path) -> Iterator[str]:
    """Yield an address the kernel accepts for a socket whose path may be too long for it."""
    if len(os.fsencode(path)) <= SOCKET_NAME_BYTES_MAX:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
