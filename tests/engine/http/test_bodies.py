"""Bodies out and in: requests, forms of many parts, and content encodings, as JMeter 5.5 writes and reads them."""

from __future__ import annotations

import gzip
import zlib

import pytest

from pyjm.engine.http import errors
from pyjm.engine.http.decode import charset_of, decode_body, is_binary, meta_charset_of
from pyjm.engine.http.errors import WireError
from pyjm.engine.http.multipart import Field, File, multipart_body, multipart_type
from pyjm.engine.http.request import host_value, request_bytes

TEXT = b"hello world" * 20
GZIP = gzip.compress(TEXT, mtime=0)


def test_a_request_is_line_fields_and_body() -> None:
    assert request_bytes("POST", "/x", [("Connection", "keep-alive"), ("Content-Length", "1")], b"y") == (
        b"POST /x HTTP/1.1\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\ny"
    )
    assert request_bytes("GET", "/", []) == b"GET / HTTP/1.1\r\n\r\n"


def test_a_field_cannot_bring_in_another() -> None:
    assert request_bytes("GET", "/", [("A", "b\r\nX: y\n\rZ"), ("C", "d")]) == (
        b"GET / HTTP/1.1\r\nA: b  X: y  Z\r\nC: d\r\n\r\n"
    )
    assert b"\r\nX" not in request_bytes("GET", "/ HTTP/1.1\r\nX: y", [])


def test_what_the_wire_cannot_carry_becomes_a_question_mark() -> None:
    assert b"X-V: a\xe9?b?\tc\r\n" in request_bytes("GET", "/", [("X-V", "aé€b\x01\tc")])


def test_host_leaves_out_the_default_port() -> None:
    assert host_value("http", "h", 80) == "h"
    assert host_value("https", "h", 443) == "h"
    assert host_value("http", "h", 443) == "h:443"
    assert host_value("http", "::1", 8080) == "[::1]:8080"
    assert host_value("http", "h", -1) == "h"


PARTS = [
    Field("n1", "v1"),
    Field("né", "vé & =+"),
    File("f1", "a.txt", b"file a\n", "text/plain"),
    File("fü", 'ü "q.txt', b"\x00\x01bin"),
]


def test_a_form_of_parts_is_written_as_jmeter_writes_it() -> None:
    assert multipart_body("B-1", PARTS) == (
        b'--B-1\r\nContent-Disposition: form-data; name="n1"\r\nContent-Type: text/plain; charset=US-ASCII\r\n'
        b"Content-Transfer-Encoding: 8bit\r\n\r\nv1\r\n"
        b'--B-1\r\nContent-Disposition: form-data; name="n?"\r\nContent-Type: text/plain; charset=US-ASCII\r\n'
        b"Content-Transfer-Encoding: 8bit\r\n\r\nv? & =+\r\n"
        b'--B-1\r\nContent-Disposition: form-data; name="f1"; filename="a.txt"\r\nContent-Type: text/plain\r\n'
        b"Content-Transfer-Encoding: binary\r\n\r\nfile a\n\r\n"
        b'--B-1\r\nContent-Disposition: form-data; name="f?"; filename="? \\"q.txt"\r\n'
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n\x00\x01bin\r\n"
        b"--B-1--\r\n"
    )
    assert multipart_type("B-1") == "multipart/form-data; boundary=B-1"


def test_browser_like_forms_leave_out_types_of_fields_and_encodings() -> None:
    assert multipart_body("B", PARTS[1:3], "UTF-8", browser_like=True) == (
        b'--B\r\nContent-Disposition: form-data; name="n?"\r\n\r\nv\xc3\xa9 & =+\r\n'
        b'--B\r\nContent-Disposition: form-data; name="f1"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
        b"file a\n\r\n--B--\r\n"
    )


def test_a_form_without_parts_is_its_last_line() -> None:
    assert multipart_body("B", []) == b"--B--\r\n"


@pytest.mark.parametrize(
    ("raw", "encoding", "want"),
    [
        (GZIP, "gzip", TEXT),
        (GZIP, "x-gzip", TEXT),
        (GZIP + GZIP, "gzip", TEXT * 2),
        (GZIP + b"junk", "gzip", TEXT),
        (zlib.compress(TEXT), "deflate", TEXT),
        (zlib.compress(TEXT)[2:-4], "deflate", TEXT),
        (zlib.compress(GZIP), "deflate, gzip", TEXT),
        (b"hello", "foo", b"hello"),
        (b"hello", None, b"hello"),
        (b"", "gzip", b""),
    ],
)
def test_a_body_is_unpacked_by_its_encoding(raw: bytes, encoding: str | None, want: bytes) -> None:
    assert decode_body(raw, encoding) == want


@pytest.mark.parametrize(
    ("raw", "encoding", "kind", "text"),
    [
        (b"hello", "gzip", errors.ZIP, "Not in GZIP format"),
        (GZIP[:-9], "gzip", errors.END_OF_FILE, "Unexpected end of ZLIB input stream"),
        (zlib.compress(TEXT)[:-9], "deflate", errors.END_OF_FILE, "Unexpected end of ZLIB input stream"),
    ],
)
def test_a_body_that_does_not_unpack_fails_in_javas_words(raw: bytes, encoding: str, kind: str, text: str) -> None:
    with pytest.raises(WireError) as caught:
        decode_body(raw, encoding)
    assert (caught.value.kind, caught.value.text) == (kind, text)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_bomb_is_stopped_at_the_limit(pack: object) -> None:
    bomb = pack(b"\0" * 5_000_000)  # type: ignore[operator]
    encoding = "gzip" if bomb[:1] == b"\x1f" else "deflate"
    with pytest.raises(WireError) as caught:
        decode_body(bomb, encoding, limit=1_000_000)
    assert caught.value.kind == errors.OUT_OF_MEMORY


def test_every_way_of_breaking_a_packed_body_is_a_wire_error() -> None:
    for packed, encoding in ((GZIP, "gzip"), (zlib.compress(TEXT), "deflate")):
        for at in range(len(packed)):
            broken = packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :]
            try:
                decode_body(broken, encoding)
            except WireError as error:
                assert error.kind in (errors.ZIP, errors.END_OF_FILE)


def test_the_charset_is_what_the_content_type_says() -> None:
    assert charset_of('text/html; charset="utf-8"; x=y') == "utf-8"
    assert charset_of("text/html; CharSet=bogus") == "bogus"
    assert charset_of("text/html") is None
    assert charset_of(None) is None


def test_a_pages_meta_tag_names_a_charset_only_as_jmeter_writes_it() -> None:
    assert meta_charset_of(b'<META HTTP-EQUIV="Content-Type" content="text/html; charset=UTF-8">') == "UTF-8"
    assert meta_charset_of(b'<meta charset="utf-8">') is None
    assert meta_charset_of(b" " * 2000 + b'<meta http-equiv="content-type" content="text/html; charset=a">') is None


def test_images_sound_and_film_are_binary_but_not_svg_and_play_lists() -> None:
    types = ("image/png", "audio/ogg", "video/mp4", "image/svg+xml", "audio/mpegurl", "application/octet-stream")
    assert [is_binary(name) for name in types] == [True, True, True, False, False, False]
