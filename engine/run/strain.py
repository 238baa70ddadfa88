"""Where the load generator is the bottleneck: requests go out late then, times may be too long, and that is said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HELD_S = 1.0
"""How long a worker is at its limit before it counts: a moment is nothing."""

LEAST_S = 0.05
"""Spans shorter than that are no measure of the processor time in them."""


class Watched:
    """What is known of one worker. Instants in nanoseconds of its clock."""

    __slots__ = ("at_ns", "cpu", "cpu_s", "lag_ms", "since_ns", "strained_ns", "told", "wait", "waited_s")

    def __init__(self) -> None:
        self.at_ns = self.since_ns = self.strained_ns = 0
        self.cpu_s = self.cpu = self.lag_ms = self.wait = self.waited_s = 0.0
        self.told = False


class Strain:
    """Watches the workers' processor time and how late their event loops are; gives a line where one is at its limit.

    Its limits are the properties pyjm.cpu_warning (percent of a core), pyjm.lag_warning (ms) and pyjm.wait_warning
    (percent of the time in which it has something to do and others have the cores); 0 switches one off. Waiting counts
    where it is felt: where the loop is late by half of its limit or more. On a machine that is merely shared it is not.
    """

    def __init__(self, properties: Mapping[str, str]) -> None:
        self.cpu_limit = number_of(properties, "pyjm.cpu_warning", 90.0) / 100
        self.lag_limit_ms = number_of(properties, "pyjm.lag_warning", 10.0)
        self.wait_limit = number_of(properties, "pyjm.wait_warning", 10.0) / 100
        self.workers: dict[int, Watched] = {}

    def add(self, worker: int, at_ns: int, cpu_s: float, lag_ms: float, waited_s: float = 0.0) -> str | None:
        """Take a worker's figures up to an instant; gives what is to be said, when its state has changed."""
        watched = self.workers.setdefault(worker, Watched())
        span_s = (at_ns - watched.at_ns) / 1e9
        if span_s < LEAST_S:
            return None
        cpu = (cpu_s - watched.cpu_s) / span_s if watched.at_ns else 0.0
        wait = (waited_s - watched.waited_s) / span_s if watched.at_ns else 0.0
        begun_ns, watched.at_ns, watched.cpu_s, watched.waited_s = watched.at_ns, at_ns, cpu_s, waited_s
        felt = wait if lag_ms >= self.lag_limit_ms / 2 else 0.0
        limits = (self.cpu_limit, cpu), (self.lag_limit_ms, lag_ms), (self.wait_limit, felt)
        if not any(0 < limit <= found for limit, found in limits):
            return self.over(worker, begun_ns)
        watched.since_ns = watched.since_ns or begun_ns or at_ns
        watched.cpu, watched.lag_ms = max(watched.cpu, cpu), max(watched.lag_ms, lag_ms)
        watched.wait = max(watched.wait, wait)
        if watched.told:
            watched.strained_ns += at_ns - begun_ns
            return None
        if at_ns - watched.since_ns < HELD_S * 1e9:
            return None
        watched.told = True
        watched.strained_ns += at_ns - watched.since_ns
        return (
            f"worker {worker + 1} is at its limit ({_figures(watched)}): from here on requests go out late, and times"
            " may be measured too long; take more machines, or less load for this one"
        )

    def take(self, worker: int) -> int:
        """Give the milliseconds for which a worker was at its limit, and begin anew."""
        watched = self.workers.get(worker)
        if watched is None:
            return 0
        strained_ms, watched.strained_ns = watched.strained_ns // 1_000_000, watched.strained_ns % 1_000_000
        return strained_ms

    def over(self, worker: int, at_ns: int = 0) -> str | None:
        """Note that a worker is no longer at its limit, or has ended; says for how long it was."""
        watched = self.workers.get(worker)
        if watched is None:
            return None
        since_ns, watched.since_ns = watched.since_ns, 0
        if not watched.told:
            watched.cpu = watched.lag_ms = watched.wait = 0.0
            return None
        text = f"worker {worker + 1} was at its limit for {((at_ns or watched.at_ns) - since_ns) / 1e9:.0f} s"
        text += f" ({_figures(watched)})"
        watched.told = False
        watched.cpu = watched.lag_ms = watched.wait = 0.0
        return text


def _figures(watched: Watched) -> str:
    text = f"CPU up to {watched.cpu:.0%}, event loop up to {watched.lag_ms:.0f} ms late"
    if watched.wait >= 0.01:
        text += f", waiting for a core up to {watched.wait:.0%} of the time"
    return text


def core_wait_s() -> float:
    """Tell for how long this process has been ready to run and had no core, where the system tells (Linux); else 0."""
    try:
        return int(Path("/proc/self/schedstat").read_bytes().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def number_of(properties: Mapping[str, str], key: str, default: float) -> float:
    """Read a property; what is no number is the default."""
    try:
        return float(properties.get(key, default))
    except ValueError:
        return default
