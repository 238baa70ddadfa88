"""Batches of all workers of a server, made one: numbered, kept until acknowledged, taken by whoever drives the run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Any

from pyjm.engine.results.batch import Batch, Used, tallied
from pyjm.engine.results.tally import Tally

from .files import as_lines
from .holding import Held
from .ledger import Ledger
from .merge import Merge
from .relay import Line, Relay


class Outgoing:
    """The batches of one run. `add` comes from the workers' threads, `take` from the driver's."""

    def __init__(
        self, workers: int, counted: int = -1, ledger: Ledger | None = None, relay: Relay | None = None
    ) -> None:
        self.changed = threading.Condition()
        self.batches: list[tuple[int, bytes]] = []
        self.number = 0
        self.threads: list[tuple[int, int, int]] = [(0, 0, 0)] * workers
        self.merge = Merge(workers) if workers > 1 else None
        self.notes = Relay()
        self.relay = relay
        self.told = (-1, -1, -1)
        self.ended = False
        self.lost = self.lost_samples = self.lost_requests = 0
        self.counted = counted
        self.ledger = ledger
        self.handed = [0] * workers
        self.counts = [(0, 0, 0)] * workers
        self.used: Callable[[], list[Used]] = list
        self.held: Held | None = None

    def add(
        self,
        worker: int,
        until_ns: int,
        files: Any,
        tallies: dict[str, Any],
        threads: Any,
        summaries: Any = (),
        strained_ms: int = 0,
    ) -> None:
        """Take what a worker had up to an instant, and for how long of that it was at its limit."""
        with self.changed:
            self.threads[worker] = threads
            told = tallied(tallies)
            self.handed[worker] += self.count(files, told)
            self.counts[worker] = added(self.counts[worker], told.values())
            if self.merge is None:
                rows = {index: (count, data) for index, count, data in files}
            else:
                self.merge.add(worker, until_ns, files)
                rows = self.merged()
            summed = {index: tallied(figures) for index, figures in summaries}
            self.put(rows, told, summed, strained=(worker, strained_ms) if strained_ms else None)

    def count(self, files: Any, tallies: dict[str, Tally]) -> int:
        """Count the samples of what a worker hands over."""
        if self.counted < 0:
            return sum(tally.count for tally in tallies.values())
        if self.merge is None:
            return sum(count for index, count, _ in files if index == self.counted)
        return sum(len(rows) for index, rows, _ in files if index == self.counted)

    def merged(self) -> dict[int, tuple[int, bytes]]:
        """Give the rows whose order is settled."""
        assert self.merge is not None
        return {index: as_lines(rows) for index, rows in self.merge.take().items()}

    def end(self, worker: int) -> None:
        """Note that a worker is gone: nothing waits for its rows. Users it still had are lost.

        With them goes what it had made and not handed over, and the request that each of them may have had under way.
        """
        with self.changed:
            active, started, finished = self.threads[worker]
            if self.ledger is not None:
                active = max(active, self.ledger.active(worker))  # some may have begun since it told
                self.lost_samples += max(0, self.ledger.made(worker) - self.handed[worker])
                self.lost_requests += active
                started = max(started, active + finished)
            self.lost += active
            self.threads[worker] = (0, started, finished + active)
            if self.merge is not None:
                self.merge.end(worker)
                self.put(self.merged(), {})

    def note(self, text: str) -> None:
        """Send a line for the console along with the next batch; one that comes often is counted."""
        self.notes.add(Line(0, logging.WARNING, "", text))

    def put(
        self,
        rows: dict[int, tuple[int, bytes]],
        tallies: dict[str, Tally],
        summaries: dict[int, dict[str, Tally]] | None = None,
        *,
        last: bool = False,
        strained: tuple[int, int] | None = None,
    ) -> None:
        """Number a batch and keep it; one that says nothing new is not made, one that is held back comes later."""
        held = self.held
        if held is not None:
            held.add(rows, tallies, summaries or {}, strained)
            if not (last or self.lost or self.lost_samples or held.is_due()):
                return
            rows, tallies, summaries, strained = held.rows(), held.tallies, held.summaries, held.strained
            held.begin_anew()
        active, started, finished = (sum(column) for column in zip(*self.threads))
        threads = (active, started, finished)
        notes = [line.text for line in self.notes.take(last=last)]
        log = self.relay.take(last=last) if self.relay is not None else []
        said = notes or log or last
        if not (rows or tallies or said or self.lost or self.lost_samples or threads != self.told):
            return
        self.told = threads
        self.number += 1
        lost, self.lost = self.lost, 0
        batch = Batch(self.number, rows, tallies, threads, notes, last, lost, summaries or {}, strained)
        batch.lost_samples, self.lost_samples = self.lost_samples, 0
        batch.lost_requests, self.lost_requests = self.lost_requests, 0
        batch.log = log
        batch.used = self.used() if last else []
        self.batches.append((self.number, batch.to_bytes()))
        self.changed.notify_all()

    def close(self) -> None:
        """Make the last batch."""
        with self.changed:
            if not self.ended:
                self.ended = True
                self.put(self.merged() if self.merge is not None else {}, {}, last=True)

    def take(self, after: int, wait_s: float) -> list[bytes]:
        """Give the batches after a number, and forget those up to it; waits where there are none."""
        with self.changed:
            self.batches = [pair for pair in self.batches if pair[0] > after]
            if not self.batches:
                self.changed.wait(wait_s)
            return [data for _, data in self.batches]


def added(counts: tuple[int, int, int], tallies: Iterable[Tally]) -> tuple[int, int, int]:
    """Add to samples, errors and milliseconds of a worker those of tallies that are no transactions'."""
    count, errors, sum_ms = counts
    for tally in tallies:
        if not tally.transaction:
            count, errors, sum_ms = count + tally.count, errors + tally.errors, sum_ms + tally.sum_ms
    return count, errors, sum_ms
