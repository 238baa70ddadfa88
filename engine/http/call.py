"""Hot path: one exchange as it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .keeping import WHOLE

if TYPE_CHECKING:
    from .body import Pieces
    from .connect import Origin
    from .keeping import Keeping


class Call:
    """A request, ready-made by `request`, where it goes, and what is wanted of its answer. Nothing in it changes.

    `keeping` says what is kept of the body, None for nothing of it. `to_head` says that the request is a HEAD,
    `keep_alive` that it leaves the connection open. `connect_s` is for TCP and again for TLS; `response_s` the longest
    silence while waiting for an answer, not its whole time: JMeter's response timeout is one of each read. None or 0
    waits for ever. `held` is how many bytes at the end of the request wait until the server asks for them, -1 where
    there is no waiting: a body may be empty. `body` is one that is too large to be in the request: it follows it, and
    where something waits, it is this.
    """

    __slots__ = ("body", "connect_s", "held", "keep_alive", "keeping", "origin", "request", "response_s", "to_head")

    def __init__(
        self,
        origin: Origin,
        request: bytes,
        keeping: Keeping | None = WHOLE,
        to_head: bool = False,
        keep_alive: bool = True,
        connect_s: float | None = None,
        response_s: float | None = None,
        held: int = -1,
        body: Pieces | None = None,
    ) -> None:
        self.origin = origin
        self.request = request
        self.keeping = keeping
        self.to_head = to_head
        self.keep_alive = keep_alive
        self.connect_s = connect_s or 0.0
        self.response_s = response_s or 0.0
        self.held = held
        self.body = body

    def sending(self, request: bytes) -> Call:
        """Give a call that differs in its request."""
        return Call(
            self.origin,
            request,
            self.keeping,
            self.to_head,
            self.keep_alive,
            self.connect_s,
            self.response_s,
            self.held,
            self.body,
        )
