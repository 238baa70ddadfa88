"""Answers, plain and odd, are read as JMeter 5.5 reads them: status, body and `bytes` below were recorded from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyjm.engine.http import errors
from pyjm.engine.http.connection import Connection
from pyjm.engine.http.errors import WireError

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


class Good(NamedTuple):
    raw: bytes
    body: bytes = b"hello"
    status: int = 200
    reason: str = "OK"
    kept: bool = True
    to_head: bool = False
    ends: bool = False  # the server closes after it
    body_bytes: int | None = None


GOOD = {
    "length": Good(OK + b"Content-Length: 5\r\n\r\nhello"),
    "closing": Good(OK + b"Content-Length: 5\r\nConnection: close\r\n\r\nhello", kept=False),
    "closing by proxy's word": Good(OK + b"Proxy-Connection: close\r\nContent-Length: 5\r\n\r\nhello", kept=False),
    "empty": Good(OK + b"Content-Length: 0\r\n\r\n", body=b""),
    "chunks": Good(CHUNKED + b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n", body=b"hello world"),
    "chunks with trailer": Good(CHUNKED + b"5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n"),
    "chunk sizes with blanks": Good(CHUNKED + b" 5 \r\nhello\r\n0\r\n\r\n"),
    "end within the trailer": Good(CHUNKED + b"5\r\nhello\r\n0\r\n", ends=True),
    "until close": Good(OK + b"\r\nhello", kept=False, ends=True),
    "length and chunks": Good(
        OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ),
    "identity": Good(
        OK + b"Content-Length: 5\r\nTransfer-Encoding: identity\r\n\r\nhello!", b"hello!", kept=False, ends=True
    ),
    "length that is no number": Good(OK + b"Content-Length: abc\r\n\r\nhello", kept=False, ends=True),
    "negative length": Good(OK + b"Content-Length: -5\r\n\r\nhello", kept=False, ends=True),
    "two lengths": Good(OK + b"Content-Length: 5\r\nContent-Length: 3\r\n\r\nhel", b"hel", kept=False),
    "HEAD": Good(OK + b"Content-Length: 5\r\n\r\n", body=b"", to_head=True),
    "HEAD without length": Good(b"HTTP/1.1 200 OK\r\n\r\n", body=b"", to_head=True),
    "204": Good(b"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", b"", 204, "No Content"),
    "204 with length": Good(b"HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n", b"", 204, "No", kept=False),
    "205": Good(b"HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n", b"", 205, "Reset"),
    "304 with length": Good(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", b"", 304, "Not Modified"),
    "1.0": Good(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", kept=False),
    "1.0 kept": Good(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello"),
    "2.0 by name": Good(b"HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    "after 100": Good(b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\nhello"),
    "after 102": Good(b"HTTP/1.1 102 Processing\r\nA: b\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\nhello"),
    "no reason": Good(b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", reason=""),
    "empty reason": Good(b"HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello", reason=""),
    "odd status": Good(b"HTTP/1.1 999 Odd one\r\nContent-Length: 5\r\n\r\nhello", status=999, reason="Odd one"),
    "folded": Good(OK + b"X-F: a\r\n b\r\nContent-Length: 5\r\n\r\nhello"),
    "bare line feeds": Good(b"HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: 5\n\nhello"),
    "blanks": Good(
        b"HTTP/1.1  200   Fine  then\r\nContent-Type:text/plain\r\nContent-Length:   5  \r\nX-E:\r\n\r\nhello",
        reason="Fine  then",
    ),
    "latin": Good(b"HTTP/1.1 200 caf\xe9\r\nX-L: \xe9\xff\r\nContent-Length: 5\r\n\r\nhello", reason="café"),
    "empty lines first": Good(b"\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\nhello"),
    "junk line first": Good(b"junk\r\n" + OK + b"Content-Length: 5\r\n\r\nhello"),
    "end within the head": Good(OK, body=b"", kept=False, ends=True),
    "end within the status line": Good(b"HTTP/1.1 200", body=b"", reason="", kept=False, ends=True),
}


def end_of_file(connection: Connection) -> None:
    connection.eof_received()


def reset(connection: Connection) -> None:
    connection.connection_lost(ConnectionResetError())


def cuts(raw: bytes) -> Iterable[list[bytes]]:
    """Whole; in two at every place; byte by byte."""
    yield [raw]
    yield from ([raw[:at], raw[at:]] for at in range(1, len(raw)))
    yield [raw[at : at + 1] for at in range(len(raw))]


@pytest.mark.parametrize("good", GOOD.values(), ids=GOOD)
def test_an_answer_is_the_same_however_it_is_cut(good: Good, make_wire: Callable[[], Any]) -> None:
    for pieces in cuts(good.raw):
        wire = make_wire()
        response = wire.answer(pieces, end_of_file if good.ends else None, to_head=good.to_head)
        assert (response.status, response.reason, response.body) == (good.status, good.reason, good.body)
        assert response.received_bytes == len(good.raw)
        assert response.body_bytes == len(good.body)
        assert bool(wire.connection.home) is good.kept
        assert wire.transport.closed is (not good.kept or good.ends)


def test_a_body_that_is_not_wanted_is_only_counted(wire: Any) -> None:
    raw = CHUNKED + b"5\r\nhello\r\n0\r\n\r\n"
    response = wire.answer([raw[:70], raw[70:]], keeping=None)
    assert (response.body, response.body_bytes, response.received_bytes) == (b"", 5, len(raw))
    response = wire.answer([OK + b"Content-Length: 5\r\n\r\nhello"], keeping=None)
    assert (response.body, response.body_bytes) == (b"", 5)


PROTOCOL = (errors.PROTOCOL, "null")
NO_RESPONSE = (errors.NO_RESPONSE, "host:80 failed to respond")
BAD = {
    "nothing": (b"", NO_RESPONSE),
    "status line cut short": (b"HTTP/1.1 20", PROTOCOL),
    "garbage": (b"\x00\x01\x02garbage\r\nfoo\r\n\r\n", PROTOCOL),
    "unfinished garbage": (b"junk", PROTOCOL),
    "status that is no number": (b"HTTP/1.1 abc OK\r\nContent-Length: 5\r\n\r\nhello", PROTOCOL),
    "version that is none": (b"HTTP/x.y 200 OK\r\nContent-Length: 5\r\n\r\nhello", PROTOCOL),
    "version without a point": (b"HTTP/2 200\r\n\r\n", PROTOCOL),
    "status of two digits": (b"HTTP/1.1 42 Odd\r\nContent-Length: 5\r\n\r\nhello", PROTOCOL),
    "field without colon": (OK + b"no colon here\r\nContent-Length: 5\r\n\r\nhello", PROTOCOL),
    "only an interim answer": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", NO_RESPONSE),
    "body cut short": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n" + b"x" * 1234,
        (
            errors.CLOSED,
            "Premature end of Content-Length delimited message body (expected: 5,000,000; received: 1,234)",
        ),
    ),
    "no last chunk": (
        CHUNKED + b"5\r\nhello\r\n",
        (errors.CLOSED, "Premature end of chunk coded message body: closing chunk expected"),
    ),
    "chunk cut short": (
        CHUNKED + b"10000\r\n" + b"x" * 1234,
        (errors.TRUNCATED_CHUNK, "Truncated chunk (expected size: 65,536; actual size: 1,234)"),
    ),
    "end after a chunk": (CHUNKED + b"5\r\nhello", (errors.BAD_CHUNK, "CRLF expected at end of chunk")),
    "chunk size of letters": (CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n", (errors.BAD_CHUNK, "Bad chunk header: zz")),
    "no chunk size": (CHUNKED + b"\r\nhello\r\n0\r\n\r\n", (errors.BAD_CHUNK, "Bad chunk header: ")),
    "negative chunk size": (CHUNKED + b"-3\r\nhello\r\n", (errors.BAD_CHUNK, "Negative chunk size")),
    "chunk size in Python's way": (CHUNKED + b"0x5\r\nhello\r\n", (errors.BAD_CHUNK, "Bad chunk header: 0x5")),
    "chunk size beyond reason": (
        CHUNKED + b"FFFFFFFFFFFFFFFFFF\r\nhello\r\n",
        (errors.BAD_CHUNK, "Bad chunk header: FFFFFFFFFFFFFFFFFF"),
    ),
    "chunk longer than said": (
        CHUNKED + b"3\r\nhello\r\n0\r\n\r\n",
        (errors.BAD_CHUNK, "Unexpected content at the end of chunk"),
    ),
    "trailer that is no field": (
        CHUNKED + b"5\r\nhello\r\n0\r\nbad\r\n\r\n",
        (errors.BAD_CHUNK, "Invalid footer: Invalid header: bad"),
    ),
}


@pytest.mark.parametrize(("raw", "want"), BAD.values(), ids=BAD)
def test_what_is_no_answer_fails_in_jmeters_words(
    raw: bytes, want: tuple[str, str], make_wire: Callable[[], Any]
) -> None:
    for pieces in cuts(raw) if len(raw) < 200 else ([raw], [raw[:99], raw[99:]]):
        wire = make_wire()
        with pytest.raises(WireError) as caught:
            wire.answer(pieces, end_of_file)
        assert (caught.value.kind, caught.value.text) == want
        assert caught.value.code == f"Non HTTP response code: {want[0]}"
        assert caught.value.message == f"Non HTTP response message: {want[1]}"
        assert wire.transport.closed
        assert not wire.connection.home


@pytest.mark.parametrize("raw", [GOOD["length"].raw, GOOD["chunks"].raw, GOOD["after 100"].raw])
def test_a_reset_at_any_byte_is_a_failed_sample(raw: bytes, make_wire: Callable[[], Any]) -> None:
    for at in range(len(raw)):
        wire = make_wire()
        with pytest.raises(WireError) as caught:
            wire.answer([raw[:at]] if at else [], reset)
        assert (caught.value.kind, caught.value.text) == (errors.SOCKET, "Connection reset")
        assert wire.transport.closed


def test_an_endless_head_comes_to_an_end(wire: Any) -> None:
    with pytest.raises(WireError) as caught:
        wire.answer([b"HTTP/1.1 200 OK\r\n"] + [b"X: " + b"y" * (1 << 20) + b"\r\n"] * 9)
    assert caught.value.kind == errors.TOO_LONG


def test_endless_lines_before_the_status_line_come_to_an_end(wire: Any) -> None:
    with pytest.raises(WireError) as caught:
        wire.answer([b"\n" * (1 << 20)] * 12)
    assert caught.value.kind == errors.TOO_LONG


def test_endless_interim_answers_come_to_an_end(wire: Any) -> None:
    with pytest.raises(WireError) as caught:
        wire.answer([b"HTTP/1.1 100 Continue\r\n\r\n" * 4_000] * 100)
    assert caught.value.kind == errors.TOO_LONG


def test_a_head_of_200_kB_and_one_of_300_fields_are_read(wire: Any) -> None:
    assert wire.answer([b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\nContent-Length: 0\r\n\r\n"]).status == 200
    many = b"".join([b"X-%d: y\r\n" % at for at in range(300)])
    assert len(wire.answer([b"HTTP/1.1 200 OK\r\n" + many + b"Content-Length: 0\r\n\r\n"]).headers) == 301


PIECES = [b"HTTP/1.1 200 OK", b"\r\n", b"\n", b":", b" ", b"Content-Length", b"5", b"chunked", b"Transfer-Encoding: "]


@given(st.lists(st.sampled_from([*PIECES, b"hello", b"0\r\n\r\n"]) | st.binary(max_size=6), max_size=30))
@settings(max_examples=200, deadline=None)
def test_no_bytes_whatever_raise_anything_but_a_wire_error(make_wire: Callable[[], Any], pieces: list[bytes]) -> None:
    wire = make_wire()
    future = wire.begin()
    for piece in pieces:
        wire.connection.data_received(piece)
    wire.connection.eof_received()
    wire.connection.connection_lost(None)
    assert future.done()
    assert future.exception() is None or isinstance(future.exception(), WireError)
