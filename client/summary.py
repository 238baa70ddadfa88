"""The summary lines on the console and in the log. Mirrors org.apache.jmeter.reporters.Summariser, to the byte."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pyjm.engine.results.tally import Tally
from pyjm.engine.vu.clock import wall_ms
from pyjm.properties import Settings

from .per_server import PerServer

log = logging.getLogger("pyjm.client.summary")

WINDOW_S = 5
"""A report is due from a multiple of the interval on for as long, and never sooner than this after the last one."""

NO_MIN_MS = (1 << 63) - 1
NO_MAX_MS = -(1 << 63)


def now_ms() -> int:
    """Tell the wall time in whole milliseconds; where somebody sets the clock in mid-run, it goes on as before."""
    return wall_ms()


class Figures:
    """Running figures of a summary line, and the time that they are about."""

    __slots__ = ("count", "end_ms", "errors", "max_ms", "min_ms", "start_ms", "sum_ms")

    def __init__(self, start_ms: int) -> None:
        self.start_ms = self.end_ms = start_ms
        self.count = self.errors = self.sum_ms = 0
        self.min_ms, self.max_ms = NO_MIN_MS, NO_MAX_MS

    def add(self, other: Figures | Tally, at_ms: int) -> None:
        """Add figures that came at an instant."""
        if other.count:
            self.count += other.count
            self.errors += other.errors
            self.sum_ms += other.sum_ms
            self.min_ms = min(self.min_ms, other.min_ms)
            self.max_ms = max(self.max_ms, other.max_ms)
        self.end_ms = at_ms

    def line(self, name: str, sign: str) -> str:
        """Write the line without the threads."""
        elapsed_ms = self.end_ms - self.start_ms if self.count else 0
        minutes, seconds = divmod((elapsed_ms + 500) // 1000, 60)
        duration = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
        rate = f"{self.count / elapsed_ms * 1000.0:>6.1f}" if elapsed_ms > 0 else "******"
        average_ms = int(self.sum_ms / self.count) if self.count else 0
        errors = self.errors / self.count * 100 if self.count else 0.0
        return (
            f"{name} {sign} {self.count:>6} in {duration} = {rate}/s Avg: {average_ms:>5} Min: {self.min_ms:>5}"
            f" Max: {self.max_ms:>5} Err: {self.errors:>5} ({errors:.2f}%)"
        )


@dataclass(frozen=True)
class SummarySettings:
    """What the properties summariser.* say; an empty `name` means no summary at all."""

    name: str = "summary"
    interval_s: int = 30
    to_log: bool = True
    to_console: bool = True
    skip_transactions: bool = True

    @classmethod
    def of(cls, settings: Settings) -> SummarySettings:
        """Read the properties."""
        return cls(
            name=settings.text("summariser.name", ""),
            interval_s=settings.whole("summariser.interval"),
            to_log=settings.flag("summariser.log"),
            to_console=settings.flag("summariser.out"),
            skip_transactions=settings.flag("summariser.ignore_transaction_controller_sample_result"),
        )


class Summaries(dict[str, "Summariser"]):
    """All summaries of a run by their name; `main` is that of the properties, `of_plan` those of the plan's elements.

    Those of one name are one. Mirrors Summariser's accumulators.
    """

    def __init__(self, settings: SummarySettings, names: Sequence[str], say: Callable[[str], None]) -> None:
        super().__init__()
        for name in dict.fromkeys([*names, *([settings.name] if settings.name else [])]):
            self[name] = Summariser(replace(settings, name=name), say)
        self.main = self[settings.name] if settings.name else None
        self.of_plan = [self[name] for name in names]

    def start(self, remark: Callable[[int, int], str] = lambda since_ms, until_ms: "") -> None:
        """Begin to count the time: the test starts. `remark` has to say of an interval what it is not all about."""
        for summariser in self.values():
            summariser.start()
            summariser.remark = remark

    def figures(self) -> dict[str, list[int]]:
        """Give what each has counted since the start."""
        return {name: summariser.figures() for name, summariser in self.items()}

    def go_on(self, figures: Mapping[str, Sequence[int]]) -> None:
        """Go on from figures of a run that is taken up."""
        for name, counted in figures.items():
            if name in self:
                self[name].go_on(counted)

    def end(self) -> None:
        """Write the last lines, in the order in which Java's hash tables give their names."""
        slots = 16
        while len(self) >= slots * 3 // 4:
            slots *= 2
        for name in sorted(self, key=lambda name: slot(name, slots)):
            self[name].end()


def slot(name: str, slots: int) -> int:
    """Find the place of a text in a ConcurrentHashMap with a power of two of slots."""
    code = 0
    units = name.encode("utf-16-be", "surrogatepass")
    for high, low in zip(units[::2], units[1::2]):
        code = (code * 31 + (high << 8 | low)) & 0xFFFFFFFF
    return (code ^ code >> 16) & (slots - 1)


class Summariser:
    """Adds up the samples of all engines and writes its lines when samples come in and one is due, and at the end."""

    def __init__(
        self, settings: SummarySettings, say: Callable[[str], None], clock: Callable[[], int] = now_ms
    ) -> None:
        self.settings = settings
        self.say = say
        self.clock = clock
        self.last_s = 0
        self.threads: dict[int, tuple[int, int, int]] = {}
        self.strained_ms: dict[tuple[int, int], int] = {}
        self.remark: Callable[[int, int], str] = lambda since_ms, until_ms: ""
        self.servers: PerServer | None = None
        self.start()

    def start(self) -> None:
        """Begin to count the time: the test starts."""
        at_ms = self.clock()
        self.delta, self.total = Figures(at_ms), Figures(at_ms)
        self.begun_ms = self.marked_ms = at_ms

    def figures(self) -> list[int]:
        """Give what was counted since the start, and when that was."""
        figures = Figures(self.total.start_ms)
        for part in (self.total, self.delta):
            figures.add(part, part.end_ms)
        return [figures.start_ms, figures.count, figures.errors, figures.sum_ms, figures.min_ms, figures.max_ms]

    def go_on(self, figures: Sequence[int]) -> None:
        """Go on from such figures."""
        total = self.total
        total.start_ms, total.count, total.errors, total.sum_ms, total.min_ms, total.max_ms = figures

    def add(
        self,
        member: int,
        tallies: Iterable[Tally],
        threads: tuple[int, int, int],
        strained: tuple[int, int] | None = None,
    ) -> None:
        """Take figures and present threads (active, started, finished) of one engine.

        `strained` is one of its workers that was at its limit, and for how many milliseconds.
        """
        self.threads[member] = threads
        if strained is not None:
            worker, strained_ms = strained
            self.strained_ms[member, worker] = self.strained_ms.get((member, worker), 0) + strained_ms
        at_ms = self.clock()
        counted = [tally for tally in tallies if not (tally.transaction and self.settings.skip_transactions)]
        for tally in counted:
            self.delta.add(tally, at_ms)
        if self.servers is not None:
            self.servers.add(member, counted, threads[0])
        if counted and self.is_due(at_ms // 1000):
            delta = self.move_delta()
            self.write(delta, "+")
            if self.total.count != delta.count:
                self.write(self.total, "=")
            self.mark()

    def is_due(self, now_s: int) -> bool:
        """Tell whether it is time for a report, and if so note that there was one."""
        due = now_s > self.last_s + WINDOW_S and now_s % max(self.settings.interval_s, 1) <= WINDOW_S
        if due:
            self.last_s = now_s
        return due

    def end(self) -> None:
        """Write the last lines: the test has ended."""
        self.delta.end_ms = self.clock()
        if self.delta.count and self.total.count:
            self.write(self.delta, "+")
        self.move_delta()
        self.write(self.total, "=")
        self.mark()
        if self.servers is not None:
            self.put_all(self.servers.totals(self.settings.name, self.marked_ms - self.begun_ms))

    def mark(self) -> None:
        """Say on lines of ours what is to be known of the interval just reported.

        That is for how long a load generator was at its limit, what else `remark` says of an interval (from, to), and
        what each server did, where that is asked for.
        """
        since_ms, self.marked_ms = self.marked_ms, self.clock()
        remark = self.remark(since_ms, self.marked_ms)
        if remark:
            self.put(f"{self.settings.name} ! {remark}")
        longest_s = max(self.strained_ms.values(), default=0) / 1000
        self.strained_ms.clear()
        if longest_s:
            self.put(
                f"{self.settings.name} ! a load generator was at its limit for {longest_s:.0f} s of this interval: "
                "its requests went out late, and its times may be too long"
            )
        if self.servers is not None:
            self.put_all(self.servers.interval(self.settings.name, self.marked_ms - since_ms))

    def put_all(self, lines: Iterable[str]) -> None:
        """Give lines to where they go."""
        for line in lines:
            self.put(line)

    def move_delta(self) -> Figures:
        """Add the figures since the last report to the total, and begin anew."""
        at_ms = self.clock()
        delta, self.delta = self.delta, Figures(at_ms)
        self.total.add(delta, at_ms)
        return delta

    def write(self, figures: Figures, sign: str) -> None:
        """Write one line to where it goes."""
        text = figures.line(self.settings.name, sign)
        if sign == "+":
            active, started, finished = (sum(column) for column in zip(*self.threads.values()))
            text += f" Active: {active} Started: {started} Finished: {finished}"
        self.put(text)

    def put(self, text: str) -> None:
        """Give a line to the log and to the console, as the properties say."""
        if self.settings.to_log:
            log.info("%s", text)
        if self.settings.to_console:
            self.say(text)
