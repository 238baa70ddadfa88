"""Critical Section Controller. Mirrors CriticalSectionController: one user at a time below all that name one lock."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Awaitable, Sequence
from typing import Any

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PlanController, text
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.flow import Again, Cursor, Next, PassListener
from pyjm.engine.vu.step import Step
from pyjm.engine.vu.user import User


class Turn(Again):
    """No step yet: another user is in the section."""

    __slots__ = ("came", "user")

    def __init__(self, user: User, came: Future[None]) -> None:
        self.user = user
        self.came = came

    def pause(self) -> Awaitable[Any]:
        return self.user.wait_for(self.came)


class CriticalSectionCursor(Cursor):
    """Where one user stands in a Critical Section Controller.

    `locked` names the lock that was asked for in this pass, `came` is done once the user has it, None behind that.
    Where the name is empty, nobody is kept out. A section that has lost its children never ends its pass, and keeps
    the lock until its user ends, as in JMeter.
    """

    __slots__ = ("came", "element", "locked")

    def __init__(
        self,
        user: User,
        children: Sequence[Step | Cursor],
        listeners: Sequence[PassListener],
        element: CriticalSectionController,
    ) -> None:
        super().__init__(user, children, listeners)
        self.element = element
        self.locked = ""
        self.came: Future[None] | None = None

    def next(self) -> Next:
        came = self.came
        if came is None:
            name = self.element.lock_name.get(self.user)
            if name and self.first:
                self.locked = self.locked or name
                came = self.came = self.element.waiting.lock(self.user, self.locked)
        if came is not None:
            if not came.done():
                return Turn(self.user, came)
            self.came = None
        return super().next()

    def restart(self) -> None:
        if self.locked:
            self.element.waiting.unlock(self.user, self.locked)
            self.locked = ""
        super().restart()


@element("CriticalSectionController")
class CriticalSectionController(PlanController):
    """Gives out its children while no other user has the lock of this name."""

    indivisible = "users on several servers can't keep one another out"

    lock_name = text("CriticalSectionController.lockName")

    def prepare(self, node: Node, build: Build) -> None:
        self.waiting = build.waiting
        if self.lock_name.constant == "":
            build.fault(node.path, "a Critical Section without a lock's name keeps nobody out", fatal=False)

    def cursor(self, user: User) -> CriticalSectionCursor:
        return self.kind(CriticalSectionCursor)(user, self.cursors(user), self.listeners, self)

    def thread_finished(self, user: User) -> None:
        """Give back what the user still has when it ends."""
        self.waiting.leave(user)
