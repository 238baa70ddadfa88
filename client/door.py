"""The port on which servers join this controller, where it can't dial them: `pyjm-server --join`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from pyjm.client.dial import LIMITS, Dialer
from pyjm.client.member import MemberError
from pyjm.client.receive import Arrived, Caller, Receiver
from pyjm.keystore.peers import Peers, names_of
from pyjm.server.wire.address import Address
from pyjm.server.wire.contract import CONTROL, Limits, Plain, in_one_line
from pyjm.server.wire.link import Link
from pyjm.server.wire.trouble import LinkDown, Trouble

log = logging.getLogger("pyjm.client.remote")

_LOOK_S = 0.25
_AGAIN_S = 1.0
"""How long one attempt waits for a server to come back."""


NOBODY = Caller("")


@dataclass(frozen=True)
class Joined(Dialer):
    """How to reach a server that has joined: it is waited for, and asked over its control link to dial once more.

    Implements what a `Dialer` does; this is all in which such a server differs from one that is dialled.
    """

    door: Door | None = None
    caller: Caller = NOBODY
    about: Mapping[str, Any] = field(default_factory=dict)

    returns = "expected back"

    def open(self, kind: str, port: int = 0, ask: Callable[..., Plain] | None = None) -> tuple[Link, dict[str, Any]]:
        """Take a link that the server has opened; it has been greeted already. Raises LinkDown, Refused, BadMessage."""
        assert self.door is not None
        if kind != CONTROL and ask is not None:
            ask("dial", kind, 0)
        arrived = self.door.take(self.caller, kind, min(_AGAIN_S, self.limits.connect_s))
        return arrived.link, arrived.about

    def expect(self, timeout_s: float) -> None:
        """Wait until the server has dialled, no longer than that."""
        assert self.door is not None
        self.door.expect(self.caller, timeout_s)

    @property
    def is_knocked(self) -> bool:
        """Tell whether somebody dials of whom it is not known yet who it is."""
        return self.door is not None and self.door.is_knocked

    def explain(self, error: Exception) -> MemberError:
        """Say in one line why there is no link."""
        if isinstance(error, LinkDown):
            text = "has not joined again" if error.trouble is Trouble.NO_ANSWER else f"has left: {error}"
            return MemberError(f"{self.name} {text}")
        return super().explain(error)


class Door(Receiver):
    """Takes the servers that join."""

    def __init__(self, port: int, tls: SSL.Context | None, limits: Limits = LIMITS) -> None:
        super().__init__({port: ""}, tls, f"pyjm.join_port={port}", limits)

    def wait(self, count: int, timeout_s: float, taken: Collection[str]) -> list[Joined]:
        """Wait until so many servers are there; gives those that came in time, with names that nobody else has.

        All that have come, where those are more. Their order is that of their names.
        """
        until = time.monotonic() + timeout_s
        with self._arrived:
            while len(there := self._there()) < count and time.monotonic() < until:
                self._arrived.wait(_LOOK_S)
        named = sorted((self._name(arrived), caller.id, caller) for caller, arrived in there.items())
        found: list[Joined] = []
        for name, _, caller in named[:count]:
            unique = free_name(name, [*taken, *(each.name for each in found)])
            found.append(self.joined(unique, caller, there[caller].about))
        return found

    def expect(self, caller: Caller, timeout_s: float) -> None:
        """Wait until a server that was here before has dialled, no longer than that."""
        with self._arrived:
            self._arrived.wait_for(lambda: (caller, CONTROL) in self._links, timeout_s)

    def joined(self, name: str, caller: Caller, about: Mapping[str, Any] | None = None) -> Joined:
        """Give how to reach a server that has joined, or will join again; `about` is what it says of itself."""
        return Joined(name, Address(name, 0), self._tls, self._limits, self, caller, about or {})

    def _there(self) -> dict[Caller, Arrived]:
        """Give those that wait; whose connection has ended is gone."""
        for key, arrived in list(self._links.items()):
            if arrived.link.stream.has_ended():
                del self._links[key]
                arrived.link.close()
        return {caller: arrived for (caller, kind), arrived in self._links.items() if kind == CONTROL}

    def _name(self, arrived: Arrived) -> str:
        """Tell what to call a server: what it calls itself, if its certificate says so too; else the latter's name."""
        said = in_one_line(str(arrived.about.get("node") or "server"))
        return shown_name(said, arrived.link.stream.certificate(), self._tls)


def shown_name(said: str, certificate: x509.Certificate | None, tls: SSL.Context | None) -> str:
    """Give the name of a server by its certificate; by its own word, where all machines have one certificate."""
    peers = tls.get_app_data() if tls is not None else None
    if certificate is None or not isinstance(peers, Peers) or not peers.check_names:
        return said
    if certificate.public_bytes(Encoding.DER) in peers.pinned:
        return said
    names = names_of(certificate)
    return said if said.lower() in names or not names else names[0]


def free_name(name: str, taken: Sequence[str]) -> str:
    """Give a name that nobody else has: `s1`, `s1:2`, `s1:3`."""
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}:{number}"
    return unique
