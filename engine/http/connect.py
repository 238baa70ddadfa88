"""Open connections: names, TCP, TLS. Not hot: once per connection."""

from __future__ import annotations

import asyncio
import ssl
from copy import copy
from time import perf_counter_ns
from typing import TYPE_CHECKING, NamedTuple, cast

from . import errors
from .connection import NEVER, Connection
from .dial import Dial
from .errors import WireError
from .line import Line, SecureLine
from .names import Resolver
from .secured import Secured
from .sessions import Sessions
from .stamped import STAMPS, Stamped
from .tunnel import open_tunnel

if TYPE_CHECKING:
    import socket

    from .proxy import Login, Proxy
    from .socks import Socks


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


class Dialler:
    """Open connections for all users of a worker.

    `time_to_live_s` is JMeter's httpclient4.time_to_live: a connection older than that carries no further request;
    `idle_s` its httpclient4.idletimeout: nor one that was idle so long, where the server says nothing else, 0 for ever.
    `socks` is the SOCKS proxy of the run; `source` the address that is connected from where an origin has none.
    `kind` is what is made of each connection.
    """

    __slots__ = ("context", "resolver", "source", "_idles_ns", "_kind", "_live_ns", "_socks")

    def __init__(
        self,
        resolver: Resolver | None = None,
        context: ssl.SSLContext | None = None,
        time_to_live_s: float = 60.0,
        kind: type[Connection] = Connection,
        socks: Socks | None = None,
        idle_s: float = 0.0,
    ) -> None:
        self._kind = kind
        self._idles_ns = max(int(idle_s * 1e9), 0)
        self.resolver = resolver or Resolver()
        self.context = context
        self._live_ns = int(time_to_live_s * 1e9)
        self._socks = socks
        self.source = ""

    def leaving(self, source: str) -> Dialler:
        """Make a dialler that differs in the address that it connects from."""
        made = copy(self)
        made.source = source
        return made

    def resolving(self, resolver: Resolver) -> Dialler:
        """Make a dialler that differs in who turns names into addresses."""
        made = copy(self)
        made.resolver = resolver
        return made

    async def open(
        self,
        origin: Origin,
        timeout_s: float | None = None,
        sessions: Sessions | None = None,
        login: Login | None = None,
    ) -> Connection:
        """Connect, with TLS for https. `timeout_s` holds for each address, and again for TLS, as in JMeter.

        `sessions` are the user's, which choose the context in place of the worker's; without them each handshake is a
        whole one. `login` is what the user knows of the origin's proxy. Raises WireError with `start_ns` and
        `connect_end_ns` set: JMeter counts a failed attempt as connect time. Raises TunnelRefused where a proxy opens
        no way to the origin.
        """
        start_ns = perf_counter_ns()
        try:
            connection = await self._open(origin, timeout_s or None, sessions, login)
        except WireError as error:
            error.start_ns = start_ns
            error.connect_end_ns = error.end_ns = perf_counter_ns()
            raise
        return self._stands(connection)

    def straight(self, origin: Origin) -> Dial | None:
        """Give what it takes to reach an origin where that is plain TCP to known addresses, else None."""
        scheme, host, port, proxy, source = origin
        if scheme != "http" or proxy is not None or not 0 < port < 65536:
            return None
        if not STAMPS or (self._socks is not None and self._socks.serves(host)):
            return None
        found = self.resolver.of((proxy, scheme, host, port)).known(host)
        return None if found is None else Dial(host, port, found, source=source, of_run=self.source)

    def carried(self, origin: Origin, connected: socket.socket) -> Connection:
        """Make a connection of plain TCP. Raises OSError where the system can't watch one more."""
        loop = asyncio.get_running_loop()
        connection = self._kind(loop, origin.authority)
        Stamped(loop, connected, connection)
        return self._stands(connection)

    def _stands(self, connection: Connection) -> Connection:
        now = perf_counter_ns()
        connection.connect_end_ns = connection.connect_end_ns or now
        connection.lives_until_ns = connection.expires_ns = now + self._live_ns if self._live_ns > 0 else NEVER
        connection.idles_ns = self._idles_ns
        return connection

    async def _open(
        self, origin: Origin, timeout_s: float | None, sessions: Sessions | None, login: Login | None
    ) -> Connection:
        proxy = origin.proxy
        scheme, host, port = (proxy.scheme.lower(), proxy.host, proxy.port) if proxy is not None else origin[:3]
        if scheme not in ("http", "https"):
            raise WireError(errors.UNSUPPORTED_SCHEME, f"{scheme} protocol is not supported")
        if not 0 < port < 65536:
            raise WireError(errors.ILLEGAL_ARGUMENT, f"port out of range:{port}")
        loop = asyncio.get_running_loop()
        socks = self._socks if self._socks is not None and self._socks.serves(host) else None
        found = await self.resolver.of((origin.proxy, *origin[:3])).addresses(host)
        dial = Dial(host, port, found, scheme == "https", socks, origin.source, self.source)
        tunnelled = proxy is not None and origin.scheme == "https"
        connected_ns = 0
        line: Line | None = None
        try:
            while True:
                line = Line(await dial.connected(timeout_s))
                if tunnelled and scheme == "https":
                    outer = SecureLine()
                    there = Origin(scheme, host, port)
                    await self._secured(outer, line, dial, there, timeout_s, sessions)
                    line = outer
                connected_ns = connected_ns or perf_counter_ns()
                if not tunnelled or await open_tunnel(line, origin, login):
                    break
                line.close()

            connection = self._kind(loop, origin.authority)
            protocol = cast("asyncio.BaseProtocol", connection)
            if origin.scheme == scheme == "http":
                await line.carried(protocol)
                return connection
            await self._secured(protocol, line, dial, origin, timeout_s, sessions)
        except BaseException:
            if line is not None:
                line.close()
            raise
        connection.connect_end_ns = connected_ns if tunnelled else 0
        return connection

    async def _secured(
        self,
        protocol: asyncio.BaseProtocol,
        line: Line,
        dial: Dial,
        origin: Origin,
        timeout_s: float | None,
        sessions: Sessions | None,
    ) -> None:
        """Put TLS over a connected way, with what the user shows."""
        known = sessions or Sessions(self._shared())
        server = (origin.host, origin.port) if origin.scheme == "https" else (dial.host, dial.port)
        start = known.start(server)
        secured: Secured | None = None
        failure: WireError | None = None
        try:
            secured = Secured(protocol, start, server[0], sessions)
            async with asyncio.timeout(timeout_s):
                await line.secured(secured)
        except TimeoutError:
            failure = dial.failed(errors.CONNECT_TIMEOUT, "Read timed out")
        except (OSError, ValueError) as error:
            failure = errors.tls(error)
        asked = secured is not None and secured.asked
        try:
            known.settled(start, asked)
        except WireError as error:
            failure = error
        if failure is not None:
            if secured is not None:
                secured.abort()
            raise failure

    def _shared(self) -> ssl.SSLContext:
        if self.context is None:
            self.context = trusting_context()
        return self.context
