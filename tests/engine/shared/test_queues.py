"""Queues hand values on in their order, and wake one who waits for each."""

from __future__ import annotations

import asyncio

from pyjm.engine.shared.queues import Queues


def test_values_come_in_their_order_and_stay_until_they_are_taken() -> None:
    queues = Queues()
    queues.put("q", "a")
    queues.put("q", "b")
    assert (queues.first("q"), queues.size("q"), queues.size("other")) == ("a", 2, 0)
    assert [queues.take("q") for _ in range(3)] == ["a", "b", None]


def test_each_value_wakes_one_who_still_waits() -> None:
    async def run() -> list[bool]:
        queues = Queues()
        waiting = [queues.next("q") for _ in range(3)]
        waiting[0].set_result(None)  # was stopped meanwhile
        queues.put("q", "a")
        queues.put("other", "b")
        return [came.done() for came in waiting]

    assert asyncio.run(run()) == [True, True, False]
