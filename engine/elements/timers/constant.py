"""Constant Timer. Mirrors ConstantTimer of JMeter 5.5, which reads its delay at the start of each pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Timer, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyjm.engine.vu.user import User


@element("ConstantTimer")
class ConstantTimer(Timer):
    """Delays each sample by the same time."""

    delay_ms = whole("ConstantTimer.delay", bits=64)

    def prepare(self, node: Node, build: Build) -> None:
        if self.delay_ms.constant is None:
            self.pass_start: Callable[[User], None] = self.read

    def unheard(self) -> None:
        self.delay_ms = Value.of(0)

    def read(self, user: User) -> None:
        """Evaluate the delay: at the start of each pass of the nearest controller, not for each sample."""
        user.state[self] = self.delay_ms.get(user)

    def present_ms(self, user: User) -> int:
        """Tell the delay that holds in this pass."""
        constant = self.delay_ms.constant
        return constant if constant is not None else user.state.get(self, 0)

    def delay(self, user: User) -> float:
        return self.present_ms(user) / 1000
