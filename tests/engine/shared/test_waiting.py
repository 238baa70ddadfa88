"""What a worker's users wait for: at once where nobody else has it, and in each worker as the broker says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from pyjm.engine.shared.broker import Broker
from pyjm.engine.shared.waiting import Waiting


def in_loop(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scenario())


def two_workers() -> tuple[Waiting, Waiting]:
    """Make two workers of one broker; its answers come as soon as it gives them."""
    workers: list[Waiting] = []
    broker = Broker(lambda worker, ticket: workers[worker].answered(ticket))
    workers.extend(Waiting(partial(broker.ask, index)) for index in range(2))
    return workers[0], workers[1]


def test_with_one_worker_a_free_lock_is_there_at_once() -> None:
    async def scenario() -> None:
        waiting = Waiting()
        assert waiting.lock("a", "L").done()
        assert not waiting.lock("b", "L").done()

    in_loop(scenario)


def test_a_user_may_take_its_lock_again_and_gives_it_back_as_often() -> None:
    async def scenario() -> None:
        one, other = two_workers()
        assert one.lock("a", "L").done()
        assert one.lock("a", "L").done()
        came = other.lock("b", "L")
        one.unlock("a", "L")
        assert not came.done()
        one.unlock("a", "L")
        assert came.done()
        one.unlock("a", "L")
        assert not one.lock("a", "L").done()

    in_loop(scenario)


def test_a_user_that_was_woken_and_then_got_the_lock_frees_it_when_it_ends() -> None:
    async def scenario() -> None:
        one, other = two_workers()
        one.lock("a", "L")
        woken, third = other.lock("b", "L"), one.lock("c", "L")
        woken.set_result(None)
        one.leave("a")
        assert not third.done()
        other.leave("b")
        assert third.done()

    in_loop(scenario)


def test_those_who_meet_come_from_all_workers_and_one_may_break_it_up() -> None:
    async def scenario() -> None:
        one, other = two_workers()
        first, _ = one.meet("a", "here", 2)
        second, part = other.meet("b", "here", 2)
        assert first.done()
        assert second.done()
        part()
        third, part = one.meet("a", "here", 3)
        fourth, _ = other.meet("b", "here", 3)
        part()
        assert third.done()
        assert fourth.done()
        fifth, _ = one.meet("a", "here", 3)
        other.break_up("here")
        assert fifth.done()

    in_loop(scenario)
