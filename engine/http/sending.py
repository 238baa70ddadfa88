"""Send a large body over a connection, piece by piece: the next one when the transport has room for it."""

from __future__ import annotations

from asyncio import AbstractEventLoop, Handle
from typing import TYPE_CHECKING

from .body import PIECE, Pieces, Source
from .errors import WireError, lost

if TYPE_CHECKING:
    from .connection import Connection

MUCH = 1 << 16
"""How much may be unsent for another piece to follow. With more, transports say when all that is gone."""


class Sending:
    """The rest of a request that is on its way. It begins in the loop's next turn, and takes one piece a turn."""

    __slots__ = ("_connection", "_loop", "_source", "_turn")

    def __init__(self, connection: Connection, loop: AbstractEventLoop, body: Pieces) -> None:
        self._connection = connection
        self._loop = loop
        self._source = Source(body)
        self._turn: Handle | None = loop.call_soon(self._go_on)

    def has_room(self) -> None:
        """Go on where the transport was waited for."""
        if self._turn is None and self._source.left:
            self._turn = self._loop.call_soon(self._go_on)

    def end(self) -> None:
        """Send no more, and leave no file open."""
        self._source.left = 0
        self._source.close()
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    def _go_on(self) -> None:
        self._turn = None
        connection, source = self._connection, self._source
        if connection.ended is not None:  # before it began
            self.end()
            return
        transport = connection.transport
        # one that is closing takes nothing more, and says soon why
        if transport.get_write_buffer_size() <= MUCH and not transport.is_closing():
            try:
                transport.write(source.take(PIECE))
            except WireError as error:
                connection.unsendable(error)
                return
            except OSError as error:  # TLS can't go on
                connection.unsendable(lost(error, connection.authority))
                return
            if not source.left:
                connection.all_sent()
            elif transport.get_write_buffer_size() <= MUCH:
                self._turn = self._loop.call_soon(self._go_on)
