"""User Defined Variables are evaluated once, in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyjm.engine.elements.config.arguments import Arguments, PlanVariables
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.user import User


def argument(name: str, value: str, *, enabled: bool = True) -> Node:
    return Node("Argument", enabled=enabled, props={"Argument.name": name, "Argument.value": value})


def test_the_first_of_two_with_one_name_counts_and_a_disabled_one_not(
    compiled: Callable[..., Any], users: Callable[..., User]
) -> None:
    written = [argument("a", "1"), argument("a", "2"), argument("b", "3", enabled=False), argument("", "none")]
    user = users(a="before", c="kept")
    compiled(Arguments, {"Arguments.arguments": written}).define(user)
    assert user.vars == {"a": "1", "c": "kept", "": "none"}


def test_the_test_plan_has_variables_of_its_own(compiled: Callable[..., Any], users: Callable[..., User]) -> None:
    inner = Node("Arguments", props={"Arguments.arguments": [argument("a", "1")]})
    user = users()
    compiled(PlanVariables, {"TestPlan.user_defined_variables": inner}).define(user)
    compiled(PlanVariables, {}).define(user)
    assert user.vars == {"a": "1"}
