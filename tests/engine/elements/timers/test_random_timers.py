"""Random timers: JMeter's formulas, held by their distributions."""

from __future__ import annotations

from collections.abc import Callable
from math import erf, exp, floor, lgamma, log, sqrt
from typing import Any

import pytest
from distribution import follows, spread

from pyjm.engine.elements.timers.arrivals import Arrivals, Rate
from pyjm.engine.elements.timers.gaussian_random import GaussianRandomTimer
from pyjm.engine.elements.timers.poisson_random import PoissonRandomTimer
from pyjm.engine.elements.timers.uniform_random import UniformRandomTimer
from pyjm.engine.shared.cells import Cells

Delays = Callable[..., list[int]]


@pytest.fixture
def delays(compiled: Any, users: Any) -> Delays:
    """Give delays of a timer, in milliseconds."""

    def draw(kind: type, constant: str, most: str, number: int = 6000) -> list[int]:
        timer = compiled(kind, {"ConstantTimer.delay": constant, "RandomTimer.range": most})
        user = users()
        return [round(timer.delay(user) * 1000) for _ in range(number)]

    return draw


def below_normal(value: float) -> float:
    return (1 + erf(value / sqrt(2))) / 2


def poisson(mean: float) -> dict[int, float]:
    """Give the shares of the numbers of Poisson distribution."""
    last = int(mean + 20 * sqrt(mean) + 20)
    return {number: exp(number * log(mean) - mean - lgamma(number + 1)) for number in range(last)}


def test_a_uniform_timer_takes_each_length_alike(delays: Delays) -> None:
    assert spread(delays(UniformRandomTimer, "3000000", "9000000"), lambda ms: (ms - 3e6) / 9e6)


def test_a_uniform_timer_cuts_fractions_off(delays: Delays) -> None:
    assert follows(delays(UniformRandomTimer, "7", "2.5"), {7: 0.4, 8: 0.4, 9: 0.2})


def test_a_delay_below_nothing_is_mirrored_at_it(delays: Delays) -> None:
    # -10 to 10: as far beyond nothing on one side as on the other
    drawn = delays(UniformRandomTimer, "-10", "20")
    assert follows(drawn, dict.fromkeys(range(10), 0.1))


def test_a_negative_maximum_is_taken_off(delays: Delays) -> None:
    assert spread(delays(UniformRandomTimer, "5000000", "-1000000"), lambda ms: (ms - 4e6) / 1e6)


def test_a_gaussian_timer_deviates_by_its_range(delays: Delays) -> None:
    drawn = delays(GaussianRandomTimer, "90000000", "1000000")
    assert spread(drawn, lambda ms: below_normal((ms - 9e7) / 1e6))


def test_a_gaussian_timer_mirrors_what_is_below_nothing(delays: Delays) -> None:
    drawn = delays(GaussianRandomTimer, "0", "1000000")
    assert spread(drawn, lambda ms: 2 * below_normal(ms / 1e6) - 1)


@pytest.mark.parametrize("mean", [3, 30, 31, 100, 700])
def test_a_poisson_timer_has_its_mean(delays: Delays, mean: int) -> None:
    shares = {500 + number: share for number, share in poisson(mean).items()}
    assert follows(delays(PoissonRandomTimer, "500", str(mean)), shares)


def test_the_mean_of_a_poisson_timer_is_rounded(delays: Delays) -> None:
    assert follows(delays(PoissonRandomTimer, "0", "2.5"), poisson(3))


@pytest.mark.parametrize("mean", ["0", "-4", "x", ""])
def test_without_a_mean_a_poisson_timer_adds_nothing(delays: Delays, mean: str) -> None:
    assert set(delays(PoissonRandomTimer, "20", mean, 20)) == {20}


def test_precise_throughput_spreads_a_period_evenly() -> None:
    arrivals, rate = Arrivals(Cells(), "group"), Rate(1000, 1, 5, 0)
    assert spread([arrivals.next(rate) / 5 for _ in range(5000)], lambda share: share)


def test_precise_throughput_has_as_many_in_each_second_as_chance_says() -> None:
    arrivals, rate = Arrivals(Cells(), "group"), Rate(600, 1, 10, 0)
    assert follows((floor(arrivals.next(rate)) for _ in range(6000)), dict.fromkeys(range(10), 0.1))
