"""Arguments that JMeter reads when a thread is made, before it has variables of its own: those of the plan alone."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING

from pyjm.engine.compile.value import Value

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User


def at_start(value: Value[str]) -> Value[str]:
    """Make a value that each user reads once, with the variables that its thread group began with."""
    if value.constant is not None:
        return value

    def get(user: User) -> str:
        found: str | None = user.state.get(value)
        if found is None:
            maker = copy(user)
            maker.vars, maker.state = dict(user.group.variables), {}
            found = user.state[value] = read(maker)
        return found

    read: Callable[[User], str] = value.get
    return Value(get)
