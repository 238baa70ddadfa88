"""Uniform Random Timer: a constant delay and a random part. Mirrors UniformRandomTimer."""

from __future__ import annotations

from random import random
from typing import TYPE_CHECKING

from pyjm.engine.compile.element import text
from pyjm.engine.compile.registry import element

from .constant import ConstantTimer

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.user import User


@element("UniformRandomTimer")
class UniformRandomTimer(ConstantTimer):
    """Delays each sample by the constant delay and up to the maximum, each length as likely as the other."""

    modifiable = True

    most = text("RandomTimer.range")

    def prepare(self, node: Node, build: Build) -> None:
        super().prepare(node, build)
        self.range_ms = self.most.map(as_number)

    def delay(self, user: User) -> float:
        return int(abs(random() * self.range_ms.get(user) + self.present_ms(user))) / 1000


def as_number(text: str) -> float:
    """Read a text as JMeter's getPropertyAsDouble does: what is no number is 0."""
    try:
        return float(text) if "_" not in text else 0.0
    except ValueError:
        return 0.0
