"""Hot path: a connected socket as a transport that knows when bytes came: when the system had them, not when we looked.

A busy event loop serves many sockets one after the other, and the last one's answer would look as late as all the work
before it. The system notes for each packet when it arrived, and gives that with the bytes. Bytes are sent at once too,
not after all that is ready in this turn of the loop. Where the system notes nothing, it is when we look.
"""

from __future__ import annotations

import select
import socket
import sys
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter_ns, time_ns
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from .connection import Connection

try:
    import cython  # type: ignore[import-untyped, import-not-found, unused-ignore]
except ImportError:

    class Uncompiled:
        """What there is to know of Cython where nothing is compiled."""

        __slots__ = ()
        compiled = False

    cython = Uncompiled()

if not cython.compiled:  # else these are C's: see stamped.pxd
    from .receiving import receive, send

STAMPS = sys.platform == "linux"
"""Whether sockets of this system can tell when bytes of TCP came."""

_MANY_UNSENT = 1 << 16
_SO_TIMESTAMPNS = 35
_SYNC_NS = 100_000_000
_TRIES = 5

_LOOKED_AT_MAX = 64
"""How many sockets are read before the loop has its turn again."""


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

    __slots__ = ("_due_ns", "_offset_ns", "noted_ns")

    def __init__(self) -> None:
        self.noted_ns = 0
        self._due_ns = 0
        self._offset_ns = 0

    def noted(self) -> int:
        """Give when the bytes came that `noted_ns` is of; the present where that is 0."""
        now = perf_counter_ns()
        if not self.noted_ns:
            return now
        if now >= self._due_ns:
            self._compare()
            self._due_ns = now + _SYNC_NS
        came = self.noted_ns + self._offset_ns
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


class Opens(Protocol):
    """A socket that is not connected yet."""

    def opened(self) -> None:
        """See whether it is now, or why not."""


class Sockets:
    """The sockets of one event loop, all looked at together whenever something has come to some of them."""

    __slots__ = ("__weakref__", "_epoll", "_later", "_looking", "_opening", "_stamped")

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._epoll = select.epoll()
        self._stamped: dict[int, Stamped] = {}
        self._opening: dict[int, Opens] = {}
        self._later: list[Callable[[], None]] = []
        self._looking = False
        loop.add_reader(self._epoll.fileno(), self.look)

    def add(self, stamped: Stamped, fd: int) -> None:
        """Have a transport read what comes from now on."""
        self._stamped[fd] = stamped
        self._epoll.register(fd, select.EPOLLIN)

    def remove(self, fd: int) -> None:
        """Let a transport read no more."""
        del self._stamped[fd]
        self._epoll.unregister(fd)

    def opening(self, opens: Opens, fd: int) -> None:
        """Have one that connects told, once, that it stands or failed."""
        self._opening[fd] = opens
        self._epoll.register(fd, select.EPOLLOUT)

    def give_up(self, fd: int) -> None:
        """Tell one that connects no more, if it was not told yet."""
        if self._opening.pop(fd, None) is not None:
            self._epoll.unregister(fd)

    def look(self) -> None:
        """Have all read to whom something has come, then do what was to be done `soon`."""
        stamped: Stamped | None
        self._looking = True
        try:
            for fd, _ in self._epoll.poll(0, _LOOKED_AT_MAX):
                stamped = self._stamped.get(fd)
                if stamped is not None:
                    stamped.ready()
                else:
                    self._look_at_opening(fd)
        finally:  # a fault of ours holds up nobody whose answer was read before
            self._looking = False
            if self._later:
                later, self._later = self._later, []
                for call in later:
                    call()

    def _look_at_opening(self, fd: int) -> None:
        opens = self._opening.get(fd)
        if opens is not None:  # else one of those before it has ended it
            self.give_up(fd)
            opens.opened()

    def soon(self, call: Callable[[], None]) -> None:
        """Call something after all that came has been read."""
        if self._looking:
            self._later.append(call)
        else:
            get_running_loop().call_soon(call)


_SOCKETS: WeakKeyDictionary[AbstractEventLoop, Sockets] = WeakKeyDictionary()


def sockets_of(loop: AbstractEventLoop) -> Sockets:
    """Give the sockets of a loop."""
    sockets = _SOCKETS.get(loop)
    if sockets is None:
        sockets = _SOCKETS[loop] = Sockets(loop)
    return sockets


class Stamped:
    """The transport. It calls as asyncio's do, but `data_came` in place of `data_received`."""

    __slots__ = (
        "_closing", "_connection", "_fd", "_loop", "_over", "_paused", "_socket", "_sockets", "_taker", "_unsent",
    )  # fmt: skip

    def __init__(self, loop: AbstractEventLoop, connected: socket.socket, taker: Taker) -> None:
        """Take a connected socket that does not block; from here on it is closed by the transport."""
        self._loop = loop
        self._sockets = sockets_of(loop)
        self._socket = connected
        self._fd = connected.fileno()
        self._taker = taker
        self._connection = taker if isinstance(taker, Connection) else None
        self._unsent: memoryview | None = None
        self._paused = self._closing = self._over = False
        note_arrivals(connected)
        if not _NOTED:  # the system begins a moment after the first wish, and ends with the last one
            _NOTED.append(socket.socket())
            note_arrivals(_NOTED[0])
        self._sockets.add(self, self._fd)
        taker.connection_made(self)

    def ready(self) -> None:
        """Read what has come; called by the loop."""
        try:
            data = receive(self._socket, self._fd, _CLOCKS)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        taken = False
        try:
            if data:
                connection = self._connection
                if connection is not None:
                    connection.data_came(data, _CLOCKS.noted())
                else:
                    self._taker.data_came(data, _CLOCKS.noted())
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
            self._look_at_room()
            return
        try:
            sent = send(self._socket, self._fd, data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._end(error)
            return
        if sent < len(data):
            self._unsent = memoryview(data)[sent:]
            self._loop.add_writer(self._fd, self._write_on)
            self._look_at_room()

    def _look_at_room(self) -> None:
        """Tell that much is unsent, once: that it is sent is told then, too."""
        if not self._paused and self.get_write_buffer_size() > _MANY_UNSENT:
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
            self._loop.remove_writer(self._fd)

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
            self._sockets.remove(self._fd)
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
            self._sockets.remove(self._fd)
        self._loop.call_soon(self._part, error)

    def _part(self, error: Exception | None) -> None:
        try:
            self._taker.connection_lost(error)
        finally:
            self._socket.close()
