"""What stands in the province's place on a bad line: servers that answer as portals and proxies do, or not at all."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import urllib3

from sync.sender import Sender
from sync.wire import Wire, open_wire
from wire_room import Commune, Room, _application

HOST = "127.0.0.1"
QUICK = urllib3.Timeout(connect=0.3, read=0.3)
PAGE = b"<html>Wi-Fi: please log in</html>"


@contextmanager
def stranger(status: int, headers: dict[str, str] | None = None, keys: Path | None = None) -> Iterator[int]:
    """Answer every request with a page; gives the port. With `keys` over TLS, by the certificate that lies there."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", "Content-Length": str(len(PAGE)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(PAGE)

        do_GET = do_PUT = do_POST

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer((HOST, 0), Answer)
    server.handle_error = lambda *args: None  # Who does not trust us hangs up.
    if keys:
        server.socket = _context(keys).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _context(keys: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "lan.crt", keys / "lan.key")
    return context


@contextmanager
def peer_that_vanished() -> Iterator[int]:
    """Accept connections and never say a word more, as behind a router that forgot them."""
    with socket.create_server((HOST, 0)) as server, ExitStack() as held:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    held.enter_context(server.accept()[0])

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextmanager
def black_hole() -> Iterator[int]:
    """Listen with a queue that is full: the kernel swallows every further SYN without a word."""
    with socket.create_server((HOST, 0), backlog=0) as server, ExitStack() as held:
        for _ in range(3):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(server.getsockname())
        yield server.getsockname()[1]


@contextmanager
def nobody() -> Iterator[int]:
    """Give a port at which nobody listens."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        yield free.getsockname()[1]


def turn_to(commune: Commune, url: str) -> None:
    """Let a box's agent call another address, with timeouts that a test can wait for."""
    old = commune.agent.sender
    wire = Wire(url, open_wire(commune.home, QUICK)._pool)
    commune.agent.sender = Sender(old.box, wire, old.key, old.province, old.recipient, old.voice)


@contextmanager
def province_over_tls(room: Room) -> Iterator[str]:
    """Serve the true province over TLS by the certificate that lies in its home now."""
    from werkzeug.serving import make_server

    server = make_server(HOST, 0, _application(room), threaded=True, ssl_context=_context(room.province.home.keys))
    server.log = lambda *args: None
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://{HOST}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def resolving(answer: Callable[[str], str | None]) -> Callable:
    """Give a `getaddrinfo` of a name server that lies: an address for a name, or None for no such name."""

    def getaddrinfo(host: str, port: int, *rest, **more) -> list:
        if (told := answer(host)) is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (told, port))]

    return getaddrinfo
