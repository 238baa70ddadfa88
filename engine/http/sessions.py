"""The TLS sessions that are resumed. Mirrors the client's side of Java's SSLSessionContextImpl."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .secured import Secured

Server = tuple[str, int]
"""A server as it is named, and its port: what sessions are kept by."""


class Start(NamedTuple):
    """What a handshake begins with: `session` is one of that context, None for a handshake from the beginning.

    `once` says that the session is good for one handshake; `memo` is what its maker wants to know when it is settled.
    """

    server: Server
    context: ssl.SSLContext
    session: ssl.SSLSession | None = None
    once: bool = False
    memo: int | str | None = None


class Sessions:
    """What is known of the servers that one user has spoken TLS with, or all users of a worker where they share it.

    Of each server that is the last session. One of TLS 1.3 is good for one handshake, which brings the next. It is
    taken out of a connection when it is needed, or when the connection ends, not before: that has its price.
    """

    __slots__ = ("context", "_last", "_shared")

    def __init__(self, context: ssl.SSLContext, last: dict[Server, Secured | Start] | None = None) -> None:
        """`context` is what handshakes begin with; `last` what is shared with others, and never forgotten."""
        self.context = context
        self._shared = last is not None
        self._last = last

    def start(self, server: Server) -> Start:
        """Give what to begin a handshake with."""
        return self.resumed(server) or Start(server, self.context)

    def resumed(self, server: Server) -> Start | None:
        """Give the session with a server; None where there is none."""
        last = self._last.get(server) if self._last else None
        if last is None:
            return None
        start = last if isinstance(last, Start) else resumable(last)
        if start is None or start.once:
            del self._last[server]  # type: ignore[union-attr]
        return start

    def settled(self, start: Start, asked: bool) -> None:
        """Know that a handshake is over, and whether the server asked for a certificate.

        Raises WireError where it must not stand.
        """

    def add(self, secured: Secured) -> None:
        """Know a connection whose session has come."""
        if self._last is None:
            self._last = {}
        self._last[secured.start.server] = secured

    def left(self, secured: Secured) -> None:
        """Know that a connection has ended."""
        server = secured.start.server
        if self._last and self._last.get(server) is secured:
            start = resumable(secured)
            if start is not None:
                self._last[server] = start
            else:
                del self._last[server]

    def forget(self) -> None:
        """Be a new user."""
        if not self._shared:
            self._last = None


def resumable(secured: Secured) -> Start | None:
    """Give what resumes a connection's session; None where the server does not offer it."""
    start, once = secured.start, secured.tls.version() == "TLSv1.3"
    if not once and secured.tls.session_reused:
        return start  # the same again: to take it out is as dear as the handshake that it saves
    session = secured.tls.session
    if session is None or not (session.has_ticket or (session.id and not once)):
        return None
    if once and session == start.session:  # it brought no new one
        return None
    return Start(start.server, start.context, session, once)
