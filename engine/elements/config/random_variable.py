"""Random Variable: a random number as a variable, at the start of each pass. Mirrors RandomVariableConfig."""

from __future__ import annotations

from random import getrandbits
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Config, flag, text
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import whole_number
from pyjm.engine.elements.java_random import next_int, scrambled
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.cells import Cell
from pyjm.engine.shared.division import Turns

from .counter import written

if TYPE_CHECKING:
    from pyjm.engine.vu.user import User

MOST = 2**31 - 1
BEGUN = 1 << 48
"""Marks a state that has its seed, as a cell that nobody has touched is 0."""


class Draw:
    """One run of random numbers: from where, out of how many, and the generator's state."""

    __slots__ = ("cell", "minimum", "range")

    def __init__(self, minimum: int, maximum: int, cell: Cell) -> None:
        self.minimum = minimum
        self.range = 0 if minimum > maximum else min(maximum - minimum + 1, MOST)
        self.cell = cell

    def next(self, seed: int, group: int) -> int:
        """Give the next number to a user of a group; the first call seeds the generator."""
        with self.cell.held():
            return self.drawn(seed)

    def drawn(self, seed: int) -> int:
        """Draw; the cell is held."""
        state = self.cell.get()
        state, number = next_int(state & (BEGUN - 1) if state else scrambled(seed), self.range)
        self.cell.set(state | BEGUN)
        return self.minimum + number


class DrawOfPart(Draw):
    """One run of random numbers for the users of all servers that divide the load: those of the others are left out."""

    __slots__ = ("turns",)

    def __init__(self, minimum: int, maximum: int, cell: Cell, turns: Turns) -> None:
        super().__init__(minimum, maximum, cell)
        self.turns = turns

    def next(self, seed: int, group: int) -> int:
        with self.cell.held():
            for _ in range(self.turns.skip(group)):
                self.drawn(seed)
            return self.drawn(seed)


@element("RandomVariableConfig")
class RandomVariable(Config):
    """Sets a variable to a random number, drawn for each user alone or for all users of all workers together."""

    variable = text("variableName")
    pattern = text("outputFormat")
    minimum = text("minimumValue")
    maximum = text("maximumValue")
    seed = text("randomSeed")
    per_user = flag("perThread", by_text=True)

    def prepare(self, node: Node, build: Build) -> None:
        # all users draw from one run of numbers only where its seed makes that visible
        place = f"random:{node.number}:{node.path}"
        self.cell = build.cells.cell(place)
        self.of_all: Draw | None = None
        self.turns: Turns | None = None
        if build.dividing is not None:
            self.turns = Turns(build.dividing, build.cells, place)
            self.shared_by = self.turns.groups

    def pass_start(self, user: User) -> None:
        """Set the variable to the next number."""
        seed = whole_number(self.seed.get(user))
        draw = self.draw(user)
        if draw.range > 0:
            number = draw.next(getrandbits(48) if seed is None else seed, user.group.index)
            pattern = self.pattern.get(user)
            user.vars[self.variable.get(user)] = (written(number, pattern) if pattern else None) or str(number)

    def draw(self, user: User) -> Draw:
        """Give the run of numbers for a user."""
        if not self.per_user.get(user):
            if self.of_all is None:
                self.of_all = self.begin(user, self.cell, self.turns)
            return self.of_all
        mine: Draw | None = user.state.get(self)
        if mine is None:
            mine = user.state[self] = self.begin(user, Cell())
        return mine

    def begin(self, user: User, cell: Cell, turns: Turns | None = None) -> Draw:
        """Begin a run of numbers; a bound that is no number is 0."""
        bounds = whole_number(self.minimum.get(user)) or 0, whole_number(self.maximum.get(user)) or 0
        return Draw(*bounds, cell) if turns is None else DrawOfPart(*bounds, cell, turns)
