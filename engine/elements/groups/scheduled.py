"""Ultimate and Stepping Thread Group of jmeter-plugins: each user's start and end are known when the group starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, fmod

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import whole
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value, as_whole
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.user import User

from .thread_group import Arrival, ThreadGroup

NEW_USER = False
"""`same_user` of the plugins' groups: they build JMeter's thread without it, so each iteration is a new user's."""


@dataclass(frozen=True, slots=True)
class UltimateStart:
    """What of the group is fixed at its start. A row: users, then delay, start-up, hold and shutdown in seconds."""

    name: str
    threads: int
    same_user: bool
    on_error: str
    rows: tuple[tuple[int, ...], ...]

    def arrivals(self) -> Iterator[Arrival]:
        """Give each user's start and end in the order of the starts."""
        return iter(sorted(self.dealt(), key=lambda arrival: arrival.at_s))

    def dealt(self) -> Iterator[Arrival]:
        """Deal the users out over the rows. A row of 0 users still takes one, as in the plugin."""
        rows = iter(self.rows)
        left = 0
        row: tuple[int, ...] = ()
        for number in range(self.threads):
            if left < 1:
                row = next(rows)
                left = row[0]
            users, delay_s, ramp_s, hold_s, shutdown_s = row
            share = left / users if users else 0.0
            at_ms = 1000 * delay_s + floor(1000 * ramp_s * left / users if users else 0)
            down_ms = 1000 * (delay_s + ramp_s + hold_s) + floor(1000 * shutdown_s * share)
            yield Arrival(number, at_ms / 1000, down_ms / 1000)
            left -= 1


@dataclass(frozen=True, slots=True)
class SteppingStart:
    """What of the group is fixed at its start. `first` users begin at once, then `step` every `period_s`."""

    name: str
    threads: int
    same_user: bool
    on_error: str
    delay_s: int
    first: int
    step: int
    period_s: int
    ramp_s: int
    hold_s: int
    stop: int
    stop_period_s: int

    def arrivals(self) -> Iterator[Arrival]:
        """Give each user's start and end in the order of the starts."""
        return iter(sorted(map(self.arrival, range(self.threads)), key=lambda arrival: arrival.at_s))

    def arrival(self, number: int) -> Arrival:
        """Find one user's start and end, in Java's whole numbers."""
        step, stop = self.step or self.threads, self.stop or self.threads
        first = min(self.first, self.threads)
        if first <= 0:
            first = step
        among_first = number < first
        bucket = 0 if among_first else 1 + int((number - first) / step)
        place = number if among_first else int(fmod(number - first, step))
        each_ms = int(1000 * self.ramp_s / (first if among_first else step))
        round_ms = 1000 * (self.period_s + self.ramp_s)
        rounds = 1 if self.threads < first else ceil((self.threads - first) / step)
        last = int(fmod(self.threads - first, step)) or step
        at_ms = 1000 * self.delay_s + bucket * round_ms + place * each_ms
        down_ms = 1000 * (self.delay_s + self.hold_s) + rounds * round_ms + int(1000 * self.ramp_s / step) * last
        down_ms += 1000 * self.stop_period_s * floor(number / stop)
        return Arrival(number, at_ms / 1000, down_ms / 1000)


@element("kg.apc.jmeter.threads.UltimateThreadGroup")
class UltimateThreadGroup(ThreadGroup):
    """Starts users by a table of rows. Mirrors kg.apc.jmeter.threads.UltimateThreadGroup."""

    start_type = UltimateStart

    def prepare(self, node: Node, build: Build) -> None:
        super().prepare(node, build)
        if build.properties.get("threads_schedule"):
            build.fault(node.path, "the property threads_schedule is not supported: write the rows into the plan")
        self.rows: list[list[Value[int]]] = []
        for row in node.items("ultimatethreadgroupdata"):
            cells = [cell if isinstance(cell, str) else str(cell) for cell in row] if isinstance(row, list) else []
            if len(cells) < 5:
                build.fault(node.path, f"a row of the table has {len(cells)} cells instead of 5")
                continue
            self.rows.append([build.value(cell, node.path).map(as_whole(0)) for cell in cells[:5]])

    def counted(self) -> Sequence[tuple[str, Value[int]]]:
        rows = (row for row in self.node.items("ultimatethreadgroupdata") if isinstance(row, list) and len(row) >= 5)
        return [(str(row[0]), values[0]) for row, values in zip(rows, self.rows, strict=True)]

    def start(self, user: User) -> UltimateStart:  # type: ignore[override]
        rows = tuple(tuple(cell.get(user) for cell in row) for row in self.rows)
        threads = max(0, sum(row[0] for row in rows))
        return UltimateStart(self.label.get(user), threads, NEW_USER, self.on_error.get(user).lower(), rows)


@element("kg.apc.jmeter.threads.SteppingThreadGroup")
class SteppingThreadGroup(ThreadGroup):
    """Starts and stops users in steps. Mirrors kg.apc.jmeter.threads.SteppingThreadGroup."""

    threads = whole("ThreadGroup.num_threads")
    delay_s = whole("Threads initial delay")
    first = whole("Start users count burst")
    step = whole("Start users count")
    period_s = whole("Start users period")
    ramp_s = whole("rampUp")
    hold_s = whole("flighttime")
    stop = whole("Stop users count")
    stop_period_s = whole("Stop users period")

    start_type = SteppingStart

    def start(self, user: User) -> SteppingStart:  # type: ignore[override]
        numbers = (self.delay_s, self.first, self.step, self.period_s, self.ramp_s, self.hold_s, self.stop)
        return SteppingStart(
            self.label.get(user),
            self.threads.get(user),
            NEW_USER,
            self.on_error.get(user).lower(),
            *(number.get(user) for number in (*numbers, self.stop_period_s)),
        )
