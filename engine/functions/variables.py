"""Functions on variables: __V, __isVarDefined."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_text import java_text

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User


@function("__V", 1, 2)
def make_v(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the variable that the first argument names, that name or the second argument where there is none."""
    name_of = args[0].get
    default = args[1].get if len(args) > 1 else None

    def get(user: User) -> str:
        name = name_of(user)
        fallback = name if default is None else default(user)
        value = user.vars.get(name)
        return fallback if value is None else java_text(value)

    return get


@function("__isVarDefined", 1)
def make_is_var_defined(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Tell whether there is a variable."""
    name_of = args[0].get
    return lambda user: "false" if user.vars.get(name_of(user)) is None else "true"
