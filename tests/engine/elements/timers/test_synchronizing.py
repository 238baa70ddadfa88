"""The Synchronizing Timer where a recording can't reach: odd numbers, stops, groups."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.value import Value
from pyjm.engine.elements.timers.synchronizing import SynchronizingTimer
from pyjm.engine.vu.clock import now_ns
from pyjm.engine.vu.user import User

Users = Callable[..., User]
Made = Callable[..., Any]


def meet(timer: SynchronizingTimer, *users: User) -> list[asyncio.Task[float]]:
    for user in users:
        timer.iteration_start(user)
    return [asyncio.create_task(timer.delay(user)) for user in users]  # type: ignore[arg-type]


def run(scenario: Callable[[], Any]) -> None:
    async def inside() -> None:
        await asyncio.wait_for(scenario(), 5)

    asyncio.run(inside())


async def some_turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_all_of_the_group_meet_where_no_number_is_given(compiled: Made, users: Users) -> None:
    timer, all_users = compiled(SynchronizingTimer, {}), [users(number) for number in range(3)]
    for user in all_users:
        user.group.threads = 3

    async def scenario() -> None:
        early = meet(timer, *all_users[:2])
        await some_turns()
        assert not any(task.done() for task in early)
        assert await asyncio.gather(*early, *meet(timer, all_users[2])) == [0, 0, 0]

    run(scenario)


def test_users_of_several_groups_meet_at_one_timer(compiled: Made, users: Users) -> None:
    timer = compiled(SynchronizingTimer, {"groupSize": 2})
    run(lambda: asyncio.wait(meet(timer, users(0), users(0, 1))))


def test_the_number_holds_for_all_as_the_first_found_it(compiled: Made, users: Users) -> None:
    timer = compiled(SynchronizingTimer, {})
    timer.size = Value(lambda user: user.vars["n"])
    run(lambda: asyncio.wait(meet(timer, users(0, n=2), users(1, n=5))))
    run(lambda: asyncio.wait(meet(timer, users(2, n=-1))))


def test_a_number_below_none_is_refused_where_it_is_written(compiled: Made, build: Build) -> None:
    compiled(SynchronizingTimer, {"groupSize": "-2"})
    assert [fault.fatal for fault in build.faults] == [True]


@pytest.mark.parametrize("ends", [False, True], ids=["a timeout", "the end of a user's time"])
def test_one_that_may_not_wait_longer_lets_all_go(compiled: Made, users: Users, ends: bool) -> None:
    timer = compiled(SynchronizingTimer, {"groupSize": "3", "timeoutInMs": "0" if ends else "30"})
    first, second = users(0), users(1)
    if ends:
        first.ends_ns = now_ns() + 30_000_000
    run(lambda: asyncio.gather(*meet(timer, first, second)))


def test_a_time_below_none_fails_the_sample_and_lets_all_others_go(compiled: Made, users: Users) -> None:
    timer = compiled(SynchronizingTimer, {"groupSize": "3"})
    timer.timeout_ms = Value(lambda user: user.vars["t"])

    async def scenario() -> None:
        (waits,) = meet(timer, users(0, t=0))
        await some_turns()
        with pytest.raises(ValueError, match="Negative value for timeout:-1"):
            await asyncio.gather(*meet(timer, users(1, t=-1)))
        assert await waits == 0

    run(scenario)


def test_a_stop_ends_the_wait_of_all(compiled: Made, users: Users) -> None:
    timer, first, second = compiled(SynchronizingTimer, {"groupSize": "3"}), users(0), users(1)

    async def scenario() -> None:
        tasks = meet(timer, first, second)
        await some_turns()
        first.end()
        await asyncio.wait(tasks)
        assert (first.running, second.running) == (False, True)

    run(scenario)
