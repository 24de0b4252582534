"""The line between commune and province, and the switch that cuts it: a TCP relay, never a flag.

Cutting closes the listening sockets (a connect is refused) and resets every open connection; restoring listens again. It counts
the bytes it carries and knows nothing of what they mean. The state outlives the process, in the file `cut_mark`.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import click
from flask import Flask, jsonify, redirect, render_template
from waitress import create_server
from werkzeug.wrappers import Response

from provisioning.demo.commands import of_demo
from provisioning.demo.plan import LOOPBACK, Demo

CHUNK_BYTES = 64 * 1024
SWITCH_S = 10.0  # The longest the switch page waits for the relay to obey.


@dataclass
class Wire:
    """One pair of ends: whoever connects to `port` reaches `target_port`. Counts the bytes to (up) and from (down) the target."""

    name: str
    port: int
    target_port: int
    carried: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})
    connections: int = 0


@dataclass
class Line:
    """All wires of one line, cut and restored together. Every method belongs to the event loop's thread."""

    wires: tuple[Wire, ...]
    cut_mark: Path
    _listening: list[asyncio.Server] = field(default_factory=list)
    _carrying: set[asyncio.Task] = field(default_factory=set)

    @property
    def is_cut(self) -> bool:
        """Say whether the line is cut."""
        return self.cut_mark.exists()

    async def begin(self) -> None:
        """Take up the state the line was left in."""
        if not self.is_cut:
            await self._listen()

    async def cut(self) -> None:
        """Refuse new connections and reset the open ones. Harmless when already cut."""
        self.cut_mark.touch()
        for server in self._listening:
            server.close()
        self._listening.clear()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def restore(self) -> None:
        """Listen again. Harmless when the line is whole."""
        self.cut_mark.unlink(missing_ok=True)
        if not self._listening:
            await self._listen()

    def status(self) -> dict:
        """Give the state and the bytes carried since this process began: {"cut": bool, "wires": [...]}."""
        wires = [{"name": wire.name, **wire.carried, "connections": wire.connections} for wire in self.wires]
        return {"cut": self.is_cut, "open": len(self._carrying), "wires": wires}

    async def _listen(self) -> None:
        for wire in self.wires:
            self._listening.append(await asyncio.start_server(self._accept(wire), LOOPBACK, wire.port))

    def _accept(self, wire: Wire) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._carrying.add(task)
            wire.connections += 1
            try:
                if self.is_cut:  # It was cut between the caller's connect and this moment.
                    _reset([writer])
                else:
                    await _carry(wire, reader, writer)
            except asyncio.CancelledError:
                pass  # The line was cut: both ends have been reset.
            finally:
                self._carrying.discard(task)

        return carry


async def _carry(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry one connection until both directions have ended; any other end resets both ends."""
    ends = [writer]
    try:
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, wire.target_port)
        ends.append(far_writer)
        await asyncio.gather(_pump(reader, far_writer, wire.carried, "up"), _pump(far_reader, writer, wire.carried, "down"))
    except OSError:
        _reset(ends)
    except asyncio.CancelledError:
        _reset(ends)
        raise
    finally:
        for end in ends:
            end.close()
            with contextlib.suppress(OSError):
                await end.wait_closed()


def _reset(ends: list[asyncio.StreamWriter]) -> None:
    for end in ends:
        # Without lingering the kernel says RST and not FIN: a cut is no polite good-bye.
        end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, carried: dict[str, int], way: str) -> None:
    while data := await reader.read(CHUNK_BYTES):
        carried[way] += len(data)
        writer.write(data)
        await writer.drain()
    with contextlib.suppress(OSError):  # The other side has already gone.
        writer.write_eof()


def switch_page(line: Line, loop: asyncio.AbstractEventLoop) -> Flask:
    """Build the page with the switch. It runs in threads and hands each turn of the switch to the relay's loop."""
    app = Flask(__name__, template_folder=str(Path(__file__).parent), static_folder=None)

    def obey(turn: Awaitable[None]) -> None:
        asyncio.run_coroutine_threadsafe(turn, loop).result(SWITCH_S)  # type: ignore[arg-type]

    @app.get("/")
    def page() -> str:
        return render_template("line.html", **line.status())

    @app.get("/status")
    def status() -> Response:
        return jsonify(line.status())

    @app.post("/cut")
    def cut() -> Response:
        obey(line.cut())
        return redirect("/", 303)

    @app.post("/restore")
    def restore() -> Response:
        obey(line.restore())
        return redirect("/", 303)

    return app


async def run(line: Line, switch_port: int) -> None:
    """Carry the line and serve its switch until the process is ended."""
    await line.begin()
    app = switch_page(line, asyncio.get_running_loop())
    server = create_server(app, host=LOOPBACK, port=switch_port, threads=2)
    threading.Thread(target=server.run, daemon=True).start()
    await asyncio.Event().wait()


@click.command(help="Chạy đường truyền trình diễn giữa xã và tỉnh, với công tắc cắt và nối.")
@of_demo
def main(where: Demo) -> None:
    """Carry the demonstration's line until stopped."""
    wires = (
        Wire("Đồng bộ với tỉnh", where.line_to_province_port, where.province_port),
        Wire("Cơ quan chứng thực", where.line_to_authority_port, where.authority_port),
    )
    asyncio.run(run(Line(wires, where.line_cut), where.switch_port))


if __name__ == "__main__":
    main()
