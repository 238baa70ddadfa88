"""Figures for Prometheus, made of batches, on a port where one is asked for. Nothing of it is loaded where none is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from pyjm.engine.results.tally import Tally
from pyjm.properties import Settings
from pyjm.properties.settings import parse_whole

from .engine import Health

if TYPE_CHECKING:
    from prometheus_client.core import Metric

MOST_LABELS = 500
OTHERS = "(others)"
"""The label of all that come when there are so many."""
BUCKETS_MS = (5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000)
QUANTILES = (0.5, 0.9, 0.95, 0.99)

MISSING = "pyjm.prometheus_port needs an extra of pyjm: pip install 'pyjm[prometheus]'"


class MetricsError(Exception):
    """A port that can't be had, or no library: one line for the user."""


def place_of(settings: Settings) -> tuple[str, int] | None:
    """Read pyjm.prometheus_address and pyjm.prometheus_port; None where no port is asked for. Raises MetricsError."""
    written = settings.text("pyjm.prometheus_port")
    if not written:
        return None
    port = parse_whole(written)
    if port is None or not 0 <= port < 65536:
        raise MetricsError(f"pyjm.prometheus_port={written} is no port; write a number from 1 to 65535, or 0 for any")
    address = settings.text("pyjm.prometheus_address")
    if not address:
        raise MetricsError("pyjm.prometheus_address= is no address; write one of this machine, or 0.0.0.0 for all")
    return address, port


class Endpoint:
    """The port on which the figures are read. `collect` gives them, and is called in a thread of its own."""

    def __init__(self, address: str, port: int, collect: Callable[[], Iterable[Metric]]) -> None:
        try:
            from prometheus_client import CollectorRegistry, start_http_server
        except ImportError:
            raise MetricsError(MISSING) from None
        self.collect = collect
        registry = CollectorRegistry()
        registry.register(self)
        try:
            self._server, self._thread = start_http_server(port, address, registry)
        except (OSError, UnicodeError) as error:  # the latter of a name that no resolver would take
            why = error.strerror if isinstance(error, OSError) else "it is no name"
            raise MetricsError(f"port {port} on {address} (pyjm.prometheus_…) can't be listened on: {why}") from error
        self.url = f"http://{f'[{address}]' if ':' in address else address}:{self._server.server_port}/metrics"

    def close(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Labels:
    """The figures of each label since the start of a test. Those of transactions are told apart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies: dict[tuple[str, bool], Tally] = {}

    def add(self, tallies: Mapping[str, Tally]) -> None:
        """Take those of a batch."""
        with self._lock:
            for label, tally in tallies.items():
                key = label, tally.transaction
                if key not in self._tallies and len(self._tallies) >= MOST_LABELS:
                    key = OTHERS, tally.transaction
                merged = self._tallies.get(key)
                if merged is None:
                    merged = self._tallies[key] = Tally(transaction=tally.transaction)
                times, tally.times = tally.times, {}
                merged.merge(tally)
                tally.times = times
                for elapsed_ms, count in times.items():
                    rounded_ms = three_digits(elapsed_ms)
                    merged.times[rounded_ms] = merged.times.get(rounded_ms, 0) + count

    def families(self) -> Iterable[Metric]:
        """Give them as Prometheus has them."""
        from prometheus_client.core import HistogramMetricFamily

        names = ("label", "kind")
        samples = counter("pyjm_samples", "Samples.", names)
        errors = counter("pyjm_errors", "Samples that failed.", names)
        received = counter("pyjm_received_bytes", "Bytes received.", names)
        sent = counter("pyjm_sent_bytes", "Bytes sent.", names)
        buckets = HistogramMetricFamily("pyjm_response_seconds", "Response times.", labels=names)
        quantiles = gauge(
            "pyjm_response_quantile_seconds", "Percentiles of response times since the start.", (*names, "quantile")
        )
        for (label, transaction), tally, times in self._copied():
            # what can't be written in UTF-8, as half a surrogate pair, must not break all of it
            told = (label.encode(errors="replace").decode(), "transaction" if transaction else "sample")
            samples.add_metric(told, tally[0])
            errors.add_metric(told, tally[1])
            received.add_metric(told, tally[2])
            sent.add_metric(told, tally[3])
            buckets.add_metric(told, in_buckets(times), tally[4] / 1000)
            for part, at_ms in quantiles_ms(times):
                quantiles.add_metric((*told, str(part)), at_ms / 1000)
        return [samples, errors, received, sent, buckets, quantiles]

    def _copied(self) -> list[tuple[tuple[str, bool], tuple[int, ...], list[tuple[int, int]]]]:
        with self._lock:
            return [
                (key, (t.count, t.errors, t.received, t.sent, t.sum_ms), sorted(t.times.items()))
                for key, t in self._tallies.items()
            ]


def three_digits(elapsed_ms: int) -> int:
    """Round a time that has more digits down to three, so that there are never many different ones."""
    unit = 1
    while elapsed_ms >= 1000 * unit:
        unit *= 10
    return elapsed_ms // unit * unit


def in_buckets(times: list[tuple[int, int]]) -> list[tuple[str, float]]:
    """Count times (ms → samples, in their order) as Prometheus does: those up to each limit."""
    counts, at, seen = [], 0, 0
    for limit_ms in BUCKETS_MS:
        while at < len(times) and times[at][0] <= limit_ms:
            seen += times[at][1]
            at += 1
        counts.append((str(limit_ms / 1000), float(seen)))
    return [*counts, ("+Inf", float(seen + sum(count for _, count in times[at:])))]


def quantiles_ms(times: list[tuple[int, int]]) -> list[tuple[float, int]]:
    """Find the percentiles of times (ms → samples, in their order): the first that so many are not above."""
    sums = list(accumulate(count for _, count in times))
    if not sums:
        return []
    return [
        (part, next(at_ms for (at_ms, _), seen in zip(times, sums) if seen >= part * sums[-1])) for part in QUANTILES
    ]


def counter(name: str, about: str, labels: Iterable[str] = ()) -> Any:
    """Make an empty family of counters."""
    from prometheus_client.core import CounterMetricFamily

    return CounterMetricFamily(name, about, labels=list(labels))


def gauge(name: str, about: str, labels: Iterable[str] = ()) -> Any:
    """Make an empty family of gauges."""
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(name, about, labels=list(labels))


class HealthFamilies:
    """Users, event-loop lag and CPU of the workers of servers; `labels` tell the servers apart."""

    def __init__(self, *labels: str) -> None:
        self._lag = gauge(
            "pyjm_event_loop_lag_seconds", "By how much a worker's event loop is late.", (*labels, "worker")
        )
        self._cpu = counter("pyjm_cpu_seconds", "CPU time of a worker.", (*labels, "worker"))
        self._users = gauge("pyjm_users", "Active users.", labels)

    def add(self, health: Health, *told: str) -> None:
        """Take those of one server."""
        self._users.add_metric(told, health.active)
        for number, worker in enumerate(health.each, 1):
            self._lag.add_metric((*told, str(number)), worker.lag_ms / 1000)
            self._cpu.add_metric((*told, str(number)), worker.cpu_s)

    def families(self) -> Iterable[Metric]:
        """Give them."""
        return [self._users, self._lag, self._cpu]
