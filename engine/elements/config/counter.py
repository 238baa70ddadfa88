"""Counter: a number as a variable, at the start of each pass of the nearest controller. Mirrors CounterConfig."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.decimal_format import PatternError, decimal_format
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

LARGEST = 2**63 - 1


@element("CounterConfig")
class CounterConfig(Config):
    """Counts for each user, or for all users of all workers together."""

    first = whole("CounterConfig.start")
    last = text("CounterConfig.end")
    increment = whole("CounterConfig.incr")
    pattern = text("CounterConfig.format")
    variable = text("CounterConfig.name")
    per_user = flag("CounterConfig.per_user")
    reset = flag("CounterConfig.reset_on_tg_iteration")

    def prepare(self, node: Node, build: Build) -> None:
        self.end = self.last.map(last_number)
        # the next number, kept one up from zero on: a cell that nobody has touched is 0
        self.cell = build.cells.cell(f"counter:{node.number}:{node.path}")
        pattern = self.pattern.constant
        if pattern and written(1, pattern) is None:
            build.fault(node.path, f"the number format {pattern!r} is not understood: it is ignored", fatal=False)

    def pass_start(self, user: User) -> None:
        """Set the variable to the next number."""
        first, end, increment = self.first.get(user), self.end.get(user), self.increment.get(user)
        if self.per_user.get(user):
            number = self.next_of_user(user, first, end, increment)
        else:
            number = self.next_of_all(first, end, increment)
        pattern = self.pattern.get(user)
        user.vars[self.variable.get(user)] = (written(number, pattern) if pattern else None) or str(number)

    def next_of_all(self, first: int, end: int, increment: int) -> int:
        """Count for all users."""
        with self.cell.held():
            kept = self.cell.get()
            number = kept - 1 if kept > 0 else kept
            if kept == 0 or number > end:
                number = first
            following = (number + increment + 2**63) % 2**64 - 2**63
            self.cell.set(following + 1 if 0 <= following < LARGEST else following)
        return number

    def next_of_user(self, user: User, first: int, end: int, increment: int) -> int:
        """Count for one user."""
        number, iteration = user.state.get(self, (first, 1))
        if self.reset.get(user):
            if user.iteration != iteration:
                number = first
            iteration = user.iteration
        following = number + increment
        user.state[self] = (first if following > end else following, iteration)
        return int(number)


def last_number(text: str) -> int:
    """Read the maximum: none is the largest number, what is no number is 0."""
    if text == "":
        return LARGEST
    try:
        return int(text)
    except ValueError:
        return 0


def written(number: int, pattern: str) -> str | None:
    """Write a number after a pattern; None for a pattern that is none."""
    try:
        return decimal_format(pattern).format(number)
    except PatternError:
        return None
