"""Servers that do harm by HTTP/2: each a failed sample with the fault's name, in bounded time and memory."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hpack import Encoder

from pyjm.engine.http import errors, http2_engine, keeping
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.http2_connection import Multiplexing
from pyjm.engine.http.http2_table import Http2Table
from pyjm.engine.http.request import request_bytes
from pyjm.engine.http.response import Response

from .conftest import FakeTransport

GET = request_bytes("GET", "/", [("Host", "x")])
POST = request_bytes("POST", "/", [("Host", "x")], b"z" * 1_000_000)
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 1, 4


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def fields(*pairs: tuple[str, str]) -> bytes:
    return bytes(Encoder().encode(pairs, huffman=False))


def setting(number: int, value: int) -> bytes:
    return frame(SETTINGS, 0, 0, struct.pack(">HI", number, value))


HELLO = frame(SETTINGS, 0, 0)
OK = frame(HEADERS, END_HEADERS, 1, fields((":status", "200")))
BOMB = Encoder().encode([(":status", "200"), ("x", "y" * 4000)]) + b"\xbe" * 2000


class Exchange:
    """One exchange with what a server sends, without a network."""

    def __init__(self, loop: asyncio.AbstractEventLoop, request: bytes = GET) -> None:
        self.transport = FakeTransport()
        self.connection = Multiplexing(loop, "host:80")
        self.connection.connection_made(self.transport)
        self.connection.speak_http2()
        self.waiter = self.connection.begin(Call(Origin("http", "host", 80), request), 1)

    def take(self, data: bytes) -> Response | WireError | None:
        self.connection.data_received(data)
        return self.came()

    def came(self) -> Response | WireError | None:
        if not self.waiter.done():
            return None
        error = self.waiter.exception()
        assert error is None or isinstance(error, WireError)
        return error or self.waiter.result()


@pytest.fixture
def exchange(idle_loop: asyncio.AbstractEventLoop) -> Exchange:
    return Exchange(idle_loop)


HOSTILE = {
    "HTTP/1.1": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "protocol_error/the server answers in HTTP/1.1"),
    "garbage": (b"\xff\x00garbage" * 9, "frame_size_error/"),
    "TLS alert": (b"\x15\x03\x01\x00\x02\x02\x0a\x00\x00", "frame_size_error/"),
    "no settings first": (OK + frame(DATA, 0, 1, b"x") + frame(DATA, 0, 0, b"x"), "protocol_error/"),
    "frame of 16 MiB": (HELLO + b"\xff\xff\xff\x00\x00\x00\x00\x00\x01", "frame_size_error/frame of 16,777,215 bytes"),
    "frame of one more than may be": (HELLO + b"\x00\x40\x01\x00\x00\x00\x00\x00\x01", "frame_size_error/"),
    "settings of odd length": (frame(SETTINGS, 0, 0, b"12345"), "frame_size_error/"),
    "settings of a stream": (frame(SETTINGS, 0, 1), "protocol_error/"),
    "window beyond numbers": (setting(4, 1 << 31), "flow_control_error/"),
    "frames of no size": (setting(5, 0), "protocol_error/"),
    "ping of odd length": (HELLO + frame(PING, 0, 0, b"123"), "frame_size_error/"),
    "data before a head": (HELLO + frame(DATA, 0, 1, b"x"), "protocol_error/"),
    "data of no stream": (HELLO + frame(DATA, 0, 0, b"x"), "protocol_error/"),
    "data of a stream nobody opened": (HELLO + frame(DATA, 0, 7, b"x"), "protocol_error/"),
    "padding longer than the frame": (HELLO + OK + frame(DATA, 8, 1, b"\xff1"), "protocol_error/"),
    "head that is no HPACK": (HELLO + frame(HEADERS, END_HEADERS, 1, b"\xff" * 7), "protocol_error/"),
    "index out of the table": (HELLO + frame(HEADERS, END_HEADERS, 1, b"\xfe"), "protocol_error/"),
    "head without a status": (HELLO + frame(HEADERS, END_HEADERS, 1, fields(("a", "b"))), "protocol_error/"),
    "two statuses": (
        HELLO + frame(HEADERS, END_HEADERS, 1, fields((":status", "200"), (":status", "500"))),
        "protocol_error/",
    ),
    "capital letters": (
        HELLO + frame(HEADERS, END_HEADERS, 1, fields((":status", "200"), ("Set-Cookie", "a"))),
        "protocol_error/",
    ),
    "field of the connection": (
        HELLO + frame(HEADERS, END_HEADERS, 1, fields((":status", "200"), ("connection", "close"))),
        "protocol_error/",
    ),
    "line end in a field": (
        HELLO + frame(HEADERS, END_HEADERS, 1, fields((":status", "200"), ("a", "b\r\nc: d"))),
        "protocol_error/",
    ),
    "HPACK bomb": (HELLO + frame(HEADERS, END_HEADERS, 1, BOMB), "enhance_your_calm_error/"),
    "push": (HELLO + frame(PUSH, END_HEADERS, 1, (2).to_bytes(4, "big") + fields((":path", "/"))), "protocol_error/"),
    "stream of the server": (HELLO + frame(HEADERS, END_HEADERS, 2, fields((":status", "200"))), "protocol_error/"),
    "continuation of nothing": (HELLO + frame(CONTINUATION, END_HEADERS, 1, b""), "protocol_error/"),
    "something within a head": (HELLO + frame(HEADERS, 0, 1, b"") + frame(PING, 0, 0, b"12345678"), "protocol_error/"),
    "window that overflows": (HELLO + frame(WINDOW, 0, 0, b"\x7f\xff\xff\xff"), "flow_control_error/"),
    "window opened by nothing": (HELLO + frame(WINDOW, 0, 0, bytes(4)), "protocol_error/"),
    "body shorter than said": (
        HELLO
        + frame(HEADERS, END_HEADERS, 1, fields((":status", "200"), ("content-length", "9")))
        + frame(DATA, END_STREAM, 1, b"hello"),
        "protocol_error/",
    ),
    "body longer than said": (
        HELLO
        + frame(HEADERS, END_HEADERS, 1, fields((":status", "200"), ("content-length", "2")))
        + frame(DATA, 0, 1, b"hello"),
        "protocol_error/",
    ),
    "trailers that end nothing": (
        HELLO + OK + frame(DATA, 0, 1, b"x") + frame(HEADERS, END_HEADERS, 1, fields(("a", "b"))),
        "protocol_error/",
    ),
    "reset": (HELLO + frame(RST, 0, 1, (2).to_bytes(4, "big")), "internal_error"),
    "reset by an unknown code": (HELLO + OK + frame(RST, 0, 1, b"\xff" * 4), "0xffffffff"),
    "reset that asks for HTTP/1.1": (HELLO + frame(RST, 0, 1, (13).to_bytes(4, "big")), "http_1_1_required_error"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_server_should_send_names_its_fault(name: str, exchange: Exchange) -> None:
    data, said = HOSTILE[name]
    came = exchange.take(data)
    assert isinstance(came, WireError)
    assert came.kind == errors.EXECUTION
    assert came.text.startswith(f"java.io.IOException: {said}")
    assert came.end_ns
    if "/" in said:
        assert exchange.transport.closed


def test_one_byte_at_a_time_is_the_same(idle_loop: asyncio.AbstractEventLoop) -> None:
    good = HELLO + OK + frame(DATA, 0, 1, b"hel") + frame(DATA, END_STREAM, 1, b"lo")
    exchange = Exchange(idle_loop)
    for at in range(len(good)):
        came = exchange.take(good[at : at + 1])
    assert isinstance(came, Response)
    assert came.body == b"hello"


@pytest.mark.parametrize("broke", [None, ConnectionResetError(104, "reset")])
def test_an_end_at_every_byte_fails_the_sample(
    idle_loop: asyncio.AbstractEventLoop, broke: Exception | None
) -> None:
    good = HELLO + OK + frame(DATA, 0, 1, b"hel") + frame(DATA, END_STREAM, 1, b"lo")
    for at in range(len(good)):
        exchange = Exchange(idle_loop)
        exchange.take(good[:at])
        exchange.connection.connection_lost(broke)
        came = exchange.came()
        assert isinstance(came, WireError)
        assert came.text == ("Connection reset" if broke else "java.nio.channels.ClosedChannelException")


def test_changed_bytes_give_an_answer_or_a_failed_sample(idle_loop: asyncio.AbstractEventLoop) -> None:
    good = (
        HELLO
        + setting(3, 50)
        + frame(HEADERS, END_HEADERS, 1, fields((":status", "103"), ("link", "a")))
        + frame(HEADERS, END_HEADERS, 1, fields((":status", "200"), ("content-type", "text/plain"), ("a", "b")))
        + frame(WINDOW, 0, 0, (100).to_bytes(4, "big"))
        + frame(DATA, 8, 1, b"\x02hello\0\0")
        + frame(PING, 0, 0, b"12345678")
        + frame(HEADERS, END_HEADERS | END_STREAM, 1, fields(("x-sum", "1")))
        + frame(GOAWAY, 0, 0, bytes(8))
    )
    chance = random.Random(5)
    for _ in range(400):
        changed = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        exchange = Exchange(idle_loop, chance.choice((GET, POST)))
        exchange.take(bytes(changed))
        exchange.connection.connection_lost(None)
        assert exchange.came() is not None


def test_garbage_gives_a_failed_sample(idle_loop: asyncio.AbstractEventLoop) -> None:
    chance = random.Random(7)
    for _ in range(200):
        exchange = Exchange(idle_loop)
        exchange.take(HELLO)
        for _ in range(20):
            kind, stream = chance.randrange(12), chance.randrange(4)
            exchange.take(frame(kind, chance.randrange(256), stream, chance.randbytes(chance.randrange(40))))
        exchange.connection.connection_lost(None)
        assert exchange.came() is not None


Send = Callable[[asyncio.StreamWriter], Awaitable[None]]


def floods(first: bytes, again: bytes) -> Send:
    """Send without end."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(HELLO + first)
        while not writer.is_closing():
            writer.write(again)
            await writer.drain()

    return send


NOTHING = frame(DATA, 0, 1)
CALM = "enhance_your_calm_error/"
ENDLESS = {
    "settings": (floods(b"", setting(3, 50) * 500), CALM),
    "settings acknowledged": (floods(b"", frame(SETTINGS, 1, 0) * 500), ""),
    "pings": (floods(b"", frame(PING, 0, 0, b"12345678") * 500), CALM),
    "priorities": (floods(b"", frame(PRIORITY, 0, 1, b"\0\0\0\3\1") * 500), CALM),
    "unknown frames": (floods(b"", frame(99, 0, 0, b"x" * 100) * 500), CALM),
    "windows": (floods(b"", frame(WINDOW, 0, 1, b"\0\0\0\1") * 500), CALM),
    "resets of other streams": (floods(frame(RST, 0, 1, bytes(4)), frame(RST, 0, 1, bytes(4)) * 500), "no_error"),
    "empty data": (floods(OK, NOTHING * 500), CALM),
    "interim answers": (floods(b"", frame(HEADERS, 4, 1, fields((":status", "103"))) * 100), CALM),
    "continuations": (floods(frame(HEADERS, 0, 1, b""), frame(CONTINUATION, 0, 1, b"\0" * 9000) * 9), CALM),
    "empty continuations": (floods(frame(HEADERS, 0, 1), frame(CONTINUATION, 0, 1) * 90), "protocol_error/"),
    "bombs": (floods(b"", frame(HEADERS, END_HEADERS, 1, BOMB)), CALM),
    "body": (floods(OK, frame(DATA, 0, 1, b"z" * 16_000)), "Body is longer"),
    "body of a byte each": (floods(OK, frame(DATA, 0, 1, b"z") * 900), "Body is longer"),
    "goodbyes": (floods(b"", frame(GOAWAY, 0, 0, b"\x7f\xff\xff\xff\0\0\0\0") * 500), CALM),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_fails_in_bounded_memory(
    name: str, run: Callable[[Any], Any], serving: Callable[..., Any], monkeypatch: Any
) -> None:
    monkeypatch.setattr(keeping, "BODY_MAX", 1 << 12)
    monkeypatch.setattr(http2_engine, "IDLE_MAX", 2000)
    send, said = ENDLESS[name]

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(24)
        reading = asyncio.create_task(reader.read(-1))
        try:
            await send(writer)
        finally:
            reading.cancel()

    async def main() -> None:
        async with serving(one) as port:
            table = Http2Table(Dialler(kind=Multiplexing), prior_knowledge=True)
            with pytest.raises(WireError) as caught:
                await table.exchange(Call(Origin("http", "127.0.0.1", port), GET, response_s=5))
            table.close()
            assert said in caught.value.text

    run(main())


def test_a_window_that_is_never_opened_times_out(run: Callable[[Any], Any], serving: Callable[..., Any]) -> None:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HELLO)
        await reader.read(-1)

    async def main() -> None:
        async with serving(one) as port:
            table = Http2Table(Dialler(kind=Multiplexing), prior_knowledge=True)
            with pytest.raises(WireError) as caught:
                await table.exchange(Call(Origin("http", "127.0.0.1", port), POST, response_s=0.1))
            table.close()
            assert caught.value.kind == errors.SOCKET_TIMEOUT

    run(main())


def test_a_head_of_more_than_may_be_held_is_refused(exchange: Exchange) -> None:
    block = fields((":status", "200"), *[(f"x{at}", "y" * 15_000) for at in range(30)])
    parts = [block[at : at + 16_000] for at in range(0, len(block), 16_000)]
    kinds = [HEADERS] + [CONTINUATION] * (len(parts) - 1)
    flags = [0] * (len(parts) - 1) + [END_HEADERS]
    came = exchange.take(HELLO + b"".join(frame(*each, 1, part) for *each, part in zip(kinds, flags, parts)))
    assert isinstance(came, WireError)
    assert came.text.endswith("a head of more than 131,072 bytes")


def test_a_large_table_of_fields_asked_for_is_not_made(exchange: Exchange) -> None:
    assert exchange.take(setting(1, 1 << 31)) is None
    engine = exchange.connection.http2
    assert engine is not None
    assert engine.encoder.header_table_size == http2_engine.TABLE_MAX


def test_pushes_are_refused_and_windows_told_at_once(exchange: Exchange) -> None:
    written = exchange.transport.written
    assert written.startswith(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert struct.pack(">HI", 2, 0) in written
    assert struct.pack(">HI", 4, http2_engine.STREAM_WINDOW) in written


def sent_data(exchange: Exchange) -> list[tuple[int, bool]]:
    """Give the sizes of the pieces of a body that were sent, and whether each was the last."""
    written, at, found = exchange.transport.written, 24, []
    while at < len(written):
        length = int.from_bytes(written[at : at + 3], "big")
        if written[at + 3] == DATA:
            found.append((length, bool(written[at + 4] & END_STREAM)))
        at += 9 + length
    return found


def test_a_body_keeps_within_windows_that_change_on_the_way(idle_loop: asyncio.AbstractEventLoop) -> None:
    exchange = Exchange(idle_loop, request_bytes("POST", "/", [("Host", "x")], b"z" * 100_000))
    assert sum(size for size, _ in sent_data(exchange)) == 65_535  # before the server has said anything
    exchange.take(frame(WINDOW, 0, 0, (1 << 20).to_bytes(4, "big")))
    assert sum(size for size, _ in sent_data(exchange)) == 65_535  # the stream's own is used up
    exchange.take(setting(4, 65_545))
    assert sum(size for size, _ in sent_data(exchange)) == 65_545
    exchange.take(setting(4, 5))  # 65,540 too much already
    exchange.take(frame(WINDOW, 0, 1, (65_540).to_bytes(4, "big")))
    assert sum(size for size, _ in sent_data(exchange)) == 65_545
    exchange.take(frame(WINDOW, 0, 1, (7).to_bytes(4, "big")))
    assert sum(size for size, _ in sent_data(exchange)) == 65_552
    exchange.take(setting(5, 20_000) + setting(4, 1 << 20))
    pieces = sent_data(exchange)
    assert sum(size for size, _ in pieces) == 100_000
    assert max(size for size, _ in pieces) == 20_000
    assert [last for _, last in pieces] == [False] * (len(pieces) - 1) + [True]


def test_a_window_that_settings_make_too_large_is_a_fault(idle_loop: asyncio.AbstractEventLoop) -> None:
    exchange = Exchange(idle_loop, POST)
    came = exchange.take(frame(WINDOW, 0, 1, (1 << 20).to_bytes(4, "big")) + setting(4, (1 << 31) - 1))
    assert isinstance(came, WireError)
    assert "flow_control_error/" in came.text


def test_a_server_is_told_of_what_was_taken_when_half_a_window_is_full(exchange: Exchange) -> None:
    exchange.take(HELLO + OK)
    before = len(exchange.transport.written)
    piece = frame(DATA, 8, 1, b"\x04" + b"z" * 16_000 + bytes(4))  # its padding counts as well
    for _ in range(http2_engine.STREAM_WINDOW // 2 // 16_005 + 1):
        exchange.take(piece)
    told = exchange.transport.written[before:]
    taken = (http2_engine.STREAM_WINDOW // 2 // 16_005 + 1) * 16_005
    assert told == frame(WINDOW, 0, 1, taken.to_bytes(4, "big"))


def test_the_head_of_an_exchange_that_was_given_up_still_counts_for_the_next(exchange: Exchange) -> None:
    encoder = Encoder()
    heads = [bytes(encoder.encode([(":status", "200"), ("x-a", "1")])) for _ in range(2)]
    assert heads[0] != heads[1]  # the second refers to the first
    exchange.connection.shared = True
    exchange.take(HELLO)
    exchange.connection.expires_ns = 1 << 62
    exchange.connection.give_up(exchange.waiter)
    second = exchange.connection.begin(Call(Origin("http", "host", 80), GET), 1)
    late = frame(HEADERS, END_HEADERS, 1, heads[0]) + frame(DATA, END_STREAM, 1, b"late")
    exchange.connection.data_received(late + frame(HEADERS, END_HEADERS | END_STREAM, 3, heads[1]))
    assert second.result().headers == [("x-a", "1")]
