"""The parent's side of a run: makes the workers, starts groups, gathers batches. What client/local and server use.

All methods may be called from any thread; none blocks but `take`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from pyjm.engine.plan.faults import Fault

from .job import Job
from .wishes import Granted, Wish


class WorkerHealth(NamedTuple):
    """How one worker is: CPU seconds, event-loop lag, users, and what it has handed over, transactions left out."""

    cpu_s: float = 0.0
    lag_ms: float = 0.0
    active: int = 0
    samples: int = 0
    errors: int = 0
    sum_ms: int = 0


@dataclass(slots=True)
class Health:
    """How an engine is: CPU seconds and resident bytes of its processes, users, event-loop lag of its worst worker.

    `started_ns` is the instant of this machine's perf_counter_ns clock at which the test really began, 0 before.
    `users` are those that the compiled plan can have at once; 1 << 30 where only the run can tell, 0 before.
    `made` counts the samples made so far, those that no batch has yet among them. `at_ns` is when that was, by the same
    clock.
    """

    cpu_s: float = 0.0
    memory: int = 0
    active: int = 0
    lag_ms: float = 0.0
    workers: int = 0
    started_ns: int = 0
    users: int = 0
    made: int = 0
    at_ns: int = 0
    each: Sequence[WorkerHealth] = ()


class Running(Protocol):
    """One run of one plan.

    The life is: prepare → start → take … until a batch with `last` → close. `stop` and `close` are allowed at any time.
    """

    def prepare(self, job: Job) -> list[Fault]:
        """Compile the plan in this process and in the workers; gives all faults (fatal ones: it can't start)."""

    def start(self, at_ns: int) -> None:
        """Begin at an instant of this machine's perf_counter_ns clock (0: now)."""

    def take(self, after: int, wait_s: float) -> list[bytes]:
        """Give the batches (packed) after number `after`, waiting up to `wait_s` for one; drops those up to `after`."""

    def stop(self, *, now: bool) -> None:
        """End the test: gracefully (Shutdown), or now (StopTestNow)."""

    def set_epoch(self, epoch_ns: int) -> None:
        """Correct the clock that the times of samples are of, by a little; see Job."""
    def share(self, place: int, servers: int) -> None:
        """Be told, before the start, which share of the rows of data files is this engine's, where they are divided."""

    def rows(self, after: int, granted: Sequence[Granted], wait_s: float) -> list[Wish]:
        """Take rows of data files that the controller hands out; gives the wishes after a number, waiting for one."""

    def health(self) -> Health:
        """Tell how the workers are."""

    def close(self) -> None:
        """End all worker processes and remove what the run left."""
