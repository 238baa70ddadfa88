"""Begin an exchange over a connection that is not there yet: plain TCP, and no coroutine waits for it.

Many users may connect at once, as when a test starts without a ramp-up, and none needs more than this then.
"""

from __future__ import annotations

from asyncio import TimerHandle, get_running_loop
from time import perf_counter_ns
from typing import TYPE_CHECKING

from .attempt import Attempt
from .dial import LATER
from .errors import WireError

if TYPE_CHECKING:
    import socket

    from .call import Call
    from .connect import Dialler
    from .dial import Dial
    from .table import Table


class Reach:
    """Tries the addresses of a server in turn, as `Dial.connected`; its `table` then begins the exchange, or fails it.

    Instants of a failure are those of `Dialler.open`'s.
    """

    __slots__ = ("_at", "_attempt", "_call", "_dial", "_dialler", "_start_ns", "_table", "_timer")

    def __init__(self, table: Table, dialler: Dialler, dial: Dial, call: Call, start_ns: int) -> None:
        self._table = table
        self._dialler = dialler
        self._dial = dial
        self._call = call
        self._start_ns = start_ns
        self._at = 0
        self._attempt: Attempt | None = None
        self._timer: TimerHandle | None = None

    def begin(self) -> None:
        """Try an address; one whose failure is known at once is told of at once."""
        dial, timeout_s = self._dial, self._call.connect_s
        try:
            self._attempt = Attempt(self, dial.addresses[self._at], dial.port, dial.source, dial.shares_ports)
        except OSError as error:
            self.fails(error)
        except WireError as error:
            self._end(error)
        else:
            if timeout_s:
                self._timer = get_running_loop().call_later(timeout_s, self._late)

    def stands(self, connected: socket.socket) -> None:
        """Begin the exchange over what is connected."""
        self._stop_timer()
        try:
            connection = self._dialler.carried(self._call.origin, connected)
        except OSError as error:
            connected.close()
            self._end(self._dial.translated(error))
        else:
            self._table.reached(connection, self._call, self._start_ns)

    def fails(self, error: OSError) -> None:
        """Try the next address, or end."""
        self._stop_timer()
        failure = self._dial.translated(error)
        if failure.kind in LATER and self._at + 1 < len(self._dial.addresses):
            self._at += 1
            self.begin()
        else:
            self._end(failure)

    def cut(self) -> None:
        """Give up: nobody waits any more."""
        self._stop_timer()
        if self._attempt is not None:
            self._attempt.cut()

    def _late(self) -> None:
        self.cut()
        self.fails(TimeoutError())

    def _end(self, error: WireError) -> None:
        error.start_ns = self._start_ns
        error.connect_end_ns = error.end_ns = perf_counter_ns()
        self._table.not_reached(error)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
