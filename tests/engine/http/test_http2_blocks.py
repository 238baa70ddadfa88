"""Heads of HTTP/2 that are known again are what the library makes of them, whatever came before."""

from __future__ import annotations

import random

import pytest
from hpack import Decoder, Encoder

from pyjm.engine.http import http2_blocks
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.http2_blocks import NO_TABLE, Unpacking, pack
from pyjm.engine.http.http2_head import asked, check, told

VALUES = ("", "1", "no-cache", "text/html; charset=utf-8", "ü\x7f".encode().decode("latin-1"), "x" * 200, "y" * 5000)
NAMES = ("server", "date", "etag", "x-id", "content-type", "set-cookie", "via")


@pytest.mark.parametrize("seed", range(8))
def test_heads_of_many_connections_are_what_the_library_reads(seed: int) -> None:
    chance = random.Random(seed)
    http2_blocks._known.clear()
    sides = [(Encoder(), Decoder(), Unpacking(1 << 17)) for _ in range(3)]
    for encoder, _, _ in sides:
        if chance.random() < 0.3:
            encoder.header_table_size = chance.choice((0, 100, 1000))
    for _ in range(300):
        encoder, decoder, unpacking = chance.choice(sides)
        if chance.random() < 0.02:
            encoder.header_table_size = chance.choice((0, 64, 500, 4096))
        fields = [(":status", "200")]
        fields += [(chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.randrange(6))]
        sensitive = [(name.encode(), value.encode("latin-1"), chance.random() < 0.1) for name, value in fields]
        block = bytes(encoder.encode(sensitive, huffman=chance.random() < 0.5))
        wanted = list(decoder.decode(block, raw=True))
        found = unpacking.unpack(block)
        assert [(bytes(name), bytes(value)) for name, value in wanted] == list(found)
        assert list(unpacking._table.dynamic_entries) == [
            (bytes(name), bytes(value)) for name, value in decoder.header_table.dynamic_entries
        ]
        assert unpacking._table._current_size == decoder.header_table._current_size


def test_a_head_that_is_cut_is_refused_or_read_as_far_as_it_goes() -> None:
    block = bytes(Encoder().encode([(":status", "200"), ("x-id", "1"), ("date", "now")]))
    for at in range(len(block)):
        http2_blocks._known.clear()
        try:
            wanted = [(bytes(name), bytes(value)) for name, value in Decoder().decode(block[:at], raw=True)]
        except Exception:
            with pytest.raises(WireError, match="protocol_error"):
                Unpacking(1000).unpack(block[:at])
        else:
            assert list(Unpacking(1000).unpack(block[:at])) == wanted


def test_a_head_that_refers_to_another_is_not_known_elsewhere() -> None:
    first, second = Encoder(), Encoder()
    heads = [first.encode([("x-id", "1")]), first.encode([("x-id", "1")])]
    others = [second.encode([("x-id", "2")]), second.encode([("x-id", "2")])]
    assert heads[1] == others[1]  # the same bytes: the newest entry of the table
    one, other = Unpacking(1000), Unpacking(1000)
    assert [one.unpack(head) for head in (*heads, heads[1])] == [((b"x-id", b"1"),)] * 3
    assert [other.unpack(head) for head in (*others, others[1])] == [((b"x-id", b"2"),)] * 3
    with pytest.raises(WireError):
        Unpacking(1000).unpack(heads[1])


def test_a_request_is_packed_alike_everywhere_and_read_whole() -> None:
    head = b"GET /a?b=c HTTP/1.1\r\nHost: h\r\nCookie: a=1\r\nX-\xfc: \xfc" b"\r\nX-Long: " + b"z" * 9000
    head = head.replace(b"X-\xfc", b"X-U")
    made = asked(head, b"https")
    assert made.block == pack(made.fields)
    decoder = Decoder()
    for block in (NO_TABLE + made.block, made.block, made.block):
        assert [(bytes(name), bytes(value)) for name, value in decoder.decode(block, raw=True)] == list(made.fields)
    assert not decoder.header_table.dynamic_entries
    assert (made.to_head, asked(b"HEAD / HTTP/1.1", b"http").to_head) == (False, True)


def test_a_head_of_more_than_is_allowed_is_refused() -> None:
    with pytest.raises(WireError, match="enhance_your_calm"):
        Unpacking(100).unpack(bytes(Encoder().encode([("a", "b" * 200)])))


@pytest.mark.parametrize(
    "fields",
    [
        [(b":status", b"200"), (b":status", b"200")],
        [(b"a", b"b"), (b":status", b"200")],
        [(b":path", b"/")],
        [(b"a", b"b")],
        [(b":status", b"200"), (b"A", b"b")],
        [(b":status", b"200"), (b"", b"b")],
        [(b":status", b"200"), (b"a", b" b")],
        [(b":status", b"200"), (b"a", b"b\0")],
        [(b":status", b"200"), (b"transfer-encoding", b"chunked")],
        [(b":status", b"200"), (b"te", b"gzip")],
        [(b":status", b"200"), (b"content-length", b"1"), (b"content-length", b"2")],
        [(b":status", b"200"), (b"content-length", b"-1")],
    ],
)
def test_a_head_that_http2_forbids_is_none(fields: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(WireError, match="protocol_error"):
        told(tuple(fields))


def test_what_a_head_says_of_the_body() -> None:
    assert told(((b":status", b"200"), (b"content-length", b"7"), (b"content-length", b"7"))).length == 7
    assert told(((b":status", b"304"), (b"content-length", b"7"))).length == -1
    assert told(((b":status", b"200"),)).length == -1
    assert told(((b":status", b"103"), (b"link", b"a"))).head is None


def test_trailers_have_no_status() -> None:
    check(((b"x-sum", b"1"),), pseudo=False)
    with pytest.raises(WireError):
        check(((b":status", b"200"),), pseudo=False)
