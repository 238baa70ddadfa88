"""Reach one server by TCP: its addresses in turn, from which address, and JMeter's words for what fails there."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import TYPE_CHECKING

from . import errors
from .attempt import Attempt, reason, say_lack
from .errors import Unreached, WireError
from .names import Resolver, is_address, java_address
from .socks import SocksRefused, open_way

if TYPE_CHECKING:
    from .socks import Socks

_TIMED_OUT = "Connect timed out"
LATER = frozenset((errors.CONNECT_TIMEOUT, errors.REFUSED, errors.NO_ROUTE))
"""The failures after which another address of the server is tried."""

_KINDS = {
    errno.ECONNREFUSED: errors.REFUSED,
    errno.ETIMEDOUT: errors.CONNECT_TIMEOUT,
    errno.ENOTCONN: errors.REFUSED,
    errno.EHOSTUNREACH: errors.NO_ROUTE,
    errno.EADDRINUSE: errors.BIND,
    errno.EADDRNOTAVAIL: errors.BIND,
    errno.EACCES: errors.BIND,
}


class Dial:
    """What it takes to reach a server, and what its error messages name.

    `secure` says that TLS follows; `socks` is None for the straight way. `source` is a local address to leave from;
    `of_run` one where the plan has none, for servers of its kind of address.
    """

    __slots__ = ("addresses", "host", "port", "secure", "shares_ports", "socks", "source")

    def __init__(
        self,
        host: str,
        port: int,
        addresses: list[str],
        secure: bool = False,
        socks: Socks | None = None,
        source: str = "",
        of_run: str = "",
    ) -> None:
        self.host = host
        self.port = port
        self.addresses = addresses
        self.secure = secure
        self.socks = socks
        self.shares_ports = not source and of_run != "" and (":" in of_run) == (":" in addresses[0])
        self.source = of_run if self.shares_ports else source

    def failed(self, kind: str, why: str) -> Unreached:
        """Say of what kind a failure is and why, and where to."""
        name = "" if is_address(self.host) else self.host
        tried = ", ".join([f"{name}/{java_address(address)}" for address in self.addresses])
        host = f"[{self.host}]" if ":" in self.host else self.host
        version = self.socks.version if self.socks is not None else 0
        return Unreached(kind, f"Connect to {host}:{self.port} [{tried}] failed: {why}", self.secure, version)

    async def connected(self, timeout_s: float | None) -> socket.socket:
        """Connect to the first address that answers; `timeout_s` holds for each. Raises WireError."""
        for address in self.addresses[:-1]:
            try:
                return await self._to(address, timeout_s)
            except WireError as error:
                if error.kind not in LATER:
                    raise
        return await self._to(self.addresses[-1], timeout_s)

    async def _to(self, address: str, timeout_s: float | None) -> socket.socket:
        due = None if timeout_s is None else asyncio.get_running_loop().time() + timeout_s
        try:
            if self.socks is not None:
                return await self._by_socks(self.socks, address, due)
            async with asyncio.timeout_at(due):
                return await self._dialled(address, self.port)
        except SocksRefused as error:
            raise Unreached(errors.SOCKET, str(error), self.secure, error.version) from None
        except OSError as error:
            raise self.translated(error) from None

    def translated(self, error: OSError) -> WireError:
        """Say in JMeter's words what a system's error means for reaching the server."""
        if error.errno == errno.ECONNRESET:  # Java sees the connection stand, and breaks at writing
            return errors.idle_end(error, "")
        if isinstance(error, TimeoutError) and error.errno is None:
            return self.failed(errors.CONNECT_TIMEOUT, _TIMED_OUT)
        kind = _KINDS.get(error.errno or 0, errors.SOCKET)
        if error.errno in (errno.EADDRNOTAVAIL, errno.EMFILE, errno.ENFILE):
            say_lack(error.errno)
        if kind in (errors.REFUSED, errors.CONNECT_TIMEOUT):
            return self.failed(kind, reason(error))
        return Unreached(kind, reason(error), self.secure)

    async def _dialled(self, address: str, port: int) -> socket.socket:
        promise = _Promise()
        attempt = Attempt(promise, address, port, self.source, self.shares_ports)
        try:
            return await promise.future
        except asyncio.CancelledError:
            attempt.cut()
            raise

    async def _by_socks(self, socks: Socks, address: str, due: float | None) -> socket.socket:
        try:
            async with asyncio.timeout_at(due):
                dialled = await self._dialled((await _names.addresses(socks.host))[0], socks.port)
        except OSError as error:
            why = reason(error) if error.errno else _TIMED_OUT
            raise SocksRefused(f"Can't connect to SOCKS proxy:{why}") from None
        except WireError as error:
            if error.kind != errors.UNKNOWN_HOST:
                raise
            raise SocksRefused(f"Can't connect to SOCKS proxy:{socks.host}") from None
        try:
            async with asyncio.timeout_at(due):
                await open_way(dialled, socks, address, self.port)
        except BaseException:
            dialled.close()
            raise
        return dialled


_names = Resolver()
"""The names of SOCKS proxies, which no manager of the plan has a say in."""


class _Promise:
    """Tells a future what became of an attempt."""

    __slots__ = ("future",)

    def __init__(self) -> None:
        self.future: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()

    def stands(self, connected: socket.socket) -> None:
        """Take what is connected."""
        if not self.future.done():
            self.future.set_result(connected)

    def fails(self, error: OSError) -> None:
        """Take why nothing is."""
        if not self.future.done():
            self.future.set_exception(error)
