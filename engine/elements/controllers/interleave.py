"""Interleave Controller and Random Controller. Mirrors InterleaveControl and RandomController."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import randrange
from typing import cast

from pyjm.engine.compile.element import PlanController, flag, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.flow import SPINS, Again, Cursor, Next, PassListener
from pyjm.engine.vu.step import Step
from pyjm.engine.vu.user import User

IGNORE_SUB_CONTROLLERS = 0
"""The style in which a controller below is asked for one step in each pass, and goes on where it was."""

USE_SUB_CONTROLLERS = 1
"""The style in which a controller below has the whole of a pass."""


class InterleaveCursor(Cursor):
    """Where one user stands in an Interleave Controller: one step, or one controller, in each pass.

    `search_start` is where the search for a step began, `moved` says that it has left there, `found` that a controller
    below has given a step in this pass, `skip` that this pass is over.
    """

    __slots__ = ("across_users", "found", "moved", "search_start", "skip", "style")

    def __init__(
        self,
        user: User,
        children: Sequence[Step | Cursor],
        listeners: Sequence[PassListener],
        style: Callable[[User], int],
        across_users: Callable[[User], bool],
    ) -> None:
        super().__init__(user, children, listeners)
        self.style = style
        self.across_users = across_users
        self.search_start: Step | Cursor | None = None
        self.found = self.moved = self.skip = False
        self.begin()

    def begin(self) -> None:
        """Go to the child that the search begins with; with users across, each begins with another one."""
        self.to_start()
        if self.across_users(self.user):
            if not self.children:
                raise ValueError("an Interleave Controller across threads has no children")  # JMeter divides by zero
            self.current = self.user.number % len(self.children)

    def initialize(self) -> None:
        super().initialize()
        self.begin()

    def next(self) -> Next:
        for _ in range(SPINS):
            if self.skip:
                self.restart()
                return None
            if self.first:
                self.fire()
            if self.is_done():
                return None
            children = self.children
            if not children:
                self.set_done()
                return None
            child = children[self.current] if self.current < len(children) else None
            begun = self.search_start
            if self.search_start is None:
                self.search_start = child
            elif self.search_start is child and self.moved:
                self.restart()
                return None
            if child is None:
                self.to_start()
            elif child.is_step:
                self.skip = True
                self.move_on()
                return cast("Step", child)
            else:
                step = cast(Cursor, child).next()
                if isinstance(step, Again):  # it is asked once more, as if for the first time
                    self.search_start = begun
                    return step
                if step is not None:
                    return self.took(step)
                self.child_passed(cast(Cursor, child))
        # JMeter asks in recursion, and runs out of stack where a controller below never has anything
        raise RecursionError(f"an Interleave Controller has asked {SPINS} times for a step in vain")

    def took(self, step: Next) -> Next:
        """Give out a step of the controller below, and do not come back to it in this pass."""
        self.found = True
        if self.style(self.user) == IGNORE_SUB_CONTROLLERS:
            self.move_on()
            self.skip = True
        else:
            self.search_start = None
        return step

    def child_passed(self, child: Cursor) -> None:
        if child.is_done():
            del self.children[self.current]
        elif self.style(self.user) == USE_SUB_CONTROLLERS:
            self.move_on()

    def move_on(self) -> None:
        """Go to the next child."""
        if self.found:
            self.skip = True
        self.moved = True
        self.current += 1

    def to_start(self) -> None:
        """Go back to the first child."""
        self.current = 0

    def restart(self) -> None:
        self.first = True
        self.found = self.moved = self.skip = False
        self.search_start = None
        self.iterations += 1


class RandomCursor(InterleaveCursor):
    """Where one user stands in a Random Controller: an Interleave Controller whose next child is any."""

    __slots__ = ()

    def move_on(self) -> None:
        super().move_on()
        self.to_start()

    def to_start(self) -> None:
        self.current = randrange(len(self.children)) if self.children else 0


@element("InterleaveControl")
class InterleaveController(PlanController):
    """Gives out another one of its children in each pass."""

    style = whole("InterleaveControl.style")
    across_users = flag("InterleaveControl.accrossThreads")
    suspends = True
    make: type[InterleaveCursor] = InterleaveCursor

    def cursor(self, user: User) -> InterleaveCursor:
        return self.kind(type(self).make)(
            user, self.cursors(user), self.listeners, self.style.get, self.across_users.get
        )


@element("RandomController")
class RandomController(InterleaveController):
    """Gives out any one of its children in each pass."""

    make = RandomCursor
