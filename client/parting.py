"""Let go of a server at the end: its lease ends at once, and it is free for the next run."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Protocol

from pyjm.client.links import RELEASE_S
from pyjm.server.wire.contract import BadMessage, Plain, Refused
from pyjm.server.wire.trouble import LinkDown

log = logging.getLogger("pyjm.client.remote")

AGAIN_S = 10.0
"""How long a second way may take."""


class Call(Protocol):
    """A call over one way to the server."""

    def __call__(self, name: str, /, *, timeout_s: float) -> Plain: ...


def let_go(server: str, ways: Iterable[Call]) -> None:
    """Have a server end its lease, over the first way that works: the control link may have been cut just now."""
    timeout_s = RELEASE_S
    error: Exception | None = None
    for call in ways:
        try:
            call("release", timeout_s=timeout_s)
            return
        except (OSError, LinkDown) as down:
            error, timeout_s = down, AGAIN_S
        except (Refused, BadMessage) as refusal:
            error = refusal
            break
    log.info("%s could not be let go: %s", server, error)
