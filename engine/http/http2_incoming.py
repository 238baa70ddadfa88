"""Hot path: the frames of streams as they come over a connection of HTTP/2, and what is wrong with them.

Those of the connection itself (settings, pings, goodbyes, its window) are the library h2's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from h2.errors import ErrorCodes

from .errors import WireError
from .http2_blocks import Unpacking
from .http2_engine import HEAD_MAX
from .http2_head import check, told
from .http2_stream import Broken, broken

if TYPE_CHECKING:
    from .head import Head
    from .http2_stream import Stream

DATA, HEADERS, PRIORITY, RST_STREAM, PUSH_PROMISE, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 5, 8, 9
OF_STREAMS = frozenset((DATA, HEADERS, PRIORITY, RST_STREAM, PUSH_PROMISE, CONTINUATION))
"""The kinds of frames that are taken here, and window updates that are not the connection's."""

END_STREAM, END_HEADERS, PADDED, WITH_PRIORITY = 1, 4, 8, 32
CONTINUATIONS_MAX = 64
WINDOW_MAX = (1 << 31) - 1


class Taker(Protocol):
    """What a connection does with what came."""

    @property
    def next_number(self) -> int:
        """The number of the next exchange: from there on all are unknown."""

    def stream_of(self, number: int) -> Stream | None:
        """Give an exchange that is open."""

    def took(self, stream: Stream | None, size: int) -> None:
        """Count bytes of bodies, so that the server may send more."""

    def head_came(self, stream: Stream, head: Head | None, now: int) -> None:
        """Take a head, None for an interim one."""

    def head_failed(self, stream: Stream, error: WireError, now: int) -> None:
        """Take a head that is none of an answer."""

    def piece_came(self, stream: Stream, data: bytes, now: int) -> None:
        """Take a piece of a body."""

    def end_came(self, stream: Stream, now: int) -> None:
        """Take the end of an answer."""

    def reset_came(self, stream: Stream, code: int, now: int) -> None:
        """Take the server's word that it gives an exchange up."""

    def window_came(self, stream: Stream) -> None:
        """Send on."""


class Incoming:
    """Takes the frames of streams. Whatever is wrong with one raises WireError: the connection ends by that."""

    __slots__ = ("_block", "_ends", "_frames", "_of", "_taker", "_unpacking")

    def __init__(self, taker: Taker) -> None:
        self._taker = taker
        self._unpacking = Unpacking(HEAD_MAX)
        self._block = bytearray()
        self._of = 0
        self._ends = False
        self._frames = 0

    @property
    def in_head(self) -> bool:
        """Whether a head is under way, within which nothing else may come."""
        return bool(self._of)

    def take(self, kind: int, flags: int, number: int, payload: bytes, now: int) -> None:
        """Take a frame."""
        if self._of and (kind != CONTINUATION or number != self._of):
            raise odd("a frame within a head")
        if kind == PRIORITY:
            if len(payload) != 5 or not number:
                raise odd("a PRIORITY that is none", ErrorCodes.FRAME_SIZE_ERROR)
            return
        if not number or not number & 1 or number >= self._taker.next_number or kind == PUSH_PROMISE:
            raise odd(f"a frame of kind {kind} for stream {number}")
        if kind == DATA:
            self._data(flags, number, payload, now)
        elif kind == HEADERS:
            self._head(flags, number, payload, now)
        elif kind == CONTINUATION:
            self._continue(flags, payload, now)
        elif kind == RST_STREAM:
            if len(payload) != 4:
                raise odd("a RST_STREAM that is none", ErrorCodes.FRAME_SIZE_ERROR)
            stream = self._taker.stream_of(number)
            if stream is not None:
                self._taker.reset_came(stream, int.from_bytes(payload, "big"), now)
        else:
            self._window(number, payload)

    def _data(self, flags: int, number: int, payload: bytes, now: int) -> None:
        taker = self._taker
        stream = taker.stream_of(number)
        taker.took(stream, len(payload))
        if flags & PADDED:
            payload = unpadded(payload)
        if stream is None:
            return  # of an exchange that was given up
        if stream.head is None:
            raise odd("DATA before a head")
        if payload:
            if stream.left >= 0 and not stream.asked.to_head:
                stream.left -= len(payload)
                if stream.left < 0:
                    raise odd("a body longer than its Content-Length")
            taker.piece_came(stream, payload, now)
        if flags & END_STREAM and taker.stream_of(number) is stream:
            self._end(stream, now)

    def _head(self, flags: int, number: int, payload: bytes, now: int) -> None:
        if flags & PADDED:
            payload = unpadded(payload)
        if flags & WITH_PRIORITY:
            if len(payload) < 5:
                raise odd("a head without its priority", ErrorCodes.FRAME_SIZE_ERROR)
            payload = payload[5:]
        if flags & END_HEADERS:
            self._came(number, payload, bool(flags & END_STREAM), now)
            return
        self._of, self._ends, self._frames = number, bool(flags & END_STREAM), 0
        self._block += payload

    def _continue(self, flags: int, payload: bytes, now: int) -> None:
        if not self._of:
            raise odd("a CONTINUATION of nothing")
        self._frames += 1
        if self._frames > CONTINUATIONS_MAX:
            raise odd(f"a head of more than {CONTINUATIONS_MAX} frames")
        self._block += payload
        if flags & END_HEADERS:
            number, block = self._of, bytes(self._block)
            self._of, self._block = 0, bytearray()
            self._came(number, block, self._ends, now)

    def _came(self, number: int, block: bytes, ends: bool, now: int) -> None:
        fields = self._unpacking.unpack(block)
        taker = self._taker
        stream = taker.stream_of(number)
        if stream is None:
            return
        if stream.head is not None:
            if not ends:
                raise odd("trailers that end nothing")
            check(fields, pseudo=False)
        else:
            try:
                head, length = told(fields)
            except Broken:
                raise
            except WireError as error:
                taker.head_failed(stream, error, now)
                return
            stream.left = length
            if head is None and ends:
                raise odd("an interim answer that ends")
            taker.head_came(stream, head, now)
        if ends and taker.stream_of(number) is stream:
            self._end(stream, now)

    def _end(self, stream: Stream, now: int) -> None:
        if stream.left > 0 and not stream.asked.to_head:
            raise odd("a body shorter than its Content-Length")
        self._taker.end_came(stream, now)

    def _window(self, number: int, payload: bytes) -> None:
        if len(payload) != 4:
            raise odd("a WINDOW_UPDATE that is none", ErrorCodes.FRAME_SIZE_ERROR)
        more = int.from_bytes(payload, "big") & WINDOW_MAX
        if not more:
            raise odd("a WINDOW_UPDATE by nothing")
        stream = self._taker.stream_of(number)
        if stream is not None:
            widen(stream, more)
            self._taker.window_came(stream)


def widen(stream: Stream, by: int) -> None:
    """Let an exchange send more, or less. Raises WireError for more than there may be."""
    stream.window += by
    if stream.window > WINDOW_MAX:
        raise odd("a window beyond all numbers", ErrorCodes.FLOW_CONTROL_ERROR)


def unpadded(payload: bytes) -> bytes:
    """Take a frame's padding off. Raises WireError for more than there is."""
    if not payload or payload[0] >= len(payload):
        raise odd("padding longer than its frame")
    return payload[1 : len(payload) - payload[0]]


def odd(why: str, code: ErrorCodes = ErrorCodes.PROTOCOL_ERROR) -> WireError:
    """Say that what came is no HTTP/2."""
    return broken(code, why)
