"""The controller's own ports, where client.rmi.localport asks for them: the servers dial, the controller calls."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable

from OpenSSL import SSL

from pyjm.client.dial import LIMITS, greet
from pyjm.client.member import MemberError
from pyjm.server.wire.contract import DATA, THREADS, BadMessage, Limits, Refused
from pyjm.server.wire.gate import Gate
from pyjm.server.wire.link import Link
from pyjm.server.wire.stream import Stream
from pyjm.server.wire.trouble import LinkDown, Trouble

log = logging.getLogger("pyjm.client.remote")

_LOOK_UP_S = 0.5
_OFFSETS = {THREADS: 1, DATA: 2}


class Receiver:
    """Listens on the two ports after `base`: links for thread counts on the first, for batches on the second.

    A server that has dialled is told by the id that it gives in `hello`, the same as on its control link.
    """

    def __init__(self, base: int, tls: SSL.Context | None, limits: Limits = LIMITS) -> None:
        self._base = base
        self._tls = tls
        self._limits = limits
        self._gate = Gate(limits.strangers, limits.failures)
        self._arrived = threading.Condition()
        self._links: dict[tuple[str, str], Link] = {}
        self._closing = False
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        for kind in _OFFSETS:
            self._listen(kind)

    def port(self, kind: str) -> int:
        """Tell the port for links of a kind."""
        return self._base + _OFFSETS[kind]

    def _listen(self, kind: str) -> None:
        port = self.port(kind)
        try:
            listener = socket.create_server(("", port), backlog=128)
        except (OSError, OverflowError) as error:
            self.close()
            reason = error.strerror if isinstance(error, OSError) else "there is no such port"
            raise MemberError(f"port {port}, for client.rmi.localport={self._base}, can't be used: {reason}") from error
        self._sockets.append(listener)
        self._threads.append(_thread(self._accept, listener, kind))

    def _accept(self, listener: socket.socket, kind: str) -> None:
        listener.settimeout(_LOOK_UP_S)
        while not self._closing:
            try:
                sock, address = listener.accept()
            except TimeoutError:
                continue
            except OSError as error:
                if not self._closing:
                    log.warning("a server's connection could not be taken: %s", error.strerror)
                    time.sleep(_LOOK_UP_S)
                continue
            if self._gate.admits(str(address[0])):
                _thread(self._receive, sock, str(address[0]), kind)
            else:
                sock.close()

    def _receive(self, sock: socket.socket, peer: str, kind: str) -> None:
        """Do the handshake, ask who it is, and keep the link for who waits for it."""
        try:
            stream = Stream(sock, self._tls, self._limits, server_side=True)
            self._gate.enter(stream, peer)
            try:
                stream.handshake()
            except LinkDown as down:
                stream.close()
                said = self._gate.failed(stream, peer)
                if said:
                    log.warning("a link from %s: %s: %s", peer, said, down)
                return
            self._gate.done(stream)
            link, about = greet(Link(stream), kind)
        except (LinkDown, Refused, BadMessage) as error:
            log.info("a link from %s was no server's: %s", peer, error)
            return
        with self._arrived:
            stale = self._links.pop((str(about.get("id")), kind), None)
            self._links[str(about.get("id")), kind] = link
            self._arrived.notify_all()
        if stale is not None:
            stale.close()

    def take(self, server: str, kind: str, wait_s: float) -> Link:
        """Give the link of a server that has dialled; raises LinkDown where none came."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: (server, kind) in self._links, wait_s):
                raise LinkDown(Trouble.NO_ANSWER, f"no link came to port {self.port(kind)}")
            return self._links.pop((server, kind))

    def close(self) -> None:
        """Close the ports and what nobody took."""
        self._closing = True
        for listener in self._sockets:
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()
        for thread in self._threads:
            thread.join()
        with self._arrived:
            left = list(self._links.values())
            self._links.clear()
        for link in left:
            link.close()


def _thread(target: Callable[..., None], *args: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, name="receiver", daemon=True)
    thread.start()
    return thread
