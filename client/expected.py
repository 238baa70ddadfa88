"""How many servers a run waits for, on which port they may join, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from pyjm.client.member import MemberError
from pyjm.properties import Settings

MOST_SERVERS = 100_000
LAST_PORT = 65535


def servers_of(settings: Settings) -> str:
    """Give the servers of -r as -R writes them: remote_hosts, or nobody but those that join."""
    if join_port(settings):
        return ""
    return settings.text("remote_hosts", "127.0.0.1") or "127.0.0.1"


def join_port(settings: Settings) -> int:
    """Tell on which port servers join, 0 for none; raises MemberError."""
    return _whole(settings, "pyjm.join_port", LAST_PORT)


@dataclass(frozen=True, slots=True)
class Expected:
    """What pyjm.join_port, pyjm.expect_servers and pyjm.expect_timeout say; 0 for no port, and for no number."""

    port: int
    servers: int
    timeout_s: float

    @classmethod
    def of(cls, settings: Settings) -> Expected:
        """Read them; raises MemberError where they can't be meant."""
        servers = _whole(settings, "pyjm.expect_servers", MOST_SERVERS)
        return cls(join_port(settings), servers, _seconds(settings, "pyjm.expect_timeout"))

    def joining(self, named: int) -> int:
        """Tell how many servers are to join, beside those that are named and dialled; raises MemberError for none."""
        if self.servers <= named:
            dialled = f", those that are dialled ({named}) included" if named else ""
            raise MemberError(
                f"pyjm.expect_servers={self.servers}: servers are to join (pyjm.join_port={self.port}); write how "
                f"many there are to be{dialled}"
            )
        return self.servers - named

    def dialled(self, named: int) -> int:
        """Tell how many of those that are named have to be there; raises MemberError for more than there are."""
        if self.servers > named:
            there = f"{named} server{' is' if named == 1 else 's are'}"
            raise MemberError(f"pyjm.expect_servers={self.servers}, and only {there} named (-R, remote_hosts)")
        return self.servers


def _whole(settings: Settings, key: str, most: int) -> int:
    text = settings.text(key) or "0"
    if not (text.isascii() and text.isdecimal()) or int(text[:20]) > most:
        raise MemberError(f"{key}={text} can't be used: write a whole number, {most} at most, or 0 for none")
    return int(text)


def _seconds(settings: Settings, key: str) -> float:
    text = settings.text(key)
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not (isfinite(seconds) and seconds >= 0):
        raise MemberError(f"{key}={text} is none; write a number, 0 or more")
    return seconds
