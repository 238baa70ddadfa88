"""What a socket has, and when the system had it: as Python. The compiled form of stamped.py has its own, in C."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .stamped import Clocks

PIECE_MAX = 1 << 18
"""The most bytes that are read at once."""

_NOTE = struct.Struct("ll")
_NOTE_ROOM = 64
_ROOM = bytearray(PIECE_MAX)
_VIEW = memoryview(_ROOM)
_INTO = [_ROOM]
"""Where all read into: what came is copied out before anybody else has a turn."""


def receive(connected: socket.socket, fd: int, clocks: Clocks) -> bytes:
    """Give what has come; `clocks` note when, by the wall clock, as far as the system knows, else 0. Raises OSError."""
    size, notes, _, _ = connected.recvmsg_into(_INTO, _NOTE_ROOM)
    seconds, nanoseconds = _NOTE.unpack(notes[0][2]) if notes else (0, 0)
    clocks.noted_ns = seconds * 1_000_000_000 + nanoseconds
    return _VIEW[:size].tobytes()


def send(connected: socket.socket, fd: int, data: bytes | bytearray | memoryview) -> int:
    """Send what goes at once; tells how much that was. Raises OSError."""
    return connected.send(data)
