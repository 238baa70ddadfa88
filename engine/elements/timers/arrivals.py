"""The instants of a Precise Throughput Timer: random ones, exactly so many in each period. Mirrors
ConstantPoissonProcessGenerator.

All workers draw the same instants, and cells say which of them is the next. A period is drawn again from what cells
know of it: with a seed of the plan's in java.util.Random's numbers, as JMeter draws it, else one instant after another,
which needs no memory for the whole period.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from random import Random, randrange
from struct import Struct

from pyjm.engine.elements.java_random import next_double, scrambled
from pyjm.engine.shared.cells import Cell, Cells
from pyjm.engine.shared.division import Deal

PRECISION = 0.00001
"""What two throughputs may differ by and still be the same."""

MOST = 1 << 31
"""More instants than Java has room for."""

_FLOAT, _WHOLE = Struct("<d"), Struct("<q")


class NoArrivals(ValueError):
    """There is no next instant: the throughput, the duration or both are 0."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a timer asks for. `per_s` counts all samples, of which `batch` each begin at one instant; seed 0 is any."""

    per_s: float
    batch: int
    duration_s: int
    seed: int


class Asked:
    """What the schedule of one thread group is made by, over all workers: the rate of the first that asked.

    Its period and its throughput are as that one reads them each time, its batches and its seed as it read them first.
    """

    def __init__(self, cells: Cells, name: str) -> None:
        self.maker = cells.cell(f"{name} maker")
        self.per_s, self.duration_s = cells.cell(f"{name} asked rate"), cells.cell(f"{name} asked duration")
        self.batch, self.seed = cells.cell(f"{name} asked batch"), cells.cell(f"{name} asked seed")

    def by(self, who: int, rate: Rate) -> Rate:
        """Give the rate of the one that makes the schedule, who may be this one; `who` is above 0."""
        maker = self.maker.get()
        if not maker or maker == who:
            with self.maker.held():
                if not self.maker.get():
                    self.batch.set(rate.batch)
                    self.seed.set(rate.seed)
                    self.update(rate)
                    self.maker.set(who)
                elif maker == who:
                    self.update(rate)
        return Rate(as_float(self.per_s.get()), self.batch.get(), self.duration_s.get(), self.seed.get())

    def update(self, rate: Rate) -> None:
        """Note what its maker reads now."""
        self.per_s.set(as_whole(rate.per_s))
        self.duration_s.set(rate.duration_s)


class Instants:
    """The instants of one period in their order, given out by their place in it; places do not go back."""

    def __init__(self, state: int, samples: int, after_s: float, duration_s: int, seeded: bool) -> None:
        self.state = state
        draw = self.as_java if seeded else self.one_by_one
        self.draw = draw(samples, after_s, duration_s)
        self.given = 0
        self.last_s = after_s

    def at(self, place: int) -> float:
        """Give the instant of a place."""
        while self.given <= place:
            self.last_s = next(self.draw)
            self.given += 1
        return self.last_s

    def as_java(self, samples: int, after_s: float, duration_s: int) -> Iterator[float]:
        """Draw all as JMeter does; `state` is then the generator's."""
        state, instants = self.state, []
        for _ in range(samples):
            state, number = next_double(state)
            instants.append(after_s + number * duration_s)
        self.state = state
        return iter(array("d", sorted(instants)))

    def one_by_one(self, samples: int, after_s: float, duration_s: int) -> Iterator[float]:
        """Draw as many uniform numbers in ascending order."""
        random = Random(self.state).random
        left = 1.0
        for rest in range(samples, 0, -1):
            left *= (1.0 - random()) ** (1 / rest)
            yield after_s + (1.0 - left) * duration_s


class Arrivals:
    """The instants at which the samples of one thread group are due, over all workers.

    Where servers divide the load, all draw the same instants, with a `seed` that they have in common, and `deal` says
    which of them are this server's.
    """

    def __init__(self, cells: Cells, name: str, deal: Deal | None = None, seed: int = 0) -> None:
        def cell(part: str) -> Cell:
            return cells.cell(f"{name} {part}")

        self.mutex, self.number = cell("mutex"), cell("number")
        self.state, self.samples, self.duration_s = cell("state"), cell("samples"), cell("duration")
        self.after_s, self.per_s = cell("after"), cell("rate")
        self.place, self.in_batch = cell("place"), cell("in batch")
        self.passed = cell("passed")
        self.deal, self.seed = deal, seed
        self.known = 0
        self.instants = Instants(0, 0, 0.0, 0, seeded=False)

    def next(self, rate: Rate) -> float:
        """Give the next instant in seconds after the start of the test. Raises NoArrivals."""
        with self.mutex.held():
            while True:
                used_up = not self.in_batch.get() and self.place.get() >= self.samples.get()
                if not self.number.get() or used_up or not abs(rate.per_s - as_float(self.per_s.get())) < PRECISION:
                    self.begin(rate)
                if self.deal is None or self.in_batch.get() or self.pass_over(self.deal):
                    break
            place = self.take(rate.batch)
            if self.known != self.number.get():
                self.known = self.number.get()
                self.instants = self.drawn(rate)
            return self.instants.at(place)

    def pass_over(self, deal: Deal) -> bool:
        """Go on to this server's next instant; tells whether this period has one, or none for anybody."""
        samples, before = self.samples.get(), self.passed.get()
        place = deal.nth(deal.count(before + self.place.get())) - before
        if samples:
            self.place.set(min(place, samples))
        return place < samples or not samples

    def fresh(self) -> int:
        """Give a seed where the plan has none, another one for each period."""
        if self.deal is None:
            return randrange(MOST)
        return (self.seed + self.number.get() * 0x9E3779B1) % MOST

    def begin(self, rate: Rate) -> None:
        """Begin a period behind the last one, even where the throughput has changed in its midst, as JMeter does."""
        samples = ceil((rate.per_s / rate.batch if rate.batch > 1 else rate.per_s) * rate.duration_s)
        if samples >= MOST:
            raise NoArrivals("more instants than can be drawn")
        if not self.number.get():
            self.state.set(scrambled(rate.seed) if rate.seed else self.fresh())
        else:
            self.after_s.set(as_whole(as_float(self.after_s.get()) + self.duration_s.get()))
            self.passed.add(self.samples.get())
            self.state.set(self.drawn(rate).state if rate.seed else self.fresh())
        self.number.add()
        self.per_s.set(as_whole(rate.per_s))
        self.duration_s.set(rate.duration_s)
        self.samples.set(max(0, samples))
        self.place.set(0)
        self.in_batch.set(0)

    def drawn(self, rate: Rate) -> Instants:
        """Draw the period that cells tell of."""
        after_s = as_float(self.after_s.get())
        return Instants(self.state.get(), self.samples.get(), after_s, self.duration_s.get(), seeded=bool(rate.seed))

    def take(self, batch: int) -> int:
        """Give the place of the next instant; a batch of 0 or less never ends."""
        place = self.place.get()
        in_batch = self.in_batch.get() + 1
        if batch != 1:
            self.in_batch.set(0 if in_batch == batch else in_batch)
            if in_batch > 1:
                return place - 1
        if place >= self.samples.get():
            raise NoArrivals("no sample is due: throughput or duration is 0")
        self.place.set(place + 1)
        return place


def as_float(number: int) -> float:
    """Read the bits of a cell as a number with a fraction."""
    return float(_FLOAT.unpack(_WHOLE.pack(number))[0])


def as_whole(number: float) -> int:
    """Write a number with a fraction as the bits of a cell."""
    return int(_WHOLE.unpack(_FLOAT.pack(number))[0])
