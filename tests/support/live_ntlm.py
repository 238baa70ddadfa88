"""A gate that lets nobody through without a login by NTLM, checked by pyspnego, to each connection."""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path

import pytest
import spnego
from spnego.exceptions import SpnegoError

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class LiveNtlm:
    """Answers `hello` to whom it knows; `proxy` says that it asks as a proxy does. Keeps what it was shown."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, proxy: bool = False) -> None:
        (folder / "users").write_text("DOM:me:secret\n")
        monkeypatch.setenv("NTLM_USER_FILE", str(folder / "users"))
        self.status, self.asks, self.shows = (
            ("407", "Proxy-Authenticate", "Proxy-Authorization")
            if proxy
            else ("401", "WWW-Authenticate", "Authorization")
        )
        self.shown: list[str] = []
        self.users: list[str] = []
        self.open = 0
        self.over = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        login = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        known = False
        self.open += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"Content-Length: (\d+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                said = re.search(rf"\r\n{self.shows}: (\w+) ?(\S*)", head)
                self.shown.append(said[1] if said else "")
                token = "NTLM"
                if said and said[1] == "NTLM":
                    try:
                        answer = login.step(b64decode(said[2]))
                    except SpnegoError:
                        answer, login = None, spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
                    token = f"NTLM {b64encode(answer).decode()}" if answer else "NTLM"
                    if login.complete:
                        known = True
                        self.users.append(str(login.client_principal))
                asking = f"HTTP/1.1 {self.status} Who\r\n{self.asks}: {token}\r\nContent-Length: 3\r\n\r\nwho"
                writer.write(HELLO if known else asking.encode())
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        self.open -= 1
        if not self.open:
            self.over.set()
