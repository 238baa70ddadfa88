"""Hot path: an answer that comes in pieces, put together."""

from __future__ import annotations

from .chunked import ChunkedBody
from .decode import is_packed
from .errors import CLOSED, TOO_LONG, WireError, malformed, no_response
from .head import BEGINS, CHUNKED, END, UNTIL_CLOSE, Head, head_of, status_line_at
from .keeping import WHOLE, Keeping, Kept

HEAD_MAX = 8 << 20
"""The most bytes to come before a head is whole. HttpClient has no limit; an endless head must end all the same."""

_NO_STATUS_LINE = 2193
INTERIM_MAX = 1000
"""The most answers of 1xx before the real one: HttpClient has no limit here either."""


class Reading:
    """Put one answer together from its pieces.

    `clean` tells whether nothing was left over; `bodiless` that the answer can have no body.
    """

    __slots__ = (
        "head",
        "kept",
        "body_bytes",
        "received",
        "first_ns",
        "body_at_ns",
        "bodiless",
        "clean",
        "_authority",
        "_to_head",
        "_keeping",
        "_buffer",
        "_searched",
        "_begins",
        "_passed_over",
        "_interim",
        "_left",
        "_chunked",
    )

    def __init__(self, to_head: bool, keeping: Keeping | None, authority: str) -> None:
        self.head: Head | None = None
        self.kept: Kept | None = None
        self.body_bytes = 0
        self.received = 0
        self.first_ns = 0
        self.body_at_ns = 0
        self.bodiless = False
        self.clean = True
        self._authority = authority
        self._to_head = to_head
        self._keeping = keeping
        self._buffer = bytearray()
        self._searched = 0
        self._begins = -1
        self._passed_over = False
        self._interim = 0
        self._left = 0
        self._chunked: ChunkedBody | None = None

    def feed(self, data: bytes, now: int) -> bool:
        """Take the next piece; return whether the answer is complete. Raises WireError if it is none."""
        if not self.first_ns:
            self.first_ns = now
        self.received += len(data)
        if self.head is not None:
            return self._body(data, now)
        if self.received > HEAD_MAX:
            raise WireError(TOO_LONG, "Maximum line length limit exceeded")
        self._buffer += data
        return self._heads(now)

    def end(self, now: int) -> None:
        """Take the end of the connection. Returns if the answer is complete with it, else raises WireError."""
        if self.head is None:
            if not self._buffer and not self._passed_over:
                raise no_response(self._authority)
            # HttpClient takes the end for the end of the line and of the head; not so for lines before a status line
            if status_line_at(self._buffer, ended=True) < 0:
                error = malformed()
                error.trace_bytes = _NO_STATUS_LINE
                raise error
            self._buffer += b"\r\n" if self._buffer.endswith(b"\n") else b"\r\n\r\n"
            if self._heads(now):
                return
            if self.head is None:
                raise no_response(self._authority)
        self._end_of_body()

    @property
    def chunked(self) -> bool:
        """Whether the body comes in chunks."""
        return self._chunked is not None

    def _end_of_body(self) -> None:
        if self._chunked is not None:
            error = self._chunked.ended()
            if error is not None:
                raise error
        elif self._left > 0:
            whole = self.body_bytes + self._left
            raise WireError(
                CLOSED,
                "Premature end of Content-Length delimited message body "
                f"(expected: {whole:,}; received: {self.body_bytes:,})",
            )

    def _heads(self, now: int) -> bool:
        """Cut heads off the buffer until one is final."""
        buffer = self._buffer
        while buffer:
            if self._begins < 0:
                # a line that goes on and on is looked at once
                new_line = not self._searched or buffer.find(b"\n", self._searched) >= 0
                at = status_line_at(buffer, ended=False) if new_line else 0
                if at:
                    del buffer[:at]
                    self._passed_over = True
                    self._searched = 0
                if BEGINS.match(buffer):
                    self._begins = 0
            found = END.search(buffer, self._searched) if self._begins == 0 else None
            if found is None:
                self._searched = max(len(buffer) - 2, 0)
                return False
            head = head_of(bytes(buffer[: found.end()]))
            if head is None:
                raise malformed()
            del buffer[: found.end()]
            self._searched = 0
            self._begins = -1
            self._passed_over = False
            self._interim += 1
            if self._interim > INTERIM_MAX:
                raise WireError(TOO_LONG, "Maximum line length limit exceeded")
            if head.status >= 200:
                rest = bytes(buffer)
                self._buffer = bytearray()
                return self._start(head, rest, now)
            self.interim(head)
        return False

    def interim(self, head: Head) -> None:
        """Take an answer before the real one: nothing waits for it."""

    def _start(self, head: Head, rest: bytes, now: int) -> bool:
        self.head = head
        self.bodiless = head.bodiless or self._to_head
        length = 0 if self.bodiless else head.length
        if self._keeping is not None and length:
            # what is packed is kept whole: hash and first bytes are those of the unpacked
            self.kept = Kept(WHOLE if is_packed(head.last_of("content-encoding")) else self._keeping)
        if length == CHUNKED:
            self._chunked = ChunkedBody(self.kept)
        else:
            self._left = length
        if length == 0:
            self.clean = not rest
            return True
        return self._body(rest, now) if rest else False

    def _body(self, data: bytes, now: int) -> bool:
        chunked = self._chunked
        if chunked is not None:
            done = chunked.feed(data)
            self.body_bytes = chunked.size
            if not self.body_at_ns and chunked.size:
                self.body_at_ns = now
            if done:
                self.clean = not chunked.rest
            return done
        if not self.body_at_ns:
            self.body_at_ns = now
        if self._left == UNTIL_CLOSE:
            piece = data
        else:
            piece = data if len(data) <= self._left else data[: self._left]
            self._left -= len(piece)
            self.clean = len(piece) == len(data)
        self.body_bytes += len(piece)
        if self.kept is not None:
            self.kept.add(piece)
        return self._left == 0


def kept_of(body: bytes, head: Head, keeping: Keeping | None) -> bytes:
    """Give what is to be kept of a body that came whole."""
    if keeping is None:
        return b""
    if keeping is WHOLE or is_packed(head.last_of("content-encoding")):
        return body
    kept = Kept(keeping)
    kept.add(body)
    return kept.whole()
