"""A branch of a user: what runs beside others within one user, as a thread of a Parallel Controller does in JMeter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .flow import Cursor, LoopCursor
from .result import Action
from .transaction import ParentTransaction
from .user import OnError, User

if TYPE_CHECKING:
    from .result import SampleResult
    from .step import Controller, Step


class BranchGroup:
    """The thread group that a branch sees. `active` is how many branches run at the moment.

    `takes` says whether their samples go to the fork alone in this run.
    """

    name = ""
    threads = 0
    on_error = OnError.CONTINUE
    same_user = False

    def __init__(self, user: User) -> None:
        self.test = user.test
        self.index = user.group.index
        self.variables = user.group.variables
        self.user = user
        self.active = 0
        self.takes = False

    def counts(self) -> tuple[int, int]:
        """Tell the branches that run, and the users of all groups."""
        return self.active, self.user.counts()[1]

    def stop(self, *, now: bool) -> None:
        """Do nothing: what stops a branch stops its user."""


class Main:
    """What a branch runs as its main controller: once through what it was made of. Mirrors the loop around it."""

    def __init__(self, below: Step | Controller, name: str) -> None:
        self.below = below
        self.index_key = f"__jm__wrapped {name}__idx"

    def cursor(self, user: User) -> Cursor:
        """Begin anew, with all below as it was left."""
        below = self.below
        if hasattr(below, "cursor"):
            child: Step | Cursor = user.cursor(below)
            child.initialize()  # type: ignore[union-attr]
        else:
            child = below
        return LoopCursor(user, [child], (User.begin_iteration,), lambda _: 1, lambda _: False, self.index_key)


class Branch(User):
    """One of a user's branches. It has the user's variables and state, and a path of its own.

    `fork` is the controller at which it branches off, `into` the sample that takes what the branch samples.
    """

    __slots__ = ("fork", "into", "main", "of", "thread_finished")

    def __init__(
        self,
        of: User,
        group: BranchGroup,
        name: str,
        fork: object,
        main: Main,
        iteration_listeners: Sequence[Callable[[User], None]],
        thread_finished: Sequence[Callable[[User], None]],
    ) -> None:
        super().__init__(group, 0, name, of.vars)
        self.of = of
        self.state = of.state
        self.cursors = of.cursors
        self.held = of.held
        self.fork = fork
        self.main = main
        self.iteration_listeners = iteration_listeners
        self.thread_finished = thread_finished
        self.into: SampleResult | None = None

    async def live(self, into: SampleResult) -> None:
        """Run once. Where it is stopped, so is its user, once all branches are over."""
        self.into = into
        self.of.same_user = False  # a variable says so in JMeter, and branches have the same variables
        self.running = self.of.running
        self.previous = None
        self.action = Action.CONTINUE
        self.cursors.pop(self.main, None)
        try:
            await self.run(self.main)
        finally:
            for finished in self.thread_finished:
                finished(self)
        if not self.running:
            self.of.running = False

    def begin_iteration(self) -> None:
        """Begin an iteration of the user: each branch counts as one."""
        self.of.iteration += 1
        self.iteration = self.of.iteration - 1
        super().begin_iteration()

    def redirect(self, given: Step | ParentTransaction, action: Action) -> None:
        """Go on elsewhere below the fork; what leaves it is for its user to do."""
        super().redirect(given, action)
        if action is Action.NEXT_ITERATION:
            self.of.action = action

    def path_of(self, step: Step) -> Sequence[Controller]:
        """Tell the controllers above a step up to the fork."""
        path = list(step.path)
        return [*path[: path.index(self.fork)], self.main]  # type: ignore[arg-type]
