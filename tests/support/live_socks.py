"""A small SOCKS server on loopback: versions 4 and 5, with user and password if it is to ask for them."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

from .live_proxy import pumped


class LiveSocks:
    """Keeps what it was asked for, as `version host:port user:password`.

    `password` is the one it wants to see of anybody, `answers` what it says instead of connecting: a reply code, or
    bytes to be sent instead of any reply. All ways lead to `port` of loopback where it is set.
    """

    def __init__(self, password: str = "", answers: int | bytes | None = None, port: int = 0) -> None:
        self.password = password
        self.answers = answers
        self.port = port
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            version = (await reader.readexactly(1))[0]
            found = await (self.five(reader, writer) if version == 5 else self.four(reader))
            if isinstance(self.answers, bytes):
                writer.write(self.answers)
            elif found:
                await self.connect(version, *found, reader, writer)
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()

    async def four(self, reader: asyncio.StreamReader) -> tuple[str, int]:
        """Read the request of a client of version 4."""
        await reader.readexactly(1)
        port = int.from_bytes(await reader.readexactly(2), "big")
        host = socket.inet_ntoa(await reader.readexactly(4))
        user = (await reader.readuntil(b"\0"))[:-1].decode("latin-1")
        self.asked.append(f"4 {host}:{port} {user}")
        return host, port

    async def five(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int] | None:
        """Agree on how to log in with a client of version 5, and read its request."""
        offered = await reader.readexactly((await reader.readexactly(1))[0])
        login = ""
        if self.password and 2 in offered:
            writer.write(b"\5\2")
            await reader.readexactly(1)
            user = (await reader.readexactly((await reader.readexactly(1))[0])).decode("latin-1")
            password = (await reader.readexactly((await reader.readexactly(1))[0])).decode("latin-1")
            login = f" {user}:{password}"
            writer.write(b"\1\0" if password == self.password else b"\1\1")
            if password != self.password:
                self.asked.append(f"5 -{login}")
                return None
        elif self.password:
            writer.write(b"\5\xff")
            self.asked.append("5 - nobody")
            return None
        else:
            writer.write(b"\5\0")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode("latin-1")
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, await reader.readexactly(size))
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append(f"5 {host}:{port}{login}")
        return host, port

    async def connect(
        self, version: int, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Open the way, or say why not."""
        code = self.answers if isinstance(self.answers, int) else 0
        there = back = None
        if not code:
            try:
                there, back = await asyncio.open_connection("127.0.0.1" if self.port else host, self.port or port)
            except OSError:
                code = 5
        if version == 5:
            writer.write(bytes((5, code, 0, 1, 127, 0, 0, 1, 0, 80)))
        else:
            writer.write(bytes((0, 0x5A + code, 0, 80, 127, 0, 0, 1)))
        if there is not None and back is not None:
            await asyncio.gather(pumped(reader, back), pumped(there, writer))
