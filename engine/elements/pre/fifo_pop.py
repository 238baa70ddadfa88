"""jp@gc - Inter-Thread Communication PreProcessor: waits for a value of a queue. Mirrors FifoPopPreProcessor."""

from __future__ import annotations

from asyncio import Future, get_running_loop
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PreProcessor, text
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import whole_number
from pyjm.engine.functions.fifo import queues_of
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

LONGEST_S = 10 * 365 * 24 * 3600
"""Stands for ever."""


@element("kg.apc.jmeter.modifiers.FifoPopPreProcessor")
class FifoPop(PreProcessor):
    """Takes the first value of a queue into a variable; one that does not come in time leaves none."""

    queue = text("FifoName")
    variable = text("Variable")
    timeout = text("Timeout")

    def prepare(self, node: Node, build: Build) -> None:
        self.queues = queues_of(build, node.path)

    async def before(self, user: User) -> None:  # type: ignore[override]
        name, variable = self.queue.get(user), self.variable.get(user)
        end_s = get_running_loop().time() + self.timeout_s(user)
        while (value := self.queues.take(name)) is None and user.running:
            left_s = end_s - get_running_loop().time()
            if left_s <= 0:
                break
            await self.wait(user, name, left_s)
        if value is None:
            user.vars.pop(variable, None)
        else:
            user.vars[variable] = value

    def timeout_s(self, user: User) -> float:
        """Read how long to wait; raises ValueError for what is no whole number, as the plugin does."""
        written = self.timeout.get(user)
        seconds = whole_number(written) if written else LONGEST_S
        if seconds is None:
            raise ValueError(f'For input string: "{written}"')
        return min(seconds, LONGEST_S)

    async def wait(self, user: User, name: str, wait_s: float) -> None:
        """Wait until a value has come, or so long."""
        came = self.queues.next(name)
        late = get_running_loop().call_later(wait_s, end, came)
        try:
            await user.wait_for(came)
        finally:
            late.cancel()
            end(came)


def end(came: Future[None]) -> None:
    """End a wait."""
    if not came.done():
        came.set_result(None)
