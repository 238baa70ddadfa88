"""Sample Timeout: cuts samples that take too long. Mirrors SampleTimeout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Element, text
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import as_whole
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User


@element("SampleTimeout")
class SampleTimeout(Element):
    """Cuts what a sampler waits for. It holds for all samplers of its thread group, wherever it stands, as JMeter's."""

    written = text("InterruptTimer.timeout")

    def prepare(self, node: Node, build: Build) -> None:
        self.limit_ms = self.written.map(as_whole(0, 64))

    def limit_s(self, user: User) -> float:
        """Give the limit in seconds, 0 for none; it is evaluated once in an iteration of the thread."""
        known: tuple[int, float] | None = user.state.get(self)
        if known is None or known[0] != user.iteration:
            known = user.state[self] = (user.iteration, self.limit_ms.get(user) / 1000)
        return known[1]
