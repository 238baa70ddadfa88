"""Random and Random Order Controller: what they may choose, and that they choose all of it alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from pyjm.engine.elements.controllers.interleave import RandomController
from pyjm.engine.elements.controllers.random_order import RandomOrderController
from pyjm.engine.elements.controllers.simple import SimpleController
from pyjm.engine.vu.user import User

PASSES = 6000
SPREAD = 5.0
"""Standard deviations within which counts lie; beyond it once in two million runs."""


class Sample:
    is_step = True

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


A, B, C = (Sample(name) for name in "abc")


def passes(controller: Any, user: User, number: int = PASSES) -> list[tuple[Any, ...]]:
    """Give the steps of each pass."""
    cursor = user.cursor(controller)
    return [tuple(iter(cursor.next, None)) for _ in range(number)]


def alike(counts: Counter[Any], kinds: int) -> bool:
    """Tell whether all kinds came, each about as often as every other."""
    mean = PASSES / kinds
    return len(counts) == kinds and all(abs(count - mean) < SPREAD * mean**0.5 for count in counts.values())


@pytest.fixture
def controller(compiled: Callable[..., Any]) -> Callable[..., Any]:
    def make(kind: type, *below: Any, **props: Any) -> Any:
        made = compiled(kind, {key.replace("_", "."): value for key, value in props.items()})
        made.children = below
        return made

    return make


@pytest.mark.parametrize("style", [0, 1])
def test_a_random_controller_gives_any_one_of_its_children(controller: Any, users: Any, style: int) -> None:
    given = passes(controller(RandomController, A, B, C, InterleaveControl_style=style), users())
    assert alike(Counter(given), 3)
    assert {len(steps) for steps in given} == {1}


def test_it_goes_through_a_controller_that_it_chooses_step_by_step(controller: Any, users: Any) -> None:
    inner = controller(SimpleController, B, C)
    given = passes(controller(RandomController, A, inner, InterleaveControl_style=0), users())
    assert {len(steps) for steps in given} == {1}
    own = [step for (step,) in given if step is not A]
    assert own == ([B, C] * PASSES)[: len(own)]


def test_a_whole_controller_is_given_with_the_other_style(controller: Any, users: Any) -> None:
    inner = controller(SimpleController, B, C)
    given = Counter(passes(controller(RandomController, A, inner, InterleaveControl_style=1), users()))
    assert set(given) == {(A,), (B, C)}
    assert alike(given, 2)


def test_a_random_order_controller_gives_all_of_them_in_any_order(controller: Any, users: Any) -> None:
    assert alike(Counter(passes(controller(RandomOrderController, A, B, C), users())), 6)


def test_users_have_orders_of_their_own(controller: Any, users: Any) -> None:
    element = controller(RandomOrderController, A, B, C)
    assert passes(element, users(0), 40) != passes(element, users(1), 40)


@pytest.mark.parametrize("kind", [RandomController, RandomOrderController])
def test_without_children_there_is_nothing_to_choose(controller: Any, users: Any, kind: type) -> None:
    assert passes(controller(kind), users(), 3) == [(), (), ()]
