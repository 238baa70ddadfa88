"""Name servers of the plan's own. Mirrors what dnsjava's ExtendedResolver and Lookup do for JMeter."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dns.message import Message
    from dns.name import Name

PORT = 53
ROUNDS = 3
WAIT_S = 5.0
LINKS_MAX = 16
"""How many names may stand for one another before an answer."""


class NoSuchName(Exception):
    """No server gave an address for a name."""


class OddName(Exception):
    """A text that can't be the name of a host."""


class DnsServers:
    """Asks several servers, beginning with the next one for each name. Make one per user."""

    def __init__(self, addresses: Sequence[str], port: int = PORT, wait_s: float = WAIT_S) -> None:
        self._addresses = list(addresses)
        self._port = port
        self._wait_s = wait_s
        self._turn = 0

    async def addresses(self, host: str) -> list[str]:
        """Give the IPv4 addresses of a name, as they are answered. Raises NoSuchName, OddName."""
        import dns.exception
        import dns.name

        try:
            name = dns.name.from_text(host, origin=None)
        except (dns.exception.DNSException, UnicodeError):
            raise OddName(host) from None
        if not name.is_absolute():
            name = name.concatenate(dns.name.root)
        return await self._followed(name)

    async def _followed(self, name: Name) -> list[str]:
        """Ask for a name, and again for each that it stands for, though an answer may have had that already."""
        from dns.rdatatype import CNAME, A

        for _ in range(LINKS_MAX):
            found = {group.rdtype: list(group) for group in (await self._asked(name)).answer if group.name == name}
            if A in found:
                return [str(record.address) for record in found[A]]
            if CNAME not in found:
                break
            name = found[CNAME][0].target
        raise NoSuchName(name)

    async def _asked(self, name: Name) -> Message:
        """Ask one server after another, and all of them several times, until one answers."""
        import dns.exception
        import dns.message

        first, self._turn = self._turn, (self._turn + 1) % len(self._addresses)
        order = self._addresses[first:] + self._addresses[:first]
        for _ in range(ROUNDS):
            for address in list(order):
                query = dns.message.make_query(name, "A")
                try:
                    answer = await self._answer(query, address)
                except (TimeoutError, dns.exception.Timeout):
                    continue
                except (OSError, dns.exception.DNSException, asyncio.IncompleteReadError):
                    order.remove(address)
                    continue
                return answer
        raise NoSuchName(name)

    async def _answer(self, query: Message, address: str) -> Message:
        """Ask one server, over a connected socket, so that one that is not there is known at once."""
        import dns.asyncbackend
        import dns.asyncquery

        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        backend: Any = dns.asyncbackend.get_default_backend()
        there = await backend.make_socket(family, socket.SOCK_DGRAM, 0, None, (address, self._port))
        async with there:
            answer, _ = await dns.asyncquery.udp_with_fallback(
                query, address, self._wait_s, self._port, udp_sock=there
            )
        return answer
