"""If Controller. Mirrors IfController: the condition is asked at the start of a pass, or before each child."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PlanController, flag, text
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.scripts.condition import JavaScriptCondition
from pyjm.engine.vu.flow import REPEAT, Cursor, Next, PassListener
from pyjm.engine.vu.step import Step
from pyjm.engine.vu.user import User


class IfCursor(Cursor):
    """Where one user stands in an If Controller."""

    __slots__ = ("each_child", "holds")

    asks_anew = True

    def __init__(
        self,
        user: User,
        children: Sequence[Step | Cursor],
        listeners: Sequence[PassListener],
        holds: Callable[[User], bool],
        each_child: Callable[[User], bool],
    ) -> None:
        super().__init__(user, children, listeners)
        self.holds = holds
        self.each_child = each_child

    def next(self) -> Next:
        while True:
            if (self.each_child(self.user) or self.first) and not self.holds(self.user):
                self.initialize_children()
                return self.end_of_pass()
            step = super().next()
            if step is not REPEAT:
                return step

    def set_done(self) -> None:
        """Be asked again in the next pass, even without children: the condition may differ then."""

    def cut_pass(self) -> None:
        self.initialize_children()
        super().cut_pass()


@element("IfController")
class IfController(PlanController):
    """Gives out its children where its condition is `true`."""

    condition = text("IfController.condition")
    each_child = flag("IfController.evaluateAll")
    use_expression = flag("IfController.useExpression")

    def prepare(self, node: Node, build: Build) -> None:
        self.script = None if self.use_expression.constant is True else JavaScriptCondition(node.name)

    def holds(self, user: User) -> bool:
        """Ask the condition."""
        expression = self.script is None or self.use_expression.get(user)
        said = java_trim(self.condition.get(user))
        if self.script is None or expression:
            return said.lower() == "true"
        return self.script.holds(said)

    def cursor(self, user: User) -> IfCursor:
        return self.kind(IfCursor)(user, self.cursors(user), self.listeners, self.holds, self.each_child.get)
