"""Ports that are listened on, by servers and by controllers: whoever dials passes the gate and the handshake."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from OpenSSL import SSL

from pyjm.server.wire.contract import Limits
from pyjm.server.wire.gate import Gate
from pyjm.server.wire.stream import Stream
from pyjm.server.wire.trouble import LinkDown

BACKLOG = 1024
"""Connections that may wait to be taken: all servers of a fleet dial at once. The system may allow fewer."""

_LOOK_UP_S = 0.5
_IN_USE = (errno.EADDRINUSE, errno.EACCES, errno.EPERM)

Serve = Callable[[Stream, str, int, Callable[[], None]], None]


def open_port(port: int, address: str = "") -> socket.socket:
    """Listen on a port of all addresses, IPv4 and IPv6 where the machine has both; 0 takes a free one."""
    if address:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return socket.create_server((address, port), family=family, backlog=BACKLOG)
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=True)
        except OSError as error:
            if error.errno in _IN_USE:
                raise
    return socket.create_server(("", port), backlog=BACKLOG)


class Ports:
    """Takes connections on some ports. Who is still in the handshake is a stranger, and passes the gate.

    `serve(stream, peer, port, left)` gets each connection whose handshake is done, in a thread of its own; it calls
    `left` when the connection has ended, which may be after it returns. `refresh` takes notice of certificates that
    were revoked since.
    """

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        tls: SSL.Context | None,
        limits: Limits,
        serve: Serve,
        refresh: Callable[[], None],
        log: logging.Logger,
    ) -> None:
        self.numbers = [int(each.getsockname()[1]) for each in sockets]
        self._sockets = sockets
        self._tls = tls
        self._limits = limits
        self._serve = serve
        self._refresh = refresh
        self._log = log
        self.gate = Gate(limits.strangers, limits.failures)
        self._closing = threading.Event()
        for each in sockets:
            each.settimeout(_LOOK_UP_S)
        self._threads = [thread("port", self._accept, each, int(each.getsockname()[1])) for each in sockets]

    def _accept(self, port: socket.socket, number: int) -> None:
        while not self._closing.is_set():
            try:
                sock, address = port.accept()
            except TimeoutError:
                continue
            except OSError as error:  # out of descriptors, or a peer that went at once
                if not self._closing.is_set():
                    self._log.warning("a connection could not be taken: %s", error.strerror)
                    self._closing.wait(0.1)
                continue
            shown = shown_address(address)
            if not self.gate.admits(host_of(shown)):
                sock.close()
                continue
            self._refresh()
            try:
                stream = Stream(sock, self._tls, self._limits, server_side=True)
            except LinkDown:
                continue
            thread("link", self._take, stream, shown, number)

    def _take(self, stream: Stream, peer: str, number: int) -> None:
        """Do the handshake and hand the connection on."""
        host = host_of(peer)
        self.gate.enter(stream, host)
        try:
            stream.handshake()
        except LinkDown as down:
            said = self.gate.failed(stream, host)
            if said:
                self._log.warning("link of %s: %s: %s", peer, said, down)
            stream.close()
            return
        self.gate.passed(stream, host)
        self._serve(stream, peer, number, lambda: self.gate.left(host))

    def shut(self) -> None:
        """Take no more connections."""
        self._closing.set()
        for each in self._sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)  # wakes who accepts on it, where the system does that
            except OSError:
                pass
            each.close()

    def close(self) -> None:
        """Take no more connections, and cut those in the handshake."""
        self.shut()
        for stranger in self.gate.strangers():
            stranger.abort()
        for each in self._threads:
            each.join()


def shown_address(address: Any) -> str:
    """Write where a peer calls from; an IPv4 address that came through an IPv6 socket as what it is."""
    host = str(address[0]).removeprefix("::ffff:")
    return f"[{host}]:{address[1]}" if ":" in host else f"{host}:{address[1]}"


def host_of(peer: str) -> str:
    """Give the host of such an address."""
    return peer.rpartition(":")[0].strip("[]")


def thread(name: str, target: Callable[..., object], *args: Any) -> threading.Thread:
    """Start a thread that does not keep the process alive."""
    started = threading.Thread(target=target, args=args, name=name, daemon=True)
    started.start()
    return started
