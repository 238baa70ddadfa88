"""Bodies too large to be held, and servers that take them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyjm.engine.http.body import Pieces
from pyjm.engine.http.call import Call
from pyjm.engine.http.connect import Dialler, Origin, trusting_context
from pyjm.engine.http.table import Table

MB = 1 << 20
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def pattern(size: int, seed: int = 1) -> bytes:
    """Give bytes that no two places have in common."""
    return hashlib.shake_128(bytes((seed,))).digest(size)


def whole(body: Pieces) -> bytes:
    """Give all of a body."""
    return b"".join(part if isinstance(part, bytes) else part.path.read_bytes()[: len(part)] for part in body.parts)


def head(body: Pieces, target: str = "/", more: bytes = b"") -> bytes:
    """Write the head of a request."""
    return b"PUT %b HTTP/1.1\r\nHost: h\r\n%bContent-Length: %d\r\n\r\n" % (target.encode(), more, len(body))


def call(port: int, body: Pieces, scheme: str = "http", **how: Any) -> Call:
    """Ask for an exchange with a body that is read as it is sent."""
    return Call(Origin(scheme, "127.0.0.1", port), head(body), body=body, **how)


def table(**how: Any) -> Table:
    """Give a user's connections."""
    return Table(Dialler(context=trusting_context()), **how)


def is_open(path: Path) -> bool:
    """Tell whether this process has a file open."""
    links = Path("/proc/self/fd")
    if not links.is_dir():
        pytest.skip("this system does not tell what is open")
    return str(path) in {str(link.readlink()) for link in links.iterdir() if link.is_symlink()}


async def read_request(reader: asyncio.StreamReader) -> str:
    """Read one request, and give the hash of its body."""
    begin = (await reader.readuntil(b"\r\n\r\n")).lower()
    left = int(begin.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    seen = hashlib.sha256()
    while left:
        piece = await reader.read(min(left, 1 << 18))
        if not piece:
            raise asyncio.IncompleteReadError(b"", left)
        seen.update(piece)
        left -= len(piece)
    return seen.hexdigest()


def taking(seen: list[str], answers: list[bytes] | None = None) -> Callable[..., Any]:
    """Take whole requests, and give an answer to each; at the last one, close."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answers is None or answers:
            seen.append(await read_request(reader))
            answer = OK if answers is None else answers.pop(0)
            if not answer:
                return
            writer.write(answer)

    return serve
