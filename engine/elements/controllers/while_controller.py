"""While Controller. Mirrors WhileController: `LAST` and a blank condition mean the last sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyjm.engine.compile.element import PlanController, text
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.flow import REPEAT, Cursor, IteratingCursor, Next, PassListener
from pyjm.engine.vu.step import Step
from pyjm.engine.vu.transaction import LAST_SAMPLE_OK
from pyjm.engine.vu.user import User

from .loop_names import index_key, named


class WhileCursor(IteratingCursor):
    """Where one user stands in a While Controller. The condition is asked behind each loop and before the next."""

    __slots__ = ("condition",)

    def __init__(
        self,
        user: User,
        children: Sequence[Step | Cursor],
        listeners: Sequence[PassListener],
        index_key: str,
        condition: Callable[[User], str],
    ) -> None:
        super().__init__(user, children, listeners, index_key)
        self.condition = condition

    def refuses(self) -> bool:
        if self.first and self.over(behind=False):
            self.breaking = False
            self.reset_loops()
            return True
        return False

    def end_of_pass(self) -> Next:
        self.restart()
        if self.over(behind=True):
            self.breaking = False
            self.reset_loops()
            return None
        return REPEAT

    def over(self, *, behind: bool) -> bool:
        """Ask the condition; a blank one asks for the last sample, and only behind a loop."""
        if self.breaking:
            return True
        condition = java_trim(self.condition(self.user)).lower()
        if condition == "last" or (behind and not condition):
            return str(self.user.vars.get(LAST_SAMPLE_OK)).lower() == "false"
        return condition == "false"

    def cut_pass(self) -> None:
        super().cut_pass()
        self.over(behind=True)
        self.reset_loops()


@element("WhileController")
class WhileController(PlanController):
    """Gives out its children until its condition is `false`."""

    condition = text("WhileController.condition")
    read_anew = frozenset({"condition"})

    def pass_start(self, user: User) -> None:
        """Begin to count anew with each pass of the controller around it."""
        cursor = user.cursor(self)
        assert isinstance(cursor, WhileCursor)
        cursor.restart()
        cursor.reset_loops()

    def cursor(self, user: User) -> WhileCursor:
        key = index_key(self.label, user)
        kind = named(self.kind(WhileCursor), self.label)
        return kind(user, self.cursors(user), self.listeners, key, self.condition.get)
