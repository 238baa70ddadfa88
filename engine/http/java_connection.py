"""Hot path: connections as Java's HttpURLConnection keeps and reads them: its pool is one for all users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .connection import Connection
from .errors import NO_RESPONSE, SOCKET, Unreached, WireError, no_response
from .table import Table

if TYPE_CHECKING:
    from .connect import Origin
    from .reading import Reading
    from .response import Response

IDLE_MOST = 5
IDLE_S = 5.0
"""How many connections to one server wait for another request, and for how long: Java's defaults."""


class JavaConnection(Connection):
    """Takes a body that ends before its Content-Length for good, and is kept only where there is room."""

    __slots__ = ()

    def _finish(self, response: Response, clean: bool = True) -> None:
        super()._finish(response, clean)
        if len(self.home) > IDLE_MOST and self.home[-1] is self:
            self.home.pop()
            self.close()

    def _cut_short(self, reading: Reading, now: int) -> bool:
        if reading.head is None or reading.chunked:
            return False
        reading.clean = False
        self._complete(reading, now)
        self._drop(no_response(self.authority))
        return True


class JavaTable(Table):
    """Connections to servers, for all users of a worker or for one."""

    __slots__ = ()

    def drop(self, origin: Origin) -> None:
        """Close the connection to a server that was used last."""
        kept = self._idle.get(origin)
        if kept:
            kept.pop().close()


class Once:
    """Send a request once more that got no answer, whatever it is."""

    __slots__ = ()

    def again(self, error: WireError, request: bytes, done: int) -> bool:
        """Tell whether a request is to be sent again that was sent `done` times and met `error`."""
        if done > 1 or error.in_body or isinstance(error, Unreached):
            return False
        return error.kind in (NO_RESPONSE, SOCKET)
