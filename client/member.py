"""One engine of a fleet as the session sees it: this machine, or a server. A local run is a fleet of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pyjm.engine.compile.faults import Fault
from pyjm.engine.run.engine import Health
from pyjm.engine.run.job import Job


class MemberError(Exception):
    """An engine that can't be reached, refuses, or is lost: one line for the user."""


class Member(Protocol):
    """An engine. Its calls block and are made from one thread per member; `stop` may come from any thread.

    `name` is what the user wrote in -R or remote_hosts; two members of one name are told apart by their place in the list.
    """

    name: str

    def configure(self, job: Job) -> list[Fault]:
        """Connect where needed, hand over the job, have it compiled; gives all faults. Raises MemberError."""

    def offset_ns(self) -> int:
        """Tell how far the engine's perf_counter_ns clock is ahead of this process's, as measured."""

    def start_at(self, at_ns: int) -> None:
        """Begin at an instant of this process's perf_counter_ns clock."""

    def take(self, after: int, wait_s: float) -> list[bytes]:
        """Give packed batches after a number, acknowledging all up to it; raises MemberError when it is lost."""

    def stop(self, *, now: bool) -> None:
        """End the test there, gracefully or now; does not wait for it."""

    def health(self) -> Health | None:
        """Tell the latest health that came with `take`, None if none came."""

    def exit(self) -> None:
        """End the server's process after the test (-X); nothing for a local engine."""

    def close(self) -> None:
        """Let go of it; never raises."""


@dataclass(slots=True)
class Outcome:
    """How a member's run ended. `reason` is empty where it ended by itself or was told to stop."""

    name: str
    received: int = 0
    lost: int = 0
    replayed: int = 0
    unknown: bool = False
    reason: str = ""
