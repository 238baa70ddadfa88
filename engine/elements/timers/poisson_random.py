"""Poisson Random Timer. Mirrors PoissonRandomTimer."""

from __future__ import annotations

from math import exp, floor, lgamma, log, pi, sqrt
from random import random
from typing import TYPE_CHECKING

from pyjm.engine.compile.registry import element

from .uniform_random import UniformRandomTimer

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

MULTIPLIED_UP_TO = 30
"""The mean up to which uniform numbers are multiplied; above it, numbers are proposed and rejected (Atkinson)."""


@element("PoissonRandomTimer")
class PoissonRandomTimer(UniformRandomTimer):
    """Delays each sample by the constant delay and a part of Poisson distribution, whose mean is given."""

    def delay(self, user: User) -> float:
        return abs(poisson(floor(self.range_ms.get(user) + 0.5)) + self.present_ms(user)) / 1000


def poisson(mean: int) -> int:
    """Draw a number of Poisson distribution; 0 for a mean of 0 or less."""
    if mean <= MULTIPLIED_UP_TO:
        limit, product, count = exp(-mean), random(), 0
        while product > limit:
            product *= random()
            count += 1
        return count
    beta = pi / sqrt(3.0 * mean)
    alpha = beta * mean
    k = log(0.767 - 3.36 / mean) - mean - log(beta)
    while True:
        u = random()
        if not u:
            continue
        x = (alpha - log((1.0 - u) / u)) / beta
        number = floor(x + 0.5)
        if number < 0:
            continue
        y = alpha - beta * x
        v = random()
        if v and y + log(v / (1.0 + exp(y)) ** 2) <= k + number * log(mean) - lgamma(number + 1):
            return number
