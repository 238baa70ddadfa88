"""Random Order Controller. Mirrors RandomOrderController."""

from __future__ import annotations

from random import shuffle

from pyjm.engine.compile.element import PlanController
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.flow import Cursor
from pyjm.engine.vu.user import User


class RandomOrderCursor(Cursor):
    """Where one user stands in a Random Order Controller."""

    __slots__ = ()

    def restart(self) -> None:
        super().restart()
        shuffle(self.children)

    def initialize(self) -> None:
        super().initialize()
        shuffle(self.children)


@element("RandomOrderController")
class RandomOrderController(PlanController):
    """Gives out each of its children once in each pass, in any order."""

    def cursor(self, user: User) -> RandomOrderCursor:
        cursor = RandomOrderCursor(user, self.cursors(user), self.listeners)
        shuffle(cursor.children)
        return cursor
