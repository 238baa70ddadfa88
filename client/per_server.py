"""A line for each server behind the summary's, where pyjm.summary_per_server asks for it."""

from __future__ import annotations

from collections.abc import Iterable

from pyjm.engine.results.tally import Tally
from pyjm.engine.run.engine import Health

from .member import Watched


class Load:
    """How hard a server's processes have worked since the last report: the busiest, and the latest event loop."""

    __slots__ = ("begun", "lag_ms", "latest")

    def __init__(self) -> None:
        self.begun: Health | None = None
        self.latest: Health | None = None
        self.lag_ms = 0.0

    def note(self, health: Health | None) -> None:
        """Take how it is now."""
        if health is not None and health is not self.latest:
            self.begun = self.begun or health
            self.latest = health
            self.lag_ms = max(self.lag_ms, health.lag_ms)

    def text(self) -> str:
        """Write it, and begin anew."""
        cpu = busiest(self.begun, self.latest)
        text = f" Lag: {self.lag_ms:.0f} ms CPU: {cpu:.0%}" if self.latest is not None else ""
        self.begun, self.lag_ms = self.latest, 0.0
        return text


def busiest(begun: Health | None, latest: Health | None) -> float:
    """Tell which part of a core the busiest process had between two accounts; 0 where they do not tell."""
    if begun is None or latest is None or latest.at_ns <= begun.at_ns:
        return 0.0
    spent = [now.cpu_s - before.cpu_s for before, now in zip(begun.each, latest.each)]
    return max(0.0, *spent, 0.0) / ((latest.at_ns - begun.at_ns) / 1e9)


class Counted:
    """Figures of one server in a time."""

    __slots__ = ("count", "errors", "sum_ms")

    def __init__(self) -> None:
        self.count = self.errors = self.sum_ms = 0

    def add(self, other: Tally | Counted) -> None:
        """Add some."""
        self.count += other.count
        self.errors += other.errors
        self.sum_ms += other.sum_ms

    def text(self, elapsed_ms: int) -> str:
        """Write them; `elapsed_ms` is the time that they are about."""
        rate = f"{self.count / elapsed_ms * 1000.0:>6.1f}" if elapsed_ms > 0 else "******"
        average_ms = self.sum_ms // self.count if self.count else 0
        part = self.errors / self.count * 100 if self.count else 0.0
        return f"{self.count:>6} = {rate}/s Avg: {average_ms:>5} Err: {self.errors:>5} ({part:.2f}%)"


class Row:
    """What is known of one server."""

    __slots__ = ("active", "delta", "load", "total")

    def __init__(self) -> None:
        self.delta, self.total = Counted(), Counted()
        self.active = 0
        self.load = Load()


class PerServer:
    """The servers of a run in their order."""

    def __init__(self, run: Watched) -> None:
        self._run = run
        self._rows: dict[int, Row] = {}

    def add(self, member: int, tallies: Iterable[Tally], active: int) -> None:
        """Take figures of one."""
        row = self._rows.get(member)
        if row is None:
            row = self._rows[member] = Row()
        for tally in tallies:
            row.delta.add(tally)
        row.active = active
        row.load.note(self._run.seen()[member][0].health())

    def interval(self, name: str, elapsed_ms: int) -> list[str]:
        """Write what each did since the last time, a line each."""
        lines, members = [], self._run.seen()
        for index, row in sorted(self._rows.items()):
            member = members[index][0]
            row.load.note(member.health())
            text = f"{row.delta.text(elapsed_ms)} Active: {row.active}{row.load.text()}"
            lines.append(f"{name} @ {member.name} + {text}")
            row.total.add(row.delta)
            row.delta = Counted()
        return lines

    def totals(self, name: str, elapsed_ms: int) -> list[str]:
        """Write what each did in all, a line each."""
        members = self._run.seen()
        lines = []
        for index, row in sorted(self._rows.items()):
            member = members[index][0]
            clock = member.clock()
            lines.append(f"{name} @ {member.name} = {row.total.text(elapsed_ms)}{f' {clock}' if clock else ''}")
        return lines
