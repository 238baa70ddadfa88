"""The controller's own ports: servers dial, the controller calls. Each link is kept for who waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from OpenSSL import SSL

from pyjm.client.dial import LIMITS, greet
from pyjm.client.member import MemberError
from pyjm.keystore.faults import KeystoreError
from pyjm.keystore.peers import refresh
from pyjm.server.wire.contract import DATA, THREADS, BadMessage, Limits, Refused
from pyjm.server.wire.link import Link, Mute
from pyjm.server.wire.port import Ports, host_of, open_port
from pyjm.server.wire.stream import Stream
from pyjm.server.wire.trouble import LinkDown, Trouble

log = logging.getLogger("pyjm.client.remote")

_OFFSETS = {THREADS: 1, DATA: 2}
_MOST_SAID = 1000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who has dialled: the id that a server gives in `hello`, the same on all its links, and its certificate.

    `certificate` is the SHA-256 of what it has shown: nobody else can come back under its id. Empty without TLS.
    """

    id: str
    certificate: str = ""

    @classmethod
    def of(cls, link: Link, about: Mapping[str, Any]) -> Caller:
        """Read who it is."""
        shown = link.stream.certificate()
        return cls(str(about.get("id")), shown.fingerprint(SHA256()).hex() if shown is not None else "")


@dataclass(frozen=True, slots=True)
class Arrived:
    """A link that a server has opened, and what it says of itself."""

    link: Link
    about: dict[str, Any] = field(default_factory=dict)


class Receiver:
    """Listens on ports; `kinds` tells for which kind of link each is, empty where the server says that itself.

    `option` is the property that asked for them, as the user wrote it.
    """

    def __init__(self, kinds: Mapping[int, str], tls: SSL.Context | None, option: str, limits: Limits = LIMITS) -> None:
        self._kinds = kinds
        self._numbers = {kind: number for number, kind in kinds.items()}
        self._tls = tls
        self._limits = limits
        self._said: set[tuple[str, str]] = set()
        self._arrived = threading.Condition()
        self._greeting = 0
        self._links: dict[tuple[Caller, str], Arrived] = {}
        self._taken: dict[tuple[Caller, str], Link] = {}
        sockets = []
        for number in kinds:
            try:
                sockets.append(open_port(number))
            except (OSError, OverflowError) as error:
                for opened in sockets:
                    opened.close()
                reason = error.strerror if isinstance(error, OSError) else "there is no such port"
                raise MemberError(f"port {number}, for {option}, can't be used: {reason}") from error
        self._ports = Ports(sockets, tls, limits, self._receive, self._refresh, log)

    @classmethod
    def after(cls, base: int, tls: SSL.Context | None) -> Receiver:
        """Listen as client.rmi.localport asks: for thread counts on the port after `base`, then for batches."""
        kinds = {base + offset: kind for kind, offset in _OFFSETS.items()}
        return cls(kinds, tls, f"client.rmi.localport={base}")

    def port(self, kind: str) -> int:
        """Tell the port for links of a kind."""
        return self._numbers[kind]

    @property
    def number(self) -> int:
        """Give the first port; of port 0 the one that was free."""
        return self._ports.numbers[0]

    def _refresh(self) -> None:
        try:
            refresh(self._tls)
        except KeystoreError as error:
            log.warning("the old list of revoked certificates stands: %s", error)

    def _receive(self, stream: Stream, peer: str, port: int, left: Callable[[], None]) -> None:
        """Ask who it is, and keep the link for who waits for it."""
        kind = self._kinds.get(port, "")
        self._count_greeting(1)
        try:
            link, about = greet(Link(stream, Mute(left)), kind, self._limits.handshake_s)
        except (LinkDown, Refused, BadMessage) as error:
            said = host_of(peer), str(error)
            if said not in self._said and len(self._said) < _MOST_SAID:  # it dials again, and again
                self._said.add(said)
                log.warning("a link from %s was no server's: %s", peer, error)
            return
        finally:
            self._count_greeting(-1)
        key = Caller.of(link, about), kind or str(about.get("link"))
        with self._arrived:
            stale, taken = self._links.pop(key, None), self._taken.pop(key, None)
            self._links[key] = Arrived(link, about)
            self._arrived.notify_all()
        if stale is not None:
            stale.link.close()
        if taken is not None:  # its way is cut, and only this side may not know; who uses it closes it
            taken.abort()

    def _count_greeting(self, by: int) -> None:
        with self._arrived:
            self._greeting += by

    @property
    def is_knocked(self) -> bool:
        """Tell whether somebody is there of whom it is not known yet who it is."""
        return self._greeting > 0 or bool(self._ports.gate.strangers())

    def take(self, caller: Caller, kind: str, wait_s: float) -> Arrived:
        """Give the link of a server that has dialled; raises LinkDown where none came."""
        key = caller, kind
        with self._arrived:
            if not self._arrived.wait_for(lambda: key in self._links, wait_s):
                raise LinkDown(Trouble.NO_ANSWER, f"no link came to port {', '.join(map(str, self._kinds))}")
            arrived = self._links.pop(key)
            self._taken[key] = arrived.link
            return arrived

    def close(self) -> None:
        """Close the ports and what nobody took."""
        self._ports.close()
        with self._arrived:
            left = list(self._links.values())
            self._links.clear()
        for arrived in left:
            arrived.link.close()
