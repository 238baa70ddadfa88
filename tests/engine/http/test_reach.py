"""An exchange that begins with connecting: as one over a connection that was there, and no coroutine waits for it."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pyjm.engine.http import attempt, errors
from pyjm.engine.http.answer import Answer
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.names import Resolver
from pyjm.engine.http.request import request_bytes
from pyjm.engine.http.response import Response
from pyjm.engine.http.stamped import STAMPS, sockets_of
from pyjm.engine.http.table import Table

GET = request_bytes("GET", "/", [("Host", "x")])
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

pytestmark = pytest.mark.skipif(not STAMPS, reason="elsewhere a coroutine connects")


class Asking:
    """One user's table, and what it waits for."""

    def __init__(self, dialler: Dialler) -> None:
        self.table = Table(dialler)
        self.woken = asyncio.Event()
        self.table.answer = Answer(self.woken.set)

    async def get(self, call: Call) -> Response:
        assert self.table.begin(call) is self.table.answer
        await self.woken.wait()
        self.woken.clear()
        assert self.table.answer is not None
        return self.table.answer.take()

    async def fail(self, call: Call) -> WireError:
        with pytest.raises(WireError) as caught:
            await self.get(call)
        assert caught.value.end_ns == caught.value.connect_end_ns > caught.value.start_ns > 0
        return caught.value


def to(port: int, host: str = "127.0.0.1", **how: Any) -> Call:
    return Call(Origin("http", host, port, source=how.pop("source", "")), GET, **how)


async def known(*addresses: str) -> Resolver:
    """Know a name without asking for it again."""

    async def lookup(host: str) -> list[str]:
        return list(addresses)

    names = Resolver(lookup)
    await names.addresses("a.b")
    return names


async def answer_hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HELLO)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def taking_nobody() -> Iterator[int]:
    """Listen with a queue that is full: who connects waits."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield full.getsockname()[1]


def watched() -> int:
    sockets = sockets_of(asyncio.get_running_loop())
    return len(sockets._opening) + len(sockets._stamped)


@pytest.fixture
def asking(run: Any) -> Callable[[Callable[[Asking], Awaitable[None]]], None]:
    """Run a test's coroutine with a table on a loop of each kind; nothing is left watched."""

    async def with_table(work: Callable[[Asking], Awaitable[None]]) -> None:
        asks = Asking(Dialler())
        await work(asks)
        asks.table.close()
        assert watched() == 0

    return lambda work: run(with_table(work))


def test_the_connection_serves_what_comes_after_too(asking: Any, serving: Any) -> None:
    async def work(asks: Asking) -> None:
        async with serving(answer_hello) as port:
            first, second = await asks.get(to(port)), await asks.get(to(port))
            assert [first.body, second.body] == [b"hello"] * 2
            assert first.start_ns < first.connect_end_ns < first.end_ns
            assert second.connect_end_ns == 0
            assert asks.table.kept == 1
            asks.table.close()

    asking(work)


def test_the_next_address_is_tried_after_one_that_refuses(asking: Any, serving: Any) -> None:
    async def work(asks: Asking) -> None:
        async with serving(answer_hello) as port:
            asks.table._dialler = Dialler(await known("127.0.0.9", "127.0.0.1"))
            assert (await asks.get(to(port, "a.b"))).status == 200
            asks.table.close()

    asking(work)


def test_a_refusal_names_all_addresses(asking: Any) -> None:
    async def work(asks: Asking) -> None:
        port = free_port()
        asks.table._dialler = Dialler(await known("127.0.0.1", "127.0.0.2"))
        error = await asks.fail(to(port, "a.b"))
        text = f"Connect to a.b:{port} [a.b/127.0.0.1, a.b/127.0.0.2] failed: Connection refused"
        assert (error.kind, error.text) == (errors.REFUSED, text)

    asking(work)


def test_each_address_has_the_connect_timeout(asking: Any, serving: Any) -> None:
    async def work(asks: Asking) -> None:
        with taking_nobody() as port:
            asks.table._dialler = Dialler(await known("127.0.0.1", "127.0.0.1"))
            error = await asks.fail(to(port, "a.b", connect_s=0.05))
            text = f"Connect to a.b:{port} [a.b/127.0.0.1, a.b/127.0.0.1] failed: Connect timed out"
            assert (error.kind, error.text) == (errors.CONNECT_TIMEOUT, text)
            assert error.end_ns - error.start_ns >= 99_000_000

    asking(work)


def test_the_connect_timeout_is_over_with_connecting(asking: Any, serving: Any) -> None:
    answers = asyncio.Event()

    async def answer_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await answers.wait()
        writer.write(HELLO)

    async def work(asks: Asking) -> None:
        async with serving(answer_late) as port:
            asyncio.get_running_loop().call_later(0.1, answers.set)
            assert (await asks.get(to(port, connect_s=0.05))).status == 200
            asks.table.close()

    asking(work)


def test_who_is_cut_leaves_nothing_behind(asking: Any) -> None:
    async def work(asks: Asking) -> None:
        with taking_nobody() as port:
            assert asks.table.begin(to(port, connect_s=0.02)) is not None
            assert watched() == 1
            asks.table.cut()
            assert watched() == 0
            await asyncio.sleep(0.04)  # the timeout would be over
            assert not asks.woken.is_set()

    asking(work)


def test_a_source_that_can_not_be_left_from_fails_at_once(asking: Any, serving: Any) -> None:
    async def work(asks: Asking) -> None:
        error = await asks.fail(to(free_port(), source="192.0.2.1"))
        assert (error.kind, error.text) == (errors.BIND, "Cannot assign requested address")
        error = await asks.fail(to(free_port(), source="::1"))
        assert (error.kind, error.text) == (errors.SOCKET, "Network is unreachable")

    asking(work)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOSPC])
def test_a_machine_without_room_for_one_more_fails_the_sample(
    asking: Any, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def none(*_: object) -> None:
        raise OSError(number, "no")

    async def work(asks: Asking) -> None:
        sockets_of(asyncio.get_running_loop())  # one loop's, with what it needs
        monkeypatch.setattr(attempt.socket, "socket", none)
        error = await asks.fail(to(1))
        assert error.kind == errors.SOCKET
        monkeypatch.undo()

    asking(work)


@pytest.mark.parametrize(
    "origin",
    [
        Origin("https", "127.0.0.1", 1),
        Origin("http", "not.looked.up", 1),
        Origin("http", "127.0.0.1", 0),
        Origin("ftp", "127.0.0.1", 1),
    ],
)
def test_what_takes_more_than_tcp_to_a_known_address_is_left_to_a_coroutine(asking: Any, origin: Origin) -> None:
    async def work(asks: Asking) -> None:
        assert asks.table.begin(Call(origin, GET)) is None

    asking(work)
