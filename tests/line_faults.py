"""What the proxy on the line does to one exchange: byte-exact cuts in every part of a request and of an answer, and worse.

A fault is a function of FAULTS. It has the request as it came, may ask nginx once, twice or never, and gives the agent an answer, a
piece of one, or a reset. It reads HTTP/1.1 with a stated length, which is all that agent and receiver speak.
"""

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random

from appliance.errors import Refused
from sync.problems import problem_of

HEAD_BYTES_MAX = 64 * 1024
SLOW_S = 0.4
STORM = 2  # How many more requests of the same call a storm refuses.
BARE_503 = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_BUSY = problem_of(Refused("province_busy"))[1]
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nSync-Version: 1\r\nRetry-After: 1\r\nContent-Type: application/problem+json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_BUSY), _BUSY)
)
HOTEL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\nConnection: close\r\n\r\n<html>Please log in</html>"
GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Message:
    """A request or an answer, in the three parts that a cut may fall into; each ends with its own line ends."""

    first: bytes
    headers: bytes
    body: bytes

    @property
    def data(self) -> bytes:
        """Give it as it goes on the line."""
        return self.first + self.headers + self.body

    def up_to(self, part: str, chance: Random) -> bytes:
        """Give its beginning, cut somewhere in a part: that part's last byte is missing at least."""
        whole = getattr(self, part)
        before = {"first": b"", "headers": self.first, "body": self.first + self.headers}[part]
        return before + whole[: chance.randrange(len(whole))] if whole else before

    def flipped(self, part: str, chance: Random) -> "Message":
        """Give it with one bit of a part changed."""
        parts = {name: getattr(self, name) for name in ("first", "headers", "body")}
        if parts[part]:
            where = chance.randrange(len(parts[part]))
            parts[part] = parts[part][:where] + bytes([parts[part][where] ^ 1]) + parts[part][where + 1 :]
        return Message(**parts)


async def read_message(reader: asyncio.StreamReader, bodiless: bool = False) -> Message:
    """Read one. Raises EOFError (asyncio.IncompleteReadError), OSError."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, headers = head.split(b"\r\n", 1)
    said = re.search(rb"(?im)^content-length: *(\d+)", headers)
    body = b"" if bodiless or not said else await reader.readexactly(int(said[1]))
    return Message(first + b"\r\n", headers, body)


@dataclass
class Upstream:
    """A connection to nginx: TLS with the box's own certificate."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, address: tuple[str, int], tls: ssl.SSLContext) -> "Upstream":
        """Connect. Raises OSError."""
        return cls(*await asyncio.open_connection(*address, ssl=tls, limit=HEAD_BYTES_MAX))

    async def ask(self, request: Message) -> Message:
        """Send a request and read its answer."""
        self.writer.write(request.data)
        await self.writer.drain()
        return await read_message(self.reader, request.first.startswith(b"HEAD"))


@dataclass
class Exchange:
    """One request on its way: `ask` carries it to nginx, `give` carries an answer (or some bytes of one) back."""

    request: Message
    nginx: Callable[[], Awaitable[Upstream]]
    agent: asyncio.StreamWriter
    chance: Random
    witness: Callable[[Message, Message], None]
    later: list[Message]  # requests that arrive once more, long after
    again: Callable[[str], None]  # orders a fault for the next request of this call

    async def ask(self, request: Message | None = None) -> Message:
        """Let a request arrive, and its answer leave the province."""
        far = await self.nginx()
        answer = await far.ask(request or self.request)
        self.witness(self.request, answer)
        far.writer.close()
        return answer

    async def ask_up_to(self, part: str) -> None:
        """Let only the beginning of the request arrive; then the connection is gone."""
        far = await self.nginx()
        far.writer.write(self.request.up_to(part, self.chance))
        await far.writer.drain()
        reset(far.writer)

    async def give(self, data: bytes) -> None:
        """Send bytes to the agent."""
        self.agent.write(data)
        await self.agent.drain()

    def cut(self) -> None:
        """Reset the agent's connection."""
        reset(self.agent)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a cut does: without lingering the kernel says RST and not FIN."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _well(x: Exchange) -> None:
    await x.give((await x.ask()).data)


async def _lost(x: Exchange) -> None:
    x.cut()


async def _answer_lost(x: Exchange) -> None:
    """The province did it, and nobody hears of it."""
    await x.ask()
    x.cut()


def _request_cut(part: str) -> Callable[[Exchange], Awaitable[None]]:
    async def cut(x: Exchange) -> None:
        await x.ask_up_to(part)
        x.cut()

    return cut


def _answer_cut(part: str) -> Callable[[Exchange], Awaitable[None]]:
    async def cut(x: Exchange) -> None:
        answer = await x.ask()
        await x.give(answer.up_to(part, x.chance))
        x.cut()

    return cut


async def _twice(x: Exchange) -> None:
    answers = [await x.ask(), await x.ask()]
    await x.give(x.chance.choice(answers).data)


async def _late_twin(x: Exchange) -> None:
    x.later.append(x.request)
    await _well(x)


async def _slow(x: Exchange) -> None:
    await asyncio.sleep(SLOW_S)
    await _well(x)


async def _storm(x: Exchange) -> None:
    for _ in range(STORM):
        x.again("unavailable")
    await x.give(BARE_503)


def _flipped(part: str) -> Callable[[Exchange], Awaitable[None]]:
    async def flip(x: Exchange) -> None:
        await x.give((await x.ask(x.request.flipped(part, x.chance))).data)

    return flip


async def _answer_flipped(x: Exchange) -> None:
    await x.give((await x.ask()).flipped("body", x.chance).data)


def _instead(data: bytes) -> Callable[[Exchange], Awaitable[None]]:
    async def give(x: Exchange) -> None:
        await x.give(data)

    return give


FAULTS: Mapping[str, Callable[[Exchange], Awaitable[None]]] = {
    "": _well,
    "lost": _lost,
    "request_cut_in_first_line": _request_cut("first"),
    "request_cut_in_headers": _request_cut("headers"),
    "request_cut_in_body": _request_cut("body"),
    "answer_lost": _answer_lost,
    "answer_cut_in_status": _answer_cut("first"),
    "answer_cut_in_headers": _answer_cut("headers"),
    "answer_cut_in_body": _answer_cut("body"),
    "twice": _twice,
    "late_twin": _late_twin,
    "slow": _slow,
    "storm": _storm,
    "busy": _instead(BUSY),
    "request_body_garbled": _flipped("body"),
    "answer_body_garbled": _answer_flipped,
    "hotel": _instead(HOTEL),
    "gateway": _instead(GATEWAY),
}
UNASKED: Mapping[str, Callable[[Exchange], Awaitable[None]]] = {"unavailable": _instead(BARE_503)}  # What a storm brings.
