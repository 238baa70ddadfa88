"""SOCKS proxies, versions 4 and 5. Not hot: once per connection. Mirrors java.net.SocksSocketImpl and its messages."""

from __future__ import annotations

import asyncio
import re
import socket
from typing import NamedTuple

PORT = 1080
ALWAYS_WITHOUT = "localhost|127.*|[::1]|0.0.0.0|[::0]"
"""What Java adds to a list of hosts that are reached without the proxy, but not to an empty one."""

MALFORMED = "Malformed reply from SOCKS server"
_NO_METHOD = 0xFF
_LOGIN = 2
_REFUSALS = {
    1: "SOCKS server general failure",
    2: "SOCKS: Connection not allowed by ruleset",
    3: "SOCKS: Network unreachable",
    4: "SOCKS: Host unreachable",
    5: "SOCKS: Connection refused",
    6: "SOCKS: TTL expired",
    7: "SOCKS: Command not supported",
    8: "SOCKS: address type not supported",
}
_REFUSALS_4 = {
    91: "SOCKS request rejected",
    92: "SOCKS server couldn't reach destination",
    93: "SOCKS authentication failed",
}
_GRANTED_4 = 90


class SocksRefused(Exception):
    """A SOCKS proxy opened no way, in Java's words; no other address of the server is tried then."""

    def __init__(self, text: str, version: int = 5) -> None:
        super().__init__(text)
        self.version = version


class Socks(NamedTuple):
    """A SOCKS proxy, who one is to it, and what is reached without it: see `patterns`."""

    host: str
    port: int = PORT
    version: int = 5
    user: str = ""
    password: str = ""
    without: re.Pattern[str] | None = None

    def serves(self, host: str) -> bool:
        """Tell whether a host, by the name that it was looked up by, is reached through the proxy."""
        written = f"[{host}]" if ":" in host else host
        return self.without is None or not self.without.fullmatch(written.lower())


def patterns(listed: str) -> re.Pattern[str] | None:
    """Read a list of hosts, separated by `|`, each with a `*` at its beginning or end for anything; None for none."""
    parts = []
    for each in listed.lower().split("|"):
        if not each:
            continue
        begin, end = each.startswith("*"), each.endswith("*") and len(each) > 1
        middle = each[begin : len(each) - end]
        parts.append(f"{'.*' * begin}{re.escape(middle)}{'.*' * end}")
    return re.compile("|".join(parts)) if parts else None


async def open_way(dialled: socket.socket, socks: Socks, address: str, port: int) -> None:
    """Ask a connected proxy for a way to an address. Raises SocksRefused, and OSError for a broken connection."""
    if socks.version == 4:
        await _four(dialled, socks, address, port)
        return
    await _send(dialled, bytes((5, 2, 0, _LOGIN)))
    version, method = await _reply(dialled, 2)
    if version != 5:  # perhaps of version 4: Java tries that as well
        await _four(dialled, socks, address, port)
        return
    if method == _NO_METHOD:
        raise SocksRefused("SOCKS : No acceptable methods")
    if method == _LOGIN:
        user, password = socks.user.encode("latin-1", "replace"), socks.password.encode("latin-1", "replace")
        await _send(dialled, bytes((1, len(user))) + user + bytes((len(password),)) + password)
        if (await _reply(dialled, 2))[1]:
            raise SocksRefused("SOCKS : authentication failed")
    elif method:
        raise SocksRefused("SOCKS : authentication failed")
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address.partition("%")[0])
    await _send(dialled, bytes((5, 1, 0, 4 if ":" in address else 1)) + packed + port.to_bytes(2, "big"))
    _, code, _, kind = await _reply(dialled, 4)
    if code in _REFUSALS:
        raise SocksRefused(_REFUSALS[code])
    if code:
        return  # a code that there is not: Java goes on, and what follows is taken for the server's
    if kind == 3:
        await _reply(dialled, (await _reply(dialled, 1))[0] + 2)
    elif kind in (1, 4):
        await _reply(dialled, (4 if kind == 1 else 16) + 2)
    else:
        raise SocksRefused("Reply from SOCKS server contains wrong code")


async def _four(dialled: socket.socket, socks: Socks, address: str, port: int) -> None:
    if ":" in address:
        raise SocksRefused("SOCKS V4 requires IPv4 only addresses", 4)
    user = socks.user.encode("latin-1", "replace")
    await _send(dialled, bytes((4, 1)) + port.to_bytes(2, "big") + socket.inet_aton(address) + user + b"\0")
    reply = await _reply(dialled, 8, 4)
    if reply[0] not in (0, 4):
        raise SocksRefused("Reply from SOCKS server has bad version", 4)
    if reply[1] != _GRANTED_4:
        raise SocksRefused(_REFUSALS_4.get(reply[1], "Reply from SOCKS server contains bad status"), 4)


async def _send(dialled: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(dialled, data)


async def _reply(dialled: socket.socket, size: int, version: int = 5) -> bytes:
    loop = asyncio.get_running_loop()
    found = b""
    while len(found) < size:
        piece = await loop.sock_recv(dialled, size - len(found))
        if not piece:
            raise SocksRefused(MALFORMED, version)
        found += piece
    return found
