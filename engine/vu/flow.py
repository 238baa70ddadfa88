"""Hot path: what comes next for one user. Mirrors org.apache.jmeter.control.GenericController's observable behaviour.

Each plan controller has one cursor per user, which lives as long as the user. `next()` gives a step, or None where
this pass is over; `is_done()` says that the controller is over for good. A None moves the parent to its next child, a
done child is taken out of its parent.
"""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from .step import Step
    from .transaction import ParentTransaction
    from .user import User


class Again:
    """No step yet: `pause` waits until it is worth asking again."""

    __slots__ = ()

    def pause(self) -> Awaitable[Any]:
        """Let the others have their turn."""
        return sleep(0)


AGAIN: Final = Again()
"""Nothing yet: ask again. A run of loops that gives no step passes it up to the user, so that a plan which never
samples can't hold up the event loop.
"""

REPEAT: Final = Again()
"""A loop's pass is over and the next one follows at once; known to loops alone."""

PassListener: TypeAlias = "Callable[[User], None]"
Next: TypeAlias = "Step | ParentTransaction | Again | None"

SPINS = 1000
"""Passes without a step after which a loop lets the event loop have its turn."""


class Cursor:
    """Where one user stands in one plan controller; as it is, that of a Simple Controller."""

    __slots__ = ("children", "current", "done", "first", "iterations", "listeners", "user")

    is_step = False
    asks_anew = False
    """Whether it looks again whether it may go on at all after a child that had nothing left."""

    def __init__(self, user: User, children: Sequence[Step | Cursor], listeners: Sequence[PassListener]) -> None:
        self.user = user
        self.children = list(children)
        self.listeners = listeners
        self.current = 0
        self.iterations = 0
        self.done = False
        self.first = True

    def next(self) -> Next:
        """Advance to the next step; None where this pass is over."""
        while True:
            if self.first:
                self.fire()
            if self.is_done():
                return None
            children = self.children
            if self.current < len(children):
                child = children[self.current]
            elif children:
                return self.end_of_pass()
            else:  # a controller without children is done for good
                self.set_done()
                return None
            if not isinstance(child, Cursor):
                self.current += 1
                return child
            step = child.next()
            if step is not None:
                return step
            self.child_passed(child)
            if self.asks_anew:
                return REPEAT

    @property
    def passes(self) -> int:
        """The number of the present pass as those who listen to it are told."""
        return self.iterations

    def fire(self) -> None:
        """Tell the listeners of this controller that a pass begins."""
        for listener in self.listeners:
            listener(self.user)
        self.first = False

    def child_passed(self, child: Cursor) -> None:
        """Go on behind a child whose pass is over."""
        if child.is_done():
            del self.children[self.current]
        else:
            self.current += 1

    def end_of_pass(self) -> Next:
        """Decide what follows the last child."""
        self.restart()
        return None

    def is_done(self) -> bool:
        """Tell whether this controller is over for good."""
        return self.done

    def set_done(self) -> None:
        """End this controller for good."""
        self.done = True

    def restart(self) -> None:
        """Begin the next pass at the first child. Mirrors reInitialize()."""
        self.current = 0
        self.iterations += 1
        self.first = True

    def initialize(self) -> None:
        """Begin anew with all below; what is done for good and gone stays gone."""
        self.current = 0
        self.iterations = 0
        self.done = False
        self.first = True
        self.initialize_children()

    def initialize_children(self) -> None:
        """Let all controllers below begin anew."""
        for child in self.children:
            if isinstance(child, Cursor):
                child.initialize()

    def cut_pass(self) -> None:
        """End the present pass because an outer loop goes on or breaks. Mirrors triggerEndOfLoop()."""
        self.restart()


class IteratingCursor(Cursor):
    """A controller with loops of its own, and their number in a variable. Mirrors IteratingController."""

    __slots__ = ("breaking", "index_key")

    def __init__(
        self, user: User, children: Sequence[Step | Cursor], listeners: Sequence[PassListener], index_key: str
    ) -> None:
        super().__init__(user, children, listeners)
        self.index_key = index_key
        self.breaking = False

    @property
    def index(self) -> int:
        """The number of the present loop, from 0."""
        return self.iterations

    def next(self) -> Next:
        variables, key = self.user.vars, self.index_key
        spins = 0
        while True:
            variables[key] = self.index
            if self.refuses():
                variables[key] = self.index
                return None
            step = Cursor.next(self)
            variables[key] = self.index
            if step is not REPEAT:
                return step
            spins += 1
            if spins == SPINS:
                return AGAIN

    def refuses(self) -> bool:
        """Tell whether there is nothing to do, and leave things as they are to be then."""
        return False

    def next_loop(self) -> None:
        """Go on with the next loop."""
        self.restart()

    def break_loop(self) -> None:
        """End the loops of this run."""
        self.breaking = True
        self.first = True
        self.current = 0
        self.reset_loops()

    def reset_loops(self) -> None:
        """Begin to count loops anew."""
        self.iterations = 0


class LoopCursor(IteratingCursor):
    """A pass per loop. Mirrors LoopController; `count` gives the loops, -1 for ever, `forever` whether it returns.

    `same` is the count where it never changes; `loops` is 0 where it is to be read.
    """

    __slots__ = ("count", "forever", "loops", "same", "turn")

    def __init__(
        self,
        user: User,
        children: Sequence[Step | Cursor],
        listeners: Sequence[PassListener],
        count: Callable[[User], int],
        forever: Callable[[User], bool],
        index_key: str,
        same: int | None = None,
    ) -> None:
        super().__init__(user, children, listeners, index_key)
        self.count = count
        self.forever = forever
        self.same = same or 0
        self.loops = 0
        self.turn = 0

    @property
    def index(self) -> int:
        return self.turn

    def next(self) -> Next:  # the one of all iterating cursors, with less to look up
        variables, key = self.user.vars, self.index_key
        spins = 0
        while True:
            variables[key] = self.turn
            if self.over():
                if not self.forever(self.user):
                    self.set_done()
                self.breaking = False
                return None
            step = Cursor.next(self)
            variables[key] = self.turn
            if step is not REPEAT:
                return step
            spins += 1
            if spins == SPINS:
                return AGAIN

    def end_of_pass(self) -> Next:
        self.restart()
        if not self.over():
            return REPEAT
        if self.forever(self.user):
            self.reset_loops()
        else:
            self.set_done()
        return None

    def over(self) -> bool:
        """Tell whether no loop is left. The count is read again after each whole run of loops, as in JMeter."""
        loops = self.loops
        if loops <= 0:
            loops = self.loops = self.same or self.count(self.user)
        return self.breaking or -1 < loops <= self.turn

    def set_done(self) -> None:
        self.breaking = False
        self.loops = 0
        self.done = True

    def restart(self) -> None:
        self.first = True
        self.current = 0
        self.turn += 1

    def cut_pass(self) -> None:
        self.restart()
        self.reset_loops()

    def reset_loops(self) -> None:
        self.turn = 0
        self.loops = 0
