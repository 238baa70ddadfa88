"""Where a server, or a controller, is, as -R, remote_hosts and --join write it: `host`, `host:port`, `[IPv6]:port`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BRACKETED = re.compile(r"\[([^\]]+)\](?::(\d+))?")
_PLAIN = re.compile(r"([^:\[\]/\s]+)(?::(\d+))?")


class BadAddress(ValueError):
    """A text that is no address: one line for the user."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port to dial."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_address(text: str, default_port: int) -> Address:
    """Read an address; an IPv6 address without a port may come without brackets. Raises BadAddress."""
    text = text.strip()
    if text.count(":") > 1 and not text.startswith("["):
        return Address(text, default_port)
    match = _BRACKETED.fullmatch(text) or _PLAIN.fullmatch(text)
    if match is None:
        raise BadAddress(f"'{text}' is no address of a server; write host, host:port or [IPv6]:port")
    port = int(match[2]) if match[2] else default_port
    if not 0 < port < 65536:
        raise BadAddress(f"'{text}' is no address of a server: there is no port {port}")
    return Address(match[1], port)
