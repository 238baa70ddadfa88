"""Turn host names into addresses, once for all users of a worker."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Hashable, Sequence
from time import perf_counter_ns
from typing import Any

from . import errors
from .errors import WireError

NOT_KNOWN = ": Name or service not known"
_MISSING_NS = 10 * 10**9
_FOUND_NS = 30 * 10**9
_MISSING_MAX = 1024

Resolve = Callable[[str], Awaitable[list[str]]]


class Resolver:
    """Turn host names into addresses, each name once in `keep_s` seconds for the whole worker.

    `addresses_too` says that what is an address already is looked up like a name. Who comes while a name is being
    looked up waits for that.
    """

    __slots__ = ("_addresses_too", "_asked", "_keep_ns", "_known", "_lookup")

    def __init__(self, lookup: Resolve | None = None, keep_s: float = 30.0, *, addresses_too: bool = False) -> None:
        self._addresses_too = addresses_too
        self._lookup = lookup or system_lookup
        self._keep_ns = keep_s * 1e9
        self._known: dict[str, tuple[float, list[str]]] = {}
        self._asked: dict[str, asyncio.Future[None]] = {}

    def clear(self) -> None:
        """Forget all names."""
        self._known.clear()

    def of(self, origin: Hashable) -> Resolver:
        """Give what looks up the host of an origin."""
        return self

    def known(self, host: str) -> list[str] | None:
        """Give the addresses of a host where nobody needs to be asked for them."""
        known = self._known.get(host)
        now = perf_counter_ns()
        if known is not None and now < known[0]:
            return known[1]
        if self._addresses_too or not is_address(host):
            return None
        return self._keep(host, now, [host])

    async def addresses(self, host: str) -> list[str]:
        """Give the addresses of a host, an address being its own. Raises WireError for an unknown name."""
        known = self.known(host)
        while known is None and (asked := self._asked.get(host)) is not None:
            await asyncio.shield(asked)
            known = self.known(host)
        if known is not None:
            return known
        now = perf_counter_ns()
        self._asked[host] = asked = asyncio.get_running_loop().create_future()
        try:
            found = await self._lookup(host)
        except NoSuchHost as error:
            raise WireError(errors.UNKNOWN_HOST, str(error)) from None
        except (OSError, UnicodeError):
            found = []
        finally:
            del self._asked[host]
            asked.set_result(None)
        if not found:
            raise WireError(errors.UNKNOWN_HOST, str(NoSuchHost(host, remembered=False)))
        return self._keep(host, now, found)

    def _keep(self, host: str, now: int, found: list[str]) -> list[str]:
        self._known[host] = (now + self._keep_ns, found)
        return found


class FirstAsked(Resolver):
    """Look up the host of each origin as the first request to it does; `now` is the present request's way."""

    __slots__ = ("now", "_chosen")

    def __init__(self, now: Resolver) -> None:
        super().__init__()
        self.now = now
        self._chosen: dict[Hashable, Resolver] = {}

    def clear(self) -> None:
        """Forget who looked up what."""
        self._chosen.clear()

    def of(self, origin: Hashable) -> Resolver:
        """Give what looks up the host of an origin."""
        return self._chosen.setdefault(origin, self.now)


def is_address(host: str) -> bool:
    """Tell an IP address from a name."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


class NoSuchHost(OSError):
    """A name that the system does not know, in Java's words: fewer where it `remembered` that."""

    def __init__(self, host: str, *, remembered: bool) -> None:
        super().__init__(host if remembered else f"{host}{NOT_KNOWN}")


_missing: dict[str, int] = {}
_local: dict[str, tuple[int, list[str]]] = {}


async def system_lookup(host: str) -> list[str]:
    """Ask the system; IPv4 addresses come first. Raises NoSuchHost; Java asks for an unknown name once in 10 s."""
    _check_missing(host)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise _missed(host) from None
    return _addresses(found)


def local_lookup(host: str) -> list[str]:
    """Ask the system for a name of this machine, without letting others run meanwhile; Java asks once in 30 s."""
    due, known = _local.get(host, (0, []))
    now = perf_counter_ns()
    if now < due:
        return known
    _check_missing(host)
    try:
        found = _addresses(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        raise _missed(host) from None
    if len(_local) >= _MISSING_MAX:
        _local.clear()
    _local[host] = now + _FOUND_NS, found
    return found


def _check_missing(host: str) -> None:
    if perf_counter_ns() < _missing.get(host, 0):
        raise NoSuchHost(host, remembered=True)


def _missed(host: str) -> NoSuchHost:
    if len(_missing) >= _MISSING_MAX:
        _missing.clear()
    _missing[host] = perf_counter_ns() + _MISSING_NS
    return NoSuchHost(host, remembered=False)


def _addresses(found: Sequence[tuple[Any, ...]]) -> list[str]:
    entries = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)  # IPv4 first, as Java does
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def java_address(address: str) -> str:
    """Write an address as Java does: IPv6 in full."""
    if ":" not in address:
        return address
    bare, _, zone = address.partition("%")
    words = ipaddress.IPv6Address(bare).exploded.split(":")
    return ":".join([f"{int(word, 16):x}" for word in words]) + (f"%{zone}" if zone else "")
