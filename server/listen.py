"""Take connections: each gets a thread, a deadline for its handshake, and the calls of the contract."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from OpenSSL import SSL

from pyjm.keystore.faults import KeystoreError
from pyjm.keystore.peers import is_among, refresh
from pyjm.server.host import Host
from pyjm.server.service import Caller, Calls
from pyjm.server.wire.contract import Code, Limits, Refused
from pyjm.server.wire.gate import Abortable, Gate
from pyjm.server.wire.link import Link, connect
from pyjm.server.wire.stream import Stream
from pyjm.server.wire.trouble import LinkDown

log = logging.getLogger("pyjm.server")

_LOOK_UP_S = 0.5
_IN_USE = (errno.EADDRINUSE, errno.EACCES, errno.EPERM)


def open_port(port: int, address: str = "") -> socket.socket:
    """Listen on a port of all addresses, IPv4 and IPv6 where the machine has both; 0 takes a free one."""
    if address:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return socket.create_server((address, port), family=family, backlog=128)
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, backlog=128, dualstack_ipv6=True)
        except OSError as error:
            if error.errno in _IN_USE:
                raise
    return socket.create_server(("", port), backlog=128)


class Listener:
    """The ports of a server and the links that came in on them.

    Whoever is still in the handshake is a stranger, and passes the gate. `allowed` are patterns of the names of
    controllers that may use this server; None allows all that TLS lets in.
    """

    def __init__(
        self,
        host: Host,
        ports: list[socket.socket],
        tls: SSL.Context | None,
        about: dict[str, Any],
        limits: Limits,
        allowed: Sequence[str] | None = None,
    ) -> None:
        self._host = host
        self._tls = tls
        self._about = about
        self._limits = limits
        self._allowed = allowed
        self._gate = Gate(limits.strangers, limits.failures)
        self._lock = threading.Lock()
        self._fewer = threading.Condition(self._lock)
        self._links: dict[Link, None] = {}
        self._closing = threading.Event()
        self._ports = ports
        self._threads = [_thread(self._accept, port) for port in ports]

    def serve(self, stream: Stream, peer: str) -> None:
        """Serve one connection to its end."""
        host = _host_of(peer)
        self._gate.enter(stream, host)
        try:
            stream.handshake()
        except LinkDown as down:
            said = self._gate.failed(stream, host)
            if said:
                log.warning("link of %s: %s: %s", peer, said, down)
            stream.close()
            return
        self._gate.passed(stream, host)
        try:
            self._serve_link(stream, peer)
        except LinkDown as down:
            log.info("link of %s: %s", peer, down)
        finally:
            stream.close()
            self._gate.left(host)

    def dial(self, host: str, port: int) -> None:
        """Open a link to a controller and serve it like one that came in; raises Refused with the reason."""
        where = f"{host} port {port}"
        self._refresh()
        try:
            stream = connect(host, port, self._tls, self._limits)
        except (OSError, OverflowError, LinkDown) as error:
            reason = str(getattr(error, "strerror", None) or error)
            text = f"it can't reach this controller at {where} ({reason}); see client.rmi.localport"
            raise Refused(Code.TROUBLE, text) from error
        _thread(self._serve_dialled, stream, where)

    def _serve_dialled(self, stream: Stream, peer: str) -> None:
        try:
            self._serve_link(stream, peer)
        except LinkDown as down:
            log.info("link to %s: %s", peer, down)
        finally:
            stream.close()

    def _serve_link(self, stream: Stream, peer: str) -> None:
        caller = Caller(peer, stream.certificate())
        refusal = self._refusal(caller)
        calls = Calls(self._host, caller, self._about, self.dial, refusal)
        link = calls.link = Link(stream, calls)
        link.limit_to(self._limits.max_unleased)
        with self._lock:
            full = len(self._links) >= self._limits.links
            self._links[link] = None
        try:
            if full or self._closing.is_set():
                log.warning("link of %s: refused, %d links are open", peer, self._limits.links)
                return
            link.serve_until_idle()
        finally:
            link.close()
            with self._fewer:
                del self._links[link]
                self._fewer.notify_all()

    def _refusal(self, caller: Caller) -> str:
        """Say why a controller whose certificate is good may not use this server; empty where it may."""
        if self._allowed is None or (caller.certificate is not None and is_among(caller.certificate, self._allowed)):
            return ""
        log.warning("link of %s: refused, %s is none of pyjm.allowed_controllers", caller.peer, caller.name)
        return f"the certificate {caller.name} is none of its pyjm.allowed_controllers: add one of its names there"

    def _refresh(self) -> None:
        try:
            refresh(self._tls)
        except KeystoreError as error:
            log.warning("the old list of revoked certificates stands: %s", error)

    def _accept(self, port: socket.socket) -> None:
        port.settimeout(_LOOK_UP_S)
        while not self._closing.is_set():
            try:
                sock, address = port.accept()
            except TimeoutError:
                continue
            except OSError as error:  # out of descriptors, or a peer that went at once
                if not self._closing.is_set():
                    log.warning("a connection could not be taken: %s", error.strerror)
                    self._closing.wait(0.1)
                continue
            shown = shown_address(address)
            if not self._gate.admits(_host_of(shown)):
                sock.close()
                continue
            self._refresh()
            try:
                stream = Stream(sock, self._tls, self._limits, server_side=True)
            except LinkDown:
                continue
            _thread(self.serve, stream, shown)

    def close(self, grace_s: float = 0.0) -> None:
        """Close the ports, and cut the links that are not let go by the other side in that time."""
        self._closing.set()
        for port in self._ports:
            try:
                port.shutdown(socket.SHUT_RDWR)  # wakes who accepts on it, where the system does that
            except OSError:
                pass
            port.close()
        with self._fewer:
            self._fewer.wait_for(lambda: not self._links, grace_s)
            open_now: list[Abortable] = [*self._gate.strangers(), *self._links]
        for each in open_now:
            each.abort()
        for thread in self._threads:
            thread.join()


def shown_address(address: Any) -> str:
    """Write where a peer calls from; an IPv4 address that came through an IPv6 socket as what it is."""
    host = str(address[0]).removeprefix("::ffff:")
    return f"[{host}]:{address[1]}" if ":" in host else f"{host}:{address[1]}"


def _host_of(peer: str) -> str:
    return peer.rpartition(":")[0].strip("[]")


def _thread(target: Callable[..., None], *args: Any) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, name="link", daemon=True)
    thread.start()
    return thread
