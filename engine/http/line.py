"""Connected ways before a request goes over them: to be talked over with a proxy, and to be put under TLS."""

from __future__ import annotations

import asyncio
import socket
from time import perf_counter_ns
from typing import cast

from .secured import Secured
from .stamped import STAMPS, Stamped, Taker

_PIECE = 4096


class Line:
    """A connected socket. Once it is handed over, closing it is the protocol's matter."""

    def __init__(self, dialled: socket.socket) -> None:
        self._dialled = dialled
        self._given = False

    async def send(self, data: bytes) -> None:
        """Send all of it. Raises OSError."""
        await asyncio.get_running_loop().sock_sendall(self._dialled, data)

    async def receive(self) -> bytes:
        """Give what comes next, nothing at the end. Raises OSError."""
        return await asyncio.get_running_loop().sock_recv(self._dialled, _PIECE)

    async def carried(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the way over to a protocol."""
        loop = asyncio.get_running_loop()
        if STAMPS:
            self._given = True
            Stamped(loop, self._dialled, cast("Taker", protocol))
            return
        await loop.create_connection(lambda: protocol, sock=self._dialled)
        self._given = True

    async def secured(self, secured: Secured) -> None:
        """Hand the way over to TLS, and wait for its handshake. Raises OSError."""
        await self.carried(secured)
        await secured.shaken()

    def close(self) -> None:
        """Close what was not handed over."""
        if not self._given:
            self._dialled.close()


class SecureLine(Line, asyncio.Protocol):
    """A way under TLS to a proxy; TLS to a server goes within it. What `Line.secured` is given is above it."""

    def __init__(self) -> None:
        self._given = False
        self._inner: Secured | None = None
        self.transport: asyncio.Transport | None = None
        self._pieces: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport; called by the loop."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes from the loop."""
        self.data_came(data, perf_counter_ns())

    def data_came(self, data: bytes, now: int) -> None:
        """Take bytes that came at an instant."""
        if self._inner is not None:
            self._inner.data_came(data, now)
        else:
            self._pieces.put_nowait(data)

    def eof_received(self) -> None:
        """Take the other side's end; called by the loop."""
        if self._inner is not None:
            self._inner.eof_received()
        else:
            self._pieces.put_nowait(b"")

    def connection_lost(self, error: Exception | None) -> None:
        """Take the end; called by the loop."""
        if self._inner is not None:
            self._inner.connection_lost(error)
        else:
            self._pieces.put_nowait(error or b"")

    def pause_writing(self) -> None:
        """Take the loop's word that much is unsent."""
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Take the loop's word that there is room again."""
        if self._inner is not None:
            self._inner.resume_writing()

    async def send(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.write(data)

    async def receive(self) -> bytes:
        piece = await self._pieces.get()
        if isinstance(piece, Exception):
            raise piece
        return piece

    async def secured(self, secured: Secured) -> None:
        assert self.transport is not None
        self._inner = secured
        self._given = True
        secured.connection_made(self.transport)
        await secured.shaken()

    def close(self) -> None:
        if self.transport is not None and not self._given:
            self.transport.abort()
