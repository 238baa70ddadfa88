"""Hot path: the library h2, which is the protocol: how it is set up, and fed, within limits."""

from __future__ import annotations

from collections.abc import Iterator

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.settings import SettingCodes, Settings

from .errors import WireError
from .http2_stream import broken

STREAM_WINDOW = 8 << 20
CONNECTION_WINDOW = 16 << 20
"""How much a server may send before it hears that it was taken, as the plugin's client has it."""

SMALL = 65_535
"""A window of HTTP/2 as it is before anybody has said otherwise."""

HEAD_MAX = 1 << 17
"""The most bytes of a head, packed and unpacked: to unpack one holds up all users of a worker."""

FRAME_MAX = 1 << 14
TABLE_MAX = 1 << 16
IDLE_MAX = 10_000
"""The most frames in a row by which no exchange gets on: settings, pings, empty ones."""

_HEADER = 9
_OF_HEADS = (1, 5, 9)
_END_HEADERS = 4
_CONFIG = H2Configuration(
    client_side=True,
    header_encoding=None,
    validate_outbound_headers=False,  # made and looked at in http2_head
    normalize_outbound_headers=False,
)


def new_engine() -> H2Connection:
    """Make the protocol's side of a connection: no pushes, large windows, a head of a size that can be held."""
    engine = H2Connection(_CONFIG)
    engine.local_settings = Settings(
        client=True,
        initial_values={
            SettingCodes.ENABLE_PUSH: 0,
            SettingCodes.MAX_CONCURRENT_STREAMS: 0,
            SettingCodes.INITIAL_WINDOW_SIZE: STREAM_WINDOW,
            SettingCodes.MAX_HEADER_LIST_SIZE: HEAD_MAX,
        },
    )
    engine.decoder.max_header_list_size = HEAD_MAX
    engine.initiate_connection()
    engine.increment_flow_control_window(CONNECTION_WINDOW)
    return engine


class Frames:
    """What comes, cut into frames. `idle` counts those by which nothing gets on, as whoever takes them sees it."""

    __slots__ = ("_block", "_buffer", "idle")

    def __init__(self) -> None:
        self.idle = 0
        self._block = 0
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give one whole frame after another. Raises WireError where a limit is passed."""
        buffer = self._buffer
        buffer += data
        at = 0
        try:
            while len(buffer) - at >= _HEADER:
                length = int.from_bytes(buffer[at : at + 3], "big")
                if length > FRAME_MAX:
                    raise _no_frame(bytes(buffer[at : at + 7]), length)
                end = at + _HEADER + length
                if end > len(buffer):
                    break
                frame = bytes(buffer[at:end])
                at = end
                self.idle += 1
                self._measure(frame)
                yield frame
                if self.idle > IDLE_MAX:
                    why = f"more than {IDLE_MAX:,} frames that bring nothing"
                    raise broken(ErrorCodes.ENHANCE_YOUR_CALM, why)
        finally:
            del buffer[:at]

    def _measure(self, frame: bytes) -> None:
        """Count the bytes of a head that comes in several frames."""
        if frame[3] not in _OF_HEADS:
            return
        self._block += len(frame)
        if self._block > HEAD_MAX:
            raise broken(ErrorCodes.ENHANCE_YOUR_CALM, f"a head of more than {HEAD_MAX:,} bytes")
        if frame[4] & _END_HEADERS:
            self._block = 0


def frame_of(kind: int, flags: int, number: int, payload: bytes) -> bytes:
    """Write a frame."""
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + number.to_bytes(4, "big") + payload


def head_frames(number: int, block: bytes, most: int, *, ends: bool) -> bytes:
    """Write a head: one frame, or as many as it takes where one may have no more than so many bytes."""
    end = 1 if ends else 0
    if len(block) <= most:
        return frame_of(1, _END_HEADERS | end, number, block)
    parts = [block[at : at + most] for at in range(0, len(block), most)]
    first, *middle, last = parts
    frames = [frame_of(1, end, number, first), *[frame_of(9, 0, number, part) for part in middle]]
    return b"".join([*frames, frame_of(9, _END_HEADERS, number, last)])


def _no_frame(begin: bytes, length: int) -> WireError:
    if begin == b"HTTP/1.":
        return broken(ErrorCodes.PROTOCOL_ERROR, "the server answers in HTTP/1.1")
    return broken(ErrorCodes.FRAME_SIZE_ERROR, f"frame of {length:,} bytes, at most {FRAME_MAX:,} may come")
