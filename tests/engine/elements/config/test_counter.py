"""Counter: numbers as JMeter counts and writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.config.counter import CounterConfig
from pyjm.engine.vu.user import User

Users = Callable[..., User]


def counted(element: CounterConfig, *users: User) -> list[Any]:
    result = []
    for user in users:
        element.pass_start(user)
        result.append(user.vars["c"])
    return result


def props(**given: Any) -> dict[str, Any]:
    plain = {"name": "c", "start": "1", "end": "", "incr": "1", "format": "", "per_user": False, **given}
    return {f"CounterConfig.{key}": value for key, value in plain.items()}


def test_users_count_together_unless_each_counts_alone(compiled: Callable[..., Any], users: Users) -> None:
    a, b = users(0), users(1)
    assert counted(compiled(CounterConfig, props(), number=1), a, b, a) == ["1", "2", "3"]
    assert counted(compiled(CounterConfig, props(per_user=True), number=2), a, b, a) == ["1", "1", "2"]


@pytest.mark.parametrize("alone", [False, True])
def test_counting_begins_anew_behind_the_end(compiled: Callable[..., Any], users: Users, alone: bool) -> None:
    element = compiled(CounterConfig, props(start="8", end="10", incr="2", per_user=alone))
    assert counted(element, *[users()] * 1) == ["8"]
    user = users()
    assert counted(element, user, user, user)[-1] in ("8", "10")


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ({"start": "0", "incr": "-1"}, ["0", "-1", "-2"]),
        ({"start": "-1", "incr": "1"}, ["-1", "0", "1"]),
        ({"start": "", "incr": ""}, ["0", "0", "0"]),
        ({"start": "x", "end": "y"}, ["0", "0", "0"]),
        ({"start": "5", "end": "3"}, ["5", "5", "5"]),
        ({"start": "1", "end": "2", "format": "000"}, ["001", "002", "001"]),
        ({"start": "9223372036854775806"}, ["9223372036854775806", "9223372036854775807", "9223372036854775806"]),
        ({"start": "9223372036854775805", "incr": "5"}, ["9223372036854775805", "-9223372036854775806"]),
    ],
)
def test_odd_numbers_count_as_in_jmeter(
    compiled: Callable[..., Any], users: Users, given: dict[str, str], numbers: list[str]
) -> None:
    user = users()
    element = compiled(CounterConfig, props(**given))
    assert counted(element, *[user] * len(numbers)) == numbers


def test_a_counter_of_one_user_can_begin_anew_with_each_iteration(compiled: Callable[..., Any], users: Users) -> None:
    element, user = compiled(CounterConfig, props(per_user=True, reset_on_tg_iteration=True)), users()
    got = []
    for iteration in (1, 1, 2, 2):
        user.iteration = iteration
        got += counted(element, user)
    assert got == ["1", "2", "1", "2"]


def test_a_pattern_that_is_none_is_a_warning_and_ignored(
    compiled: Callable[..., Any], build: Build, users: Users
) -> None:
    assert counted(compiled(CounterConfig, props(format="0#")), users()) == ["1"]
    assert [fault.fatal for fault in build.faults] == [False]
