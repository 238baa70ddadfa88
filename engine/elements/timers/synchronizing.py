"""Synchronizing Timer. Mirrors SyncTimer and its CyclicBarrier, over all users that have this timer in scope."""

from __future__ import annotations

import logging
from asyncio import get_running_loop
from collections.abc import Callable
from math import inf

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Timer, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.elements")

LONGEST_S = 10 * 365 * 24 * 3600
"""Stands for ever."""


@element("SyncTimer")
class SynchronizingTimer(Timer):
    """Lets samples begin so many at a time. One that waits too long, or whose time is up, lets all others go too."""

    indivisible = "users on several servers can't wait for one another"

    size = whole("groupSize", by_text=True)
    timeout_ms = whole("timeoutInMs", bits=64, by_text=True)

    def prepare(self, node: Node, build: Build) -> None:
        self.waiting = build.waiting
        self.place = build.place("meeting")
        self.parties = build.cells.cell(self.place)
        if self.size.constant is not None and self.size.constant < 0:
            build.fault(node.path, f"a group of {self.size.constant} users can't meet", "0 stands for all of the group")

    def iteration_start(self, user: User) -> None:
        """Fix the number of users who meet when the first of them starts."""
        if not self.parties.get():
            size = self.size.get(user)
            with self.parties.held():
                if not self.parties.get():
                    self.parties.set(size or user.group.threads)

    async def delay(self, user: User) -> float:  # type: ignore[override]
        size, timeout_ms = self.size.get(user), self.timeout_ms.get(user)
        if size < 0:
            return 0
        if timeout_ms < 0:
            self.waiting.break_up(self.place)
            raise ValueError(f"Negative value for timeout:{timeout_ms} in Synchronizing Timer {self.name}")
        came, part = self.waiting.meet(user, self.place, self.parties.get())
        if not came.done():
            wait_s = min(timeout_ms / 1000 or inf, user.left_s(), LONGEST_S)
            late = get_running_loop().call_later(max(0.0, wait_s), self.give_up, part, timeout_ms)
            try:
                await user.wait_for(came)
            finally:
                late.cancel()
                part()
        return 0

    def give_up(self, part: Callable[[], None], timeout_ms: int) -> None:
        """Wait no longer, and let nobody else."""
        log.info("SyncTimer %s timeouted waiting for users after: %dms", self.name, timeout_ms)
        part()
