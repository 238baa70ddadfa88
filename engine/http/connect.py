"""Open connections: names, TCP, TLS. Not hot: once per connection."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from time import perf_counter_ns
from typing import TYPE_CHECKING, NamedTuple, Protocol

from . import errors
from .connection import NEVER, Connection
from .errors import WireError
from .names import Resolver, is_address, java_address
from .tunnel import open_tunnel

if TYPE_CHECKING:
    from .proxy import Login, Proxy


class Origin(NamedTuple):
    """Where requests of one kind go: the key of a user's connections.

    `host` is a name or an address without brackets; `source` a local address to connect from.
    Requests for an `http` origin through a `proxy` carry the full URL as their target: the caller's matter.
    """

    scheme: str
    host: str
    port: int
    proxy: Proxy | None = None
    source: str = ""

    @property
    def authority(self) -> str:
        """host:port, as JMeter's messages name a server."""
        return f"{self.host}:{self.port}"


def trusting_context() -> ssl.SSLContext:
    """Make a TLS context that trusts every server, as JMeter does by default. Make one per worker and share it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context


class Identity(Protocol):
    """What a user shows to servers that ask for a certificate."""

    def context(self, origin: Origin) -> ssl.SSLContext:
        """Give the context to begin a handshake with."""

    def settled(self, origin: Origin, begun: ssl.SSLContext, ended: ssl.SSLContext | None) -> None:
        """Know with which context a handshake ended, None for a failed one. Raises WireError: it must not stand."""


class Dialler:
    """Open connections for all users of a worker.

    `time_to_live_s` is JMeter's httpclient4.time_to_live: a connection older than that carries no further request.
    `kind` is what is made of each.
    """

    __slots__ = ("context", "resolver", "_kind", "_live_ns")

    def __init__(
        self,
        resolver: Resolver | None = None,
        context: ssl.SSLContext | None = None,
        time_to_live_s: float = 60.0,
        kind: type[Connection] = Connection,
    ) -> None:
        self._kind = kind
        self.resolver = resolver or Resolver()
        self.context = context
        self._live_ns = int(time_to_live_s * 1e9)

    async def open(
        self,
        origin: Origin,
        timeout_s: float | None = None,
        identity: Identity | None = None,
        login: Login | None = None,
    ) -> Connection:
        """Connect, with TLS for https. `timeout_s` holds for each address, and again for TLS, as in JMeter.

        `identity` chooses the context in place of the worker's (a user's own certificate); `login` is what the user
        knows of the origin's proxy. Raises WireError with `start_ns` and `connect_end_ns` set: JMeter counts a failed
        attempt as connect time. Raises TunnelRefused where a proxy opens no way to the origin.
        """
        start_ns = perf_counter_ns()
        try:
            connection = await self._open(origin, timeout_s or None, identity, login)
        except WireError as error:
            error.start_ns = start_ns
            error.connect_end_ns = error.end_ns = perf_counter_ns()
            raise
        now = perf_counter_ns()
        connection.connect_end_ns = connection.connect_end_ns or now
        connection.expires_ns = now + self._live_ns if self._live_ns > 0 else NEVER
        return connection

    async def _open(
        self, origin: Origin, timeout_s: float | None, identity: Identity | None, login: Login | None
    ) -> Connection:
        loop = asyncio.get_running_loop()
        proxy = origin.proxy
        scheme, host, port = (proxy.scheme.lower(), proxy.host, proxy.port) if proxy is not None else origin[:3]
        if scheme not in ("http", "https"):
            raise WireError(errors.UNSUPPORTED_SCHEME, f"{scheme} protocol is not supported")
        if origin.scheme == "https" == scheme and proxy is not None:
            raise WireError(errors.UNSUPPORTED_SCHEME, "TLS through a proxy reached by TLS is not supported")
        if not 0 < port < 65536:
            raise WireError(errors.ILLEGAL_ARGUMENT, f"port out of range:{port}")
        addresses = await self.resolver.addresses(host)
        attempt = _Attempt(host, port, addresses, self._kind)
        dialled = await attempt.dial(origin.source, timeout_s)
        connected_ns = 0
        try:
            if origin.scheme == scheme == "http":
                connection = self._kind(loop, origin.authority)
                await loop.create_connection(lambda: connection, sock=dialled)
                return connection
            if proxy is not None and origin.scheme == "https":
                connected_ns = perf_counter_ns()
                while not await open_tunnel(dialled, origin, login):
                    dialled.close()
                    dialled = await attempt.dial(origin.source, timeout_s)
            begun = self._shared() if identity is None else identity.context(origin)
            connection = await attempt.identified(dialled, origin, timeout_s, identity, begun)
            connection.connect_end_ns = connected_ns
        except BaseException:
            dialled.close()
            raise
        if identity is not None:
            try:
                identity.settled(origin, begun, connection.transport.get_extra_info("ssl_object").context)
            except WireError:
                connection.close()
                raise
        return connection

    def _shared(self) -> ssl.SSLContext:
        if self.context is None:
            self.context = trusting_context()
        return self.context


class _Attempt:
    """One attempt to reach a server, with what its error messages name."""

    def __init__(self, host: str, port: int, addresses: list[str], kind: type[Connection]) -> None:
        self.kind = kind
        self.host = host
        self.port = port
        self.addresses = addresses

    def failed(self, kind: str, why: str) -> WireError:
        name = "" if is_address(self.host) else self.host
        tried = ", ".join([f"{name}/{java_address(address)}" for address in self.addresses])
        host = f"[{self.host}]" if ":" in self.host else self.host
        return WireError(kind, f"Connect to {host}:{self.port} [{tried}] failed: {why}")

    async def dial(self, source: str, timeout_s: float | None) -> socket.socket:
        """Connect to the first address that answers."""
        for address in self.addresses[:-1]:
            try:
                return await self._to(address, source, timeout_s)
            except WireError:
                continue
        return await self._to(self.addresses[-1], source, timeout_s)

    async def _to(self, address: str, source: str, timeout_s: float | None) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        dialled = socket.socket(family, socket.SOCK_STREAM)
        try:
            dialled.setblocking(False)
            dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if source:
                _bind(dialled, family, source)
            async with asyncio.timeout(timeout_s):
                await asyncio.get_running_loop().sock_connect(dialled, (address, self.port))
        except TimeoutError as error:
            dialled.close()
            by_system = error.errno == errno.ETIMEDOUT
            why = "Connection timed out" if by_system else "Connect timed out"
            raise self.failed(errors.CONNECT_TIMEOUT, why) from None
        except OSError as error:
            dialled.close()
            if error.errno == errno.ECONNRESET:  # Java sees the connection stand, and breaks at writing
                raise errors.idle_end(error, "") from None
            if error.errno == errno.EHOSTUNREACH:
                raise WireError(errors.NO_ROUTE, "No route to host") from None
            raise self.failed(errors.REFUSED, _reason(error)) from None
        except BaseException:
            dialled.close()
            raise
        return dialled

    async def secure(
        self, dialled: socket.socket, origin: Origin, timeout_s: float | None, context: ssl.SSLContext
    ) -> Connection:
        """Put TLS over a connected socket."""
        loop = asyncio.get_running_loop()
        connection = self.kind(loop, origin.authority)
        try:
            async with asyncio.timeout(timeout_s):
                await loop.create_connection(
                    lambda: connection,
                    sock=dialled,
                    ssl=context,
                    server_hostname=self.host if origin.scheme == "http" else origin.host,
                    ssl_handshake_timeout=_FOREVER_S,
                )
        except TimeoutError:
            raise self.failed(errors.CONNECT_TIMEOUT, "Read timed out") from None
        except (OSError, ValueError) as error:
            raise errors.tls(error) from None
        return connection

    async def identified(
        self,
        dialled: socket.socket,
        origin: Origin,
        timeout_s: float | None,
        identity: Identity | None,
        begun: ssl.SSLContext,
    ) -> Connection:
        """Put TLS over a connected socket, with what the user shows."""
        try:
            return await self.secure(dialled, origin, timeout_s, begun)
        except WireError:
            if identity is not None:
                identity.settled(origin, begun, None)
            raise


_FOREVER_S = 86_400.0


def _bind(dialled: socket.socket, family: socket.AddressFamily, source: str) -> None:
    if (":" in source) != (family == socket.AF_INET6):  # Java, whose sockets are of both kinds, fails at connecting
        number = errno.ENETUNREACH if ":" in source else errno.EAFNOSUPPORT
        raise WireError(errors.SOCKET, os.strerror(number))
    address, _, zone = source.partition("%")
    try:
        dialled.bind((address, 0, 0, socket.if_nametoindex(zone)) if zone else (address, 0))
    except OSError as error:
        raise WireError(errors.BIND, _reason(error)) from None


def _reason(error: OSError) -> str:
    """The system's words for an error, as Java passes them on."""
    return os.strerror(error.errno) if error.errno else str(error)
