"""Large bodies that do not come to their end: whatever ends them, no file stays open."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from support.large_bodies import MB, call, is_open, table, taking

from pyjm.engine.http.answer import Answer
from pyjm.engine.http.body import Pieces, Stretch
from pyjm.engine.http.connection import Connection
from pyjm.engine.http.errors import FILE_NOT_FOUND, NO_RESPONSE, SOCKET, SSL, WireError

TOO_LARGE = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_early_answer_ends_it(run: Any, serving: Any, tls: ssl.SSLContext, sparse: Path, scheme: str) -> None:
    left = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100_000)
        writer.write(TOO_LARGE)
        rest = 0
        try:
            while piece := await reader.read(1 << 18):
                rest += len(piece)
        finally:
            left.append(rest)

    async def main() -> None:
        async with serving(serve, tls if scheme == "https" else None) as port:
            mine = table()
            response = await mine.exchange(call(port, Pieces([Stretch(sparse, 50 * MB)]), scheme))
            assert (response.status, response.body, mine.kept) == (413, b"", 0)
            assert not is_open(sparse)

    run(main())
    assert left[0] < 40 * MB


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_early_end_fails_it(run: Any, serving: Any, tls: ssl.SSLContext, sparse: Path, scheme: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100_000)
        writer.transport.abort()

    async def main() -> None:
        async with serving(serve, tls if scheme == "https" else None) as port:
            mine = table()
            with pytest.raises(WireError) as raised:
                await mine.exchange(call(port, Pieces([Stretch(sparse, 50 * MB)]), scheme))
            assert raised.value.kind in (SOCKET, NO_RESPONSE)
            assert (mine.kept, is_open(sparse)) == (0, False)

    run(main())


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_file_that_became_shorter_fails_it(
    run: Any, serving: Any, tls: ssl.SSLContext, sparse: Path, scheme: str
) -> None:
    ends = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100_000)
        with sparse.open("r+b") as file:
            file.truncate(40 * MB)
        try:
            while await reader.read(1 << 18):
                pass
        except OSError:
            pass
        finally:
            ends.append(reader.at_eof() or reader.exception() is not None)

    async def main() -> None:
        async with serving(serve, tls if scheme == "https" else None) as port:
            mine = table()
            with pytest.raises(WireError) as raised:
                await mine.exchange(call(port, Pieces([b"x", Stretch(sparse, 50 * MB), b"y"]), scheme))
            said = f"java.io.IOException: {sparse} ended while it was sent: {40 * MB} of {50 * MB} bytes"
            assert str(raised.value) == said
            assert raised.value.end_ns > raised.value.start_ns > 0
            assert (mine.kept, is_open(sparse)) == (0, False)

    run(main())
    assert ends == [True]


def test_a_file_that_is_gone_fails_it(run: Any, serving: Any, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(taking([])) as port:
            with pytest.raises(WireError) as raised:
                await table().exchange(call(port, Pieces([Stretch(tmp_path / "gone", 2 * MB)])))
            assert (raised.value.kind, raised.value.text) == (
                FILE_NOT_FOUND,
                f"{tmp_path / 'gone'} (No such file or directory)",
            )

    run(main())


@pytest.mark.parametrize("direct", [False, True])
def test_who_is_cut_leaves_no_file_open(run: Any, serving: Any, sparse: Path, direct: bool) -> None:
    reading = asyncio.Event()
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(MB)
        reading.set()
        await ended.wait()

    async def main() -> None:
        async with serving(serve) as port:
            mine = table()
            asked = call(port, Pieces([Stretch(sparse, 50 * MB)]))
            if direct:
                mine.answer = Answer(lambda: None)
                assert mine.begin(asked) is mine.answer
                await reading.wait()
                assert is_open(sparse)
                mine.cut()
            else:
                waits = asyncio.ensure_future(mine.exchange(asked))
                await reading.wait()
                assert is_open(sparse)
                waits.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waits
            assert not is_open(sparse)
            ended.set()

    run(main())


class Refusing(asyncio.Transport):
    """Takes the head of a request; at its body TLS breaks, or it `closes`."""

    def __init__(self, closes: bool) -> None:
        super().__init__()
        self.closes = closes
        self.written: list[bytes | bytearray | memoryview] = []
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self.written:
            error = ssl.SSLError(1, "[SSL] internal error")
            error.reason = "INTERNAL_ERROR"
            raise error
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.closes

    def abort(self) -> None:
        self.aborted = True


@pytest.mark.parametrize("closes", [False, True])
def test_a_transport_that_takes_nothing_more_ends_it(run: Any, sparse: Path, closes: bool) -> None:
    async def main() -> None:
        transport = Refusing(closes)
        connection = Connection(asyncio.get_running_loop(), "host:80")
        connection.connection_made(transport)
        asked = call(80, Pieces([Stretch(sparse, 50 * MB)]))
        waits = connection.begin(asked, 1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if closes:
            assert not waits.done()  # what ends it is on its way
            connection.connection_lost(ConnectionResetError())
        with pytest.raises(WireError) as raised:
            await waits
        assert raised.value.kind == (SOCKET if closes else SSL)
        assert (transport.written, transport.aborted, is_open(sparse)) == ([asked.request], True, False)

    run(main())
