"""Counter: a number as a variable, at the start of each pass of the nearest controller. Mirrors CounterConfig."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, Declared, cut, flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value, whole_number
from pyjm.engine.elements.decimal_format import PatternError, decimal_format
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.division import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyjm.engine.vu.user import User

SIGN = 2**63
LARGEST = SIGN - 1


def last_number(text: str) -> int:
    """Read the maximum: none is the largest number, what is no number is 0."""
    return LARGEST if text == "" else whole_number(text) or 0


@element("CounterConfig")
class CounterConfig(Config):
    """Counts for each user, or for all users of all workers together."""

    first = whole("CounterConfig.start", bits=64)
    end: Value[int] = cast("Value[int]", Declared("CounterConfig.end", "", last_number, cut))
    increment = whole("CounterConfig.incr", bits=64)
    pattern = text("CounterConfig.format")
    variable = text("CounterConfig.name")
    per_user = flag("CounterConfig.per_user")
    reset = flag("CounterConfig.reset_on_tg_iteration")

    def prepare(self, node: Node, build: Build) -> None:
        # the next number, kept with its sign bit turned over: 0, as in a cell that nobody has touched, is JMeter's
        # mark for a counter that has not begun
        place = f"counter:{node.number}:{node.path}"
        self.cell = build.cells.cell(place)
        self.of_all: Callable[[User, int, int, int], int] = self.next_of_all
        if build.dividing is not None:
            self.turns = Turns(build.dividing, build.cells, place)
            self.shared_by = self.turns.groups
            self.of_all = self.next_of_part
        pattern = self.pattern.constant
        if pattern and written(1, pattern) is None:
            build.fault(node.path, f"the number format {pattern!r} is not understood: it is ignored", fatal=False)

    def pass_start(self, user: User) -> None:
        """Set the variable to the next number."""
        first, end, increment = self.first.get(user), self.end.get(user), self.increment.get(user)
        if self.per_user.get(user):
            number = self.next_of_user(user, first, end, increment)
        else:
            number = self.of_all(user, first, end, increment)
        pattern = self.pattern.get(user)
        user.vars[self.variable.get(user)] = (written(number, pattern) if pattern else None) or str(number)

    def next_of_all(self, user: User, first: int, end: int, increment: int) -> int:
        """Count for all users."""
        with self.cell.held():
            return self.count(first, end, increment)

    def next_of_part(self, user: User, first: int, end: int, increment: int) -> int:
        """Count for all users of all servers that divide the load: what others count is passed over."""
        with self.cell.held():
            for _ in range(self.turns.skip(user.group.index)):
                self.count(first, end, increment)
            return self.count(first, end, increment)

    def count(self, first: int, end: int, increment: int) -> int:
        """Give the next number; the cell is held."""
        number = signed(self.cell.get() + SIGN)
        if number == -SIGN or number > end:
            number = first
        self.cell.set(signed(number + increment + SIGN))
        return number

    def next_of_user(self, user: User, first: int, end: int, increment: int) -> int:
        """Count for one user."""
        number, iteration = user.state.get(self, (first, 1))
        if self.reset.get(user):
            if user.iteration != iteration:
                number = first
            iteration = user.iteration
        following = signed(number + increment)
        user.state[self] = (first if following > end else following, iteration)
        return int(number)


def signed(number: int) -> int:
    """Wrap a number into 64 bits with a sign, as Java's long does."""
    return (number + SIGN) % (2 * SIGN) - SIGN


def written(number: int, pattern: str) -> str | None:
    """Write a number after a pattern; None for a pattern that is none."""
    try:
        return decimal_format(pattern).format(number)
    except PatternError:
        return None
