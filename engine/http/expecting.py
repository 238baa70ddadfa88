"""Requests whose body waits for the server's word (Expect: 100-continue). Mirrors HttpRequestExecutor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .call import Call
from .errors import PROTOCOL, WireError
from .reading import Reading

if TYPE_CHECKING:
    from .body import Pieces
    from .connection import Connection
    from .head import Head
    from .response import Response

WAIT_S = 3.0
"""How long a body waits: HttpClient's time, which JMeter leaves as it is."""

_BUFFER = 8192
_CONTINUE = 100
_UNEXPECTED = 1759


class Expecting(Reading):
    """Puts an answer together, and sees to it that the body is sent: at 100, or when nothing was heard for `WAIT_S`.

    As JMeter sets its counter back when the request is out, what came until then is not among the received bytes.
    """

    __slots__ = ("_held", "_connection", "_timeout_s", "_timer")

    def __init__(self, connection: Connection, call: Call, body: bytes | Pieces) -> None:
        super().__init__(call.to_head, call.keeping, connection.authority)
        self._connection = connection
        self._held: bytes | Pieces | None = body
        self._timeout_s = call.response_s
        self._timer: asyncio.TimerHandle | None = asyncio.get_running_loop().call_later(WAIT_S, self._send)

    def feed(self, data: bytes, now: int) -> bool:
        if self._timer is not None:  # whatever it is, no more than this is waited for
            self._timer.cancel()
            self._timer = None
            self._connection.listen(self._timeout_s)
        waited = self._held is not None
        done = super().feed(data, now)
        if waited and (self._held is None or self.head is not None):
            self.received = max(len(data) - _BUFFER, 0)
            self._held = None
        return done

    def interim(self, head: Head) -> None:
        if self._held is None:
            return
        if head.status != _CONTINUE:
            error = WireError(PROTOCOL, "null")
            error.trace_bytes = _UNEXPECTED + len(head.raw.partition(b"\r\n")[0])
            raise error
        self._send()

    def _send(self) -> None:
        body, self._held, self._timer = self._held, None, None
        if body is not None:
            self._connection.send_rest(self, body)
            self._connection.listen(self._timeout_s)


def begin(connection: Connection, call: Call, start_ns: int) -> asyncio.Future[Response]:
    """Send a request but for the bytes that it holds back (`Call.held`). As `Connection.begin`."""
    cut = len(call.request) - call.held
    head = Call(call.origin, call.request[:cut], call.keeping, call.to_head, call.keep_alive)
    waiter = connection.begin(head, start_ns)
    body = call.request[cut:] if call.body is None else call.body
    connection.read_by(Expecting(connection, call, body))
    return waiter
