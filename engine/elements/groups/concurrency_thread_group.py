"""Concurrency Thread Group. Mirrors com.blazemeter.jmeter.threads.concurrency.ConcurrencyThreadGroup."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from math import floor

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.java_numbers import LONG, long, wrapped
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value, as_whole
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.flow import REPEAT, Next
from pyjm.engine.vu.user import User

from .thread_group import Arrival
from .virtual_user import Crowd, CrowdGroup, CrowdRun, VirtualUser, seconds

LOOK_S = 1.0
"""How often the plan is looked at while there are users; at once where one ends."""


class Level(Crowd):
    """Users whose number follows a plan. The plan's n-th place is filled by the worker whose share n is."""

    group: ConcurrencyThreadGroup

    def __init__(self, group: ConcurrencyThreadGroup, run: CrowdRun) -> None:
        super().__init__(group, run)
        self.read()

    def read(self) -> None:
        """Read the plan's numbers."""
        group, user = self.group, self.user
        factor = group.factor(user)
        self.users = group.users.get(user)
        self.ramp_s = seconds(group.ramp.get(user), factor)
        self.ends_s = wrapped(self.ramp_s + seconds(group.hold.get(user), factor), LONG)
        self.steps = long(group.steps.get(user))
        self.read_s = self.run.now_s

    def planned(self) -> int:
        """Tell how many users there are to be now, in all workers; less than 0 at the end."""
        group, now_s = self.group, self.run.now_s
        if 0 < group.fresh_ms < (now_s - self.read_s) * 1000:
            self.read()
        at_s = max(0.0, now_s - group.shift_s)
        if at_s >= self.ends_s:
            return -1
        if self.ramp_s == 0 or at_s > self.ramp_s:
            return self.users
        if self.steps > 0:
            return floor(self.users / self.steps * (floor(at_s / (self.ramp_s / self.steps)) + 1) + 0.5)
        return floor(self.users / self.ramp_s * at_s + 0.5)

    def lacks(self) -> bool:
        """Tell whether this worker has less users than its share."""
        return len(self.run.users) < self.run.share.of(self.planned())

    def onward(self, cursor: VirtualUser) -> Next:
        users = self.group.users
        if users.constant is None and len(self.run.users) > self.run.share.of(users.get(self.user)):
            cursor.done = True
            return None
        cursor.restart()
        return REPEAT

    def left(self, user: User) -> None:
        self.log("FINISH", user.name)
        self.run.wake()


@element("com.blazemeter.jmeter.threads.concurrency.ConcurrencyThreadGroup")
class ConcurrencyThreadGroup(CrowdGroup):
    """Keeps as many users running as its plan says, and starts new ones for those who end."""

    def prepare(self, node: Node, build: Build) -> None:
        super().prepare(node, build)
        number = as_whole(0)
        self.shift_s = number(build.properties.get("dynamic_tg.shift_rampup_start", "0"))
        self.idle_s = number(build.properties.get("dynamic_tg.temporisation", "10")) / 1000
        self.fresh_ms = number(build.properties.get("dynamic_tg.properties_caching_validity", "20"))

    def counted(self) -> Sequence[tuple[str, Value[int]]]:
        return [(self.node.text("TargetLevel", "1"), self.users)]

    def crowd(self, run: CrowdRun) -> Level:
        return Level(self, run)

    async def coming(self, run: CrowdRun, crowd: Level) -> AsyncIterator[Arrival]:
        if crowd.users <= 0:
            return
        while not run.halt and crowd.planned() >= 0:
            while not run.halt and crowd.lacks():
                arrival = crowd.arrival()
                crowd.log("START", f"{run.thread_prefix}{arrival.number + 1}")
                yield arrival
            await run.wait(LOOK_S if crowd.planned() > 0 else self.idle_s)
