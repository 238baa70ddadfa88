"""A way to a server that can be cut, blocked, slowed and mended."""

from __future__ import annotations

import select
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from time import monotonic, sleep

TO, FROM = "to", "from"
SEGMENT = 1448
"""The bytes of one packet."""
AGAIN_S = 0.2
"""After how long at least a packet that was lost is sent again; as long as that is lost too, after twice that."""


class Road:
    """One direction of a connection: what enters it arrives later, in its order."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.waiting: deque[tuple[float, bytes]] = deque()
        self.last = 0.0

    def enter(self, data: bytes) -> None:
        """Take what was sent now."""
        relay = self.relay
        step = SEGMENT if relay.loss else len(data)
        for at in range(0, len(data), step):
            takes_s, again_s = relay.delay_s, AGAIN_S + 2 * relay.delay_s
            while relay.chance.random() < relay.loss:
                takes_s += again_s
                again_s *= 2
            self.last = max(self.last, monotonic() + takes_s)
            self.waiting.append((self.last, data[at : at + step]))

    def due_s(self) -> float | None:
        """Tell in how many seconds the next piece arrives; None where there is none."""
        return max(0.0, self.waiting[0][0] - monotonic()) if self.waiting else None

    def arrived(self) -> Iterator[bytes]:
        """Give what has arrived by now."""
        while self.waiting and self.waiting[0][0] <= monotonic():
            yield self.waiting.popleft()[1]


class Relay:
    """Passes on what comes on its own port to another.

    `blocked` are the directions in which what is said goes nowhere while both ends believe in their connection (both:
    a cable that is out; one: half-open). `down`: new connections are cut at once. `delay_s` is how long each piece
    takes, `loss` which part of the segments has to be sent again, `bytes_per_s` how many get through to the controller.
    `muted` are ends whose connections alone go nowhere. One that is `lasting` still listens when nobody does behind it.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        self.blocked: set[str] = set()
        self.down = False
        self.lasting = False
        self.delay_s = 0.0
        self.loss = 0.0
        self.chance = Random(port)
        self.bytes_per_s = 0
        self.passed = 0
        self.muted: set[tuple[str, int]] = set()
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Give it as -R takes it."""
        return f"127.0.0.1:{self.port}"

    def accept(self) -> None:
        """Take connections until it is closed."""
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.down:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:  # nobody is there any more: the next one is refused, as if it had dialled the server itself
                near.close()
                if self.lasting:
                    continue
                self.listener.close()
                return
            self.pairs.append((near, far))
            for source, target, way in ((near, far, TO), (far, near, FROM)):
                threading.Thread(target=self.move, args=(source, target, way), daemon=True).start()

    def move(self, source: socket.socket, target: socket.socket, way: str) -> None:
        """Pass on what comes until the end."""
        road = Road(self)
        try:
            while True:
                if select.select([source], [], [], road.due_s())[0]:
                    data = source.recv(1024 if self.bytes_per_s else 65536)
                    if not data:
                        break
                    if way == FROM and self.bytes_per_s:
                        sleep(len(data) / self.bytes_per_s)
                    if way not in self.blocked and not self.muted & {source.getpeername(), target.getpeername()}:
                        road.enter(data)
                for data in road.arrived():
                    target.sendall(data)
                    self.passed += len(data)
        except (OSError, ValueError):  # ValueError: closed beside us
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self) -> None:
        """End all connections that go through it."""
        for pair in list(self.pairs):
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def mend(self) -> None:
        """Make it as good as new."""
        self.blocked, self.down, self.delay_s, self.loss, self.bytes_per_s = set(), False, 0.0, 0.0, 0

    def close(self) -> None:
        """Cut it for good: its port refuses."""
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        self.cut()
        for pair in self.pairs:
            for end in pair:
                end.close()


@contextmanager
def relayed(port: int) -> Iterator[Relay]:
    """Have a way to a port."""
    relay = Relay(port)
    try:
        yield relay
    finally:
        relay.close()
