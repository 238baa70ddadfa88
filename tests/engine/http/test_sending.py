"""Bodies too large to be held: read while they are sent, a piece at a time, whatever becomes of the exchange."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.http import expecting
from pyjm.engine.http.answer import Answer
from pyjm.engine.http.body import PIECE, Pieces, Source, Stretch, body_of
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin, trusting_context
from pyjm.engine.http.errors import FILE_NOT_FOUND, NO_RESPONSE, SOCKET, WireError
from pyjm.engine.http.proxy import Login, Proxy, ProxyTable
from pyjm.engine.http.retries import Retries
from pyjm.engine.http.table import Table

MB = 1 << 20
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
TOO_LARGE = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def pattern(size: int, seed: int = 1) -> bytes:
    return hashlib.shake_128(bytes((seed,))).digest(size)


@pytest.fixture
def two(tmp_path: Path) -> Pieces:
    """Two large files with bytes around them."""
    for at, size in ((1, 3 * MB + 7), (2, 2 * MB)):
        (tmp_path / str(at)).write_bytes(pattern(size, at))
    first, second = Stretch(tmp_path / "1", 3 * MB + 7), Stretch(tmp_path / "2", 2 * MB)
    return Pieces([b"begin", first, b"", b"between", second, b"end"])


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """A file of 50 MB that takes no room."""
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(50 * MB)
    return path


def whole(body: Pieces) -> bytes:
    return b"".join(part if isinstance(part, bytes) else part.path.read_bytes()[: len(part)] for part in body.parts)


def head(body: Pieces, target: str = "/", more: bytes = b"") -> bytes:
    return b"PUT %b HTTP/1.1\r\nHost: h\r\n%bContent-Length: %d\r\n\r\n" % (target.encode(), more, len(body))


def call(port: int, body: Pieces, scheme: str = "http", **how: Any) -> Call:
    return Call(Origin(scheme, "127.0.0.1", port), head(body), body=body, **how)


def table(**how: Any) -> Table:
    return Table(Dialler(context=trusting_context()), **how)


def is_open(path: Path) -> bool:
    """Tell whether this process has a file open."""
    links = Path("/proc/self/fd")
    if not links.is_dir():
        pytest.skip("this system does not tell what is open")
    return str(path) in {str(link.readlink()) for link in links.iterdir() if link.is_symlink()}


async def read_request(reader: asyncio.StreamReader) -> str:
    """Read one request, and give the hash of its body."""
    begin = (await reader.readuntil(b"\r\n\r\n")).lower()
    left = int(begin.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    seen = hashlib.sha256()
    while left:
        piece = await reader.read(min(left, 1 << 18))
        if not piece:
            raise asyncio.IncompleteReadError(b"", left)
        seen.update(piece)
        left -= len(piece)
    return seen.hexdigest()


def taking(seen: list[str], answers: list[bytes] | None = None) -> Callable[..., Any]:
    """Take whole requests, and give an answer to each; at the last one, close."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answers is None or answers:
            seen.append(await read_request(reader))
            answer = OK if answers is None else answers.pop(0)
            if not answer:
                return
            writer.write(answer)

    return serve


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


def test_a_body_without_files_is_bytes() -> None:
    assert body_of([b"a", b"b"]) == b"ab"
    assert body_of([]) == b""


def test_a_source_gives_as_much_as_is_asked_for_and_closes_at_its_end(two: Pieces) -> None:
    source = Source(two)
    first = Stretch(two.parts[1].path, 1) if isinstance(two.parts[1], Stretch) else None
    assert first is not None
    given = [source.take(1000), source.take(PIECE)]
    assert [len(each) for each in given] == [1000, PIECE]
    while source.left:
        given.append(source.take(PIECE))
    assert b"".join(given) == whole(two) == b"".join(two)
    assert not any(isinstance(part, Stretch) and is_open(part.path) for part in two.parts)


@pytest.mark.skipif(sys.platform != "linux", reason="a folder opens elsewhere")
def test_what_can_not_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(WireError, match=r"Is a directory"):
        Source(Pieces([Stretch(tmp_path, 2 * MB)])).take(10)
