"""How late an event loop comes to what is due: looked at often, as one look says little."""

from __future__ import annotations

import asyncio
from time import monotonic

PROBE_S = 0.025
"""How often it is looked: forty small timers a second are no load."""


class Lag:
    """Gives the mean lateness since it was asked last."""

    __slots__ = ("_count", "_due_s", "_late_s", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to look; for as long as the loop runs."""
        self._loop = loop
        self._late_s = 0.0
        self._count = 0
        self._due_s = 0.0
        self._again()

    def _again(self) -> None:
        # as the loop itself counts, from the begin of its present turn: that turn's length is lateness as well
        self._due_s = self._loop.time() + PROBE_S
        self._loop.call_later(PROBE_S, self._look)

    def _look(self) -> None:
        self._late_s += max(monotonic() - self._due_s, 0.0)
        self._count += 1
        self._again()

    def take(self) -> float:
        """Give the mean in milliseconds; where nothing could be looked at, how late that is by now."""
        if not self._count:
            return max(monotonic() - self._due_s, 0.0) * 1000
        mean_ms = self._late_s / self._count * 1000
        self._late_s, self._count = 0.0, 0
        return mean_ms
