"""A proxy in the middle of the line that does what it is told to single requests, on real connections with real TLS.

It stands between agent and nginx, where a line is, and ends TLS on both sides: it has the keys of both, which only a test has. So
both ends see true resets and truncations of true TLS connections, and each cut falls into the byte it was meant for. Between nginx
and waitress nothing of a line lies, and nginx would hide most cuts from either end.
"""

import asyncio
import contextlib
import ssl
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from appliance.config import Home
from line_emulator import Side
from line_faults import FAULTS, HEAD_BYTES_MAX, UNASKED, Exchange, Message, Upstream, read_message, reset

CALLS = {
    "POST /sync/v1/hello": "hello",
    "POST /sync/v1/keys": "keys",
    "POST /sync/v1/segments": "segments",
    "GET /sync/v1/feed": "feed",
    "POST /sync/v1/files/missing": "missing",
    "PUT /sync/v1/files/": "chunk",
}


def call_of(request: Message) -> str:
    """Name the call of a request."""
    said = request.first.decode("latin-1")
    return next((name for start, name in CALLS.items() if said.startswith(start)), "other")


def _nothing(request: Message, answer: Message) -> None:
    pass


@dataclass
class FaultProxy:
    """Passes on, and does to the next requests of a call what was ordered for them. Orders may come from any thread."""

    side: Side
    commune: Home
    province: Home
    target: tuple[str, int]
    witness: Callable[[Message, Message], None] = _nothing  # told of every exchange that the province answered
    chance: Random = field(default_factory=lambda: Random(1))
    orders: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    later: list[Message] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)
    port: int = 0
    _loop: asyncio.AbstractEventLoop | None = None
    _ended: asyncio.Event | None = None

    def order(self, call: str, *faults: str) -> None:
        """Have these befall the next requests of a call, one each."""
        self.orders[call].extend(faults)

    @property
    def owed(self) -> int:
        """Count the orders that no request met yet."""
        return sum(map(len, self.orders.values()))

    def deliver_late(self) -> int:
        """Let all requests arrive that were held for later; gives how many."""
        assert self._loop
        return asyncio.run_coroutine_threadsafe(self._deliver_late(), self._loop).result()

    async def serve(self, started: threading.Event) -> None:
        """Listen until `end` is called."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, self.side.address, 0, ssl=self._as_nginx(), limit=HEAD_BYTES_MAX)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._ended.wait()
        server.close()

    def end(self) -> None:
        """Stop, from any thread."""
        assert self._loop and self._ended
        self._loop.call_soon_threadsafe(self._ended.set)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(EOFError, OSError, asyncio.CancelledError):
                while not writer.transport.is_closing():
                    await self._one(await read_message(reader), writer)
        except BaseException as why:
            self.failures.append(why)
        finally:
            reset(writer)

    async def _one(self, request: Message, writer: asyncio.StreamWriter) -> None:
        call = call_of(request)
        fault = self.orders[call].popleft() if self.orders[call] else ""
        self.done[call, fault] += 1
        act = (FAULTS | UNASKED)[fault]
        await act(Exchange(request, self._nginx, writer, self.chance, self.witness, self.later, self.orders[call].appendleft))

    async def _nginx(self) -> Upstream:
        return await Upstream.open(self.target, self._as_agent())

    async def _deliver_late(self) -> int:
        count = len(self.later)
        while self.later:
            far = await self._nginx()
            await far.ask(self.later.pop())
            far.writer.close()
        return count

    def _as_nginx(self) -> ssl.SSLContext:
        """Give what the agent takes for the province."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.province.keys / "lan.crt", self.province.keys / "lan.key")
        tls.load_verify_locations(self.province.keys / "device-ca.crt")
        tls.verify_mode = ssl.CERT_REQUIRED
        return tls

    def _as_agent(self) -> ssl.SSLContext:
        """Give what nginx takes for the box."""
        tls = ssl.create_default_context(cafile=str(self.commune.keys / "province-ca.crt"))
        tls.load_cert_chain(self.commune.keys / "tls.crt", self.commune.keys / "tls.key")
        return tls


@contextmanager
def in_the_middle(proxy: FaultProxy) -> Iterator[FaultProxy]:
    """Have the proxy pass on inside the block, on its side of the line."""
    started = threading.Event()

    def run() -> None:
        with proxy.side.entered():
            asyncio.run(proxy.serve(started))

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        yield proxy
    finally:
        proxy.end()
        thread.join()
