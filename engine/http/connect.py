"""Open connections: names, TCP, TLS. Not hot: once per connection."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
from time import perf_counter_ns
from typing import NamedTuple

from . import errors
from .connection import NEVER, Connection
from .errors import WireError
from .head import head_of
from .names import Resolver, is_address, java_address


class Origin(NamedTuple):
    """Where requests of one kind go: the key of a user's connections.

    `host` is a name or an address without brackets; `source` a local address to connect from.
    Requests for an `http` origin through a proxy carry the full URL as their target: the caller's matter.
    """

    scheme: str
    host: str
    port: int
    proxy_host: str = ""
    proxy_port: int = 0
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


class Dialler:
    """Open connections for all users of a worker.

    `time_to_live_s` is JMeter's httpclient4.time_to_live: a connection older than that carries no further request.
    """

    __slots__ = ("context", "resolver", "_live_ns")

    def __init__(
        self,
        resolver: Resolver | None = None,
        context: ssl.SSLContext | None = None,
        time_to_live_s: float = 60.0,
    ) -> None:
        self.resolver = resolver or Resolver()
        self.context = context
        self._live_ns = int(time_to_live_s * 1e9)

    async def open(
        self, origin: Origin, timeout_s: float | None = None, context: ssl.SSLContext | None = None
    ) -> Connection:
        """Connect, with TLS for https. `timeout_s` holds for each address, and again for TLS, as in JMeter.

        `context` takes the place of the worker's (a user's own certificate). Raises WireError with `start_ns` and
        `connect_end_ns` set: JMeter counts a failed attempt as connect time.
        """
        start_ns = perf_counter_ns()
        try:
            connection = await self._open(origin, timeout_s or None, context)
        except WireError as error:
            error.start_ns = start_ns
            error.connect_end_ns = error.end_ns = perf_counter_ns()
            raise
        connection.connect_end_ns = now = perf_counter_ns()
        connection.expires_ns = now + self._live_ns if self._live_ns > 0 else NEVER
        return connection

    async def _open(self, origin: Origin, timeout_s: float | None, context: ssl.SSLContext | None) -> Connection:
        loop = asyncio.get_running_loop()
        host, port = (origin.proxy_host, origin.proxy_port) if origin.proxy_host else (origin.host, origin.port)
        if not 0 < port < 65536:
            raise WireError(errors.ILLEGAL_ARGUMENT, f"port out of range:{port}")
        addresses = await self.resolver.addresses(host)
        attempt = _Attempt(host, port, addresses)
        dialled = await attempt.dial(origin.source, timeout_s)
        try:
            if origin.scheme != "https":
                _, connection = await loop.create_connection(lambda: Connection(loop, origin.authority), sock=dialled)
                return connection
            if origin.proxy_host:
                await _tunnel(loop, dialled, origin)
            if context is None:
                if self.context is None:
                    self.context = trusting_context()
                context = self.context
            return await attempt.secure(dialled, origin, timeout_s, context)
        except BaseException:
            dialled.close()
            raise


class _Attempt:
    """One attempt to reach a server, with what its error messages name."""

    def __init__(self, host: str, port: int, addresses: list[str]) -> None:
        self.host = host
        self.port = port
        self.addresses = addresses

    def failed(self, kind: str, why: str) -> WireError:
        name = "" if is_address(self.host) else self.host
        tried = ", ".join([f"{name}/{java_address(address)}" for address in self.addresses])
        return WireError(kind, f"Connect to {self.host}:{self.port} [{tried}] failed: {why}")

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
                _bind(dialled, source)
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
        try:
            async with asyncio.timeout(timeout_s):
                _, connection = await loop.create_connection(
                    lambda: Connection(loop, origin.authority),
                    sock=dialled,
                    ssl=context,
                    server_hostname=origin.host,
                    ssl_handshake_timeout=_FOREVER_S,
                )
        except TimeoutError:
            raise self.failed(errors.CONNECT_TIMEOUT, "Read timed out") from None
        except (OSError, ValueError) as error:
            raise errors.tls(error) from None
        return connection


_FOREVER_S = 86_400.0


def _bind(dialled: socket.socket, source: str) -> None:
    try:
        dialled.bind((source, 0))
    except OSError as error:
        raise WireError(errors.BIND, _reason(error)) from None


def _reason(error: OSError) -> str:
    """The system's words for an error, as Java passes them on."""
    return os.strerror(error.errno) if error.errno else str(error)


async def _tunnel(loop: asyncio.AbstractEventLoop, dialled: socket.socket, origin: Origin) -> None:
    """Ask a proxy for a way through to an https origin."""
    ask = f"CONNECT {origin.authority} HTTP/1.1\r\nHost: {origin.authority}\r\n\r\n"
    answer = b""
    try:
        await loop.sock_sendall(dialled, ask.encode("latin-1", "replace"))
        while b"\r\n\r\n" not in answer:
            piece = await loop.sock_recv(dialled, 4096)
            if not piece or len(answer) > _PROXY_ANSWER_MAX:
                raise errors.no_response(origin.authority)
            answer += piece
    except OSError as error:
        raise errors.lost(error, origin.authority) from None
    head = head_of(answer[: answer.index(b"\r\n\r\n") + 4])
    if head is None:
        raise errors.malformed()
    if head.status >= 300 or head.status < 200:
        raise WireError(errors.TUNNEL, f"CONNECT refused by proxy: HTTP/1.1 {head.status} {head.reason}".rstrip())


_PROXY_ANSWER_MAX = 1 << 16
