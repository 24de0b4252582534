"""The line of the demonstration: what it carries, and that cutting it is a real cut."""

import asyncio
import socket
import time
from concurrent import futures
from contextlib import asynccontextmanager, contextmanager, suppress

import pytest

from provisioning.demo.relay import Line, Wire, switch_page

WAIT_S = 5


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


async def echo(reader, writer):
    with suppress(ConnectionResetError):
        while data := await reader.read(1000):
            writer.write(data)
            await writer.drain()
        writer.write(b"bye")
    await hang_up(writer)


async def hang_up(writer):
    writer.close()
    with suppress(ConnectionResetError):
        await writer.wait_closed()


@asynccontextmanager
async def line_to_an_echo(folder):
    """Have a whole line whose far end answers with what it hears, then says bye."""
    wire = Wire("thử", free_port(), free_port())
    line = Line((wire,), folder / "cut")
    far = await asyncio.start_server(echo, "127.0.0.1", wire.target_port)
    await line.begin()
    try:
        yield line, wire
    finally:
        await line.cut()
        far.close()


@contextmanager
def loop_in_a_thread():
    with futures.ThreadPoolExecutor(1) as thread, asyncio.Runner() as runner:  # What still runs is cancelled at its end.
        loop, ended = runner.get_loop(), asyncio.Event()
        running = thread.submit(runner.run, ended.wait())
        yield loop
        loop.call_soon_threadsafe(ended.set)
        running.result(WAIT_S)


def test_the_line_carries_both_ways_and_counts_the_bytes(tmp_path):
    async def day():
        async with line_to_an_echo(tmp_path) as (line, wire):
            reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
            writer.write(b"x" * 100_000)
            writer.write_eof()
            assert len(await reader.read(-1)) == 100_003
            await hang_up(writer)
            assert line.status()["wires"] == [{"name": "thử", "up": 100_000, "down": 100_003, "connections": 1}]

    asyncio.run(day())


def test_a_cut_resets_what_is_open_and_refuses_what_is_new(tmp_path):
    async def day():
        async with line_to_an_echo(tmp_path) as (line, wire):
            reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
            writer.write(b"x")
            assert await reader.read(1) == b"x"
            await line.cut()
            with pytest.raises(ConnectionResetError):
                await asyncio.wait_for(reader.read(1), WAIT_S)
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", wire.port)
            assert line.status()["cut"] and line.status()["open"] == 0
            await hang_up(writer)

    asyncio.run(day())


def test_a_restored_line_carries_again_and_turning_twice_is_harmless(tmp_path):
    async def day():
        async with line_to_an_echo(tmp_path) as (line, wire):
            for turn in (line.cut, line.cut, line.restore, line.restore):
                await turn()
            reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
            writer.write_eof()
            assert await reader.read(-1) == b"bye"
            await hang_up(writer)

    asyncio.run(day())


def test_a_line_left_cut_is_cut_after_a_new_start(tmp_path):
    async def day():
        async with line_to_an_echo(tmp_path) as (line, wire):
            await line.cut()
            again = Line((wire,), line.cut_mark)
            await again.begin()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", wire.port)

    asyncio.run(day())


def test_nobody_at_the_far_end_closes_the_near_end(tmp_path):
    async def day():
        wire = Wire("thử", free_port(), free_port())
        line = Line((wire,), tmp_path / "cut")
        await line.begin()
        reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(1), WAIT_S)
        await hang_up(writer)
        await line.cut()

    asyncio.run(day())


def test_the_page_says_how_the_line_is_and_its_button_turns_it(tmp_path):
    wire = Wire("Đồng bộ với tỉnh", free_port(), free_port())
    line = Line((wire,), tmp_path / "cut")
    with socket.create_server(("127.0.0.1", wire.target_port)), loop_in_a_thread() as loop:
        asyncio.run_coroutine_threadsafe(line.begin(), loop).result(WAIT_S)
        page = switch_page(line, loop).test_client()
        assert "Đường truyền đến tỉnh: đang thông" in page.get("/").text
        assert "Đường truyền đến tỉnh: đã cắt" in page.post("/cut", follow_redirects=True).text
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", wire.port), WAIT_S)
        assert page.post("/restore", follow_redirects=True).status_code == 200
        socket.create_connection(("127.0.0.1", wire.port), WAIT_S).close()
        until = time.monotonic() + WAIT_S
        while not page.get("/status").json["wires"][0]["connections"] and time.monotonic() < until:
            time.sleep(0.01)  # The relay takes the call up in its own time, and ends it when it is cut.
        status = page.get("/status").json
        assert status["cut"] is False and status["wires"][0]["connections"] == 1
        page.post("/cut")
