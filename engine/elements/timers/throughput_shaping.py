"""Throughput Shaping Timer of jmeter-plugins. Mirrors kg.apc.jmeter.timers.VariableThroughputTimer.

Each whole second of the clock has its rate, and a slot for each of its samples. Cells hold the second, so that all
workers take their slots from one row; who finds none waits in its worker's queue.
"""

from __future__ import annotations

import logging
from asyncio import Future, TimerHandle, get_running_loop
from collections import deque
from math import ceil, inf, isfinite

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Timer
from pyjm.engine.compile.java_text import double_text
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value, as_whole
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.cells import Cell
from pyjm.engine.shared.division import Dividing
from pyjm.engine.vu.clock import wall_ms
from pyjm.engine.vu.user import User

from .arrivals import as_float
from .arrivals import as_whole as as_bits
from .load_profile import Row, rate_at, read_profile
from .uniform_random import as_number

log = logging.getLogger("pyjm.elements")

PROFILE = "load_profile"
GRACEFUL, HARD, TEST = 3, 5, 10
"""How often it asks for a stop, once a second, in each way before it takes the next harder one."""


@element("kg.apc.jmeter.timers.VariableThroughputTimer")
class ThroughputShapingTimer(Timer):
    """Lets so many samples a second begin, by a table of rows; behind the last one it stops the thread group."""

    def prepare(self, node: Node, build: Build) -> None:
        place = build.place("shaping timer")

        def cell(part: str) -> Cell:
            return build.cells.cell(f"{place} {part}")

        self.dividing = build.dividing
        if build.dividing is not None:
            self.shared_by: set[int] = set()
            self.slots = cell("slots")
        self.mutex, self.second_ms, self.start_ms = cell("mutex"), cell("second"), cell("start")
        self.rate, self.sent, self.waiting = cell("rate"), cell("sent"), cell("waiting")
        self.tries = cell("tries")
        self.build = build
        self.queue: deque[tuple[User, Future[None]]] = deque()
        self.alarm: TimerHandle | None = None
        self.fixed = self.of_property(build)
        self.written: list[tuple[Value[float], Value[float], Value[int]]] = []
        self.short: str | None = None
        for row in node.items(PROFILE):
            cells = [cell if isinstance(cell, str) else str(cell) for cell in row] if isinstance(row, list) else []
            if len(cells) < 3:
                if self.fixed is None and self.short is None:
                    self.short = f"Index 2 out of bounds for length {len(cells)}"
                    problem = f"a row of the table has {len(cells)} cells instead of 3"
                    comes = "nothing is held up, and the first sample of each second is lost"
                    build.fault(node.path, f"{problem}: {comes}", fatal=False)
                continue
            begin, end, lasts = (build.value(cell, node.path) for cell in cells[:3])
            self.written.append((begin.map(as_number), end.map(as_number), lasts.map(as_whole(0))))

    def of_property(self, build: Build) -> list[Row] | None:
        """Read the rows of the property that stands above the plan's, None without it."""
        profile = build.properties.get(PROFILE)
        if not profile:
            return None
        wrong: list[str] = []
        rows = read_profile(profile, wrong)
        for part in wrong:
            build.fault(self.path, f"the part {part!r} of the property {PROFILE} is ignored", fatal=False)
        return rows

    def rows(self, user: User) -> list[Row]:
        """Give the rows as they are now."""
        if self.fixed is not None:
            return self.fixed
        return [Row(begin.get(user), end.get(user), lasts.get(user)) for begin, end, lasts in self.written]

    async def delay(self, user: User) -> float:  # type: ignore[override]
        if not self.queue and not self.left_ms(user):
            return 0
        came = get_running_loop().create_future()
        self.queue.append((user, came))
        self.waiting.add()
        try:
            if self.alarm is None:
                self.give_out()
            await user.wait_for(came)
        finally:
            self.waiting.add(-1)
        return 0

    def give_out(self) -> None:
        """Let go whoever has a slot by now, in turn, and come back when the next one is due."""
        self.alarm = None
        while self.queue:
            user, came = self.queue[0]
            if not came.done():
                left_ms = self.left_ms(user)
                if left_ms and not came.done():  # it may have been stopped just now
                    self.alarm = get_running_loop().call_later(left_ms / 1000, self.give_out)
                    return
                if not came.done():
                    came.set_result(None)
            self.queue.popleft()

    def left_ms(self, user: User) -> int:
        """Take a slot (0), or tell when to ask again."""
        now_ms = wall_ms()
        with self.mutex.held():
            is_over = self.enter(user, now_ms // 1000 * 1000)
            in_second = now_ms - self.second_ms.get()
            rate, sent = as_float(self.rate.get()), self.sent.get()
            slot = sent if self.dividing is None else self.slot_of_part(self.dividing, sent)
            due = (slot * 1000 / rate if rate else inf) if slot else 0.0
            taken = not in_second < due
            if taken:
                self.sent.set(sent + 1)
        if is_over:
            self.stop(user)
        return 0 if taken else max(1, min(ceil(min(due, 1000)), 1000) - in_second)

    def enter(self, user: User, second_ms: int) -> bool:
        """Begin a new second, and tell whether its rows are over."""
        if second_ms <= self.second_ms.get():  # the clocks of workers differ by a little
            return False
        if self.short is not None:
            self.second_ms.set(second_ms)
            self.rate.set(as_bits(inf))
            raise IndexError(self.short)
        rows = self.rows(user)
        if not self.start_ms.get():
            self.start_ms.set(second_ms)
        elif self.dividing is not None:
            self.pass_over(rows, second_ms)
        self.second_ms.set(second_ms)
        rate = rate_at(rows, (second_ms - self.start_ms.get()) / 1000)
        is_over = rate < 0
        if is_over:
            before = as_float(self.rate.get())
            rate = before * (2 if self.tries.get() > TEST else 1) if before > 0 else 1.0
        self.rate.set(as_bits(rate))
        self.tell(user, rows, rate)
        self.sent.set(0)
        return is_over

    def slot_of_part(self, dividing: Dividing, sent: int) -> int:
        """Tell which slot of the present second is this server's next, after so many, where servers divide the load."""
        deal = dividing.of_groups(self.shared_by)
        if deal is None:
            return sent
        before = self.slots.get()
        return deal.nth(deal.count(before) + sent) - before

    def pass_over(self, rows: list[Row], second_ms: int) -> None:
        """Count the slots that all servers had up to the second that begins, from the one that is known."""
        start_ms = self.start_ms.get()
        for passed_ms in range(self.second_ms.get(), second_ms, 1000):
            self.slots.add(slots_of(rate_at(rows, (passed_ms - start_ms) / 1000)))

    def tell(self, user: User, rows: list[Row], rate: float) -> None:
        """Set the properties that tell of the second that is over, and of the rate of the next one."""
        waiting, sent = self.waiting.get(), self.sent.get()
        if not waiting:
            log.info("%s: nobody waited, %d samples were made of %s in a second", self.name, sent, rate)
        set_property = self.build.set_property
        if set_property is not None:
            name = self.label.get(user)
            set_property(f"{name}_totalDuration", str(sum(row.duration_s for row in rows)))
            set_property(f"{name}_cntDelayed", str(waiting))
            set_property(f"{name}_cntSent", str(sent))
            set_property(f"{name}_rps", double_text(rate))

    def stop(self, user: User) -> None:
        """Stop the user's thread group, and after some seconds in vain the test."""
        tries = self.tries.add() + 1
        log.info("No further RPS schedule, asking threads to stop...")
        if tries > TEST:
            user.test.stop_now()
        elif tries > HARD:
            user.test.stop()
        else:
            user.test.stop_group(user.group.index, now=tries > GRACEFUL)


def slots_of(rate: float) -> int:
    """Tell how many samples may begin in a second of this rate; none is counted where there is no limit."""
    return max(1, ceil(rate)) if isfinite(rate) else 0
