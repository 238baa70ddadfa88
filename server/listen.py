"""Take connections: each gets a thread, a deadline for its handshake, and the calls of the contract."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any

from OpenSSL import SSL

from pyjm.server.host import Host
from pyjm.server.links import Links
from pyjm.server.wire.contract import Limits
from pyjm.server.wire.port import Ports
from pyjm.server.wire.stream import Stream

log = logging.getLogger("pyjm.server")


class Listener:
    """The ports of a server and the links that came in on them (see links)."""

    def __init__(
        self,
        host: Host,
        ports: list[socket.socket],
        tls: SSL.Context | None,
        about: dict[str, Any],
        limits: Limits,
        allowed: Sequence[str] | None = None,
    ) -> None:
        self._links = Links(host, tls, about, limits, allowed)
        self._ports = Ports(ports, tls, limits, self._serve, self._links.refresh, log)
        self._gate = self._ports.gate

    def _serve(self, stream: Stream, peer: str, _port: int, left: Callable[[], None]) -> None:
        try:
            self._links.serve(stream, peer)
        finally:
            left()

    def close(self, grace_s: float = 0.0) -> None:
        """Close the ports, and cut the links that are not let go by the other side in that time."""
        self._ports.shut()
        self._links.end(grace_s)
        self._ports.close()
