"""What a server shows to Prometheus: figures of its present test, or of the last one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyjm.engine.results.batch import Batch
from pyjm.engine.run.metrics import Endpoint, HealthFamilies, Labels, counter, gauge, place_of
from pyjm.properties import Settings
from pyjm.server.run import Run

if TYPE_CHECKING:
    from prometheus_client.core import Metric

log = logging.getLogger("pyjm.server")


@contextmanager
def shown(settings: Settings) -> Iterator[Callable[[Run], None]]:
    """Show figures where the properties ask for it; gives what is to be told of each test. Raises MetricsError."""
    place = place_of(settings)
    if place is None:
        yield lambda run: None
        return
    metrics = ServerMetrics()
    endpoint = Endpoint(*place, metrics.collect)
    log.info("Figures for Prometheus are at %s", endpoint.url)
    try:
        yield metrics.begin
    finally:
        endpoint.close()


class ServerMetrics:
    """The figures of one server."""

    def __init__(self) -> None:
        self._labels = Labels()
        self._run: Run | None = None

    def begin(self, run: Run) -> None:
        """Show a new test from here on."""
        labels = self._labels = Labels()
        self._run = run

        def add(batch: Batch) -> None:
            labels.add(batch.tallies)

        run.on_batch = add

    def collect(self) -> Iterable[Metric]:
        """Give what there is now."""
        return [*self._labels.families(), *self._of_run()]

    def _of_run(self) -> Iterable[Metric]:
        running = gauge("pyjm_test_running", "1 while a test runs.")
        made = counter("pyjm_batches", "Batches made.")
        waiting = gauge("pyjm_batches_waiting", "Batches that the controller has not taken yet.")
        on_disk = gauge("pyjm_spool_bytes", "Bytes of batches on disk.")
        health = HealthFamilies()
        run = self._run
        running.add_metric((), run is not None and run.started and not run.ended)
        if run is not None:
            made.add_metric((), run.last)
            waiting.add_metric((), run.spool.waiting())
            on_disk.add_metric((), run.spool.on_disk())
            health.add(run.health())
        return [running, made, waiting, on_disk, *health.families()]
