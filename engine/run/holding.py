"""What workers hand over is held back and made one batch, where a controller with many servers asks for that."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from time import monotonic

from pyjm.engine.results.tally import Tally

MOST_S = 10.0
"""The longest that anything is held back, whatever is asked for."""
MOST_BYTES = 1 << 20
"""Bytes of rows from which on nothing is held back: a batch of that size is worth its answer."""


class Held:
    """Rows and figures that wait for `every_s` to be over."""

    def __init__(self, every_s: float, clock: Callable[[], float] = monotonic) -> None:
        self.every_s = min(every_s, MOST_S) if math.isfinite(every_s) else 0.0
        self._clock = clock
        self._empty()
        self._since = clock()

    def _empty(self) -> None:
        self._rows: dict[int, tuple[int, list[bytes]]] = {}
        self._bytes = 0
        self.tallies: dict[str, Tally] = {}
        self.summaries: dict[int, dict[str, Tally]] = {}
        self.strained: tuple[int, int] | None = None

    def add(
        self,
        rows: Mapping[int, tuple[int, bytes]],
        tallies: Mapping[str, Tally],
        summaries: Mapping[int, Mapping[str, Tally]],
        strained: tuple[int, int] | None,
    ) -> None:
        """Hold some more; the worker that was longest at its limit is the one that is told of."""
        for index, (count, data) in rows.items():
            held, parts = self._rows.get(index, (0, []))
            self._rows[index] = held + count, [*parts, data]
            self._bytes += len(data)
        merge(self.tallies, tallies)
        for index, figures in summaries.items():
            merge(self.summaries.setdefault(index, {}), figures)
        if strained is not None:
            worker, strained_ms = strained
            if self.strained is not None and self.strained[0] == worker:
                strained_ms += self.strained[1]
            if self.strained is None or strained_ms > self.strained[1]:
                self.strained = worker, strained_ms

    def is_due(self) -> bool:
        """Tell whether it is time to hand over what is held."""
        return self._bytes >= MOST_BYTES or self._clock() - self._since >= self.every_s

    def rows(self) -> dict[int, tuple[int, bytes]]:
        """Give the rows of each file."""
        return {index: (count, b"".join(parts)) for index, (count, parts) in self._rows.items()}

    def begin_anew(self) -> None:
        """Hold nothing any more."""
        self._empty()
        self._since = self._clock()


def merge(into: dict[str, Tally], tallies: Mapping[str, Tally]) -> None:
    """Add tallies to others, label by label."""
    for label, tally in tallies.items():
        into.setdefault(label, Tally(transaction=tally.transaction)).merge(tally)
