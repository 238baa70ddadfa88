"""Functions of time: __time."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import time_ns
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import ARITHMETIC, JavaError
from pyjm.engine.vu.date_fields import local

from .at_start import at_start
from .date_pattern import date_pattern
from .saving import saved

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

_DIVISOR = re.compile(r"/(\d+)")

ALIASES = {"YMD": "yyyyMMdd", "HMS": "HHmmss", "YMDHMS": "yyyyMMdd-HHmmss", "USER1": "", "USER2": ""}
"""Patterns that the properties time.YMD … may redefine."""


def milliseconds() -> str:
    """Give the time in milliseconds since the epoch."""
    return str(time_ns() // 1_000_000)


def written(pattern: str) -> Callable[[], str]:
    """Make what gives the present time in a pattern: Java's, `/1000` for a part of the milliseconds, or nothing."""
    divisor = _DIVISOR.fullmatch(pattern)
    if divisor:
        by = int(divisor[1])
        if not by:
            raise JavaError(ARITHMETIC, "/ by zero")
        return lambda: str(time_ns() // 1_000_000 // by)
    write = date_pattern(pattern)
    return lambda: write(local(time_ns()))


@function("__time", 0, 2)
def make_time(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give the time, in milliseconds or in a pattern; the second argument names a variable to keep it."""
    args = [at_start(arg) for arg in args]
    if not args or args[0].constant == "":
        return saved(lambda user: milliseconds(), args, 1)
    aliases = {name: build.properties.get(f"time.{name}", pattern).strip() for name, pattern in ALIASES.items()}
    known: dict[str, Callable[[], str]] = {"": milliseconds}
    pattern_of = args[0].get

    def get(user: User) -> str:
        pattern = pattern_of(user)
        write = known.get(pattern)
        if write is None:
            write = known[pattern] = written(aliases.get(pattern, pattern))
        return write()

    if args[0].constant is not None:
        try:
            written(aliases.get(args[0].constant, args[0].constant))
        except JavaError as error:
            build.fault(path, f"__time: {error}", "each sample that needs it fails, as in JMeter", fatal=False)
    return saved(get, args, 1)
