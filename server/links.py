"""The links of a server, whoever dialled: each is served by the calls of the contract, to its end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from OpenSSL import SSL

from pyjm.keystore.faults import KeystoreError
from pyjm.keystore.peers import is_among, refresh
from pyjm.server.host import Host
from pyjm.server.service import Caller, Calls
from pyjm.server.wire.contract import Code, Limits, Refused
from pyjm.server.wire.link import Link, connect
from pyjm.server.wire.port import thread
from pyjm.server.wire.stream import Stream
from pyjm.server.wire.trouble import LinkDown

log = logging.getLogger("pyjm.server")


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a link is for that this server opens by itself: what `hello` answers beside what it always does.

    `dial` opens a further one, `greeted` is told when the controller has said hello. `silent_s`: how long its holder
    may say nothing; None for ever.
    """

    about: dict[str, Any]
    dial: Callable[[str, int], None]
    greeted: Callable[[], None] = lambda: None
    silent_s: float | None = None


class Links:
    """The links of a server, and who may use them.

    `allowed` are patterns of the names of controllers that may use this server; None allows all that TLS lets in.
    """

    def __init__(
        self, host: Host, tls: SSL.Context | None, about: dict[str, Any], limits: Limits, allowed: Sequence[str] | None
    ) -> None:
        self.limits = limits
        self._host = host
        self._tls = tls
        self._about = about
        self._allowed = allowed
        self._lock = threading.Lock()
        self._fewer = threading.Condition(self._lock)
        self._links: dict[Link, None] = {}
        self._closing = False

    @property
    def is_held(self) -> bool:
        """Tell whether a controller has this server."""
        return self._host.is_held

    def __len__(self) -> int:
        """Count the links that are open."""
        return len(self._links)

    def serve(self, stream: Stream, peer: str, purpose: Purpose | None = None) -> Calls:
        """Serve a connection to its end, whatever that is; gives what was said on it. Raises LinkDown."""
        caller = Caller(peer, stream.certificate())
        about = self._about if purpose is None else {**self._about, **purpose.about}
        refusal = self._refusal(caller)
        calls = Calls(self._host, caller, about, self.dial if purpose is None else purpose.dial, refusal)
        link = calls.link = Link(stream, calls)
        link.limit_to(self.limits.max_unleased)
        if purpose is not None:
            calls.greeted, calls.kind, link.held_idle_s = purpose.greeted, str(purpose.about["link"]), purpose.silent_s
        elif refusal:
            log.warning("link of %s: refused, %s is none of pyjm.allowed_controllers", peer, caller.name)
        with self._lock:
            full = len(self._links) >= self.limits.links
            self._links[link] = None
        try:
            if full or self._closing:
                log.warning("link of %s: refused, %d links are open", peer, self.limits.links)
            else:
                link.serve_until_idle()
        except LinkDown as down:
            calls.ended = down
            if purpose is None:
                log.info("link of %s: %s", peer, down)
        finally:
            link.close()
            stream.close()
            with self._fewer:
                del self._links[link]
                self._fewer.notify_all()
        return calls

    def dial(self, host: str, port: int) -> None:
        """Open a link to a controller and serve it like one that came in; raises Refused with the reason."""
        where = f"{host} port {port}"
        try:
            stream = self.connect(host, port)
        except (OSError, OverflowError, LinkDown) as error:
            reason = str(getattr(error, "strerror", None) or error)
            text = f"it can't reach this controller at {where} ({reason}); see client.rmi.localport"
            raise Refused(Code.TROUBLE, text) from error
        thread("link", self.serve, stream, where)

    def connect(self, host: str, port: int, limits: Limits | None = None, *, expected: str = "") -> Stream:
        """Dial a controller, handshake included; raises OSError, OverflowError, LinkDown (see wire.link)."""
        self.refresh()
        return connect(host, port, self._tls, limits or self.limits, expected=expected)

    def _refusal(self, caller: Caller) -> str:
        """Say why a controller whose certificate is good may not use this server; empty where it may."""
        if self._allowed is None or (caller.certificate is not None and is_among(caller.certificate, self._allowed)):
            return ""
        return f"the certificate {caller.name} is none of its pyjm.allowed_controllers: add one of its names there"

    def refresh(self) -> None:
        """Take notice of certificates that were revoked since."""
        try:
            refresh(self._tls)
        except KeystoreError as error:
            log.warning("the old list of revoked certificates stands: %s", error)

    def end(self, grace_s: float = 0.0) -> None:
        """Serve no more, and cut the links that are not let go by the other side in that time."""
        self._closing = True
        with self._fewer:
            self._fewer.wait_for(lambda: not self._links, grace_s)
            links = list(self._links)
        for link in links:
            link.abort()
