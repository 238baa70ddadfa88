"""Hot path: one exchange of HTTP/2: a request on its way, and its answer as it comes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from h2.errors import ErrorCodes

from .body import Source
from .decode import is_packed
from .errors import EXECUTION, WireError
from .keeping import WHOLE, Keeping, Kept
from .response import Response

if TYPE_CHECKING:
    from .head import Head
    from .http2_head import Asked


class Unprocessed(WireError):
    """Say that the server has done nothing with a request: it may be sent once more."""


class Stream:
    """One exchange. `waiter` brings the `Response` or raises `WireError`; `body` is what is left to send.

    `window` is how much of it the server takes by now, `taken` how much of the answer it has not been told of as taken,
    `left` what is left of the length that it told, -1 where it told none.
    """

    __slots__ = (
        "waiter",
        "asked",
        "body",
        "sent",
        "keeping",
        "timeout_s",
        "start_ns",
        "connect_end_ns",
        "number",
        "timer",
        "heard_ns",
        "head",
        "head_ns",
        "kept",
        "body_bytes",
        "window",
        "taken",
        "left",
    )

    def __init__(
        self,
        waiter: asyncio.Future[Response],
        asked: Asked,
        body: memoryview | Source,
        keeping: Keeping | None,
        timeout_s: float,
        start_ns: int,
    ) -> None:
        self.waiter = waiter
        self.asked = asked
        self.body: memoryview | Source = body
        self.sent = len(asked.shown) + len(body)
        self.keeping = keeping
        self.timeout_s = timeout_s
        self.start_ns = self.heard_ns = start_ns
        self.connect_end_ns = 0
        self.number = 0
        self.timer: asyncio.TimerHandle | None = None
        self.head: Head | None = None
        self.head_ns = 0
        self.kept: Kept | None = None
        self.body_bytes = 0
        self.window = 0
        self.taken = 0
        self.left = -1

    def next_of_body(self, most: int) -> bytes:
        """Take a piece of what is left to send. Raises WireError where it is not to be had."""
        body = self.body
        if isinstance(body, Source):
            return body.take(most)
        self.body = body[most:]
        return bytes(body[:most])

    def begins(self, head: Head, now: int) -> None:
        """Take the answer's head."""
        self.head = head
        self.head_ns = now
        if self.keeping is not None:
            # what is packed is kept whole: hash and first bytes are those of the unpacked
            self.kept = Kept(WHOLE if is_packed(head.last_of("content-encoding")) else self.keeping)

    def takes(self, data: bytes) -> None:
        """Take a piece of the body. Raises WireError where more would have to be held than there is room for."""
        self.body_bytes += len(data)
        if self.kept is not None:
            self.kept.add(data)

    def finish(self, now: int) -> None:
        """Give what came. Fields count as they are shown, with line ends of two bytes; frames count nothing."""
        head = self.head
        assert head is not None
        self._forget()
        if self.waiter.done():
            return
        response = Response(
            head,
            head.status,
            self.kept.whole() if self.kept is not None else b"",
            self.body_bytes,
            len(head.raw) + self.body_bytes,
            self.sent,
            self.start_ns,
            self.connect_end_ns,
            self.head_ns,
            self.head_ns,
            now,
        )
        response.request = self.asked.shown
        self.waiter.set_result(response)

    def fail(self, error: WireError, now: int) -> None:
        """Say why there is no answer; each exchange gets an error of its own."""
        self._forget()
        if self.waiter.done():
            return
        own = type(error)(error.kind, error.text)
        own.start_ns = self.start_ns
        own.connect_end_ns = self.connect_end_ns
        own.first_byte_ns = own.body_at_ns = self.head_ns
        own.end_ns = now
        own.request = self.asked.shown
        self.waiter.set_exception(own)

    def _forget(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if isinstance(self.body, Source):
            self.body.close()
        self.body = _NOTHING


_NOTHING = memoryview(b"")
_JETTY = {"NO_ERROR": "no_error", "CANCEL": "cancel_stream_error", "CONNECT_ERROR": "http_connect_error"}


def name_of(code: int) -> str:
    """Name an error code of HTTP/2 as the plugin's client does, which is Jetty's."""
    try:
        name = ErrorCodes(code).name
    except ValueError:
        return f"{code:#x}"
    return _JETTY.get(name) or f"{name.removesuffix('_ERROR').lower()}_error"


def reset(code: int) -> WireError:
    """Say that the server gave an exchange up."""
    kind = Unprocessed if code == ErrorCodes.REFUSED_STREAM else WireError
    return kind(EXECUTION, f"java.io.IOException: {name_of(code)}")


class Broken(WireError):
    """Say that what came is no HTTP/2; `number` is the error code that the server is told."""

    number = 0


def broken(code: int, why: str) -> WireError:
    """Say that what came is no HTTP/2."""
    error = Broken(EXECUTION, f"java.io.IOException: {name_of(code)}/{why}")
    error.number = code
    return error


def gone() -> WireError:
    """Say that the server closed the connection in the middle of an exchange."""
    return WireError(EXECUTION, "java.nio.channels.ClosedChannelException")


def sent_away() -> Unprocessed:
    """Say that the server takes no more on this connection."""
    return Unprocessed(EXECUTION, "java.nio.channels.AsynchronousCloseException")
