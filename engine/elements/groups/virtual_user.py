"""What the plugins' groups that start users as they need them have in common. Mirrors AbstractDynamicThreadGroup.

Each start of such a group has a crowd in each worker, what its users there share; what the crowds of all workers share
lies in cells.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pyjm.engine.compile.element import flag, text
from pyjm.engine.compile.java_numbers import as_long, double, long
from pyjm.engine.compile.value import Value, as_whole
from pyjm.engine.vu.flow import AGAIN, REPEAT, SPINS, Cursor, Next
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.stops import StopThread
from pyjm.engine.vu.user import User

from .thread_group import Arrival, GroupUsers, Run, no_loop

if TYPE_CHECKING:
    import asyncio

    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node

log = logging.getLogger("pyjm.run")

MINUTES = "M"


class CrowdRun(Run, Protocol):
    """A start of such a group in this worker (run/group)."""

    index: int
    name: str
    thread_prefix: str
    halt: bool
    crowd: Any
    active: Any
    outside: Any
    users: dict[User, asyncio.Task[None]]
    variables: dict[str, Any]

    @property
    def now_s(self) -> float:
        """The seconds since the group's start."""

    async def wait(self, wait_s: float) -> None:
        """Wait so long, or until `wake` or a stop."""

    def wake(self) -> None:
        """End that waiting."""


def seconds(written: str, factor: int) -> int:
    """Read whole seconds, of a text in units of so many; an empty one is 0. Raises ValueError."""
    return as_long(double(written or "0") * factor)


@dataclass(frozen=True, slots=True)
class CrowdStart:
    """What of the group is fixed at its start, for all workers; the rest is read as it goes on."""

    name: str
    threads: int
    same_user: bool
    on_error: str


class VirtualUser(Cursor):
    """One user's passes, each begun by the crowd's leave. Mirrors VirtualUserController."""

    __slots__ = ("arrived", "crowd", "number", "parks")

    asks_anew = True

    def __init__(self, user: User, group: CrowdGroup, crowd: Crowd) -> None:
        super().__init__(user, group.cursors(user), (User.begin_iteration, *group.listeners))
        self.crowd = crowd
        self.arrived = False
        self.number = 0
        self.parks = False

    def next(self) -> Next:
        spins = 0
        while not self.done:
            if self.parks:
                self.parks = False
                return self.crowd.park(self)
            if self.crowd.over():
                self.done = True
            elif not self.arrived:
                self.arrived = True
                self.number += 1
                self.crowd.arrive(self)
            step = super().next()
            if step is not REPEAT:
                return step
            spins += 1
            if spins == SPINS:
                return AGAIN
        return None

    def end_of_pass(self) -> Next:
        crowd = self.crowd
        crowd.completed(self)
        if not crowd.over() and not 0 < self.most() <= self.number:
            return crowd.onward(self)
        self.done = True
        return None

    def most(self) -> int:
        """Tell how many passes a user may make; what is no number ends it, as in the plugin."""
        try:
            return long(self.crowd.group.iterations.get(self.user))
        except ValueError as error:
            log.error("Test failed! %s: %s", self.user.name, error)
            raise StopThread from error

    def restart(self) -> None:
        super().restart()
        self.arrived = False

    def next_loop(self) -> None:
        """Go on with the next pass."""
        self.crowd.abandoned(self)

    def break_loop(self) -> None:
        """Fail as the plugin does, which ends the user."""
        raise no_loop(self.user, "VirtualUserController")


class Crowd:
    """The users of one start of a group in this worker."""

    def __init__(self, group: CrowdGroup, run: CrowdRun) -> None:
        self.group = group
        self.run = run
        self.user = User(run, 0, f"{run.name}-ThreadStarter", dict(run.variables))  # type: ignore[arg-type]
        self.closed = False
        self.numbers = group.cells.cell(f"{group.place} numbers")

    def arrival(self) -> Arrival:
        """Make the next user."""
        return Arrival(self.run.share.numbered(self.numbers.add()), self.run.now_s, None)

    def over(self) -> bool:
        """Tell whether the users end after their present sample."""
        return self.closed

    def arrive(self, cursor: VirtualUser) -> None:
        """Note that a pass begins."""

    def completed(self, cursor: VirtualUser) -> None:
        """Note that a pass is over."""

    def abandoned(self, cursor: VirtualUser) -> None:
        """Leave a pass for the next one."""
        cursor.restart()

    def onward(self, cursor: VirtualUser) -> Next:
        """Go on behind a pass."""
        raise NotImplementedError(type(self).__name__)

    def park(self, cursor: VirtualUser) -> Next:
        """Let a user wait for its next pass."""
        raise NotImplementedError(type(self).__name__)

    def left(self, user: User) -> None:
        """Note that a user has ended."""

    def release(self) -> None:
        """Let one of those who wait go on."""

    def halted(self) -> None:
        """Wake who waits: the test has been stopped."""
        self.closed = True

    def log(self, marker: str, thread_name: str, label: str = "") -> None:
        """Write a line into the file that the group names for its users' coming and going."""
        if self.group.file is not None:
            result = SampleResult(label, thread_name)
            result.begin()
            result.response_message = marker
            result.end()
            self.group.file.add(self.user, result)


class CrowdGroup(GroupUsers):
    """A thread group that starts users as it needs them. Numbers may change while it runs, by functions."""

    target = text("TargetLevel", "1")
    ramp = text("RampUp")
    hold = text("Hold", "1")
    steps = text("Steps")
    unit = text("Unit")
    iterations = text("Iterations")
    on_error = text("ThreadGroup.on_sample_error", "continue")

    same_user = flag("same_user_on_next_iteration")

    start_type = CrowdStart

    def prepare(self, node: Node, build: Build) -> None:
        self.cells = build.cells
        self.place = build.place("group")
        self.file = build.result_files.of(node) if build.result_files is not None else None
        self.users: Value[int] = self.target.map(as_whole(0))
        try:
            self.check(*(value.constant or "" for value in (self.ramp, self.hold, self.steps)))
        except ValueError as error:
            build.fault(node.path, str(error), "JMeter can't run this plan either: write a number")

    def check(self, ramp: str, hold: str, steps: str) -> None:
        """Raise ValueError for numbers that the plugin's starter fails at."""
        seconds(ramp, 1)
        seconds(hold, 1)
        long(steps)

    def start(self, user: User) -> CrowdStart:
        self.check(self.ramp.get(user), self.hold.get(user), self.steps.get(user))
        users = self.users.get(user)
        return CrowdStart(self.label.get(user), users, self.same_user.get(user), self.on_error.get(user).lower())

    def thread_name(self, start: Any) -> str:
        return f"{start.name}-ThreadStarter"

    def factor(self, user: User) -> int:
        """Tell how many seconds the group's unit of time has."""
        return 60 if self.unit.get(user) == MINUTES else 1

    def crowd(self, run: CrowdRun) -> Crowd:
        """Make what the group's users share in this worker."""
        raise NotImplementedError(type(self).__name__)

    async def arrivals(self, run: CrowdRun) -> AsyncIterator[Arrival]:  # type: ignore[override]
        run.crowd = crowd = self.crowd(run)
        try:
            async for arrival in self.coming(run, crowd):
                yield arrival
        except ValueError as error:  # of numbers that have changed
            log.error("%s starts no further users: %s", self.path, error)
        crowd.halted()

    def coming(self, run: CrowdRun, crowd: Any) -> AsyncIterator[Arrival]:
        """Give the users that this worker is to start, as they are needed."""
        raise NotImplementedError(type(self).__name__)

    def cursor(self, user: User) -> VirtualUser:
        run: Any = user.group
        return VirtualUser(user, self, run.crowd)
