"""The last argument of many functions: the variable that keeps the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args
from pyjm.engine.compile.java_text import java_trim

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User


class Unkept(str):
    """What a call gives that fails: no variable keeps it."""

    __slots__ = ()


def saved(get: Callable[[User], str], args: Args, index: int, *, trim: bool = True) -> Callable[[User], str]:
    """Keep what `get` gives in the variable that argument `index` names, if there is one and it is not empty."""
    if len(args) <= index or args[index].constant == "":
        return get
    name_of = args[index].get

    def get_and_keep(user: User) -> str:
        value = get(user)
        name = name_of(user)
        if trim:
            name = java_trim(name)
        if name and not isinstance(value, Unkept):
            user.vars[name] = value
        return value

    return get_and_keep


def saved_anyway(get: Callable[[User], str], args: Args, index: int) -> Callable[[User], str]:
    """Keep what `get` gives in the variable that argument `index` names, an empty name too."""
    if len(args) <= index:
        return get
    name_of = args[index].get

    def get_and_keep(user: User) -> str:
        value = get(user)
        user.vars[java_trim(name_of(user))] = value
        return value

    return get_and_keep
