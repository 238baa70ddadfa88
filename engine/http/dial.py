"""Reach one server by TCP: its addresses in turn, from which address, and JMeter's words for what fails there."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import sys
from typing import TYPE_CHECKING

from . import errors
from .errors import Unreached, WireError
from .names import Resolver, is_address, java_address
from .socks import SocksRefused, open_way

if TYPE_CHECKING:
    from .socks import Socks

log = logging.getLogger("pyjm.run")
_BIND_ADDRESS_NO_PORT = 24
_TIMED_OUT = "Connect timed out"
_LATER = frozenset((errors.CONNECT_TIMEOUT, errors.REFUSED, errors.NO_ROUTE))
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
    """One attempt to reach a server, with what its error messages name.

    `secure` says that TLS follows; `socks` is None for the straight way.
    """

    def __init__(
        self, host: str, port: int, addresses: list[str], secure: bool = False, socks: Socks | None = None
    ) -> None:
        self.host = host
        self.port = port
        self.addresses = addresses
        self.secure = secure
        self.socks = socks
        self.shares_ports = False

    def failed(self, kind: str, why: str) -> Unreached:
        """Say of what kind a failure is and why, and where to."""
        name = "" if is_address(self.host) else self.host
        tried = ", ".join([f"{name}/{java_address(address)}" for address in self.addresses])
        host = f"[{self.host}]" if ":" in self.host else self.host
        version = self.socks.version if self.socks is not None else 0
        return Unreached(kind, f"Connect to {host}:{self.port} [{tried}] failed: {why}", self.secure, version)

    async def connected(self, source: str, timeout_s: float | None, of_run: str = "") -> socket.socket:
        """Connect to the first address that answers; `timeout_s` holds for each. Raises WireError.

        `of_run` is a source where the plan has none, for servers of its kind of address.
        """
        if not source and of_run and (":" in of_run) == (":" in self.addresses[0]):
            source = of_run
            self.shares_ports = True
        for address in self.addresses[:-1]:
            try:
                return await self._to(address, source, timeout_s)
            except WireError as error:
                if error.kind not in _LATER:
                    raise
        return await self._to(self.addresses[-1], source, timeout_s)

    async def _to(self, address: str, source: str, timeout_s: float | None) -> socket.socket:
        due = None if timeout_s is None else asyncio.get_running_loop().time() + timeout_s
        try:
            if self.socks is not None:
                return await self._by_socks(self.socks, address, source, due)
            async with asyncio.timeout_at(due):
                return await _dialled(address, self.port, source, self.shares_ports)
        except SocksRefused as error:
            raise Unreached(errors.SOCKET, str(error), self.secure, error.version) from None
        except OSError as error:
            raise self._translated(error) from None

    def _translated(self, error: OSError) -> WireError:
        if error.errno == errno.ECONNRESET:  # Java sees the connection stand, and breaks at writing
            return errors.idle_end(error, "")
        if isinstance(error, TimeoutError) and error.errno is None:
            return self.failed(errors.CONNECT_TIMEOUT, _TIMED_OUT)
        kind = _KINDS.get(error.errno or 0, errors.SOCKET)
        if error.errno in (errno.EADDRNOTAVAIL, errno.EMFILE, errno.ENFILE):
            _say(error.errno)
        if kind in (errors.REFUSED, errors.CONNECT_TIMEOUT):
            return self.failed(kind, reason(error))
        return Unreached(kind, reason(error), self.secure)

    async def _by_socks(self, socks: Socks, address: str, source: str, due: float | None) -> socket.socket:
        try:
            async with asyncio.timeout_at(due):
                dialled = await _dialled((await _names.addresses(socks.host))[0], socks.port, source, self.shares_ports)
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


_told: set[int] = set()
_SAYS = {
    errno.EADDRNOTAVAIL: "no port of this machine is free for one more connection: keep connections alive, have users"
    " leave from several addresses (pyjm.http.source_addresses), or widen net.ipv4.ip_local_port_range",
    errno.EMFILE: "no more files may be opened, and each connection is one: raise the limit (ulimit -Hn, LimitNOFILE="
    " of a service), or take more processes (pyjm.workers) or machines",
    errno.ENFILE: "no more files may be opened on this machine, and each connection is one: raise fs.file-max, or take"
    " more machines",
}


def _say(number: int) -> None:
    """Say once what this machine lacks: the sample alone has JMeter's words for it."""
    if number not in _told:
        _told.add(number)
        log.warning("%s", _SAYS[number])


_names = Resolver()
"""The names of SOCKS proxies, which no manager of the plan has a say in."""


async def _dialled(address: str, port: int, source: str, shares_ports: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    dialled = socket.socket(family, socket.SOCK_STREAM)
    try:
        dialled.setblocking(False)
        dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source:
            if shares_ports and sys.platform == "linux":  # a port taken only when connecting serves many servers
                dialled.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
            _bind(dialled, family, source)
        await asyncio.get_running_loop().sock_connect(dialled, (address, port))
    except BaseException:
        dialled.close()
        raise
    return dialled


def _bind(dialled: socket.socket, family: socket.AddressFamily, source: str) -> None:
    if (":" in source) != (family == socket.AF_INET6):  # Java, whose sockets are of both kinds, fails at connecting
        number = errno.ENETUNREACH if ":" in source else errno.EAFNOSUPPORT
        raise WireError(errors.SOCKET, os.strerror(number))
    address, _, zone = source.partition("%")
    try:
        dialled.bind((address, 0, 0, socket.if_nametoindex(zone)) if zone else (address, 0))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:  # of all ports: none was named
            _say(errno.EADDRNOTAVAIL)
        raise WireError(errors.BIND, reason(error)) from None


def reason(error: OSError) -> str:
    """Give the system's words for an error, as Java passes them on."""
    return os.strerror(error.errno) if error.errno else str(error)
