"""Plain calls that wait: the event loop goes on, results and errors come as from an await."""

from __future__ import annotations

import asyncio

import pytest

from pyjm.engine.vu.inside import can_wait, wait, waitable


async def later(text: str, seconds: float = 0.01) -> str:
    await asyncio.sleep(seconds)
    return text


async def failing() -> str:
    await asyncio.sleep(0.01)
    raise ValueError("no")


async def both(first: str) -> list[str]:
    """Wait in a plain call, await, and wait again."""
    return [wait(later(first)), await later("awaited"), wait(later("again"))]


def test_a_plain_call_waits_while_others_go_on() -> None:
    async def run() -> list[list[str]]:
        start_s = asyncio.get_running_loop().time()
        lives = [waitable(both(str(number))) for number in range(20)]
        said = await asyncio.gather(*lives)
        assert asyncio.get_running_loop().time() - start_s < 20 * 0.03
        return said

    assert asyncio.run(run()) == [[str(number), "awaited", "again"] for number in range(20)]


def test_what_is_raised_comes_out_of_the_plain_call() -> None:
    async def life() -> str:
        try:
            return wait(failing())
        except ValueError as error:
            return f"caught {error}"

    async def breaks() -> str:
        return wait(failing())

    assert asyncio.run(waitable(life())) == "caught no"
    with pytest.raises(ValueError, match="no"):
        asyncio.run(waitable(breaks()))


def test_a_cancellation_reaches_the_plain_call_and_may_be_caught() -> None:
    async def life() -> str:
        try:
            return wait(later("late", 60))
        except asyncio.CancelledError:
            return "cut"

    async def run() -> str:
        task = asyncio.get_running_loop().create_task(waitable(life()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        return await task

    assert asyncio.run(run()) == "cut"


def test_nobody_waits_elsewhere() -> None:
    async def inside() -> bool:
        return can_wait()

    assert not can_wait()
    assert asyncio.run(waitable(inside()))
