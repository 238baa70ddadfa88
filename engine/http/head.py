"""Hot path: a response's head: what it says about the body and the connection, read as Apache HttpClient 4 reads it.

Heads repeat: those seen twice are kept and shared, and so is what a line of interest means.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from .errors import WireError, malformed

UNTIL_CLOSE = -1
CHUNKED = -2

_KEPT_MAX = 1024
_KEPT_LENGTH_MAX = 4096
_BODILESS = frozenset((204, 205, 304))
_STATUS = re.compile(rb"[ \t]*HTTP/(\d{1,10})\.(\d{1,10})[ \t]+(\d+)(?: (.*))?", re.DOTALL)
_BEGIN = re.compile(rb"^[ \t]*HTTP/", re.MULTILINE)
_SIGNED = re.compile(rb"[+-]?0*\d{1,19}")
_NUMBER_MAX = 1024
_LONG_MAX = (1 << 63) - 1
_kept: dict[bytes, Head] = {}
_SEEN_MASK = 0x3FF
_seen = [0] * (_SEEN_MASK + 1)


class Head:
    """One response head. Shared between responses: nothing in it may be changed.

    `length` is the body's: a number of bytes, UNTIL_CLOSE or CHUNKED. `bodiless` is true where the status forbids a
    body. `reuse` says whether the connection may carry another request (`reuse_head` for an answer to HEAD), and
    `keep_alive_s` for how long as the server tells, 0 where it does not. `facts` is what a reader has made of it.
    """

    __slots__ = (
        "raw",
        "status",
        "version",
        "length",
        "bodiless",
        "reuse",
        "reuse_head",
        "keep_alive_s",
        "facts",
        "_fields",
    )

    def __init__(self, raw: bytes, status: int, version: tuple[int, int], told: _Told) -> None:
        self.raw = raw
        self.status = status
        self.version = version
        self.length, self.bodiless, self.reuse, self.reuse_head, self.keep_alive_s = _framing(status, version, told)
        self.facts: Any = None
        self._fields: list[tuple[str, str]] | None = None

    @property
    def reason(self) -> str:
        """The reason phrase, possibly empty."""
        found = _STATUS.fullmatch(_lines(self.raw)[0])
        return (found[4] or b"").strip(b" \t").decode("latin-1") if found else ""

    @property
    def fields(self) -> list[tuple[str, str]]:
        """All header fields in order, names as sent."""
        fields = self._fields
        if fields is None:
            fields = []
            for line in _lines(self.raw)[1:]:
                name, _, value = line.decode("latin-1").partition(":")
                fields.append((name.strip(" \t"), value.strip(" \t")))
            self._fields = fields
        return fields

    def last_of(self, name: str) -> str | None:
        """Give the last field of that name, which is in small letters, as JMeter does for Content-Type and Location."""
        for field, value in reversed(self.fields):
            if field.lower() == name:
                return value
        return None

    @property
    def text(self) -> str:
        """Status line and fields, each ended by a line feed: the sample's response headers."""
        lines = _lines(self.raw)
        status = f"HTTP/{self.version[0]}.{self.version[1]} {self.status} {self.reason}\n"
        return status + "".join([line.decode("latin-1") + "\n" for line in lines[1:]])


def head_of(raw: bytes) -> Head | None:
    """Give the head that is `raw`, which ends with its empty line.

    Returns None for what only looks like one head (an empty line within, or lines before the status line): cut it by
    `status_line_at` and `END` then. Raises WireError for what HttpClient refuses.
    """
    head = _kept.get(raw)
    if head is None:
        head = _parse(raw)
        seen = hash(raw)
        if _seen[seen & _SEEN_MASK] != seen:  # kept from the second time on: many servers' heads never come again
            _seen[seen & _SEEN_MASK] = seen
        elif head is not None and len(raw) <= _KEPT_LENGTH_MAX:
            if len(_kept) >= _KEPT_MAX:
                _kept.clear()
            _kept[raw] = head
    return head


BEGINS = re.compile(rb"[ \t]*HTTP/")
"""How a status line begins."""
END = re.compile(rb"\n\r?\n")
"""Where a head ends: its last line feed, then an empty line."""


def status_line_at(data: bytes | bytearray, *, ended: bool) -> int:
    """Find where the status line begins: HttpClient passes over any lines before it.

    Returns -1 if there is none; with `ended` unset the last line may still become one and counts as such.
    """
    found = _BEGIN.search(data)
    if found is not None:
        return found.start()
    return -1 if ended else data.rfind(b"\n") + 1


def _lines(raw: bytes) -> list[bytes]:
    """The lines before the empty one, without their ends; folded lines joined."""
    lines: list[bytes] = []
    for line in raw.split(b"\n"):
        if line.endswith(b"\r"):
            line = line[:-1]
        if not line:
            break
        if line[0] in b" \t" and len(lines) > 1:
            lines[-1] += b" " + line.lstrip(b" \t")
        else:
            lines.append(line)
    return lines


def _parse(raw: bytes) -> Head | None:
    lines = raw.split(b"\r\n")
    start = _start(lines[0])
    if start is None or raw.count(b"\n") != len(lines) - 1 or lines[-1] or lines[-2]:
        return _parse_odd(raw)
    told = []
    for line in lines[1:-2]:
        if line[0] in _STARTS:
            field = _field(line)
            if field is None:
                return _parse_odd(raw)
            if field is not _OTHER:
                told.append(field)
        elif line.find(b":") < 1 or line[0] in b" \t":
            return _parse_odd(raw)
    return Head(raw, start[0], start[1], tuple(told))


def _parse_odd(raw: bytes) -> Head | None:
    """Read what is not all plain lines, as HttpClient does."""
    end = END.search(raw)
    if end is None or end.end() != len(raw):
        return None
    lines = _lines(raw)
    if not lines or not lines[0].lstrip(b" \t").startswith(b"HTTP/"):
        return None
    start = _start(lines[0])
    if start is None:
        raise _no_status(lines[0])
    fields = [_field(line) for line in lines[1:]]
    if None in fields:
        error = malformed()
        error.trace_bytes = _NO_FIELD + len(lines[1 + fields.index(None)])
        raise error
    return Head(raw, start[0], start[1], tuple([field for field in fields if field]))


@lru_cache(256)
def _start(line: bytes) -> tuple[int, tuple[int, int]] | None:
    """Status and version; None for what is no status line, or an impossible one."""
    found = _STATUS.fullmatch(line)
    if found is None or b"\n" in line or len(found[3]) > 9 or int(found[3]) < 100:
        return None
    return int(found[3]), (int(found[1]), int(found[2]))


def _no_status(line: bytes) -> WireError:
    """Say that a line is no status line, or one with a number below 100: Java's stack traces differ."""
    error = malformed()
    if _NUMBERLESS.match(line):
        error.trace_bytes = _NO_NUMBER + 2 * len(line)
    found = _STATUS.fullmatch(line)
    if found is not None and b"\n" not in line and len(found[3]) <= 9:
        version = f"HTTP/{int(found[1])}.{int(found[2])}"
        reason = (found[4] or b"").strip(b" \t").decode("latin-1")
        error.trace_bytes = _INVALID + len(f"{version} {int(found[3])} {reason}".encode())
    return error


_INVALID, _NO_NUMBER, _NO_FIELD = 1666, 2453, 2046
"""What Java's stack trace adds for odd lines of a head."""
_NUMBERLESS = re.compile(rb"[ \t]*HTTP/\d+\.\d+[ \t]+[^ \t\d]")
_Told = tuple[tuple[bytes, bytes], ...]
_OTHER = (b"", b"")
_STARTS = frozenset(b"CcTtPpKk")  # with which the names of interest begin
_OF_INTEREST = frozenset((b"content-length", b"transfer-encoding", b"connection", b"proxy-connection", b"keep-alive"))


@lru_cache(2048)
def _field(line: bytes) -> tuple[bytes, bytes] | None:
    """Name and value of a field that matters here, _OTHER for one that does not, None for what is no field."""
    name, colon, value = line.partition(b":")
    if not colon or line[0] in b" \t" or b"\n" in line:
        return None
    name = name.strip(b" \t").lower()
    if name in _OF_INTEREST:
        return name, value.strip(b" \t").lower()
    return _OTHER if name else None


@lru_cache(1024)
def _framing(status: int, version: tuple[int, int], told: _Told) -> tuple[int, bool, bool, bool, int]:
    """Work out length, bodiless, reuse, reuse_head and keep_alive_s of a `Head`."""
    lengths = [value for name, value in told if name == b"content-length"]
    codings = [value for name, value in told if name == b"transfer-encoding"]
    length = _length(lengths, codings)
    bodiless = status in _BODILESS or status < 200
    if status == 204 and (codings or (lengths and lengths[0].isdigit() and lengths[0].strip(b"0"))):
        return length, bodiless, False, False, 0
    if codings and codings != [b"chunked"]:
        return length, bodiless, False, False, 0
    alive = _alive(told, version)
    one_length = len(lengths) == 1 and lengths[0].isdigit()
    return length, bodiless, alive and (bool(codings) or one_length or bodiless), alive, _keep_alive_s(told)


def _length(lengths: list[bytes], codings: list[bytes]) -> int:
    if codings:
        last = codings[0].rpartition(b",")[2].partition(b";")[0].strip()
        return CHUNKED if last == b"chunked" else UNTIL_CLOSE
    for value in reversed(lengths):  # the last that is a number counts
        if len(value) < _NUMBER_MAX and _SIGNED.fullmatch(value) and abs(number := int(value)) <= _LONG_MAX:
            return max(number, UNTIL_CLOSE)
    return UNTIL_CLOSE


def _alive(told: _Told, version: tuple[int, int]) -> bool:
    wishes = [value for name, value in told if name == b"connection"]
    wishes = wishes or [value for name, value in told if name == b"proxy-connection"]
    words = [word.strip() for wish in wishes for word in wish.split(b",")]
    if b"close" in words:
        return False
    return b"keep-alive" in words or version >= (1, 1)


def _keep_alive_s(told: _Told) -> int:
    for name, value in told:
        if name == b"keep-alive":
            for part in value.split(b","):
                word, _, seconds = part.partition(b"=")
                if word.strip() == b"timeout" and seconds.strip().isdigit():
                    return int(seconds[:9])
    return 0
