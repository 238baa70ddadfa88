"""One controller's hold on a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pyjm.server.run import Run

STOP, CONTINUE = "stop", "continue"
ACTIONS = (STOP, CONTINUE)
"""What becomes of a test whose controller is gone: the values of pyjm.lease_action."""


class Cuttable(Protocol):
    """A link, as far as the host has to do with it."""

    def abort(self) -> None:
        """Cut it."""


@dataclass(eq=False)
class Lease:
    """One controller's hold on this server: whoever knows the token and shows the certificate that took it.

    It does not run out while the server is `at_work` for the holder: who waits for an answer is not silent. One that is
    `deserted` has run out and is kept all the same, for a holder that comes back.
    """

    who: str
    token: str
    since: datetime
    deadline: float
    links: dict[Cuttable, str] = field(default_factory=dict)
    run: Run | None = None
    at_work: int = 0
    deserted: bool = False
    fingerprint: bytes = b""

    def join(self, link: Cuttable, kind: str) -> list[Cuttable]:
        """Add a link; gives those that it takes the place of: their way is cut, and only this side may not know."""
        stale = [other for other, its in self.links.items() if its == kind and other is not link]
        for other in stale:
            del self.links[other]
        self.links[link] = kind
        return stale
