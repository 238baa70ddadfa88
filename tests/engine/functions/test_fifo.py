"""A user that waits in `__fifoPop` is ended by a stop."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.shared.cells import Cells
from pyjm.engine.vu.inside import waitable
from pyjm.engine.vu.user import OnError, User


def user() -> User:
    group: Any = SimpleNamespace(test=None, counts=None, on_error=OnError.CONTINUE, same_user=True)
    return User(group, 0, "one", {})


def popped(properties: dict[str, str], tmp_path: Path, *, now: bool) -> tuple[list[str], User]:
    """Stop a user that waits for a value, now or gracefully; give what it got."""
    build = Build(properties, Cells(), tmp_path)
    value = build.value("${__fifoPop(none,v)}", "plan")
    assert build.waits_inside
    assert not build.faults
    one = user()

    said = []

    async def life() -> None:
        said.append(value.get(one))

    async def run() -> None:
        task = asyncio.get_running_loop().create_task(waitable(life()))
        for _ in range(5):
            await asyncio.sleep(0)
        assert one.waits is not None
        one.end()
        if now:
            task.cancel()
        await asyncio.wait([task])

    asyncio.run(run())
    return said, one


@pytest.mark.parametrize("now", [True, False])
@pytest.mark.parametrize("timeout", ["60", "abc", ""])
def test_a_stop_ends_the_wait(tmp_path: Path, timeout: str, now: bool) -> None:
    said, one = popped({"kg.apc.jmeter.functions.FifoTimeout": timeout}, tmp_path, now=now)
    assert (said, one.vars) == (["INTERRUPTED"], {"v": "INTERRUPTED"})
    assert not one.running
