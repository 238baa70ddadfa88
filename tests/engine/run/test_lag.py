"""How late a loop is, is the mean of many looks."""

from __future__ import annotations

import asyncio
import time

from pyjm.engine.run.lag import PROBE_S, Lag


def busy(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


async def spent(turn_s: float) -> float:
    """Keep a loop busy, each turn so long; gives its lag in ms."""
    lag = Lag(asyncio.get_running_loop())
    until = time.monotonic() + 12 * PROBE_S
    while time.monotonic() < until:
        busy(turn_s)
        await asyncio.sleep(0)
    return lag.take()


def test_a_loop_of_long_turns_is_late() -> None:
    assert asyncio.run(spent(2 * PROBE_S)) > 10


def test_a_loop_that_stands_still_is_late_all_the_more() -> None:
    async def still() -> float:
        lag = Lag(asyncio.get_running_loop())
        busy(4 * PROBE_S)
        return lag.take()

    assert asyncio.run(still()) >= 2.9 * PROBE_S * 1000
