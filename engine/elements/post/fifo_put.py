"""jp@gc - Inter-Thread Communication PostProcessor: adds a value to a queue. Mirrors FifoPutPostProcessor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PostProcessor, text
from pyjm.engine.compile.registry import element
from pyjm.engine.functions.fifo import queues_of
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


@element("kg.apc.jmeter.modifiers.FifoPutPostProcessor")
class FifoPut(PostProcessor):
    """Adds its value."""

    queue = text("FifoName")
    value = text("Value")
    reads_body = False

    def prepare(self, node: Node, build: Build) -> None:
        self.queues = queues_of(build, node.path)

    def after(self, user: User, result: SampleResult) -> None:
        self.queues.put(self.queue.get(user), self.value.get(user))
