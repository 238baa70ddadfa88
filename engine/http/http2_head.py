"""Hot path: heads of HTTP/2, made of a request's of HTTP/1.1, and shown like those of an answer of HTTP/1.1.

An answer is shown as the BlazeMeter plugin of JMeter shows it: `HTTP/2.0 200 OK`, the reason out of a table, as HTTP/2
has none on the wire, then the fields in the order in which they came.
"""

from __future__ import annotations

import re
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

from h2.errors import ErrorCodes

from .errors import ILLEGAL_ARGUMENT, WireError, malformed
from .head import Head, head_of
from .http2_blocks import Fields, pack
from .http2_stream import broken

FORBIDDEN = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade", b"http2-settings")
)
"""Fields about one connection of HTTP/1.1: they have no place in HTTP/2."""

_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+").fullmatch
_NO_VALUE = re.compile(rb"[\r\n\0]|^[ \t]|[ \t]$").search
_STATUS = re.compile(rb"[1-9][0-9]{2}").fullmatch
_LINE_ENDS = bytes.maketrans(b"\r\n\0", b"   ")
_JETTY = {
    103: "Early Hint",
    203: "Non Authoritative Information",
    413: "Payload Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    420: "Enhance your Calm",
    451: "Unavailable for Legal Reason",
    500: "Server Error",
}
REASONS = {status.value: status.phrase for status in HTTPStatus} | _JETTY
"""The plugin's words for a status, which are those of Jetty."""


class Asked(NamedTuple):
    """A request's head: `fields` as they are sent, `shown` as the sample shows them, with its empty line.

    `block` is how they are packed; `to_head` says that the method is HEAD.
    """

    fields: Fields
    shown: bytes
    block: bytes
    to_head: bool


@lru_cache(1024)
def asked(head: bytes, scheme: bytes) -> Asked:
    """Make a request's head out of one of HTTP/1.1, given without its empty line.

    Left out are fields about the connection and those that begin with a colon, as recorders of HTTP/2 write them.
    Raises WireError for a name that HTTP/2 can't carry.
    """
    begin, *lines = head.split(b"\r\n")
    method, path, _ = begin.split(b" ", 2)
    split = [(name.strip().lower(), value.strip(), line) for line in lines for name, _, value in [line.partition(b":")]]
    wishes = [value for name, value, _ in split if name == b"connection"]
    left_out = FORBIDDEN.union(word.strip().lower() for wish in wishes for word in wish.split(b","))
    host = b""
    fields, shown = [], [method + b" " + path + b" HTTP/2.0"]
    for name, value, line in split:
        if name in left_out or line.startswith(b":") or (name == b"te" and value.lower() != b"trailers"):
            continue
        shown.append(line)
        if name == b"host":
            host = host or value
            continue
        if not _NAME(name):
            raise WireError(ILLEGAL_ARGUMENT, f"Illegal name of a header field: {name.decode('latin-1')}")
        fields.append((name, value))
    pseudo = [(b":method", method), (b":authority", host), (b":scheme", scheme), (b":path", path)]
    fields = [*pseudo, *fields]
    return Asked(fields, b"\r\n".join(shown) + b"\r\n\r\n", pack(fields), method == b"HEAD")


class Told(NamedTuple):
    """What a head of an answer says: `head` is None for an interim answer, `length` -1 where it tells none."""

    head: Head | None
    length: int


@lru_cache(1024)
def told(fields: tuple[tuple[bytes, bytes], ...]) -> Told:
    """Read the first heads of an answer, of which the last is final. Raises WireError for one that is none."""
    check(fields, pseudo=True)
    head = answered(fields)
    if head.status < 200:
        return Told(None, -1)
    lengths = {value for name, value in fields if name == b"content-length"}
    if not lengths:
        return Told(head, -1)
    length = lengths.pop()
    if lengths or not length.isdigit():
        raise _odd("Content-Length header differs or is no number")
    return Told(head, -1 if head.status in (204, 304) else int(length[:19]))


def check(fields: Fields, *, pseudo: bool) -> None:
    """See that fields may come in HTTP/2, :status among the first if `pseudo`. Raises WireError."""
    statuses, plain = 0, False
    for name, value in fields:
        if name[:1] == b":":
            statuses += 1
            if name != b":status" or plain or not pseudo or statuses > 1:
                raise _odd(f"Received pseudo-header field {shown(name)} that has no place there")
            continue
        plain = True
        if not _NAME(name):
            raise _odd(f"Received invalid header name {shown(name)}")
        if name in FORBIDDEN or (name == b"te" and value.lower() != b"trailers"):
            raise _odd(f"Connection-specific header field present: {shown(name)}")
        if _NO_VALUE(value):
            raise _odd(f"Received invalid value of header field {shown(name)}")
    if pseudo and not statuses:
        raise _odd("Header block missing mandatory :status header")


def shown(name: bytes) -> str:
    """Show a name in a message."""
    return name[:100].decode("ascii", "backslashreplace")


def _odd(why: str) -> WireError:
    return broken(ErrorCodes.PROTOCOL_ERROR, why)


def answered(fields: Fields) -> Head:
    """Show an answer's head as one of HTTP/1.1. Raises WireError for one that is none."""
    status = b""
    lines = []
    for name, value in fields:
        if name == b":status":
            status = value
        else:
            lines.append(name + b": " + value.translate(_LINE_ENDS))
    if not _STATUS(status):
        raise malformed()
    number = int(status)
    first = f"HTTP/2.0 {number} {REASONS.get(number, number)}".encode()
    head = head_of(b"\r\n".join([first, *lines, b"", b""]))
    if head is None:
        raise malformed()
    return head
