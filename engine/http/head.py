"""Hot path: a response's head: what it says about the body and the connection, read as Apache HttpClient 4 reads it.

Answers of one server mostly repeat to the byte, so heads are kept and shared: a lookup costs a fifth of parsing again.
"""

from __future__ import annotations

import re

from .errors import malformed

UNTIL_CLOSE = -1
CHUNKED = -2

_KEPT_MAX = 1024
_STATUS = re.compile(rb"[ \t]*HTTP/(\d+)\.(\d+)[ \t]+(\d+)(?: (.*))?", re.DOTALL)
_SIGNED = re.compile(rb"[+-]?\d+")
_kept: dict[bytes, Head] = {}


class Head:
    """One response head. Shared between responses: nothing in it may be changed.

    `length` is the body's: a number of bytes, UNTIL_CLOSE or CHUNKED. `bodiless` is true where the status forbids a
    body. `reuse` says whether the connection may carry another request (`reuse_head` for an answer to HEAD), and
    `keep_alive_s` for how long as the server tells, 0 where it does not.
    """

    __slots__ = (
        "raw",
        "status",
        "version",
        "reason",
        "length",
        "bodiless",
        "reuse",
        "reuse_head",
        "keep_alive_s",
        "_fields",
    )

    def __init__(self, raw: bytes, status: int, version: tuple[int, int], reason: str) -> None:
        self.raw = raw
        self.status = status
        self.version = version
        self.reason = reason
        self.length = UNTIL_CLOSE
        self.bodiless = status < 200 or status in (204, 205, 304)
        self.reuse = False
        self.reuse_head = False
        self.keep_alive_s = 0
        self._fields: list[tuple[str, str]] | None = None

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
        if head is not None:
            if len(_kept) >= _KEPT_MAX:
                _kept.clear()
            _kept[raw] = head
    return head


END = re.compile(rb"\n\r?\n")
"""Where a head ends: its last line feed, then an empty line."""


def status_line_at(data: bytes | bytearray, *, ended: bool) -> int:
    """Find where the status line begins: HttpClient passes over any lines before it.

    Returns -1 if there is none; with `ended` unset the last line may still become one and counts as such.
    """
    at = 0
    while True:
        feed = data.find(b"\n", at)
        line = bytes(data[at : feed if feed >= 0 else None]).lstrip(b" \t")
        if line.startswith(b"HTTP/") or (feed < 0 and not ended):
            return at
        if feed < 0:
            return -1
        at = feed + 1


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
    end = END.search(raw)
    if end is None or end.end() != len(raw):
        return None
    lines = _lines(raw)
    if not lines or not lines[0].lstrip(b" \t").startswith(b"HTTP/"):
        return None
    found = _STATUS.fullmatch(lines[0])
    if found is None or int(found[3]) < 100:
        raise malformed()
    reason = (found[4] or b"").strip(b" \t").decode("latin-1")
    head = Head(raw, int(found[3]), (int(found[1]), int(found[2])), reason)
    told: dict[bytes, list[bytes]] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        name = name.strip(b" \t")
        if not colon or not name:
            raise malformed()
        name = name.lower()
        if name in _OF_INTEREST:
            told.setdefault(name, []).append(value.strip(b" \t"))
    _frame(head, told)
    return head


_OF_INTEREST = frozenset((b"content-length", b"transfer-encoding", b"connection", b"proxy-connection", b"keep-alive"))


def _frame(head: Head, told: dict[bytes, list[bytes]]) -> None:
    """Work out the body's length and whether the connection lives on."""
    lengths, codings = told.get(b"content-length", ()), told.get(b"transfer-encoding", ())
    if codings:
        last = codings[0].rpartition(b",")[2].partition(b";")[0].strip()
        if last.lower() == b"chunked":
            head.length = CHUNKED
    else:
        for value in reversed(lengths):  # the last that is a number counts
            if _SIGNED.fullmatch(value):
                head.length = max(int(value), UNTIL_CLOSE)
                break
    if head.status == 204 and (codings or (lengths and lengths[0].isdigit() and int(lengths[0]) > 0)):
        return
    if codings and (len(codings) > 1 or codings[0].lower() != b"chunked"):
        return
    alive = _alive(head, told)
    one_length = len(lengths) == 1 and lengths[0].isdigit()
    head.reuse_head = alive
    head.reuse = alive and bool(codings or one_length or head.bodiless)
    for value in told.get(b"keep-alive", ()):
        for part in value.lower().split(b","):
            name, _, seconds = part.partition(b"=")
            if name.strip() == b"timeout" and seconds.strip().isdigit():
                head.keep_alive_s = int(seconds)
                return


def _alive(head: Head, told: dict[bytes, list[bytes]]) -> bool:
    wishes = told.get(b"connection") or told.get(b"proxy-connection")
    if wishes:
        words = [word.strip().lower() for wish in wishes for word in wish.split(b",")]
        if b"close" in words:
            return False
        if b"keep-alive" in words:
            return True
    return head.version >= (1, 1)
