"""Once Only Controller. Mirrors OnceOnlyController: it listens to the passes of the controller around it."""

from __future__ import annotations

from pyjm.engine.compile.element import PlanController
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.flow import Cursor, LoopCursor, Next
from pyjm.engine.vu.user import User


class OnceOnlyCursor(Cursor):
    """Where one user stands in a Once Only Controller: behind its last child, until it begins anew."""

    __slots__ = ()

    def end_of_pass(self) -> Next:
        return None


@element("OnceOnlyController")
class OnceOnlyController(PlanController):
    """Gives out its children in the first loop of the loops around it."""

    def pass_start(self, user: User) -> None:
        """Begin anew with the first pass of the controller around it."""
        assert self.around is not None
        around = user.cursor(self.around)
        first = around.index == 0 if isinstance(around, LoopCursor) else around.passes == 0
        if first:
            user.cursor(self).restart()

    def cursor(self, user: User) -> OnceOnlyCursor:
        return OnceOnlyCursor(user, self.cursors(user), self.listeners)
