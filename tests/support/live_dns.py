"""A small name server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class LiveDns(asyncio.DatagramProtocol):
    """Answers with records as text, `A 127.0.0.1` or `CNAME other.`; keeps the names that it was asked for.

    A name without records does not exist; `silent` says nothing at all, `fails` answers SERVFAIL.
    """

    def __init__(self, records: Mapping[str, list[str]], *, silent: bool = False, fails: bool = False) -> None:
        self.records = records
        self.silent = silent
        self.fails = fails
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name
        self.asked.append(name.to_text())
        if self.silent:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        while (records := self.records.get(name.to_text().lower())) and len(answer.answer) < 9:
            kind = records[0].split(" ")[0]
            group = dns.rrset.from_text_list(name, 60, "IN", kind, [each.split(" ")[1] for each in records])
            answer.answer.append(group)
            if kind != "CNAME":
                break
            name = group[0].target
        if not answer.answer:
            answer.set_rcode(dns.rcode.SERVFAIL if self.fails else dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(want_shuffle=False), peer)


@asynccontextmanager
async def answering(server: LiveDns, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """Run a name server; give its port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: server, local_addr=(host, port))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
