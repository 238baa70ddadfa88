"""Switch Controller. Mirrors SwitchController: one child in each pass, by its number or its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from sys import maxsize
from typing import cast

from pyjm.engine.compile.element import PlanController, text
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.flow import Cursor, Next, PassListener
from pyjm.engine.vu.step import Step
from pyjm.engine.vu.user import User

NONE = maxsize
"""The place behind all children."""

Label = Callable[[User], str]


class SwitchCursor(Cursor):
    """Where one user stands in a Switch Controller. `labels` are the children's names, as many as children."""

    __slots__ = ("labels", "selection")

    def __init__(
        self,
        user: User,
        children: Sequence[Step | Cursor],
        listeners: Sequence[PassListener],
        selection: Callable[[User], str],
        labels: Sequence[Label],
    ) -> None:
        super().__init__(user, children, listeners)
        self.selection = selection
        self.labels = list(labels)

    def next(self) -> Next:
        if self.first:
            self.current = self.selected()
        while True:
            if self.first:
                self.fire()
            if self.is_done():
                return None
            children = self.children
            if not children:
                self.set_done()
                return None
            if self.current >= len(children):
                return self.end_of_pass()
            child = children[self.current]
            if child.is_step:
                self.current = NONE
                return cast("Step", child)
            step = cast(Cursor, child).next()
            if step is not None:
                return step
            self.child_passed(cast(Cursor, child))

    def child_passed(self, child: Cursor) -> None:
        if child.is_done():
            # the one behind it moves up, and has its turn
            del self.children[self.current], self.labels[self.current]
        else:
            self.current = NONE

    def selected(self) -> int:
        """Tell which child has its turn; a number that is none of theirs is the first."""
        selection = java_trim(self.selection(self.user))
        if not selection:
            return 0
        if selection.isdecimal() and int(selection) < 2**31:
            number = int(selection)
            return number if number < len(self.children) else 0
        default = NONE
        for place, label in enumerate(self.labels):
            name = label(self.user)
            if name == selection:
                return place
            if name.lower() == "default":
                default = place
        return default


@element("SwitchController")
class SwitchController(PlanController):
    """Gives out the child that its value selects."""

    value = text("SwitchController.value")
    read_anew = frozenset({"value"})

    def cursor(self, user: User) -> SwitchCursor:
        labels = [(child.sampler if isinstance(child, Step) else child).label.get for child in self.children]
        return self.kind(SwitchCursor)(user, self.cursors(user), self.listeners, self.value.get, labels)
