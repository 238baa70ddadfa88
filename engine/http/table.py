"""Hot path: a user's connections, kept by where they go."""

from __future__ import annotations

import asyncio
from time import perf_counter_ns
from typing import TYPE_CHECKING

from .connection import NEVER
from .errors import WireError
from .expecting import begin as begin_expecting
from .reach import Reach

if TYPE_CHECKING:
    from .answer import Answer
    from .call import Call
    from .connect import Dialler, Origin
    from .connection import Connection
    from .proxy import Login
    from .response import Response
    from .retries import Retrying
    from .sessions import Sessions


class Table:
    """Exchange requests for responses over one user's kept connections. Make one per user.

    `exchange` may run several times at once (embedded resources): each takes a connection of its own.

    A kept connection that the server closed while it was idle fails the next request, as in JMeter; only after
    `validate_after_idle_s` of idleness (httpclient4.validate_after_inactivity) is it replaced unseen, never where
    that is 0 or less. Nothing is sent twice, unless `retries` says so.

    `answer` is what the user waits for after `begin`, None for one that awaits futures alone.
    """

    __slots__ = (
        "answer", "sessions", "login", "retries", "_busy", "_dialler", "_idle", "_last", "_of_last", "_validate_ns",
    )  # fmt: skip

    def __init__(
        self,
        dialler: Dialler,
        sessions: Sessions | None = None,
        validate_after_idle_s: float = 4.9,
        login: Login | None = None,
        retries: Retrying | None = None,
    ) -> None:
        self.answer: Answer | None = None
        self.login = login
        self.retries = retries
        self.sessions = sessions
        self._dialler = dialler
        self._idle: dict[Origin, list[Connection]] = {}
        self._busy: Connection | Reach | None = None
        self._last: Origin | None = None
        self._of_last: list[Connection] | None = None
        self._validate_ns = int(validate_after_idle_s * 1e9) if validate_after_idle_s > 0 else NEVER

    async def exchange(self, call: Call) -> Response:
        """Send one request and wait for its answer. Raises WireError: a failed sample."""
        done = 0
        while True:
            try:
                return await self._once(call)
            except WireError as error:
                done += 1
                if self.retries is None or not self.retries.again(error, call.request, done):
                    raise

    async def _once(self, call: Call) -> Response:
        origin = call.origin
        start_ns = perf_counter_ns()
        kept = self._idle.get(origin)
        connection = self._kept(kept, start_ns) if kept else None
        if connection is None:
            connection = await self._dialler.open(origin, call.connect_s, self.sessions, self.login)
            kept = self._idle.setdefault(origin, [])
            connection.home = kept
        try:
            begins = connection.begin(call, start_ns) if call.held < 0 else begin_expecting(connection, call, start_ns)
            return await begins
        except asyncio.CancelledError:
            connection.close()
            raise

    def begin(self, call: Call) -> Answer | None:
        """Send one request, as `exchange`; None where that takes a coroutine: TLS, proxies, what may be sent again.

        One at a time; who waits for the answer no longer says so by `cut`.
        """
        answer = self.answer
        if answer is None or self.retries is not None or call.held >= 0:
            return None
        origin = call.origin
        start_ns = perf_counter_ns()
        kept = self._of_last
        if origin is not self._last:  # mostly it is: one look instead of a hash of all its parts
            kept = self._idle.get(origin)
            if kept is not None:
                self._last, self._of_last = origin, kept
        try:
            connection = self._kept(kept, start_ns) if kept else None
        except WireError as error:
            answer.failed(error)
            return answer
        if connection is None:
            return answer if self._reach(call, start_ns) else None
        self._busy = connection
        connection.send(call, start_ns, answer)
        return answer

    def _reach(self, call: Call, start_ns: int) -> bool:
        """Begin with connecting, where nothing else comes before."""
        dial = self._dialler.straight(call.origin)
        if dial is None:
            return False
        self._busy = reach = Reach(self, self._dialler, dial, call, start_ns)
        reach.begin()
        return True

    def reached(self, connection: Connection, call: Call, start_ns: int) -> None:
        """Send a request over the connection that was made for it."""
        self._busy = connection
        connection.home = self._idle.setdefault(call.origin, [])
        answer = self.answer
        assert answer is not None
        connection.send(call, start_ns, answer)

    def not_reached(self, error: WireError) -> None:
        """Fail a request that no connection could be made for."""
        self._busy = None
        answer = self.answer
        assert answer is not None
        answer.failed(error)

    def cut(self) -> None:
        """End what `begin` began."""
        if self._busy is not None:
            self._busy.cut()

    def _kept(self, kept: list[Connection], now: int) -> Connection | None:
        """Take the connection used last; raise what a request on a dead one meets."""
        while kept:
            connection = kept.pop()
            if now >= connection.expires_ns:
                connection.close()
            elif connection.ended is None:
                return connection
            elif now - connection.idle_since_ns < self._validate_ns:
                ended = connection.ended
                error = WireError(ended.kind, ended.text)
                error.start_ns = now
                error.end_ns = perf_counter_ns()
                raise error
        return None

    def close(self) -> None:
        """Close all kept connections: the user ends, or begins anew."""
        for kept in self._idle.values():
            while kept:
                kept.pop().close()
        self._idle.clear()
        self._last = self._of_last = None

    @property
    def kept(self) -> int:
        """How many connections wait for another request."""
        return sum([len(kept) for kept in self._idle.values()])
