"""Who may knock: connections are counted and limited before anybody has shown who it is."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

WINDOW_S = 60.0
MOST_ADDRESSES = 4096
SAID = 5
"""How many failures of one address are said one by one in a window; the others are counted."""


class Abortable(Protocol):
    """A connection, as far as the gate has to do with it."""

    def abort(self) -> None:
        """Cut it, from any thread."""


@dataclass(slots=True)
class Neighbour:
    """One address: handshakes that failed since `since`, connections refused since, links that are open."""

    since: float = 0.0
    failed: int = 0
    refused: int = 0
    links: int = 0


class Gate:
    """The strangers of a port: those who are still in the handshake. All methods may come from any thread.

    Strangers are few. One too many drives out the oldest of the address that has most, so that half-open connections
    keep nobody out. An address whose handshakes fail too often is refused for the rest of a minute, unless it has an
    open link: a controller at work is not cut off from its server by whoever shares its address.
    """

    def __init__(self, strangers: int, failures: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most_strangers = strangers
        self._most_failures = failures
        self._clock = clock
        self._lock = threading.Lock()
        self._strangers: dict[Abortable, str] = {}
        self._neighbours: OrderedDict[str, Neighbour] = OrderedDict()

    def admits(self, host: str) -> bool:
        """Tell whether a connection from this address is taken at all."""
        with self._lock:
            neighbour = self._neighbours.get(network_of(host))
            if neighbour is None:
                return True
            self._age(neighbour)
            if neighbour.links or neighbour.failed < self._most_failures:
                return True
            neighbour.refused += 1
            return False

    def enter(self, stream: Abortable, host: str) -> None:
        """Note a connection whose handshake begins; one too many drives out another."""
        out = None
        with self._lock:
            self._strangers[stream] = network_of(host)
            if len(self._strangers) > self._most_strangers:
                networks = list(self._strangers.values())
                crowd = max(networks, key=networks.count)
                out = next(one for one, network in self._strangers.items() if network == crowd)
                del self._strangers[out]
        if out is not None:
            out.abort()

    def passed(self, stream: Abortable, host: str) -> None:
        """Note that a handshake is done; `left` follows when the link ends."""
        with self._lock:
            self._strangers.pop(stream, None)
            self._neighbour(host).links += 1

    def done(self, stream: Abortable) -> None:
        """Note that a handshake is done, where links are not counted."""
        with self._lock:
            self._strangers.pop(stream, None)

    def left(self, host: str) -> None:
        """Note that a link ended."""
        with self._lock:
            self._neighbour(host).links -= 1

    def failed(self, stream: Abortable, host: str) -> str:
        """Note that a handshake failed; gives what there is to say of it, empty for nothing more than was said."""
        with self._lock:
            self._strangers.pop(stream, None)
            neighbour = self._neighbour(host)
            self._age(neighbour)
            neighbour.failed += 1
            if neighbour.failed == self._most_failures:
                return f"{neighbour.failed} handshakes failed, refused for the rest of a minute"
            return "a handshake failed" if neighbour.failed <= SAID else ""

    def strangers(self) -> list[Abortable]:
        """Give the connections that are in the handshake."""
        with self._lock:
            return list(self._strangers)

    def refused(self, host: str) -> int:
        """Count the connections of an address that were refused in this window."""
        with self._lock:
            return self._neighbour(host).refused

    def _age(self, neighbour: Neighbour) -> None:
        now = self._clock()
        if now - neighbour.since >= WINDOW_S:
            neighbour.since, neighbour.failed, neighbour.refused = now, 0, 0

    def _neighbour(self, host: str) -> Neighbour:
        network = network_of(host)
        neighbour = self._neighbours.get(network)
        if neighbour is None:
            neighbour = self._neighbours[network] = Neighbour(self._clock())
            if len(self._neighbours) > MOST_ADDRESSES:
                oldest = next((key for key, one in self._neighbours.items() if not one.links), network)
                del self._neighbours[oldest]
        return neighbour


def network_of(host: str) -> str:
    """Give what counts as one neighbour: an IPv4 address, the /64 of an IPv6 address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped is not None else str(ipaddress.IPv6Network((address, 64), strict=False))
