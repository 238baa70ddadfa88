"""Timers delay as JMeter 5.5's do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pyjm.engine.compile.value import Value
from pyjm.engine.elements.timers.constant import ConstantTimer
from pyjm.engine.elements.timers.uniform_random import UniformRandomTimer
from pyjm.engine.vu.user import User

Users = Callable[..., User]


@pytest.mark.parametrize(("written", "delay_s"), [("300", 0.3), ("-40", -0.04), ("x", 0), ("", 0), ("1.5", 0)])
def test_a_constant_timer_waits_whole_milliseconds(
    compiled: Callable[..., Any], users: Users, written: str, delay_s: float
) -> None:
    assert compiled(ConstantTimer, {"ConstantTimer.delay": written}).delay(users()) == delay_s


def test_a_delay_with_variables_is_read_at_the_start_of_a_pass(compiled: Callable[..., Any], users: Users) -> None:
    timer, user = compiled(ConstantTimer, {}), users(d=20)
    timer.delay_ms = Value(lambda user: user.vars["d"])
    timer.prepare(timer.node, None)
    assert timer.delay(user) == 0
    timer.pass_start(user)
    user.vars["d"] = 90
    assert timer.delay(user) == 0.02
    assert not hasattr(compiled(ConstantTimer, {"ConstantTimer.delay": "5"}), "pass_start")


def test_a_uniform_timer_adds_up_to_its_range(compiled: Callable[..., Any], users: Users) -> None:
    timer = compiled(UniformRandomTimer, {"ConstantTimer.delay": "100", "RandomTimer.range": "50.5"})
    delays = [timer.delay(users()) for _ in range(500)]
    assert 0.1 <= min(delays) < 0.11
    assert 0.14 < max(delays) <= 0.15
    assert all(delay * 1000 == pytest.approx(round(delay * 1000)) for delay in delays)


@pytest.mark.parametrize(("delay", "most"), [("-10", "0"), ("10", "x"), ("10", "")])
def test_a_uniform_timer_never_waits_less_than_nothing(
    compiled: Callable[..., Any], users: Users, delay: str, most: str
) -> None:
    timer = compiled(UniformRandomTimer, {"ConstantTimer.delay": delay, "RandomTimer.range": most})
    assert timer.delay(users()) == 0.01


def test_the_factor_for_timers_applies_to_random_ones_alone() -> None:
    assert (ConstantTimer.modifiable, UniformRandomTimer.modifiable) == (False, True)
