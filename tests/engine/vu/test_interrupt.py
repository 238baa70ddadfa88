"""What a limit cuts, and what it leaves alone."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from pyjm.engine.vu.interrupt import Interrupted, Limit, doze


def user() -> Any:
    return SimpleNamespace(running=True, sleepless=False, limit=None)


def test_a_sleep_is_cut_and_the_user_sleeps_no_more() -> None:
    async def run() -> None:
        one = user()
        one.limit = Limit(0.01)
        with pytest.raises(Interrupted):
            await doze(one, 60)
        one.limit = None
        with pytest.raises(Interrupted):
            await doze(one, 60)

    asyncio.run(run())


def test_a_limit_cuts_once_and_only_what_waits_for_it() -> None:
    async def run() -> list[str]:
        one = user()
        limit = one.limit = Limit(0.01)
        await asyncio.sleep(0.05)  # the time is over while nothing waits
        said = [await limit.wait(one, asyncio.sleep(0.01, "whole"))]
        await doze(one, 0.01, cuttable=False)
        said.append(str(one.sleepless))
        return said

    assert asyncio.run(run()) == ["whole", "False"]


def test_what_runs_in_a_task_of_its_own_is_not_cut() -> None:
    async def run() -> str:
        one = user()
        limit = Limit(0.01)
        task = asyncio.create_task(limit.wait(one, asyncio.sleep(0.05, "whole")))
        return await task

    assert asyncio.run(run()) == "whole"


def test_a_stop_of_the_test_is_not_taken_for_the_limit() -> None:
    async def run() -> None:
        one = user()
        task = asyncio.current_task()
        assert task is not None
        limit = Limit(60)
        asyncio.get_running_loop().call_later(0.01, task.cancel)
        try:
            await limit.wait(one, asyncio.sleep(60))
        finally:
            limit.end()

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())


def test_a_limit_that_has_ended_cuts_nothing() -> None:
    async def run() -> str:
        one = user()
        limit = Limit(0.01)
        limit.end()
        return await limit.wait(one, asyncio.sleep(0.05, "whole"))

    assert asyncio.run(run()) == "whole"
