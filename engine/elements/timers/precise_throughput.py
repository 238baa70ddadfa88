"""Precise Throughput Timer. Mirrors PreciseThroughputTimer of JMeter 5.5."""

from __future__ import annotations

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Timer, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.clock import wall_ms
from pyjm.engine.vu.stops import StopThread
from pyjm.engine.vu.user import User

from .arrivals import Arrivals, Rate
from .uniform_random import as_number


@element("PreciseThroughputTimer")
class PreciseThroughputTimer(Timer):
    """Delays samples to random instants of which each period has exactly so many.

    A thread group has one schedule, and the first of its timers that is asked makes it. JMeter reads exactLimit,
    allowedThroughputSurplus and batchThreadDelay, and does nothing with them.
    """

    period_s = whole("throughputPeriod", by_text=True)
    duration_s = whole("duration", bits=64, by_text=True)
    batch = whole("batchSize", by_text=True)
    seed = whole("randomSeed", bits=64, by_text=True)

    def prepare(self, node: Node, build: Build) -> None:
        self.throughput = build.value(node.text("throughput", "0"), node.path).map(as_number)
        self.cells = build.cells
        self.timers: list[PreciseThroughputTimer] = build.kept.setdefault("precise throughput timers", [])
        self.timers.append(self)
        self.place = len(self.timers)
        self.arrivals: dict[int, Arrivals] = build.kept.setdefault("arrivals", {})
        if self.period_s.constant == 0:
            build.fault(node.path, "the throughput is one of 0 seconds", "set the period of the throughput")

    def delay(self, user: User) -> float:
        started_ms = int(user.test.properties["TESTSTART.MS"])
        at_s = self.schedule(user).next(self.timers[self.maker(user) - 1].rate(user))
        now_ms = wall_ms()
        delay_ms = max(0, int(at_s * 1000 + started_ms - now_ms))
        if user.left_s() < delay_ms / 1000:
            raise StopThread
        return delay_ms / 1000

    def schedule(self, user: User) -> Arrivals:
        """Give the schedule of the user's thread group."""
        index = user.group.index
        if index not in self.arrivals:
            self.arrivals[index] = Arrivals(self.cells, f"arrivals {index}")
        return self.arrivals[index]

    def maker(self, user: User) -> int:
        """Tell which timer makes the schedule, counted from 1: the first that was asked."""
        cell = self.cells.cell(f"arrivals {user.group.index} maker")
        if not cell.get():
            with cell.held():
                if not cell.get():
                    cell.set(self.place)
        return cell.get()

    def rate(self, user: User) -> Rate:
        """Read what this timer asks for."""
        seed = self.seed.get(user)
        seed = seed if seed & 0xFFFFFFFF else 0  # JMeter looks at 32 bits of it
        period_s = self.period_s.get(user)
        if not period_s:
            raise ValueError(f"The throughput of {self.name} is one of 0 seconds")
        return Rate(self.throughput.get(user) / period_s, self.batch.get(user), self.duration_s.get(user), seed)
