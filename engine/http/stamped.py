"""Hot path: a connected socket as a transport that knows when bytes came: when the system had them, not when we looked.

A busy event loop serves many sockets one after the other, and the last one's answer would look as late as all the work
before it. The system notes for each packet when it arrived, and gives that with the bytes. Bytes are sent at once too,
not after all that is ready in this turn of the loop. Where the system notes nothing, it is when we look.
"""

from __future__ import annotations

import socket
import struct
import sys
from asyncio import AbstractEventLoop
from contextlib import suppress
from time import perf_counter_ns, time_ns
from typing import Any, Protocol

STAMPS = sys.platform == "linux"
"""Whether sockets of this system can tell when bytes of TCP came."""

PIECE_MAX = 1 << 18
"""The most bytes that are read at once."""

_MANY_UNSENT = 1 << 16
_SO_TIMESTAMPNS = 35
_NOTE = struct.Struct("ll")
_NOTE_ROOM = 64
_SYNC_NS = 100_000_000
_TRIES = 5

_ROOM = bytearray(PIECE_MAX)
_VIEW = memoryview(_ROOM)
_INTO = [_ROOM]
"""Where all read into: what came is copied out before anybody else has a turn."""


class Taker(Protocol):
    """A protocol that is told when bytes came, on `perf_counter_ns`'s clock."""

    def connection_made(self, transport: Any) -> None:
        """Take the transport."""

    def data_came(self, data: bytes, now: int) -> None:
        """Take bytes."""

    def eof_received(self) -> object:
        """Take the other side's end of sending."""

    def connection_lost(self, error: Exception | None) -> None:
        """Take the end of the connection."""

    def pause_writing(self) -> None:
        """Know that much is unsent."""

    def resume_writing(self) -> None:
        """Know that all has been sent."""


class Clocks:
    """Turns the system's notes, which are of the wall clock, into instants of the clock that never jumps."""

    __slots__ = ("_due_ns", "_offset_ns")

    def __init__(self) -> None:
        self._due_ns = 0
        self._offset_ns = 0

    def of(self, notes: list[tuple[int, int, bytes]]) -> int:
        """Give when bytes came by what was noted with them; the present where nothing was."""
        now = perf_counter_ns()
        if not notes:
            return now
        if now >= self._due_ns:
            self._compare()
            self._due_ns = now + _SYNC_NS
        seconds, nanoseconds = _NOTE.unpack(notes[0][2])
        came: int = seconds * 1_000_000_000 + nanoseconds + self._offset_ns
        return came if came < now else now  # else the wall clock has been set since

    def _compare(self) -> None:
        """See what lies between the two clocks; who loses the core in between looks again."""
        least = 0
        for _ in range(_TRIES):
            before = perf_counter_ns()
            wall = time_ns()
            took = perf_counter_ns() - before
            if not least or took < least:
                least = took
                self._offset_ns = before + took // 2 - wall
            if took < 1000:
                break


_CLOCKS = Clocks()


_NOTED: list[socket.socket] = []


def note_arrivals(connected: socket.socket) -> None:
    """Have the system note when what comes to a socket came; one that does not know how to leaves that to us."""
    with suppress(OSError):
        connected.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


class Stamped:
    """The transport. It calls as asyncio's do, but `data_came` in place of `data_received`."""

    __slots__ = ("_closing", "_loop", "_over", "_paused", "_socket", "_taker", "_unsent")

    def __init__(self, loop: AbstractEventLoop, connected: socket.socket, taker: Taker) -> None:
        """Take a connected socket that does not block; from here on it is closed by the transport."""
        self._loop = loop
        self._socket = connected
        self._taker = taker
        self._unsent: memoryview | None = None
        self._paused = self._closing = self._over = False
        note_arrivals(connected)
        if not _NOTED:  # the system begins a moment after the first wish, and ends with the last one
            _NOTED.append(socket.socket())
            note_arrivals(_NOTED[0])
        loop.add_reader(connected.fileno(), self.ready)
        taker.connection_made(self)

    def ready(self) -> None:
        """Read what has come; called by the loop."""
        try:
            size, notes, _, _ = self._socket.recvmsg_into(_INTO, _NOTE_ROOM)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        taken = False
        try:
            if size:
                self._taker.data_came(_VIEW[:size].tobytes(), _CLOCKS.of(notes))
            else:
                self._taker.eof_received()
                self.close()
            taken = True
        finally:
            if not taken:  # a fault of ours: nobody will wait for an answer for ever
                self.abort()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes, at once as far as they go."""
        if self._closing or not data:
            return
        if self._unsent is not None:
            self._unsent = memoryview(self._unsent.tobytes() + data)
            return
        try:
            sent = self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._end(error)
            return
        if sent < len(data):
            self._unsent = memoryview(data)[sent:]
            self._loop.add_writer(self._socket.fileno(), self._write_on)
            if len(self._unsent) > _MANY_UNSENT:
                self._paused = True
                self._taker.pause_writing()

    def _write_on(self) -> None:
        """Send more of what is left; called by the loop."""
        unsent = self._unsent
        if unsent is None:
            return
        try:
            self._unsent = unsent = unsent[self._socket.send(unsent) :]
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        if not unsent:
            self._drop_unsent()
            if self._closing:
                self._end(None)
            elif self._paused:
                self._paused = False
                self._taker.resume_writing()

    def _drop_unsent(self) -> None:
        if self._unsent is not None:
            self._unsent = None
            self._loop.remove_writer(self._socket.fileno())

    def get_write_buffer_size(self) -> int:
        """Give how many bytes wait to be sent."""
        return 0 if self._unsent is None else len(self._unsent)

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Give the socket, or the other side's address; the default for all else."""
        if name == "peername":
            return self._socket.getpeername()
        return self._socket if name == "socket" else default

    def is_closing(self) -> bool:
        """Tell whether it is being closed."""
        return self._closing

    def close(self) -> None:
        """Close, after what is unsent."""
        if not self._closing:
            self._closing = True
            self._loop.remove_reader(self._socket.fileno())
            if self._unsent is None:
                self._end(None)

    def abort(self) -> None:
        """Close at once."""
        self._end(None)

    def _end(self, error: Exception | None) -> None:
        """Be of no more use; the protocol hears of it in the loop's next turn, from where it may do as it likes."""
        if self._over:
            return
        self._over = True
        self._drop_unsent()
        if not self._closing:
            self._closing = True
            self._loop.remove_reader(self._socket.fileno())
        self._loop.call_soon(self._part, error)

    def _part(self, error: Exception | None) -> None:
        try:
            self._taker.connection_lost(error)
        finally:
            self._socket.close()
