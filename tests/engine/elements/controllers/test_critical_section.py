"""Critical sections where a recording can't reach: who waits for whom."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.controllers import runtime
from pyjm.engine.elements.controllers.critical_section import CriticalSectionController, Turn
from pyjm.engine.vu.flow import Next
from pyjm.engine.vu.user import User

Users = Callable[..., User]


class Sample:
    is_step = True


A, B = Sample(), Sample()


@pytest.fixture
def section(compiled: Callable[..., Any]) -> Callable[..., CriticalSectionController]:
    """Make a section with two samples below it."""

    def make(name: str = "L", *below: Sample) -> CriticalSectionController:
        made: CriticalSectionController = compiled(
            CriticalSectionController, {"CriticalSectionController.lockName": name}
        )
        made.children = below  # type: ignore[assignment]
        return made

    return make


def run(scenario: Callable[[], Any]) -> None:
    async def inside() -> None:
        await asyncio.wait_for(scenario(), 5)

    asyncio.run(inside())


def next_of(user: User, section: CriticalSectionController) -> Next:
    return user.cursor(section).next()


def test_the_next_user_enters_when_the_first_has_passed(section: Any, users: Users) -> None:
    one, other, first, second = section("L", A, B), section("L", A), users(0), users(1)

    async def scenario() -> None:
        assert next_of(first, one) is A
        turn = next_of(second, other)
        assert isinstance(turn, Turn)
        assert isinstance(next_of(second, other), Turn)
        assert next_of(first, one) is B
        waits = asyncio.create_task(turn.pause())  # type: ignore[arg-type]
        await asyncio.sleep(0)
        assert not waits.done()
        assert next_of(first, one) is None
        await waits
        assert next_of(second, other) is A

    run(scenario)


def test_a_user_enters_sections_of_the_same_name_within_each_other(section: Any, users: Users) -> None:
    outer, inner, first, second = section("L", A), section("L", B), users(0), users(1)

    async def scenario() -> None:
        assert next_of(first, outer) is A
        assert next_of(first, inner) is B
        assert next_of(first, inner) is None
        assert isinstance(next_of(second, inner), Turn)
        assert next_of(first, outer) is None
        assert next_of(second, inner) is B

    run(scenario)


def test_without_a_name_nobody_waits_and_it_is_said(section: Any, users: Users, build: Build) -> None:
    nameless = section("", A)
    assert [next_of(users(0), nameless), next_of(users(1), nameless)] == [A, A]
    assert [fault.fatal for fault in build.faults] == [False]


def test_a_name_with_variables_is_the_users_own(section: Any, users: Users) -> None:
    by_variable = section("${v}", A)
    first, second, third = users(0, v="x"), users(1, v="y"), users(2, v="x")

    async def scenario() -> None:
        assert [next_of(first, by_variable), next_of(second, by_variable)] == [A, A]
        assert isinstance(next_of(third, by_variable), Turn)

    run(scenario)


def test_an_outer_loop_that_goes_on_leaves_the_section(section: Any, users: Users) -> None:
    one, first, second = section("L", A, B), users(0), users(1)

    async def scenario() -> None:
        next_of(first, one)
        first.cursor(one).cut_pass()
        assert next_of(second, one) is A

    run(scenario)


def test_a_section_without_children_is_held_until_its_user_ends(section: Any, users: Users) -> None:
    empty, one, first, second = section("L"), section("L", A), users(0), users(1)

    async def scenario() -> None:
        assert next_of(first, empty) is None
        assert isinstance(next_of(second, one), Turn)
        empty.thread_finished(first)
        assert next_of(second, one) is A

    run(scenario)


def test_a_stop_ends_the_wait(section: Any, users: Users) -> None:
    one, first, second = section("L", A), users(0), users(1)

    async def scenario() -> None:
        next_of(first, one)
        waits = asyncio.create_task(next_of(second, one).pause())  # type: ignore[union-attr, arg-type]
        await asyncio.sleep(0)
        second.end()
        await waits
        assert not second.running

    run(scenario)


def test_a_time_that_is_over_does_not_call_back_who_waits(
    section: Any, users: Users, compiled: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, first, second = section("L", A, B), users(0), users(1)
    timed = compiled(runtime.RuntimeController, {"RunTime.seconds": "1"})
    timed.children = (one,)

    async def scenario() -> None:
        monkeypatch.setattr(runtime, "now_ns", lambda: 1)
        assert next_of(first, one) is A
        assert isinstance(next_of(second, timed), Turn)
        monkeypatch.setattr(runtime, "now_ns", lambda: 2_000_000_000)
        one.thread_finished(first)
        assert next_of(second, timed) is A
        assert next_of(second, timed) is None

    run(scenario)
