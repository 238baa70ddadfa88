"""One group's users in a worker: however early they are stopped, the group comes to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from pyjm.engine.elements.groups.thread_group import Arrival, Share
from pyjm.engine.run.counts import Counts
from pyjm.engine.run.group import GroupRun
from pyjm.engine.vu.user import OnError


class Three:
    """A group of three users that is stopped after so many turns of the loop."""

    def __init__(self, turns: int) -> None:
        self.turns = turns

    def thread_name(self, start: Any) -> str:
        return str(start.name)

    def on_error_action(self, start: Any) -> OnError:
        return OnError.CONTINUE

    async def arrivals(self, run: GroupRun) -> AsyncIterator[Arrival]:
        for number in range(3):
            yield Arrival(number, 0.0, None)
        for _ in range(self.turns):
            await asyncio.sleep(0)
        run.stop(now=True)

    def cursor(self, user: Any) -> Any:
        """Give users nothing to do, for ever."""
        return SimpleNamespace(next=lambda: None, is_done=lambda: False)


@pytest.mark.parametrize("turns", [0, 1, 3])
def test_users_that_are_stopped_before_they_have_begun_are_not_waited_for(turns: int) -> None:
    group: Any = Three(turns)
    program: Any = SimpleNamespace(group=group, iteration_listeners=(), waits_inside=False, thread_finished=())
    start = SimpleNamespace(name="g", threads=3, same_user=True)
    counts = Counts(1)
    run = GroupRun(
        SimpleNamespace(),  # type: ignore[arg-type]
        program,
        start,
        index=0,
        number=1,
        host_prefix="",
        variables={},
        counts=counts,
        base_ns=0,
        share=Share(0, 1),
        outside=SimpleNamespace(index=0),  # type: ignore[arg-type]
    )
    ended: list[bool] = []

    asyncio.run(asyncio.wait_for(run.run(lambda: ended.append(True)), 10))

    assert (ended, run.users, counts.own) == ([True], {}, [0, 0])
    assert run.started == run.finished == (3 if turns else 0)
