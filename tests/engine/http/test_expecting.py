"""A body that waits for the server's word."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest

from pyjm.engine.http import expecting
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin, trusting_context
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.table import Table

HEAD = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
NO = b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expecting, "WAIT_S", 20.0)


def call(port: int, body: bytes = b"body", response_s: float = 0.0, scheme: str = "http") -> Call:
    return Call(Origin(scheme, "127.0.0.1", port), HEAD + body, response_s=response_s, held=len(body))


def test_the_body_goes_when_it_is_asked_for_and_what_came_before_it_is_not_counted(run: Any, serving: Any) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\r\n\r\n") == HEAD
        for piece in (GO_ON[:9], GO_ON[9:]):
            writer.write(piece)
            await writer.drain()
        assert await reader.readexactly(4) == b"body"
        writer.write(b"HTTP/1.1 102 Processing\r\n\r\n" + OK)

    async def main() -> None:
        async with serving(serve) as port:
            response = await Table(Dialler()).exchange(call(port))
        assert (response.status, response.body) == (200, b"hi")
        assert (response.sent_bytes, response.received_bytes) == (len(HEAD) + 4, len(OK) + 27)

    run(main())


def test_it_goes_by_itself_when_nothing_is_heard(run: Any, serving: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expecting, "WAIT_S", 0.05)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(len(HEAD) + 4) == HEAD + b"body"
        writer.write(GO_ON + OK)  # the word that comes late is passed over

    async def main() -> None:
        async with serving(serve) as port:
            response = await Table(Dialler()).exchange(call(port, response_s=10))
        assert (response.status, response.received_bytes) == (200, len(GO_ON + OK))
        assert response.end_ns - response.start_ns >= 45_000_000

    run(main())


def test_the_response_timeout_is_counted_from_the_body_on(
    run: Any, serving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expecting, "WAIT_S", 0.3)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side gives up

    async def main() -> None:
        async with serving(serve) as port:
            with pytest.raises(WireError, match="Read timed out") as raised:
                await Table(Dialler()).exchange(call(port, response_s=0.1))
        assert 0.39 <= (raised.value.end_ns - raised.value.start_ns) / 1e9 < 5

    run(main())


def test_an_answer_that_has_begun_is_waited_for_as_long_as_any(run: Any, serving: Any) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(NO[:20])
        assert await reader.read() == b""

    async def main() -> None:
        async with serving(serve) as port:
            with pytest.raises(WireError, match="Read timed out"):
                await Table(Dialler()).exchange(call(port, response_s=0.1))

    run(main())


def test_an_answer_without_it_keeps_the_body_back_and_the_connection_alive(run: Any, serving: Any) -> None:
    seen = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(NO)

    async def main() -> None:
        async with serving(serve) as port:
            table = Table(Dialler())
            for _ in range(2):
                response = await table.exchange(call(port))
                assert (response.status, response.sent_bytes, response.received_bytes) == (417, len(HEAD), 0)
            table.close()
        assert seen == [HEAD, HEAD]

    run(main())


def test_a_long_answer_is_counted_from_the_second_buffer_on(run: Any, serving: Any) -> None:
    answer = b"HTTP/1.1 413 Too Large\r\nContent-Length: 10000\r\n\r\n" + bytes(10_000)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async def main() -> None:
        async with serving(serve) as port:
            response = await Table(Dialler()).exchange(call(port))
        assert (response.body_bytes, response.received_bytes) == (10_000, len(answer) - 8192)

    run(main())


@pytest.mark.parametrize("code", [101, 102, 103])
def test_another_interim_answer_fails_the_sample(run: Any, serving: Any, code: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %d Odd\r\n\r\n" % code)
        assert await reader.read() == b""

    async def main() -> None:
        async with serving(serve) as port:
            with pytest.raises(WireError, match="ClientProtocolException: null"):
                await Table(Dialler()).exchange(call(port))

    run(main())


def test_the_end_of_the_connection_is_no_answer(run: Any, serving: Any) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async def main() -> None:
        async with serving(serve) as port:
            with pytest.raises(WireError, match="failed to respond"):
                await Table(Dialler()).exchange(call(port))

    run(main())


def test_an_empty_body_waits_too(run: Any, serving: Any) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(GO_ON + OK)

    async def main() -> None:
        async with serving(serve) as port:
            response = await Table(Dialler()).exchange(call(port, b""))
        assert (response.status, response.received_bytes) == (200, 0)

    run(main())


def test_it_is_the_same_by_tls(run: Any, serving: Any, tls: ssl.SSLContext) -> None:
    body = bytes(300_000)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(GO_ON)
        assert await reader.readexactly(len(body)) == body
        writer.write(OK)

    async def main() -> None:
        async with serving(serve, tls) as port:
            table = Table(Dialler(context=trusting_context()))
            assert (await table.exchange(call(port, body, scheme="https"))).body == b"hi"
            table.close()

    run(main())
