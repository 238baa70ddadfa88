"""Hot path: the frames of streams on their way out over a connection of HTTP/2, within what the server takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from h2.errors import ErrorCodes

from .http2_blocks import NO_TABLE
from .http2_engine import CONNECTION_WINDOW, STREAM_WINDOW, frame_of, head_frames
from .http2_incoming import DATA, END_STREAM, RST_STREAM, WINDOW_MAX, WINDOW_UPDATE

if TYPE_CHECKING:
    from h2.connection import H2Connection

    from .http2_stream import Stream

_CANCEL = int(ErrorCodes.CANCEL).to_bytes(4, "big")


class Outgoing:
    """Gathers frames until they are fetched, h2's own first. `next_number` is that of the next stream."""

    __slots__ = ("_engine", "_frames", "_taken", "next_number")

    def __init__(self, engine: H2Connection) -> None:
        self.next_number = 1
        self._engine = engine
        self._frames = b""
        self._taken = 0

    def fetch(self) -> bytes:
        """Give what is to be sent."""
        frames, self._frames = self._frames, b""
        return self._engine.data_to_send() + frames

    @property
    def is_used_up(self) -> bool:
        """Whether no number is left."""
        return self.next_number > WINDOW_MAX

    def begin(self, stream: Stream) -> None:
        """Send a request's head."""
        engine, number = self._engine, self.next_number
        block = stream.asked.block if number > 1 else NO_TABLE + stream.asked.block
        self._frames += head_frames(number, block, engine.max_outbound_frame_size, ends=not stream.body)
        self.next_number += 2
        stream.number = number
        stream.window = engine.remote_settings.initial_window_size

    def go_on(self, stream: Stream) -> bool:
        """Send a piece of a request's body; tell whether the server takes one now. Raises WireError."""
        engine = self._engine
        room = min(stream.window, engine.outbound_flow_control_window, engine.max_outbound_frame_size)
        if room <= 0:
            return False
        piece = stream.next_of_body(room)
        stream.window -= len(piece)
        engine.outbound_flow_control_window -= len(piece)
        self._frames += frame_of(DATA, 0 if stream.body else END_STREAM, stream.number, piece)
        return True

    def give_up(self, stream: Stream) -> None:
        """Say that an exchange is over."""
        self._frames += frame_of(RST_STREAM, 0, stream.number, _CANCEL)

    def took(self, stream: Stream | None, size: int) -> None:
        """Count bytes of bodies, and tell the server that they were taken when half a window is full."""
        self._taken += size
        if self._taken >= CONNECTION_WINDOW // 2:
            self._frames += frame_of(WINDOW_UPDATE, 0, 0, self._taken.to_bytes(4, "big"))
            self._taken = 0
        if stream is not None:
            stream.taken += size
            if stream.taken >= STREAM_WINDOW // 2:
                self._frames += frame_of(WINDOW_UPDATE, 0, stream.number, stream.taken.to_bytes(4, "big"))
                stream.taken = 0
