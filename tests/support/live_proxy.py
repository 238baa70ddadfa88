"""A small proxy on loopback: forwards requests, opens tunnels, and asks for credentials if it is to."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from urllib.parse import urlsplit

BASIC = 'Basic realm="r"'
DIGEST = 'Digest realm="r", nonce="n", qop="auth"'


class LiveProxy:
    """Keeps the heads that it was sent. All tunnels lead to `port`.

    `asks` is what it wants to see before it serves anybody, `never` that nothing satisfies it, `closes` that it closes
    the connection on which it asks; `refuses` is how it answers a CONNECT instead of opening a tunnel.
    """

    def __init__(
        self, port: int, asks: str = "", *, never: bool = False, closes: bool = False, refuses: bytes = b""
    ) -> None:
        self.port = port
        self.asks = asks
        self.never = never
        self.closes = closes
        self.refuses = refuses
        self.asked: list[str] = []
        self.connections = 0

    @property
    def shown(self) -> list[str]:
        """The credentials of each request, an empty text for none."""
        found = [re.search(r"Proxy-Authorization: (.*)\r\n", head) for head in self.asked]
        return [each[1] if each else "" for each in found]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self.one(reader, writer):
                await writer.drain()
        writer.close()

    async def one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Serve one request; tell whether there may be another."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head)
        if self.asks and (self.never or not self.shown[-1].startswith(self.asks.split(" ")[0])):
            ending = "Connection: close\r\n" if self.closes else ""
            asking = f"HTTP/1.1 407 Who\r\nProxy-Authenticate: {self.asks}\r\n{ending}Content-Length: 3\r\n\r\nwho"
            writer.write(asking.encode())
            return not self.closes
        if head.startswith("CONNECT"):
            if self.refuses:
                writer.write(self.refuses)
                return True
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            there, back = await asyncio.open_connection("127.0.0.1", self.port)
            await asyncio.gather(pumped(reader, back), pumped(there, writer))
            return False
        method, url, rest = head.split(" ", 2)
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        back.write(f"{method} {urlsplit(url).path} {rest}".encode())
        answer = await there.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", answer)
        writer.write(answer + await there.readexactly(int(length[1]) if length else 0))
        back.close()
        return True


async def pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on all that comes."""
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)
    writer.close()
