"""Servers that do harm, over real sockets: each a failed sample or JMeter's, in bounded memory, others undisturbed."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import socket
import ssl
import struct
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from hostile_answers import CHUNKED, HOSTILE, OK

from pyjm.engine.http import errors, keeping
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin, trusting_context
from pyjm.engine.http.decode import decode_body
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.keeping import WHOLE, Keeping
from pyjm.engine.http.request import request_bytes
from pyjm.engine.http.table import Table

Send = Callable[[asyncio.StreamWriter], Awaitable[None]]
GET = request_bytes("GET", "/", [("Host", "x")])
HELLO = OK + b"Content-Length: 5\r\n\r\nhello"
MIB = 1 << 20


@pytest.fixture(params=["http", "https"])
def hostile(
    request: pytest.FixtureRequest, serving: Callable[..., Any], tls: ssl.SSLContext
) -> Callable[[Send], Any]:
    """Serve so: `async with hostile(send) as (table, origin)`. What is sent after our side has closed is lost."""
    scheme = request.param

    @contextlib.asynccontextmanager
    async def serve(send: Send) -> AsyncIterator[tuple[Table, Origin]]:
        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            await send(writer)

        async with serving(one, tls if scheme == "https" else None) as port:
            table = Table(Dialler(context=trusting_context()))
            yield table, Origin(scheme, "127.0.0.1", port)
            table.close()

    return serve


def writes(raw: bytes) -> Send:
    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return send


def floods(first: bytes, again: bytes) -> Send:
    """Send without end."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while not writer.is_closing():
            writer.write(again)
            await writer.drain()
            await asyncio.sleep(0)  # by TLS the drain alone may let nobody else have a turn

    return send


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """Tell the most memory that was held since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


@pytest.mark.parametrize("name", HOSTILE)
def test_an_answer_no_server_should_give_is_what_jmeter_makes_of_it(
    name: str, run: Callable[[Any], Any], hostile: Callable[[Send], Any]
) -> None:
    case = HOSTILE[name]

    async def scenario() -> None:
        async with hostile(writes(case.raw)) as (table, origin):
            if case.kind and not case.unpacked:
                with pytest.raises(WireError) as caught:
                    await table.exchange(Call(origin, GET, response_s=5))
                said = case.text.format(port=origin.port)
                if name != "only an interim answer":  # an end or a reset, as it comes
                    assert (caught.value.kind, caught.value.text) == (case.kind, said)
            else:
                response = await table.exchange(Call(origin, GET, response_s=5))
                assert case.unpacked or response.body == case.text.encode("latin-1")

    run(scenario())


ENDLESS = {
    "head": floods(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 65_000 + b"\r\n"),
    "line of a head": floods(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65_536),
    "garbage": floods(b"", b"\x00\xffgarbage" * 8_000),
    "interim answers": floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000),
    "chunk size": floods(CHUNKED, b"0" * 65_536),
    "trailer": floods(CHUNKED + b"0\r\n", b"X: y\r\n" * 8_000),
    "body": floods(OK + b"\r\n", b"z" * 65_536),
    "chunks": floods(CHUNKED, b"8000\r\n" + b"z" * 0x8000 + b"\r\n"),
    "chunks of a byte": floods(CHUNKED, b"1\r\nz\r\n" * 8_000),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_fails_in_bounded_memory(
    name: str, run: Callable[[Any], Any], hostile: Callable[[Send], Any], monkeypatch: Any, peak: Callable[[], int]
) -> None:
    monkeypatch.setattr(keeping, "BODY_MAX", 8_192 if name == "chunks of a byte" else MIB // 32)

    async def scenario() -> str:
        async with hostile(ENDLESS[name]) as (table, origin):
            with pytest.raises(WireError) as caught:
                await table.exchange(Call(origin, GET, response_s=5))
            return caught.value.kind

    kinds = {"chunk size": errors.BAD_CHUNK, "trailer": errors.TOO_LONG}
    long = errors.OUT_OF_MEMORY if name.startswith(("body", "chunks")) else errors.TOO_LONG
    assert run(scenario()) == kinds.get(name, long)
    assert peak() < 32 * MIB


@pytest.mark.parametrize("kept", [None, Keeping(most=1000), Keeping(md5=True)], ids=str)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_body_goes_by_without_being_held(
    kept: Keeping | None, chunked: bool, run: Callable[[Any], Any], hostile: Callable[[Send], Any], peak: Any
) -> None:
    piece = b"z" * 65_536

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED if chunked else OK + b"Content-Length: %d\r\n\r\n" % (32 * MIB))
        for _ in range(32 * MIB // len(piece)):
            writer.write(b"10000\r\n" + piece + b"\r\n" if chunked else piece)
            await writer.drain()
        writer.write(b"0\r\n\r\n" if chunked else b"")
        await writer.drain()

    async def scenario() -> None:
        async with hostile(send) as (table, origin):
            response = await table.exchange(Call(origin, GET, kept, response_s=5))
        assert response.body_bytes == 32 * MIB
        hashed = hashlib.md5(usedforsecurity=False)
        for _ in range(32 * MIB // len(piece)):
            hashed.update(piece)
        assert response.body == (b"" if kept is None else hashed.hexdigest().encode() if kept.md5 else b"z" * 1000)

    run(scenario())
    assert peak() < 4 * MIB


def test_a_bomb_is_not_held_where_its_hash_or_its_beginning_is_wanted(peak: Callable[[], int]) -> None:
    bomb = gzip.compress(b"\0" * (32 * MIB))
    tracemalloc.reset_peak()
    assert decode_body(bomb, "gzip", Keeping(most=10)) == b"\0" * 10
    assert decode_body(bomb, "gzip", Keeping(md5=True)) == b"58f06dd588d8ffb3beb46ada6309436b"
    assert peak() < 8 * MIB
    with pytest.raises(WireError) as caught:
        decode_body(bomb, "gzip", WHOLE, limit=MIB)
    assert caught.value.kind == errors.OUT_OF_MEMORY


def test_a_reset_after_any_byte_of_an_answer_is_a_failed_sample(
    run: Callable[[Any], Any], hostile: Callable[[Send], Any]
) -> None:
    sizes = iter(range(len(HELLO)))

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.write(HELLO[: next(sizes)])
        await writer.drain()
        writer.transport.abort()  # without a word of TLS

    async def scenario() -> None:
        async with hostile(send) as (table, origin):
            for _ in HELLO:
                with pytest.raises(WireError) as caught:
                    await table.exchange(Call(origin, GET, response_s=5))
                assert (caught.value.kind, caught.value.text) == (errors.SOCKET, "Connection reset")

    run(scenario())


def test_a_slow_answer_goes_on_while_bytes_come_and_fails_when_none_do(
    run: Callable[[Any], Any], hostile: Callable[[Send], Any]
) -> None:
    hangs = asyncio.Event()

    async def send(writer: asyncio.StreamWriter) -> None:
        for at in range(len(HELLO) - 1):
            writer.write(HELLO[at : at + 1])
            await asyncio.sleep(0.005)
        await hangs.wait()

    async def scenario() -> None:
        async with hostile(send) as (table, origin):
            with pytest.raises(WireError) as caught:
                await table.exchange(Call(origin, GET, response_s=0.25))
            hangs.set()
        assert (caught.value.kind, caught.value.text) == (errors.SOCKET_TIMEOUT, "Read timed out")
        assert caught.value.end_ns - caught.value.start_ns > 0.4e9  # longer than the timeout: it is one of each read

    run(scenario())


def test_an_answer_before_the_request_is_sent_counts_and_ends_the_connection(
    run: Callable[[Any], Any], hostile: Callable[[Send], Any]
) -> None:
    taken = asyncio.Event()

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        await taken.wait()

    async def scenario() -> None:
        async with hostile(send) as (table, origin):
            body = b"x" * (20 * MIB)
            request = request_bytes("POST", "/", [("Host", "x"), ("Content-Length", str(len(body)))], body)
            response = await table.exchange(Call(origin, request, response_s=5))
            taken.set()
            assert (response.status, table.kept) == (413, 0)

    run(scenario())


def test_other_users_are_not_disturbed(run: Callable[[Any], Any], serving: Callable[..., Any]) -> None:
    attacks = [*ENDLESS.values(), *[writes(case.raw) for case in HOSTILE.values()]]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ")[1]
            if path != b"/":
                await attacks[int(path[1:])](writer)
                return
            writer.write(HELLO)

    async def scenario() -> None:
        async with serving(serve) as port:
            origin = Origin("http", "127.0.0.1", port)

            async def suffer(at: int) -> None:
                table = Table(Dialler())
                ask = request_bytes("GET", f"/{at}", [("Host", "x")])
                with contextlib.suppress(WireError):
                    await table.exchange(Call(origin, ask))
                table.close()

            async def go_on() -> None:
                table = Table(Dialler())
                while not all(task.done() for task in suffering):
                    assert (await table.exchange(Call(origin, GET, response_s=5))).body == b"hello"
                table.close()

            endless_bodies = range(len(ENDLESS) - 3, len(ENDLESS))
            suffering = [asyncio.create_task(suffer(at)) for at in range(len(attacks)) if at not in endless_bodies]
            await asyncio.gather(*(go_on() for _ in range(10)))

    run(scenario())
