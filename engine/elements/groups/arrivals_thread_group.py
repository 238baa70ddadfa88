"""Arrivals Thread Group and Free-Form Arrivals Thread Group. Mirrors com.blazemeter.jmeter.threads.arrivals."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from math import floor, isnan, sqrt

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import text, whole
from pyjm.engine.compile.java_numbers import LONG, as_int, double, long, wrapped
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value, whole_number
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.flow import Again, Next
from pyjm.engine.vu.user import User

from .thread_group import Arrival, Share
from .virtual_user import Crowd, CrowdGroup, CrowdRun, VirtualUser, seconds

QUIET_MS = 200
"""After what time a rate of 0 is looked at again."""


class Parked(Again):
    """A user that waits for its next arrival."""

    __slots__ = ("crowd", "cursor")

    def __init__(self, crowd: Pool, cursor: VirtualUser) -> None:
        self.crowd = crowd
        self.cursor = cursor

    async def pause(self) -> None:
        """Wait; a user that nobody needs any more is done."""
        crowd = self.crowd
        needed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        crowd.parked.append(needed)
        crowd.run.active.change(crowd.run.index, -1)
        try:
            self.cursor.done = not await needed
        finally:
            crowd.run.active.change(crowd.run.index, 1)


class Pool(Crowd):
    """Users that wait for arrivals.

    The n-th arrival is dealt with by the worker whose share n is: it takes a user that waits, here or in another
    worker, or makes one. `gate` guards all decisions; `idle` has each worker's waiting users, less those called for.
    """

    group: ArrivalsThreadGroup

    def __init__(self, group: ArrivalsThreadGroup, run: CrowdRun) -> None:
        super().__init__(group, run)
        cell = group.cells.cell
        self.gate = cell(f"{group.place} gate")
        self.living = cell(f"{group.place} users")
        self.arrived = cell(f"{group.place} arrived")
        self.idle = [cell(f"{group.place} idle {worker}") for worker in range(run.share.workers)]
        own = run.outside.index
        self.nearest = [own, *(worker for worker in range(run.share.workers) if worker != own)]
        self.parked: deque[asyncio.Future[bool]] = deque()
        self.begun = False
        self.end_after(group.most_arrivals.get(self.user))

    def end_after(self, arrivals: int) -> None:
        """Fix how many arrivals the group has, over all servers; 0 or less: as many as come."""
        self.limited = arrivals > 0
        self.most = self.run.share.here(arrivals)

    def over(self) -> bool:
        return self.limited and self.most <= self.arrived.get()

    def arrive(self, cursor: VirtualUser) -> None:
        self.arrived.add()
        if not self.begun:
            self.begun = True
            self.run.outside.begun(self.run.index)
        self.note("ARRIVAL", cursor)

    def completed(self, cursor: VirtualUser) -> None:
        self.note("COMPLETION", cursor)

    def abandoned(self, cursor: VirtualUser) -> None:
        self.note("ABANDONMENT", cursor)
        if self.over():
            cursor.done = True
        else:
            cursor.restart()
            cursor.parks = True

    def note(self, what: str, cursor: VirtualUser) -> None:
        """Write a line into the group's file."""
        self.log(what, cursor.user.name, f"{cursor.user.number}.{cursor.number}")

    def onward(self, cursor: VirtualUser) -> Next:
        cursor.restart()
        cursor.restart()
        return self.park(cursor)

    def park(self, cursor: VirtualUser) -> Next:
        if self.closed:
            cursor.done = True
            return None
        with self.gate.held():
            own = self.idle[self.nearest[0]]
            own.set(own.get() + 1)
        return Parked(self, cursor)

    def serve(self, most: int) -> Arrival | None:
        """Deal with one arrival; gives the user to make for it, if there is one to. `most`: users, 0 without limit."""
        with self.gate.held():
            worker = next((worker for worker in self.nearest if self.idle[worker].get() > 0), None)
            if worker is not None:
                self.idle[worker].set(self.idle[worker].get() - 1)
            elif 0 < most <= self.living.get():
                return None
            else:
                self.living.set(self.living.get() + 1)
        if worker is None:
            return self.arrival()
        self.run.outside.release(worker, self.run.index)
        return None

    def release(self) -> None:
        while self.parked:
            needed = self.parked.popleft()
            if not needed.done():
                needed.set_result(True)
                return

    def left(self, user: User) -> None:
        with self.gate.held():
            self.living.set(self.living.get() - 1)

    def halted(self) -> None:
        super().halted()
        for needed in self.parked:
            if not needed.done():
                needed.set_result(False)
        self.parked.clear()


@element("com.blazemeter.jmeter.threads.arrivals.ArrivalsThreadGroup")
class ArrivalsThreadGroup(CrowdGroup):
    """Begins passes at a rate, each in a user that waits or in a new one."""

    limit = text("ConcurrencyLimit")
    most_arrivals = whole("ArrivalsLimit")

    holds_others = True

    def counted(self) -> Sequence[tuple[str, Value[int]]]:
        return [("${arrivals}", Value.of(0))]

    def crowd(self, run: CrowdRun) -> Pool:
        return Pool(self, run)

    async def coming(self, run: CrowdRun, crowd: Pool) -> AsyncIterator[Arrival]:
        at_ms, number = 0.0, 0
        while not crowd.over():
            own = run.share.has(number)
            if own and not await run.until(at_ms / 1000):
                return
            rate = self.rate(crowd.user, at_ms / 1000, number)
            if isnan(rate):
                raise ValueError("its rate is NaN")
            if rate > 0:
                at_ms += 1000 / rate
                number += 1
                if number == 1 and not run.share.here(1):  # another server has the one that other groups wait for
                    run.outside.begun(run.index)
                if own and (arrival := crowd.serve(self.most_users(crowd.user, run.share))) is not None:
                    yield arrival
                continue
            if rate == 0:
                at_ms += QUIET_MS
            if not await run.until(at_ms / 1000):
                return
            if rate < 0:
                crowd.end_after(number)
                return

    def prepare(self, node: Node, build: Build) -> None:
        super().prepare(node, build)
        most = whole_number(self.limit.constant or "") or 0
        if build.dividing is not None and most > 0 and not all(build.dividing.users_of(0, most)):
            servers = len(build.dividing.division.weights)
            build.fault(
                node.path,
                f"a limit of {most} users can't be divided among {servers} servers: one of them would have none",
                "raise the limit, take less servers, or set pyjm.load=each",
            )

    def most_users(self, user: User, share: Share) -> int:
        """Tell how many users there may be on this server; 0 without limit."""
        try:
            most = long(self.limit.get(user))
        except ValueError:
            return 0
        return max(1, share.here(most)) if most > 0 else 0

    def rate(self, user: User, at_s: float, number: int) -> float:
        """Tell the arrivals a second at a time, before the n-th arrival; less than 0 at the end."""
        factor = self.factor(user)
        ramp_s, hold_s = seconds(self.ramp.get(user), factor), seconds(self.hold.get(user), factor)
        rate = self.users.get(user) / factor
        if at_s >= wrapped(ramp_s + hold_s, LONG):
            return -1.0
        if ramp_s == 0 or at_s > ramp_s:
            return rate
        steps = long(self.steps.get(user))
        if steps > 0:
            return rate / steps * (floor(at_s / (ramp_s / steps)) + 1)
        slope = rate / ramp_s
        return slope * sqrt(2 * number / slope) if slope > 0 else 0.0 if number == 0 or slope == 0 else -1.0


@element("com.blazemeter.jmeter.threads.arrivals.FreeFormArrivalsThreadGroup")
class FreeFormArrivalsThreadGroup(ArrivalsThreadGroup):
    """Begins passes at the rates of a table: start, end, and how long it takes from the one to the other."""

    def check(self, ramp: str, hold: str, steps: str) -> None:
        pass  # it has none

    def prepare(self, node: Node, build: Build) -> None:
        super().prepare(node, build)
        self.rows: list[list[Value[float]]] = []
        for row in node.items("Schedule"):
            cells = [cell if isinstance(cell, str) else str(cell) for cell in row] if isinstance(row, list) else []
            if len(cells) < 3:
                build.fault(node.path, f"a row of the schedule has {len(cells)} cells instead of 3")
                continue
            self.rows.append([build.value(cell, node.path).map(as_double) for cell in cells[:3]])

    def rate(self, user: User, at_s: float, number: int) -> float:
        factor = self.factor(user)
        begun_s = 0
        for row in self.rows:
            first, last, lasts = (cell.get(user) for cell in row)
            lasts_s = lasts * factor
            ends_s = as_int(begun_s + lasts_s)
            if at_s <= ends_s and lasts_s:
                return first / factor + (at_s - begun_s) / lasts_s * (last - first) / factor
            begun_s = ends_s
        return -1.0


def as_double(written: str) -> float:
    """Read a number as getDoubleValue does: what is none is 0."""
    try:
        return double(written)
    except ValueError:
        return 0.0
