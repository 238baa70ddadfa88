"""The servers that -R, remote_hosts and pyjm.standby_hosts name."""

from __future__ import annotations

from pyjm.client.member import MemberError
from pyjm.server.wire.address import Address, BadAddress, read_address


def parse_address(text: str, default_port: int) -> Address:
    """Read an address. Raises MemberError."""
    try:
        return read_address(text, default_port)
    except BadAddress as error:
        raise MemberError(str(error)) from None


def split_addresses(text: str) -> list[str]:
    """Split the value of -R or remote_hosts."""
    return [part.strip() for part in text.split(",") if part.strip()]
