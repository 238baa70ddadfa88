"""Join a controller that can't reach this server: dial it, and serve the link as if it had dialled."""

from __future__ import annotations

import logging
import random
import socket
import threading
from collections.abc import Callable
from dataclasses import replace

from pyjm.server.links import Links, Purpose
from pyjm.server.wire.address import Address
from pyjm.server.wire.contract import CONTROL, Code, Refused
from pyjm.server.wire.port import thread
from pyjm.server.wire.stream import Stream
from pyjm.server.wire.trouble import LinkDown

log = logging.getLogger("pyjm.server")

SOONEST_S, LATEST_S = 0.25, 5.0
"""Between two attempts: at first, and after many in vain."""
HELD_CONNECT_S, HELD_LATEST_S = 3.0, 1.0
"""How long an attempt may take at least, and how long after it the next comes, while a controller has a test here."""
_REST_S = 1.0
"""After a controller has let go: it takes its port down."""


class Joiner:
    """Keeps a control link to one controller, opened by this server; ends with `close`.

    The controller says hello, as on a link that it has dialled, and takes the server when it needs it. A link that is
    cut, or on which a holder has said nothing for `silent_s`, is opened again, and so is one whose test has ended.
    """

    def __init__(self, links: Links, address: Address, node: str, silent_s: float, say: Callable[[str], None]) -> None:
        self._links = links
        self._address = address
        self._node = node
        self._silent_s = silent_s
        self._say = say
        self._said: set[str] = set()
        self._pause_s = SOONEST_S
        self._ending = threading.Event()
        self._thread = thread("joining", self._join)

    def close(self, grace_s: float = 0.0) -> None:
        """Dial no more, and cut the links that are not let go by the controller in that time."""
        self._ending.set()
        self._links.end(grace_s)
        self._thread.join(SOONEST_S)  # it may be dialling

    def _join(self) -> None:
        while not self._ending.is_set():
            try:
                self._serve(self._open())
            except (OSError, OverflowError, LinkDown) as error:
                self._note(_reason(error))
            self._ending.wait(self._pause_s * random.uniform(0.75, 1.25))  # not all servers at once
            self._pause_s = min(self._pause_s * 2, HELD_LATEST_S if self._links.is_held else LATEST_S)

    def _serve(self, stream: Stream) -> None:
        """Serve a control link to its end, and say what there is to say of that."""
        purpose = Purpose(self._about(CONTROL), self._dial, self._joined, self._silent_s)
        calls = self._links.serve(stream, str(self._address), purpose)
        if self._links.is_held:
            log.info("the link to the controller at %s was cut, it is opened again: %s", self._address, calls.ended)
            self._pause_s = SOONEST_S
        elif calls.was_held:
            self._said.clear()
            self._pause_s = _REST_S
        else:
            self._note(calls.refusal or f"it let go of the connection: {calls.ended}")

    def _open(self) -> Stream:
        limits = self._links.limits
        if self._links.is_held:
            quick_s = max(self._silent_s, HELD_CONNECT_S)
            limits = replace(
                limits,
                connect_s=min(limits.connect_s, HELD_CONNECT_S),
                handshake_s=min(limits.handshake_s, quick_s),
                idle_s=min(limits.idle_s, quick_s),
            )
        host, port = self._address.host, self._address.port
        stream = self._links.connect(host, port, limits, expected=host)
        stream.keep_awake()
        return stream

    def _about(self, kind: str) -> dict[str, str]:
        return {"link": kind, "node": self._node}

    def _dial(self, kind: str, _port: int) -> None:
        """Open a further link, of that kind, to where this server has joined; raises Refused."""
        try:
            stream = self._open()
        except (OSError, OverflowError, LinkDown) as error:
            raise Refused(Code.TROUBLE, f"it can't reach this controller any more: {_reason(error)}") from error
        thread("link", self._links.serve, stream, str(self._address), Purpose(self._about(kind), self._dial))

    def _joined(self) -> None:
        """Note that the controller has said hello."""
        text = f"Joined the controller at {self._address}"
        if text not in self._said:
            self._said.add(text)
            log.info("%s", text)
            self._say(text)

    def _note(self, reason: str) -> None:
        """Say why this server is alone, each reason once until a controller has had it."""
        if reason in self._said or self._ending.is_set():
            return
        if not self._said:
            self._say(f"Waiting for the controller at {self._address}")
        self._said.add(reason)
        log.info("The controller at %s can't be joined yet, it is dialled until it can: %s", self._address, reason)


def _reason(error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return "nobody knows that host"
    if isinstance(error, TimeoutError):
        return "no answer"
    return str(getattr(error, "strerror", None) or error)
