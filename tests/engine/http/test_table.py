"""A user's connections over real sockets, on both kinds of loop: kept, replaced, failed, as JMeter 5.5 does."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from pyjm.engine.http import errors
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.request import request_bytes
from pyjm.engine.http.response import Response
from pyjm.engine.http.table import Table

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Target:
    """A server on loopback: what it answers depends on the path; it remembers connections and requests."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str]] = []
        self.peers: list[str] = []
        self.heard = asyncio.Event()
        self.table = Table(Dialler())
        self.origin = Origin("http", "127.0.0.1", 0)

    async def get(self, path: str, origin: Origin | None = None, **how: Any) -> Response:
        request = request_bytes("GET", path, [("Host", "x")])
        return await self.table.exchange(Call(origin or self.origin, request, **how))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(self.peers)
        self.peers.append(writer.get_extra_info("peername")[0])
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            self.asked.append((number, path))
            self.heard.set()
            if path == "/nothing":
                return
            if path != "/silent":
                writer.write(HELLO)
            if path == "/then-reset":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            if path in ("/then-closed", "/then-reset"):
                return

    async def until_the_idle_one_ended(self) -> None:
        """Wait until our side has seen the end of the connection that waits."""
        while any(connection.ended is None for kept in self.table._idle.values() for connection in kept):  # noqa: ASYNC110
            await asyncio.sleep(0)


@pytest.fixture
def on_target(run: Any, serving: Any) -> Callable[[Callable[[Target], Awaitable[None]]], None]:
    """Run a test's coroutine with a target on a loop of each kind."""

    async def with_target(work: Callable[[Target], Awaitable[None]]) -> None:
        target = Target()
        async with serving(target.serve) as port:
            target.origin = Origin("http", "127.0.0.1", port)
            await work(target)
            target.table.close()

    return lambda work: run(with_target(work))


def test_one_connection_serves_request_after_request(on_target: Any) -> None:
    async def work(target: Target) -> None:
        first = await target.get("/a")
        second = await target.get("/b")
        assert [number for number, _ in target.asked] == [0, 0]
        assert first.start_ns < first.connect_end_ns < first.end_ns
        assert second.connect_end_ns == 0
        assert target.table.kept == 1

    on_target(work)


def test_exchanges_at_once_have_connections_of_their_own_which_are_all_kept(on_target: Any) -> None:
    async def work(target: Target) -> None:
        await asyncio.gather(*[target.get("/") for _ in range(4)])
        assert target.table.kept == 4
        await target.get("/")
        assert len(target.peers) == 4

    on_target(work)


@pytest.mark.parametrize(
    ("path", "kind"), [("/then-closed", errors.NO_RESPONSE), ("/then-reset", errors.SOCKET)], ids=["closed", "reset"]
)
def test_a_connection_closed_while_idle_fails_the_next_request_and_only_that(
    on_target: Any, path: str, kind: str
) -> None:
    async def work(target: Target) -> None:
        await target.get(path)
        await target.until_the_idle_one_ended()
        with pytest.raises(WireError) as caught:
            await target.get("/next")
        assert caught.value.kind == kind
        assert caught.value.connect_end_ns == 0
        assert target.asked == [(0, path)]
        await target.get("/next")
        assert target.asked[-1] == (1, "/next")

    on_target(work)


def test_after_enough_idleness_a_closed_connection_is_replaced_unseen(on_target: Any) -> None:
    async def work(target: Target) -> None:
        target.table = Table(Dialler(), validate_after_idle_s=1e-9)
        await target.get("/then-closed")
        await target.until_the_idle_one_ended()
        assert (await target.get("/next")).status == 200
        assert target.asked[-1] == (1, "/next")

    on_target(work)


def test_a_connection_older_than_its_time_to_live_is_replaced(on_target: Any) -> None:
    async def work(target: Target) -> None:
        target.table = Table(Dialler(time_to_live_s=1e-9))
        await target.get("/")
        await target.get("/")
        assert [number for number, _ in target.asked] == [0, 1]

    on_target(work)


def test_no_answer_on_a_used_connection_is_not_asked_for_again(on_target: Any) -> None:
    async def work(target: Target) -> None:
        await target.get("/")
        with pytest.raises(WireError) as caught:
            await target.get("/nothing")
        assert caught.value.text == f"{target.origin.authority} failed to respond"
        assert target.asked == [(0, "/"), (0, "/nothing")]

    on_target(work)


def test_a_cancelled_exchange_leaves_no_connection(on_target: Any) -> None:
    async def work(target: Target) -> None:
        task = asyncio.ensure_future(target.get("/silent"))
        await target.heard.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert target.table.kept == 0

    on_target(work)


def test_silence_ends_by_the_response_timeout(on_target: Any) -> None:
    async def work(target: Target) -> None:
        with pytest.raises(WireError) as caught:
            await target.get("/silent", response_s=0.05)
        assert caught.value.kind == errors.SOCKET_TIMEOUT
        assert caught.value.end_ns - caught.value.start_ns >= 50_000_000

    on_target(work)


def test_the_source_address_is_part_of_where_a_connection_goes(on_target: Any) -> None:
    async def work(target: Target) -> None:
        await target.get("/")
        await target.get("/", target.origin._replace(source="127.0.0.1"))
        assert target.peers == ["127.0.0.1", "127.0.0.1"]
        with pytest.raises(WireError) as caught:
            await target.get("/", target.origin._replace(source="192.0.2.1"))
        assert caught.value.kind == errors.BIND

    on_target(work)


def test_closing_the_table_closes_what_is_kept(on_target: Any) -> None:
    async def work(target: Target) -> None:
        await target.get("/")
        target.table.close()
        assert target.table.kept == 0

    on_target(work)
