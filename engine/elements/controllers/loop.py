"""Loop Controller. Mirrors LoopController; `continue_forever=false` below another controller runs once for good."""

from __future__ import annotations

from pyjm.engine.compile.element import PlanController, flag, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.flow import LoopCursor
from pyjm.engine.vu.user import User

from .loop_names import index_key, named


@element("LoopController")
class LoopController(PlanController):
    """Gives out its children a number of times, -1 for ever."""

    loops = whole("LoopController.loops", by_text=True)
    continue_forever = flag("LoopController.continue_forever", True)

    def pass_start(self, user: User) -> None:
        """Begin to count anew with each pass of the controller around it, whatever cut the last run of loops."""
        user.cursor(self).cut_pass()

    def cursor(self, user: User) -> LoopCursor:
        key = index_key(self.label, user)
        kind = named(self.kind(LoopCursor), self.label)
        loops, forever = self.loops, self.continue_forever
        return kind(user, self.cursors(user), self.listeners, loops.get, forever.get, key, loops.constant)
