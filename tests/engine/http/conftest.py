"""A connection without a network: bytes in, bytes out, nothing waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator

import pytest

from pyjm.engine.http.connection import Connection
from pyjm.engine.http.response import Response


class FakeTransport(asyncio.Transport):
    """Keep what is written; `unsent` is what the other side has not taken yet."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.unsent = 0
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True


class Wire:
    """One connection and its fake transport, with exchanges driven by hand."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.transport = FakeTransport()
        self.connection = Connection(loop, "host:80")
        self.connection.connection_made(self.transport)

    def begin(
        self,
        request: bytes = b"GET / HTTP/1.1\r\n\r\n",
        want_body: bool = True,
        to_head: bool = False,
        keep: bool = True,
        timeout_s: float = 0.0,
    ) -> asyncio.Future[Response]:
        return self.connection.begin(request, want_body, to_head, keep, timeout_s, 1)

    def answer(
        self,
        pieces: Iterable[bytes],
        end: Callable[[Connection], None] | None = None,
        to_head: bool = False,
        want_body: bool = True,
    ) -> Response:
        """Feed an answer and give its response, or raise what the exchange raises."""
        future = self.begin(to_head=to_head, want_body=want_body)
        for piece in pieces:
            if not future.done():
                self.connection.data_received(piece)
        if end is not None and not future.done():
            end(self.connection)
        assert future.done(), "the answer is not complete"
        return future.result()


@pytest.fixture(scope="session")
def idle_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that is never run: futures only keep their result."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def wire(idle_loop: asyncio.AbstractEventLoop) -> Wire:
    return Wire(idle_loop)


@pytest.fixture(scope="session")
def make_wire(idle_loop: asyncio.AbstractEventLoop) -> Callable[[], Wire]:
    return lambda: Wire(idle_loop)
