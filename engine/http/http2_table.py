"""Hot path: a user's connections where HTTP/2 is asked for: one for each server, for all exchanges at once."""

from __future__ import annotations

import asyncio
from time import perf_counter_ns
from typing import TYPE_CHECKING

from .errors import WireError
from .http2_connection import Multiplexing
from .http2_stream import Unprocessed
from .proxy import ProxyTable, TunnelRefused
from .table import Table

if TYPE_CHECKING:
    from .call import Call
    from .connect import Dialler, Origin
    from .proxy import Login
    from .response import Response
    from .sessions import Sessions


class Http2Table(Table):
    """Exchange requests for responses over one connection for each server. Make one per user.

    A server that chooses HTTP/1.1 is spoken to as `Table` does. Without TLS it is HTTP/2 if there is `prior_knowledge`
    that the server speaks it, and no proxy. Unlike there, a connection that ended while it was idle is replaced, and
    what the server says it has not touched (GOAWAY, REFUSED_STREAM) is sent once more.
    """

    __slots__ = ("prior_knowledge", "_opening", "_plain", "_shared")

    def __init__(
        self,
        dialler: Dialler,
        sessions: Sessions | None = None,
        validate_after_idle_s: float = 4.9,
        login: Login | None = None,
        prior_knowledge: bool = False,
    ) -> None:
        super().__init__(dialler, sessions, validate_after_idle_s, login)
        self.prior_knowledge = prior_knowledge
        self._shared: dict[Origin, Multiplexing] = {}
        self._opening: dict[Origin, asyncio.Future[Exception | None]] = {}
        self._plain: set[Origin] = set()

    async def exchange(self, call: Call) -> Response:
        """Send one request of HTTP/1.1 by the protocol that the server speaks. As `Table.exchange`."""
        origin = call.origin
        start_ns = perf_counter_ns()
        may_again = True
        if origin.scheme == "http" and (not self.prior_knowledge or origin.proxy is not None):
            self._plain.add(origin)
        while True:
            try:
                connection = await self._connection(origin, call.connect_s)
            except TunnelRefused as refused:
                return refused.response
            if connection is None:
                return await super().exchange(call)
            waiter = connection.begin(call, start_ns)
            try:
                response: Response = await waiter
            except asyncio.CancelledError:
                connection.give_up(waiter)
                raise
            except Unprocessed:
                if not may_again:
                    raise
                may_again = False
                continue
            return response

    def begin(self, call: Call) -> None:
        """Leave it to `exchange`: what the server has not touched is sent once more."""

    async def _connection(self, origin: Origin, timeout_s: float | None) -> Multiplexing | None:
        """Give the connection to a server, None where it is one of many. Raises WireError, TunnelRefused.

        Whoever comes while it is being opened waits for it, and fails with it.
        """
        while origin not in self._plain:
            shared = self._shared.get(origin)
            if shared is not None:
                if shared.usable(perf_counter_ns()):
                    return shared
                del self._shared[origin]
                shared.retire()
            opening = self._opening.get(origin)
            if opening is None:
                return await self._open(origin, timeout_s)
            start_ns = perf_counter_ns()
            failed = await asyncio.shield(opening)
            if isinstance(failed, WireError):
                own = WireError(failed.kind, failed.text)
                own.start_ns = start_ns
                own.connect_end_ns = own.end_ns = perf_counter_ns()
                raise own
            if failed is not None:
                raise failed
        return None

    async def _open(self, origin: Origin, timeout_s: float | None) -> Multiplexing:
        self._opening[origin] = opening = asyncio.get_running_loop().create_future()
        failed: Exception | None = None
        try:
            connection = await self._dialler.open(origin, timeout_s, self.sessions, self.login)
        except (WireError, TunnelRefused) as error:
            failed = error
            raise
        finally:
            del self._opening[origin]
            opening.set_result(failed)
        assert isinstance(connection, Multiplexing)
        if origin.scheme == "http":
            connection.speak_http2()
        if connection.http2 is None:
            self._plain.add(origin)
            connection.home = self._idle.setdefault(origin, [])
        else:
            self._shared[origin] = connection
            connection.shared = True
        return connection

    def close(self) -> None:
        """Close all connections: the user ends, or begins anew."""
        super().close()
        for connection in self._shared.values():
            connection.close()
        self._shared.clear()
        self._plain.clear()

    @property
    def kept(self) -> int:
        """How many connections wait for another request."""
        now = perf_counter_ns()
        return super().kept + sum([connection.usable(now) for connection in self._shared.values()])


class Http2ProxyTable(Http2Table, ProxyTable):
    """One user's connections through one proxy to one server: HTTP/2 to those of https."""

    __slots__ = ()
