"""What is in a sampler's scope, and in which order: the table that JMeter's recorded runs show."""

from __future__ import annotations

from typing import Any

import pytest

from pyjm.engine.compile.element import Assertion, Config, Listener, PlanController, PostProcessor, PreProcessor, Timer
from pyjm.engine.compile.scope import Frame, gather


def made(role: type, name: str) -> Any:
    element = role.__new__(role)
    element.name = name
    return element


class Transaction(PlanController):
    def add(self, user: Any, result: Any) -> None:
        """Take one."""


class Interleave(PlanController):
    suspends = True


@pytest.mark.parametrize(
    ("role", "field", "order"),
    [
        (Config, "configs", ["own 1", "own 2", "inner 1", "inner 2", "outer 1", "outer 2"]),
        (Timer, "timers", ["own 1", "own 2", "inner 1", "inner 2", "outer 1", "outer 2"]),
        (Listener, "listeners", ["own 1", "own 2", "inner 1", "inner 2", "outer 1", "outer 2"]),
        (PreProcessor, "before", ["outer 1", "outer 2", "inner 1", "inner 2", "own 1", "own 2"]),
        (PostProcessor, "after", ["outer 1", "outer 2", "inner 1", "inner 2", "own 1", "own 2"]),
        (Assertion, "assertions", ["outer 1", "outer 2", "inner 1", "inner 2", "own 1", "own 2"]),
    ],
)
def test_each_role_has_its_order(role: type, field: str, order: list[str]) -> None:
    frames = [Frame(None, [made(role, f"{level} {n}") for n in (1, 2)]) for level in ("outer", "inner", "own")]
    assert [element.name for element in getattr(gather(frames), field)] == order


def test_a_transaction_listens_to_what_stands_below_it_and_to_no_other() -> None:
    mine, other = made(Transaction, "mine"), made(Transaction, "other")
    frames = [Frame(made(PlanController, "group"), [mine, other]), Frame(mine, [])]
    assert [element.name for element in gather(frames).listeners] == ["mine"]


def test_a_transaction_beside_a_sample_listens_where_its_parent_suspends_children() -> None:
    mine, other = made(Transaction, "mine"), made(Transaction, "other")
    frames = [Frame(made(Interleave, "interleave"), [mine, other]), Frame(mine, [])]
    assert [element.name for element in gather(frames).listeners] == ["mine", "other"]
