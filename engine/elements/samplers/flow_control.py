"""Flow Control Action: a pause, a stop, or another way through the loops; it gives no sample. Mirrors TestAction."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from pyjm.engine.compile.element import Sampler, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.interrupt import Interrupted, doze
from pyjm.engine.vu.result import Action

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.flow")

STOP, PAUSE, STOP_NOW = 0, 1, 2
ACTIONS = {3: Action.NEXT_ITERATION, 4: Action.NEXT_LOOP, 5: Action.BREAK_LOOP}
THREAD, TEST = 0, 2

LONG, LONG_END = re.compile(r"[+-]?[0-9]+"), 1 << 63
"""What JMeter reads a pause from: a Java long."""


@element("TestAction")
class FlowControlAction(Sampler):
    """Does one action."""

    action = whole("ActionProcessor.action")
    target = whole("ActionProcessor.target")
    duration = text("ActionProcessor.duration")

    async def sample(self, user: User, result: SampleResult) -> SampleResult | None:
        action = self.action.get(user)
        if action == PAUSE:
            await self.pause(user)
        elif action in ACTIONS:
            user.action = ACTIONS[action]
        elif action in (STOP, STOP_NOW):
            self.stop(user, self.target.get(user), now=action == STOP_NOW)
        return None

    async def pause(self, user: User) -> None:
        """Wait, but no longer than the scheduler lets the user run."""
        written = self.duration.get(user)
        pause_ms = int(written) if LONG.fullmatch(written) else LONG_END
        if not -LONG_END <= pause_ms < LONG_END:
            log.warning("%s: could not read the pause %r as milliseconds", self.path, written)
            return
        if pause_ms < 0:
            raise ValueError(f"Configured sleep is negative:{pause_ms}")
        with suppress(Interrupted):
            await doze(user, max(0.0, min(pause_ms / 1000, user.left_s())))

    def stop(self, user: User, target: int, *, now: bool) -> None:
        """End the user, or the test with it."""
        if target not in (THREAD, TEST):
            return
        log.info("Stopping current thread from element %s", self.name)
        user.running = False
        if target == TEST:
            log.info("Stopping all threads%s from element %s", " now" if now else "", self.name)
            if now:
                user.test.stop_now()
            else:
                user.test.stop()
