"""A slow line as a TCP relay: bytes leave at a rate, arrive after a delay, in both directions; it counts what it carries."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
PIECE = 4096
QUEUE_PIECES = 64  # What one connection may have under way before its sender waits, like a window of 256 KiB.
AHEAD_S = 0.05  # What the near end of the line may hold back, like a modem's buffer; without it our late wake-ups cost capacity.


@dataclass
class SlowLine:
    """A line of `bits_per_s` each way and `one_way_s`; all its connections share it. Counts bytes up and down."""

    bits_per_s: float
    one_way_s: float
    target: int
    carried: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})
    free_at: dict[str, float] = field(default_factory=lambda: {"up": 0.0, "down": 0.0})
    port: int = 0
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop | None = None
    _ended: asyncio.Event | None = None

    async def serve(self, started: threading.Event) -> None:
        """Listen and carry until `end` is called."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._carry, LOOPBACK, 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._ended.wait()
        server.close()

    def end(self) -> None:
        """Stop, from any thread; what is still under way is dropped."""
        self._loop.call_soon_threadsafe(self._ended.set)

    def cut(self) -> None:
        """Reset all connections, from any thread; new ones are carried again."""
        self._loop.call_soon_threadsafe(lambda: [end.transport.abort() for end in self._ends])

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * self.one_way_s)  # The hand-shake a far end would have needed.
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self.target)
        ends = {writer, far_writer}
        self._ends |= ends
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(self._way(reader, far_writer, "up"), self._way(far_reader, writer, "down"))
        self._ends -= ends

    async def _way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str) -> None:
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUE_PIECES)
        delivering = asyncio.create_task(self._deliver(queue, writer))
        with contextlib.suppress(OSError):
            while data := await reader.read(PIECE):
                self.carried[way] += len(data)
                start = max(self.free_at[way], time.monotonic())
                self.free_at[way] = leaves = start + len(data) * 8 / self.bits_per_s
                await asyncio.sleep(max(0.0, start - AHEAD_S - time.monotonic()))
                await queue.put((leaves + self.one_way_s, data))
        await queue.put((0.0, b""))
        await delivering

    async def _deliver(self, queue: asyncio.Queue, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = await queue.get()
                if not data:
                    break
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                writer.write(data)
                await writer.drain()
        writer.close()


@contextlib.contextmanager
def slow_line(bits_per_s: float, one_way_s: float, target: int) -> Iterator[SlowLine]:
    """Have a slow line to a local port inside the block."""
    line, started = SlowLine(bits_per_s, one_way_s, target), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(line.serve(started)))
    thread.start()
    started.wait()
    try:
        yield line
    finally:
        line.end()
        thread.join()
