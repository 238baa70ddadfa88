"""Bodies too large to be held: read while they are sent, a piece at a time, on each way to a server."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from support.large_bodies import MB, OK, call, head, read_request, table, taking, whole

from pyjm.engine.http import expecting
from pyjm.engine.http.answer import Answer
from pyjm.engine.http.body import Pieces, Stretch
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin, trusting_context
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.http2_connection import Multiplexing
from pyjm.engine.http.http2_table import Http2Table
from pyjm.engine.http.proxy import Login, Proxy, ProxyTable
from pyjm.engine.http.retries import Retries


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_it_comes_as_it_is_and_the_connection_is_kept(
    run: Any, serving: Any, tls: ssl.SSLContext, two: Pieces, scheme: str
) -> None:
    seen: list[str] = []

    async def main() -> None:
        async with serving(taking(seen), tls if scheme == "https" else None) as port:
            mine = table()
            for _ in range(2):
                response = await mine.exchange(call(port, two, scheme))
                assert (response.status, response.sent_bytes) == (200, len(head(two)) + len(two))
                assert mine.kept == 1
            mine.close()

    run(main())
    assert seen == [hashlib.sha256(whole(two)).hexdigest()] * 2


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_of_a_large_file_little_is_in_memory(
    run: Any, serving: Any, tls: ssl.SSLContext, sparse: Path, scheme: str
) -> None:
    users = 3
    seen: list[str] = []
    begun = 0
    all_begun = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal begun
        begun += 1
        if begun == users:
            all_begun.set()
        await all_begun.wait()
        for _ in range(500):  # what can be sent unread, is
            await asyncio.sleep(0)
        seen.append(await read_request(reader))
        writer.write(OK)

    async def main() -> int:
        body = Pieces([b"x", Stretch(sparse, 50 * MB)])
        async with serving(serve, tls if scheme == "https" else None) as port:
            tables = [table() for _ in range(users)]
            tracemalloc.start()
            try:
                await asyncio.gather(*[each.exchange(call(port, body, scheme)) for each in tables])
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            for each in tables:
                each.close()
        return peak

    assert run(main()) < users * 2 * MB  # that of the server's side among it
    assert set(seen) == {hashlib.sha256(b"x" + bytes(50 * MB)).hexdigest()}
    assert len(seen) == users


def test_a_file_that_grew_is_cut_at_what_was_promised(run: Any, serving: Any, two: Pieces) -> None:
    seen: list[str] = []
    wanted = hashlib.sha256(whole(two)).hexdigest()
    for part in two.parts:
        if isinstance(part, Stretch):
            with part.path.open("ab") as file:
                file.write(b"more")

    async def main() -> None:
        async with serving(taking(seen)) as port:
            mine = table()
            for _ in range(2):
                await mine.exchange(call(port, two))
            mine.close()

    run(main())
    assert seen == [wanted, wanted]


def test_a_request_that_is_begun_without_a_coroutine_takes_it_along(run: Any, serving: Any, two: Pieces) -> None:
    seen: list[str] = []

    async def main() -> None:
        async with serving(taking(seen)) as port:
            mine = table()
            for _ in range(2):
                came = asyncio.Event()
                mine.answer = Answer(came.set)
                assert mine.begin(call(port, two)) is mine.answer
                await came.wait()
                assert mine.answer.take().sent_bytes == len(head(two)) + len(two)
            mine.close()

    run(main())
    assert seen == [hashlib.sha256(whole(two)).hexdigest()] * 2


def test_a_retry_sends_it_anew(run: Any, serving: Any, two: Pieces) -> None:
    seen: list[str] = []

    async def main() -> None:
        async with serving(taking(seen, [b"", OK])) as port:
            mine = table(retries=Retries(1, True))
            assert (await mine.exchange(call(port, two))).status == 200
            mine.close()

    run(main())
    assert seen == [hashlib.sha256(whole(two)).hexdigest()] * 2


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_it_waits_for_the_word_of_the_server(
    run: Any, serving: Any, tls: ssl.SSLContext, two: Pieces, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expecting, "WAIT_S", 20.0)
    begin = head(two, more=b"Expect: 100-continue\r\n")
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(len(begin)) == begin
        writer.write(b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
        assert await reader.readexactly(len(begin)) == begin
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        seen.append(hashlib.sha256(await reader.readexactly(len(two))).hexdigest())
        writer.write(OK)

    async def main() -> None:
        async with serving(serve, tls if scheme == "https" else None) as port:
            mine = table()
            asked = Call(Origin(scheme, "127.0.0.1", port), begin, held=0, body=two)
            refused = await mine.exchange(asked)
            assert (refused.status, refused.sent_bytes, mine.kept) == (417, len(begin), 1)
            response = await mine.exchange(asked)
            assert (response.status, response.sent_bytes, mine.kept) == (200, len(begin) + len(two), 1)
            mine.close()

    run(main())
    assert seen == [hashlib.sha256(whole(two)).hexdigest()]


def test_silence_is_counted_from_its_end_on(run: Any, serving: Any, sparse: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100_000)
        await asyncio.sleep(0.3)  # longer than the timeout: no read waits meanwhile
        await reader.readexactly(50 * MB - 100_000)
        assert await reader.read() != b"-"

    async def main() -> None:
        async with serving(serve) as port:
            with pytest.raises(WireError, match="Read timed out") as raised:
                await table().exchange(call(port, Pieces([Stretch(sparse, 50 * MB)]), response_s=0.1))
        assert (raised.value.end_ns - raised.value.start_ns) / 1e9 >= 0.4

    run(main())


def test_a_proxy_that_asks_for_credentials_is_sent_it_twice(run: Any, serving: Any, two: Pieces) -> None:
    seen: list[str] = []
    asks = b'HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm="r"\r\nContent-Length: 0\r\n\r\n'

    async def main() -> None:
        async with serving(taking(seen, [asks, OK])) as port:
            proxy = Proxy("127.0.0.1", port, "http", "me", "pw")
            mine = ProxyTable(Dialler(), login=Login(proxy))
            request = head(two, "http://far.away/x")
            response = await mine.exchange(Call(Origin("http", "far.away", 80, proxy), request, body=two))
            assert response.status == 200
            assert response.request is not None
            assert b"Proxy-Authorization: Basic bWU6cHc=\r\n" in response.request
            assert len(response.request) < 500
            mine.close()

    run(main())
    assert seen == [hashlib.sha256(whole(two)).hexdigest()] * 2


@pytest.mark.parametrize("way", ["http", "https"])
def test_it_goes_through_a_tunnel(run: Any, serving: Any, tls: ssl.SSLContext, two: Pieces, way: str) -> None:
    seen: list[str] = []

    async def main() -> None:
        async with serving(taking(seen), tls) as port:

            async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await reader.readuntil(b"\r\n\r\n")
                there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

                async def copied(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
                    while piece := await source.read(1 << 16):
                        sink.write(piece)
                        await sink.drain()
                    sink.close()

                await asyncio.gather(copied(reader, there_writer), copied(there_reader, writer))

            async with serving(tunnel, tls if way == "https" else None) as proxy_port:
                proxy = Proxy("127.0.0.1", proxy_port, way)
                mine = ProxyTable(Dialler(context=trusting_context()), login=Login(proxy))
                response = await mine.exchange(Call(Origin("https", "far.away", 443, proxy), head(two), body=two))
                assert (response.status, response.sent_bytes) == (200, len(head(two)) + len(two))
                mine.close()

    run(main())
    assert seen == [hashlib.sha256(whole(two)).hexdigest()]


def test_it_is_sent_where_http2_is_not_spoken(run: Any, serving: Any, two: Pieces) -> None:
    seen: list[str] = []

    async def main() -> None:
        async with serving(taking(seen)) as port:
            mine = Http2Table(Dialler(kind=Multiplexing))
            assert (await mine.exchange(call(port, two))).status == 200
            assert mine.kept == 1
            mine.close()

    run(main())
    assert seen == [hashlib.sha256(whole(two)).hexdigest()]
