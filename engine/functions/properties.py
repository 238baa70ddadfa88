"""Functions that read and set properties: __P, __property, __setProperty, __isPropDefined."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_text import java_trim

from .saving import saved

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User


def lookup(build: Build) -> Callable[[str], str | None]:
    """Make what finds a property of JMeter, or else one of the system (`user.dir`, -D)."""
    properties, system = build.properties, build.system

    def find(name: str) -> str | None:
        value = properties.get(name)
        return system.get(name) if value is None else value

    return find


@function("__P", 1, 2)
def make_p(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a property, `1` or the second argument where there is none. Blanks around the value go, as in JMeter."""
    find = lookup(build)
    key = args[0].get
    default = args[1].get if len(args) > 1 else lambda user: "1"

    def get(user: User) -> str:
        fallback = default(user)
        value = find(key(user))
        return java_trim(fallback if value is None else value)

    return get


@function("__property", 1, 3)
def make_property(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a property, its key or the third argument where there is none; the second names a variable to keep it."""
    find = lookup(build)
    key = args[0].get
    default = args[2].get if len(args) > 2 else key

    def get(user: User) -> str:
        name = key(user)
        fallback = default(user)
        value = find(name)
        return java_trim(fallback if value is None else value)

    return saved(get, args, 1, trim=False)


@function("__setProperty", 2, 3)
def make_set_property(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Set a property on all workers and give nothing, or its former value where the third argument is `true`."""
    key, value = args[0].get, args[1].get
    wants_former = args[2].get if len(args) > 2 else lambda user: ""

    def get(user: User) -> str:
        name, text = key(user), value(user)
        former = build.properties.get(name, "null") if wants_former(user).lower() == "true" else ""
        if build.set_property is None:
            build.properties[name] = text
        else:
            build.set_property(name, text)
        return former

    return get


@function("__isPropDefined", 1)
def make_is_prop_defined(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Tell whether there is a property."""
    find = lookup(build)
    key = args[0].get
    return lambda user: "false" if find(key(user)) is None else "true"
