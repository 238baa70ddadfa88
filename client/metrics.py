"""What the controller shows to Prometheus: figures of each label over all servers, and of each server."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyjm.engine.results.batch import Batch
from pyjm.engine.run.metrics import HealthFamilies, Labels, counter, gauge

from .member import Watched

if TYPE_CHECKING:
    from prometheus_client.core import Metric


class Sums:
    """What came of one server, transactions left out."""

    __slots__ = ("batches", "errors", "received", "sent", "users")

    def __init__(self) -> None:
        self.batches = self.errors = self.received = self.sent = self.users = 0

    def add(self, batch: Batch) -> None:
        """Take a batch."""
        self.batches += 1
        self.users = batch.threads[0]
        for tally in batch.tallies.values():
            if not tally.transaction:
                self.errors += tally.errors
                self.received += tally.received
                self.sent += tally.sent


class RunMetrics:
    """The figures of one run."""

    def __init__(self, run: Watched) -> None:
        self._run = run
        self._labels = Labels()
        self._lock = threading.Lock()
        self._sums: dict[int, Sums] = {}

    def add(self, member: int, batch: Batch) -> None:
        """Take a batch."""
        self._labels.add(batch.tallies)
        with self._lock:
            self._sums.setdefault(member, Sums()).add(batch)

    def collect(self) -> Iterable[Metric]:
        """Give what there is now."""
        return [*self._labels.families(), *self._of_servers()]

    def _of_servers(self) -> Iterable[Metric]:
        names = ("server",)
        samples = counter("pyjm_server_samples", "Samples received of a server.", names)
        lost = counter("pyjm_server_lost_samples", "Samples of a server that are known to be lost.", names)
        replayed = counter("pyjm_server_replayed_samples", "Samples that were asked for again after a cut.", names)
        up = gauge("pyjm_server_up", "1 while a server is in the run, 0 when it has ended or is lost.", names)
        batches = counter("pyjm_server_batches", "Batches taken of a server.", names)
        errors = counter("pyjm_server_errors", "Samples of a server that failed.", names)
        received = counter("pyjm_server_received_bytes", "Bytes received by a server's users.", names)
        sent = counter("pyjm_server_sent_bytes", "Bytes sent by a server's users.", names)
        health = HealthFamilies(*names)
        for index, (member, outcome) in enumerate(self._run.seen()):
            told = (member.name,)
            samples.add_metric(told, outcome.received)
            lost.add_metric(told, outcome.lost)
            replayed.add_metric(told, outcome.replayed)
            up.add_metric(told, not (outcome.idle or outcome.ended or outcome.lost_at_ms))
            with self._lock:
                sums = self._sums.get(index) or Sums()
                batches.add_metric(told, sums.batches)
                errors.add_metric(told, sums.errors)
                received.add_metric(told, sums.received)
                sent.add_metric(told, sums.sent)
            now = member.health()
            if now is not None:
                health.add(now, *told)
        return [samples, errors, received, sent, batches, lost, replayed, up, *health.families()]
