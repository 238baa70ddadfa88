"""A socket that tells when bytes came, and sends at once."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter_ns
from typing import Any

import pytest

from pyjm.engine.http.stamped import STAMPS, Clocks, Stamped, sockets_of

pytestmark = pytest.mark.skipif(not STAMPS, reason="this system does not tell when bytes of TCP came")

BUSY_S = 0.05
MUCH = b"0123456789" * 1_000_000


class Seen:
    """Keeps what it is told; `fails` is raised where bytes come."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []
        self.came: asyncio.Queue[int] = asyncio.Queue()
        self.lost = asyncio.Event()
        self.resumed = asyncio.Event()
        self.fails = False
        self.at_data: Callable[[], object] = lambda: None

    def connection_made(self, transport: Stamped) -> None:
        self.transport = transport

    def data_came(self, data: bytes, now: int) -> None:
        self.told.append(("data", data))
        self.came.put_nowait(now)
        self.at_data()
        if self.fails:
            raise ZeroDivisionError

    def eof_received(self) -> None:
        self.told.append(("eof", None))

    def connection_lost(self, error: Exception | None) -> None:
        self.told.append(("lost", error))
        self.lost.set()

    def pause_writing(self) -> None:
        self.told.append(("pause", None))

    def resume_writing(self) -> None:
        self.told.append(("resume", None))
        self.resumed.set()


def connected() -> tuple[Seen, socket.socket]:
    """Connect a transport with a socket of ours."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        mine = socket.create_connection(listener.getsockname())
        other, _ = listener.accept()
    mine.setblocking(False)
    other.setblocking(False)
    seen = Seen()
    Stamped(asyncio.get_running_loop(), mine, seen)
    return seen, other


def busy() -> None:
    """Keep the loop from everything else for a while."""
    until = time.monotonic() + BUSY_S
    while time.monotonic() < until:
        pass


def test_an_answer_came_when_the_system_had_it_and_not_when_the_loop_was_free(run: Any) -> None:
    async def work() -> None:
        seen, other = connected()
        with other:
            for _ in range(100):
                sent_ns = perf_counter_ns()
                other.send(b"answer")
                there_ns = perf_counter_ns()
                busy()
                came_ns = await seen.came.get()
                if came_ns < there_ns + BUSY_S * 1e9:  # the system begins to note a moment after it was asked to
                    break
            assert sent_ns - 1_000_000 <= came_ns <= there_ns + 1_000_000
            seen.transport.abort()
            await seen.lost.wait()

    run(work())


def test_a_request_is_on_its_way_at_once(run: Any) -> None:
    async def work() -> None:
        seen, other = connected()
        with other:
            seen.transport.write(b"request")
            assert other.recv(100) == b"request"
            seen.transport.abort()
            await seen.lost.wait()

    run(work())


def test_much_that_is_unsent_is_told_once_however_it_came_about(run: Any) -> None:
    async def work() -> None:
        seen, other = connected()
        with other:
            while not seen.transport.get_write_buffer_size():
                seen.transport.write(MUCH[:50_000])  # at last some of it does not go
            assert seen.told == []
            for _ in range(2 * 65_536 // 1000):
                seen.transport.write(MUCH[:1000])
            assert seen.told == [("pause", None)]
            while not seen.resumed.is_set():
                with suppress(BlockingIOError):
                    other.recv(1 << 20)
                await asyncio.sleep(0)
            assert (seen.told, seen.transport.get_write_buffer_size()) == ([("pause", None), ("resume", None)], 0)
            seen.transport.abort()
            await seen.lost.wait()

    run(work())


def test_what_does_not_go_at_once_goes_in_order_and_before_the_end(run: Any) -> None:
    async def work() -> None:
        seen, other = connected()
        with other:
            seen.transport.write(MUCH)
            unsent = seen.transport.get_write_buffer_size()
            seen.transport.write(b"last")
            assert 0 < unsent < len(MUCH)
            assert seen.transport.get_write_buffer_size() == unsent + 4
            seen.transport.close()
            assert seen.transport.is_closing()
            got = b""
            while piece := await asyncio.get_running_loop().sock_recv(other, 1 << 20):
                got += piece
            assert got == MUCH + b"last"
            await seen.lost.wait()
            assert seen.told == [("pause", None), ("lost", None)]

    run(work())


def test_who_was_asked_to_pause_is_told_to_go_on(run: Any) -> None:
    async def work() -> None:
        seen, other = connected()
        with other:
            seen.transport.write(MUCH)
            left = len(MUCH)
            while left:
                left -= len(await asyncio.get_running_loop().sock_recv(other, 1 << 20))
            await seen.resumed.wait()
            assert seen.told == [("pause", None), ("resume", None)]
            seen.transport.abort()
            await seen.lost.wait()

    run(work())


def end(other: socket.socket) -> None:
    other.close()


def reset(other: socket.socket) -> None:
    other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    other.close()


@pytest.mark.parametrize(("how", "said"), [(end, ["data", "eof", "lost"]), (reset, ["data", "lost"])])
def test_bytes_come_before_the_end(run: Any, how: Callable[[socket.socket], None], said: list[str]) -> None:
    async def work() -> None:
        seen, other = connected()
        other.send(b"answer")
        await seen.came.get()
        how(other)
        await seen.lost.wait()
        assert [kind for kind, _ in seen.told] == said
        assert isinstance(seen.told[-1][1], ConnectionResetError) is (how is reset)
        seen.transport.write(b"too late")
        seen.transport.close()
        seen.transport.abort()
        await asyncio.sleep(0)
        assert len(seen.told) == len(said)

    run(work())


def test_writing_to_one_who_has_gone_ends_the_connection(run: Any) -> None:
    async def work() -> None:
        seen, other = connected()
        reset(other)
        seen.transport.write(b"request")
        await seen.lost.wait()
        assert [kind for kind, _ in seen.told] == ["lost"]
        assert isinstance(seen.told[0][1], OSError)

    run(work())


def test_a_fault_of_ours_leaves_nobody_waiting(run: Any) -> None:
    async def work() -> None:
        faults: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: faults.append(context["exception"]))
        seen, other = connected()
        with other:
            seen.fails = True
            other.send(b"answer")
            await seen.lost.wait()
        assert [type(fault) for fault in faults] == [ZeroDivisionError]

    run(work())


def test_what_was_to_be_done_after_the_reading_is_done_after_a_fault_of_ours(run: Any) -> None:
    async def work() -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        loop.set_exception_handler(lambda loop, context: None)
        seen, other = connected()
        with other:
            seen.fails = True
            seen.at_data = lambda: sockets_of(loop).soon(done.set)
            other.send(b"answer")
            await asyncio.wait_for(done.wait(), 10)
            await seen.lost.wait()

    run(work())


def test_a_wall_clock_that_was_set_makes_no_answer_come_in_the_future() -> None:
    clocks, tomorrow = Clocks(), int(time.time()) + 86_400
    before = perf_counter_ns()
    for noted_ns in (tomorrow * 1_000_000_000, 0):
        clocks.noted_ns = noted_ns
        assert before <= clocks.noted() <= perf_counter_ns()
