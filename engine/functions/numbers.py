"""Functions on whole numbers: __Random, __counter, __intSum, __longSum."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from random import getrandbits, random
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, JavaError
from pyjm.engine.compile.java_numbers import INT, LONG, wrapped
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.shared.division import Dividing, Turns

from .parsing import java_number
from .saving import saved

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

EXACT = 1 << 53
"""Below this many numbers a random float reaches each of them."""

MOST = (1 << 63) - 1
"""The greatest bound has no next number, and so JMeter refuses it."""


KEPT = 1000
"""How many pairs of bounds are kept as numbers for one place."""


def read_span(lowest: str, highest: str) -> tuple[int, int]:
    """Read bounds: the lowest number and how many there are; raises JavaError."""
    low = java_number(java_trim(lowest), LONG)
    high = java_number(java_trim(highest), LONG)
    if high < low or high == MOST:
        raise JavaError(ILLEGAL_ARGUMENT, "bound must be greater than origin")
    return low, high - low + 1


@function("__Random", 2, 3)
def make_random(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a number from the first to the second argument, both included; the third names a variable to keep it."""
    low_of, high_of = args[0].get, args[1].get
    known: dict[tuple[str, str], tuple[int, int]] = {}

    def get(user: User) -> str:
        bounds = low_of(user), high_of(user)
        span = known.get(bounds)
        if span is None:
            if len(known) >= KEPT:
                known.clear()
            span = known[bounds] = read_span(*bounds)
        low, count = span
        return str(low + (int(random() * count) if count < EXACT else getrandbits(128) % count))

    return saved(get, args, 2)


@function("__counter", 1, 2)
def make_counter(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Count from 1: for each user where the first argument is `true`, else over all; the second names a variable.

    Each place where the function is written has its own count.
    """
    own = args[0].get
    key = object()
    name = build.place(f"__counter {path}")

    def count_of_all(user: User) -> int:
        return build.cells.cell(name).add() + 1

    of_all: Callable[[User], int] = count_of_all
    if build.dividing is not None:
        of_all = count_of_part(build, build.dividing, name, path)

    def get(user: User) -> str:
        if own(user).lower() != "true":
            return str(wrapped(of_all(user), INT))
        count: int = user.state.get(key, 0) + 1
        user.state[key] = count
        return str(wrapped(count, INT))

    return saved(get, args, 1)


def count_of_part(build: Build, dividing: Dividing, name: str, path: str) -> Callable[[User], int]:
    """Make the count over the users of all servers that divide the load: what others count is passed over."""
    turns = Turns(dividing, build.cells, name)
    dividing.functions.append((path, turns.groups))

    def of_part(user: User) -> int:
        cell = build.cells.cell(name)
        with cell.held():
            number = cell.get() + turns.skip(user.group.index) + 1
            cell.set(number)
        return number

    return of_part


@function("__intSum", 2, inf)
def make_int_sum(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Add up; the last argument is a number too or the variable that keeps the sum."""
    return summed(args, INT)


@function("__longSum", 2, inf)
def make_long_sum(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Add up, with 64 bits; the last argument is a number too or the variable that keeps the sum."""
    return summed(args, LONG)


def summed(args: Args, bits: int) -> Callable[[User], str]:
    """Make the sum of numbers of so many bits."""
    terms = [arg.get for arg in args[:-1]]
    last = args[-1].get

    def get(user: User) -> str:
        name = java_trim(last(user))
        total = sum(java_number(term(user), bits) for term in terms)
        try:
            return str(wrapped(total + java_number(name, bits), bits))
        except JavaError:
            text = str(wrapped(total, bits))
        if name or bits == INT:
            user.vars[name] = text
        return text

    return get
