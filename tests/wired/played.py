"""Members of a fleet that do what a test says, and the fleet with what it said and collected."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from time import perf_counter_ns
from typing import Any

from wired.rig import batch_of, job_of

from pyjm.client.configuring import Policy
from pyjm.client.fleet import Fleet
from pyjm.client.load import Load
from pyjm.client.loss import OnLoss
from pyjm.client.member import Answer, MemberError, Outcome, Progress, asked
from pyjm.engine.plan.faults import Fault
from pyjm.engine.results.batch import Batch
from pyjm.engine.run.engine import Health
from pyjm.engine.run.job import Job


class Played:
    """A member that does what a test says."""

    def __init__(self, name: str, batches: Sequence[Batch] = (), *, fails: int = 0, late_ms: float = 0.0) -> None:
        self.name = name
        self.cuts = 0
        self.warnings: Sequence[str] = []
        self.batches = list(batches)
        self.fails = fails
        self.late_ms = late_ms
        self.faults: list[Fault] = []
        self.jobs: list[Job] = []
        self.about: dict[str, Any] = {}
        self.absent = 0
        self.began_ns = 0
        self.made = 0
        self.active = 0
        self.ended = False
        self.breaks_after = -1
        self.hold: Callable[[], bool] = lambda: True
        self.done: list[str] = []
        self.stopped = threading.Event()

    def configure(self, job: Job) -> list[Fault]:
        if self.fails:
            self.fails -= 1
            raise MemberError(f"{self.name} is not there")
        self.jobs.append(job)
        return self.faults

    def reconfigure(self, job: Job) -> list[Fault]:
        return self.configure(job)

    def look(self) -> Mapping[str, Any]:
        if self.absent:
            self.absent -= 1
            raise MemberError(f"{self.name} is not there")
        return self.about

    def offset_ns(self) -> int:
        return 0

    def clock(self) -> str:
        return ""

    def doubt_ns(self) -> int:
        return 0

    def settle(self) -> None:
        self.done.append("settle")

    def start_at(self, at_ns: int) -> None:
        self.began_ns = at_ns + int(self.late_ms * 1e6)

    def started_ns(self) -> int:
        return self.began_ns if self.began_ns <= perf_counter_ns() else 0

    def ask(self, after: int, wait_s: float, rest_s: float = 0.0) -> Future[Answer]:
        return asked(partial(self.take, after, wait_s))

    def take(self, after: int, wait_s: float) -> list[bytes]:
        while not self.hold():
            self.stopped.wait(0.01)
        if after == self.breaks_after:
            raise MemberError(f"{self.name} is lost: cut")
        found = [batch.to_bytes() for batch in self.batches if batch.number > after]
        if not found:
            self.stopped.wait(wait_s)
        if self.stopped.is_set() and not found:
            found = [batch_of(after + 1, 0, last=True).to_bytes()]
        return found[:2]

    def stop(self, *, now: bool) -> None:
        self.done.append("stop now" if now else "stop")
        self.stopped.set()

    def health(self) -> Health | None:
        return None

    def progress(self) -> Progress:
        return Progress(self.made, self.ended, active=self.active)

    def exit(self) -> None:
        self.done.append("exit")

    def close(self) -> None:
        self.done.append("close")


class Run:
    """A fleet with what it said and collected."""

    def __init__(
        self,
        *members: Played,
        policy: Policy | None = Policy(),  # noqa: B008  (it is frozen)
        on_loss: OnLoss | None = None,
        load: Load | None = None,
    ) -> None:
        self.lines: list[str] = []
        self.taken: list[tuple[int, int]] = []
        self.members = members
        self.fleet = Fleet(members, self.collect, self.lines.append, policy, on_loss, load=load)

    def collect(self, index: int, batch: Batch) -> None:
        self.taken.append((index, batch.number))

    def configure(self) -> list[Fault]:
        return self.fleet.configure([job_of() for _ in self.members])

    def go(self) -> list[Outcome]:
        self.configure()
        self.fleet.start()
        outcomes = self.fleet.wait()
        self.fleet.close()
        return outcomes


def whole(count: int, samples: int = 1) -> list[Batch]:
    return [batch_of(number, samples, last=number == count) for number in range(1, count + 1)]
