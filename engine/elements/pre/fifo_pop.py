"""jp@gc - Inter-Thread Communication PreProcessor: waits for a value of a queue. Mirrors FifoPopPreProcessor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PreProcessor, text
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import whole_number
from pyjm.engine.functions.fifo import queues_of
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.queues import LONGEST_S

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User


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
        value = await self.queues.taken(name, user, self.timeout_s(user))
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
        return seconds
