"""This machine as a member: a local run is a fleet of one."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any

from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.engine import Health, Running
from pyjm.engine.run.folder import sweep
from pyjm.engine.run.job import Job

from .member import Answer, Progress, asked


class Local:
    """An engine in this process and its workers; implements `member.Member`."""

    def __init__(self, engine: Running) -> None:
        self.name = "local"
        self.cuts = 0
        self.engine = engine
        self.warnings: list[str] = []

    def look(self) -> Mapping[str, Any]:
        """Tell nothing: it is here."""
        return {}

    def configure(self, job: Job) -> list[Fault]:
        """Have the plan compiled."""
        return self.engine.prepare(job)

    def reconfigure(self, job: Job) -> list[Fault]:
        """Do nothing: nobody takes another's place here."""
        return []

    def offset_ns(self) -> int:
        """Tell that the clock is the same."""
        return 0

    def clock(self) -> str:
        """Say nothing: the clock is the same."""
        return ""

    def doubt_ns(self) -> int:
        """Tell that the clock is the same."""
        return 0

    def settle(self) -> None:
        """Do nothing: the clock is the same."""

    def start_at(self, at_ns: int) -> None:
        """Begin at an instant of perf_counter_ns."""
        self.engine.start(at_ns)

    def started_ns(self) -> int:
        """Tell when it really began, 0 while it has not."""
        return self.engine.health().started_ns

    def ask(self, after: int, wait_s: float, rest_s: float = 0.0) -> Future[Answer]:
        """Ask for batches."""
        return asked(partial(self.take, after, wait_s))

    def take(self, after: int, wait_s: float) -> list[bytes]:
        """Give batches."""
        return self.engine.take(after, wait_s)

    def stop(self, *, now: bool) -> None:
        """End the test."""
        self.engine.stop(now=now)

    def health(self) -> Health | None:
        """Tell how the workers are."""
        return self.engine.health()

    def progress(self) -> Progress:
        """Tell nothing: what is made here is here already."""
        return Progress()

    def exit(self) -> None:
        """Do nothing: there is no server."""

    def close(self) -> None:
        """End the workers; what runs before left that were killed goes too."""
        self.engine.close()
        sweep()
