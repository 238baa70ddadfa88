"""Gaussian Random Timer. Mirrors GaussianRandomTimer."""

from __future__ import annotations

from random import gauss
from typing import TYPE_CHECKING

from pyjm.engine.compile.registry import element

from .uniform_random import UniformRandomTimer

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User


@element("GaussianRandomTimer")
class GaussianRandomTimer(UniformRandomTimer):
    """Delays each sample by the constant delay and a part of normal distribution, whose deviation is given."""

    def delay(self, user: User) -> float:
        return int(abs(gauss(0.0, 1.0) * self.range_ms.get(user) + self.present_ms(user))) / 1000
