"""Where a server is, as -R and remote_hosts write it: `host`, `host:port`, `[IPv6]:port`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyjm.client.member import MemberError

_BRACKETED = re.compile(r"\[([^\]]+)\](?::(\d+))?")
_PLAIN = re.compile(r"([^:\[\]/\s]+)(?::(\d+))?")


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port to dial."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str, default_port: int) -> Address:
    """Read an address; an IPv6 address without a port may come without brackets. Raises MemberError."""
    text = text.strip()
    if text.count(":") > 1 and not text.startswith("["):
        return Address(text, default_port)
    match = _BRACKETED.fullmatch(text) or _PLAIN.fullmatch(text)
    if match is None:
        raise MemberError(f"'{text}' is no address of a server; write host, host:port or [IPv6]:port")
    port = int(match[2]) if match[2] else default_port
    if not 0 < port < 65536:
        raise MemberError(f"'{text}' is no address of a server: there is no port {port}")
    return Address(match[1], port)


def split_addresses(text: str) -> list[str]:
    """Split the value of -R or remote_hosts."""
    return [part.strip() for part in text.split(",") if part.strip()]
