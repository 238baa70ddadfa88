"""Open Model Thread Group. Mirrors org.apache.jmeter.threads.openmodel.OpenModelThreadGroup."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from secrets import randbits
from typing import Protocol

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.clock import wall_ms
from pyjm.engine.vu.flow import Cursor, Next
from pyjm.engine.vu.user import User

from .schedule import ScheduleError, arrivals_s, duration_s, parse
from .thread_group import Arrival, GroupError, GroupUsers, Run, java_round, no_loop


class CutRun(Run, Protocol):
    """A start whose users can be ended."""

    def interrupt(self) -> None:
        """End all users: who waits at once, who has a request on the wire when it is answered."""


@dataclass(frozen=True, slots=True)
class OpenStart:
    """What of the group is fixed at its start, for all workers. It is `late_ms` behind the start of the test."""

    name: str
    thread_name: str
    threads: int
    same_user: bool
    on_error: str
    schedule: str
    seed: int
    late_ms: int

    def arrivals(self) -> Iterator[Arrival]:
        """Give each user's start."""
        for number, at_s in enumerate(arrivals_s(parse(self.schedule), self.seed)):
            yield Arrival(number, (java_round(at_s * 1000) - self.late_ms) / 1000, None)

    @property
    def ends_s(self) -> float:
        """When the schedule is over, and with it the users."""
        return (java_round(duration_s(parse(self.schedule)) * 1000) - self.late_ms) / 1000


class OncePass(Cursor):
    """One pass. Mirrors OpenModelThreadGroupController, which tells its listeners that a second one begins."""

    __slots__ = ()

    def next(self) -> Next:
        if self.iterations >= 1:
            self.done = True
        return super().next()

    def next_loop(self) -> None:
        """Fail as JMeter does."""
        raise no_loop(self.user, "OpenModelThreadGroupController")

    break_loop = next_loop


@element("OpenModelThreadGroup")
class OpenModelThreadGroup(GroupUsers):
    """Starts a user for each arrival of a schedule."""

    schedule = text("OpenModelThreadGroup.schedule")
    seed = whole("OpenModelThreadGroup.random_seed")
    on_error = text("ThreadGroup.on_sample_error", "continue")
    same_user = flag("ThreadGroup.same_user_on_next_iteration", True)

    start_type = OpenStart

    def prepare(self, node: Node, build: Build) -> None:
        self.common_seed = 0
        if build.dividing is not None:
            self.common_seed = build.dividing.seed(node.number)
        if self.schedule.constant is not None:
            try:
                parse(self.schedule.constant)
            except ScheduleError as error:
                build.fault(node.path, f"the schedule can't be read, the group runs nobody: {error}", fatal=False)

    def counted(self) -> Sequence[tuple[str, Value[int]]]:
        return [("${arrivals}", Value.of(0))]

    def start(self, user: User) -> OpenStart:
        schedule = self.schedule.get(user)
        try:
            parse(schedule)
        except ScheduleError as error:
            raise GroupError(f"Unable to start thread group: {error}") from error
        begun_ms = int(user.test.properties.get("TESTSTART.MS", "0") or 0)
        return OpenStart(
            self.label.get(user),
            self.label.get(User(user.group, 0, user.name, {})),  # JMeter's starter of threads has no variables
            0,
            self.same_user.get(user),
            self.on_error.get(user).lower(),
            schedule,
            self.seed.get(user) or self.common_seed or randbits(47) + 1,
            wall_ms() - begun_ms,
        )

    def thread_name(self, start: OpenStart) -> str:
        return start.thread_name

    async def arrivals(self, run: CutRun) -> AsyncIterator[Arrival]:  # type: ignore[override]
        async for arrival in super().arrivals(run):
            yield arrival
        if await run.until(run.start.ends_s):
            run.interrupt()

    def cursor(self, user: User) -> Cursor:
        return OncePass(user, self.cursors(user), (User.begin_iteration, *self.listeners))
