"""Answers no server should give, and what JMeter 5.5 made of each: recorded from it."""

from __future__ import annotations

import gzip
from typing import NamedTuple

from pyjm.engine.http import errors

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s"
GZIP = gzip.compress(b"x" * 1000, mtime=0)
SHORT = "Premature end of Content-Length delimited message body"
NO_LAST = "Premature end of chunk coded message body: closing chunk expected"


class Hostile(NamedTuple):
    """One answer; the server closes after it. `kind` is empty where JMeter takes it for good, `text` its body then."""

    raw: bytes
    kind: str
    text: str
    unpacked: bool = False  # fails only when its body is unpacked


HOSTILE = {
    "nothing": Hostile(b"", errors.NO_RESPONSE, "127.0.0.1:{port} failed to respond"),
    "status line cut": Hostile(b"HTTP/1.1 20", errors.PROTOCOL, "null"),
    "head cut within": Hostile(OK + b"X-Y: z", "", ""),
    "length beyond numbers": Hostile(OK + b"Content-Length: 99999999999999999999999\r\n\r\nhello", "", "hello"),
    "length of 5,000 digits": Hostile(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nhello", "", "hello"),
    "largest length": Hostile(
        OK + b"Content-Length: 9223372036854775807\r\n\r\nhello",
        errors.CLOSED,
        f"{SHORT} (expected: 9,223,372,036,854,775,807; received: 5)",
    ),
    "negative length": Hostile(OK + b"Content-Length: -5\r\n\r\nhello", "", "hello"),
    "two lengths": Hostile(OK + b"Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello", "", "hel"),
    "shorter than said": Hostile(
        OK + b"Content-Length: 9\r\n\r\nhello", errors.CLOSED, f"{SHORT} (expected: 9; received: 5)"
    ),
    "longer than said": Hostile(OK + b"Content-Length: 3\r\n\r\nhello", "", "hel"),
    "NUL in a field": Hostile(OK + b"X\x00Y: a\x00b\r\nContent-Length: 5\r\n\r\nhello", "", "hello"),
    "NUL in the reason": Hostile(b"HTTP/1.1 200 O\x00K\r\nContent-Length: 5\r\n\r\nhello", "", "hello"),
    "no UTF-8": Hostile(b"HTTP/1.1 200 O\xff\xfeK\r\nX: \xc3\x28\r\nContent-Length: 2\r\n\r\n\xff\xfe", "", "ÿþ"),
    "chunk size a word": Hostile(CHUNKED + b"zz\r\nhello\r\n", errors.BAD_CHUNK, "Bad chunk header: zz"),
    "chunk size negative": Hostile(CHUNKED + b"-5\r\nhello\r\n", errors.BAD_CHUNK, "Negative chunk size"),
    "chunk size empty": Hostile(CHUNKED + b"\r\n", errors.BAD_CHUNK, "Bad chunk header: "),
    "chunk size beyond numbers": Hostile(
        CHUNKED + b"f" * 18 + b"\r\nhello", errors.BAD_CHUNK, f"Bad chunk header: {'f' * 18}"
    ),
    "largest chunk": Hostile(
        CHUNKED + b"7fffffffffffffff\r\nhello",
        errors.TRUNCATED_CHUNK,
        "Truncated chunk (expected size: 9,223,372,036,854,775,807; actual size: 5)",
    ),
    "chunk cut": Hostile(
        CHUNKED + b"9\r\nhello", errors.TRUNCATED_CHUNK, "Truncated chunk (expected size: 9; actual size: 5)"
    ),
    "chunk longer than said": Hostile(
        CHUNKED + b"3\r\nhello\r\n0\r\n\r\n", errors.BAD_CHUNK, "Unexpected content at the end of chunk"
    ),
    "no chunk": Hostile(CHUNKED, errors.CLOSED, NO_LAST),
    "no last chunk": Hostile(CHUNKED + b"5\r\nhello\r\n", errors.CLOSED, NO_LAST),
    "bad trailer": Hostile(
        CHUNKED + b"2\r\nhi\r\n0\r\nbad trailer\r\n\r\n",
        errors.BAD_CHUNK,
        "Invalid footer: Invalid header: bad trailer",
    ),
    "version of 5,000 digits": Hostile(b"HTTP/" + b"1" * 5000 + b".1 200 OK\r\n\r\n", errors.PROTOCOL, "null"),
    "status 000": Hostile(b"HTTP/1.1 000 OK\r\n\r\n", errors.PROTOCOL, "null"),
    "status negative": Hostile(b"HTTP/1.1 -200 OK\r\n\r\n", errors.PROTOCOL, "null"),
    "status beyond numbers": Hostile(b"HTTP/1.1 99999999999 OK\r\n\r\n", errors.PROTOCOL, "null"),
    "204 with a length of 5,000 digits": Hostile(
        b"HTTP/1.1 204 No\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", "", ""
    ),
    "keep-alive of 5,000 digits": Hostile(
        OK + b"Keep-Alive: timeout=" + b"9" * 5000 + b"\r\nContent-Length: 2\r\n\r\nhi", "", "hi"
    ),
    "garbage": Hostile(b"\x00\x01\x02\xff" * 100, errors.PROTOCOL, "null"),
    "mail server": Hostile(b"220 mail ready\r\n", errors.PROTOCOL, "null"),
    "TLS alert": Hostile(b"\x15\x03\x01\x00\x02\x02\x0a", errors.PROTOCOL, "null"),
    "HTTP/0.9": Hostile(b"<html>hi</html>", errors.PROTOCOL, "null"),
    "field without colon": Hostile(OK + b"nocolon\r\nContent-Length: 2\r\n\r\nhi", errors.PROTOCOL, "null"),
    "field without name": Hostile(OK + b": x\r\nContent-Length: 2\r\n\r\nhi", errors.PROTOCOL, "null"),
    "50 interim answers": Hostile(
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + OK + b"Content-Length: 2\r\n\r\nhi", "", "hi"
    ),
    "only an interim answer": Hostile(
        b"HTTP/1.1 100 Continue\r\n\r\n", errors.NO_RESPONSE, "127.0.0.1:{port} failed to respond"
    ),
    "no gzip": Hostile(PACKED % (5, b"hello"), errors.ZIP, "Not in GZIP format", True),
    "gzip cut": Hostile(
        PACKED % (len(GZIP) - 9, GZIP[:-9]), errors.END_OF_FILE, "Unexpected end of ZLIB input stream", True
    ),
    "gzip with a wrong sum": Hostile(
        PACKED % (len(GZIP), GZIP[:-8] + b"12345678"), errors.ZIP, "Corrupt GZIP trailer", True
    ),
    "charset a quote": Hostile(
        b'HTTP/1.1 200 OK\r\nContent-Type: a/b; charset="\r\nContent-Length: 2\r\n\r\nhi',
        errors.INDEX,
        "begin 1, end 0, length 1",
        True,
    ),
}
