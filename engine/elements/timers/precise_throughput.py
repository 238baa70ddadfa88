"""Precise Throughput Timer. Mirrors PreciseThroughputTimer of JMeter 5.5."""

from __future__ import annotations

from math import inf, isinf

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Timer, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.clock import wall_ms
from pyjm.engine.vu.stops import StopThread
from pyjm.engine.vu.user import User

from .arrivals import Arrivals, Asked, Rate
from .uniform_random import as_number

PLACE_BITS = 20


@element("PreciseThroughputTimer")
class PreciseThroughputTimer(Timer):
    """Delays samples to random instants of which each period has exactly so many.

    A thread group has one schedule, however like another's it is, and the first of its timers that is asked makes it,
    as the user that asked reads it. JMeter reads exactLimit, allowedThroughputSurplus and batchThreadDelay, and does
    nothing with them.
    """

    period_s = whole("throughputPeriod", by_text=True)
    duration_s = whole("duration", bits=64, by_text=True)
    batch = whole("batchSize", by_text=True)
    seed = whole("randomSeed", bits=64, by_text=True)

    def prepare(self, node: Node, build: Build) -> None:
        self.throughput = build.value(node.text("throughput", "0"), node.path).map(as_number)
        self.cells = build.cells
        self.dividing = build.dividing
        self.place = build.kept["precise throughput timers"] = build.kept.get("precise throughput timers", 0) + 1
        self.schedules: dict[int, tuple[Asked, Arrivals]] = build.kept.setdefault("arrivals", {})
        if self.period_s.constant == 0:
            build.fault(node.path, "the throughput is one of 0 seconds", "set the period of the throughput")

    def delay(self, user: User) -> float:
        started_ms = int(user.test.properties["TESTSTART.MS"])
        asked, arrivals = self.schedule(user)
        rate = asked.by((user.number + 1) << PLACE_BITS | self.place, self.rate(user))
        if isinf(rate.per_s):
            raise ValueError(f"The throughput of {self.name} is one of 0 seconds")
        at_s = arrivals.next(rate)
        now_ms = wall_ms()
        delay_ms = max(0, int(at_s * 1000 + started_ms - now_ms))
        if user.left_s() < delay_ms / 1000:
            raise StopThread
        return delay_ms / 1000

    def schedule(self, user: User) -> tuple[Asked, Arrivals]:
        """Give the schedule of the user's thread group, and what it is made by."""
        index = user.group.index
        if index not in self.schedules:
            name = f"arrivals {index}"
            arrivals = Arrivals(self.cells, name)
            if self.dividing is not None and (deal := self.dividing.of_groups([index])) is not None:
                arrivals = Arrivals(self.cells, name, deal, self.dividing.seed(index))
            self.schedules[index] = Asked(self.cells, name), arrivals
        return self.schedules[index]

    def rate(self, user: User) -> Rate:
        """Read what this timer asks for."""
        seed = self.seed.get(user)
        seed = seed if seed & 0xFFFFFFFF else 0  # JMeter looks at 32 bits of it
        throughput, period_s = self.throughput.get(user), self.period_s.get(user)
        return Rate(throughput / period_s if period_s else inf, self.batch.get(user), self.duration_s.get(user), seed)
