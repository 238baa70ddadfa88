"""Hot path: running figures per label, and their exact sums over workers and servers."""

from __future__ import annotations

from typing import Any


class Tally:
    """Figures of one label: counts, milliseconds, bytes; `times` is an exact histogram, milliseconds → samples."""

    __slots__ = ("count", "errors", "max_ms", "min_ms", "received", "sent", "sum_ms", "times", "transaction")

    def __init__(self, *, transaction: bool = False) -> None:
        self.transaction = transaction
        self.count = 0
        self.errors = 0
        self.sum_ms = 0
        self.min_ms = 0
        self.max_ms = 0
        self.received = 0
        self.sent = 0
        self.times: dict[int, int] = {}

    def merge(self, other: Tally) -> None:
        """Add another tally's figures; exact, whatever the order."""
        if not other.count:
            return
        self.min_ms = min(self.min_ms, other.min_ms) if self.count else other.min_ms
        self.max_ms = max(self.max_ms, other.max_ms) if self.count else other.max_ms
        self.count += other.count
        self.errors += other.errors
        self.sum_ms += other.sum_ms
        self.received += other.received
        self.sent += other.sent
        times = self.times
        for elapsed_ms, count in other.times.items():
            times[elapsed_ms] = times.get(elapsed_ms, 0) + count

    def to_list(self) -> list[Any]:
        """Give the figures as plain values, for a batch."""
        pairs = [number for pair in self.times.items() for number in pair]
        return [
            int(self.transaction), self.count, self.errors, self.sum_ms, self.min_ms, self.max_ms,
            self.received, self.sent, pairs,
        ]  # fmt: skip

    @classmethod
    def from_list(cls, values: list[Any]) -> Tally:
        """Take figures out of a batch."""
        tally = cls(transaction=bool(values[0]))
        tally.count, tally.errors, tally.sum_ms, tally.min_ms, tally.max_ms, tally.received, tally.sent = values[1:8]
        pairs = values[8]
        tally.times = dict(zip(pairs[::2], pairs[1::2]))
        return tally
