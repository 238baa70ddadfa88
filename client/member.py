"""One engine of a fleet as the session sees it: this machine, or a server. A local run is a fleet of one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.engine import Health
from pyjm.engine.run.job import Job

UNKNOWN = -1
"""As a number of samples that may be lost: nothing is known of it."""


Answer = Callable[[], list[bytes]]
"""What gives packed batches, unpacked from what has come when it is their turn; raises MemberError."""


class MemberError(Exception):
    """An engine that can't be reached, refuses, or is lost: one line for the user."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an engine is by its own account: samples made so far, whether the test has ended there.

    `at_ns` is when that was, in this process's perf_counter_ns clock; `per_s` the most it has made in a second so far;
    `active` its users; `trouble` why it had to end its test, empty where it had not; `runs_on_s` for how long after its
    last word it may make samples that nobody takes.
    """

    made: int = 0
    ended: bool = False
    at_ns: int = 0
    per_s: float = 0.0
    active: int = 0
    trouble: str = ""
    runs_on_s: float = 0.0


class Member(Protocol):
    """An engine. Its calls block, but for `ask`; `stop` may come from any thread.

    `name` is what the user wrote in -R or remote_hosts; two members of one name are told apart by their place in the
    list.
    """

    name: str

    @property
    def cuts(self) -> int:
        """Tell how often the way to it was cut and mended."""

    @property
    def warnings(self) -> Sequence[str]:
        """Tell what the user should know about it before the start; raises MemberError where it is of no use at all."""

    def look(self) -> Mapping[str, Any]:
        """Tell what it says of itself, without taking it; raises MemberError where it can't be reached."""

    def configure(self, job: Job) -> list[Fault]:
        """Connect where needed, hand over the job, have it compiled; gives all faults. Raises MemberError."""

    def reconfigure(self, job: Job) -> list[Fault]:
        """Hand over another job in place of the one that was compiled and has not begun. Raises MemberError."""

    def offset_ns(self) -> int:
        """Tell how far the engine's perf_counter_ns clock is ahead of this process's, as measured."""

    def clock(self) -> str:
        """Say how its wall clock stands beside this machine's; empty where it is the same, or not known."""

    def doubt_ns(self) -> int:
        """Tell how wrong `offset_ns` may be."""

    def settle(self) -> None:
        """Measure the engine's clock once more, where what is known of it is poor; does not raise."""

    def start_at(self, at_ns: int) -> None:
        """Begin at an instant of this process's perf_counter_ns clock."""

    def started_ns(self) -> int:
        """Tell when it really began, in this process's perf_counter_ns clock; 0 while it has not."""

    def ask(self, after: int, wait_s: float, rest_s: float = 0.0) -> Future[Answer]:
        """Ask for the batches after a number, acknowledging all up to it; none may have come within `wait_s`.

        The question goes out after `rest_s`. MemberError comes out of the future where the engine is lost.
        """

    def stop(self, *, now: bool) -> None:
        """End the test there, gracefully or now; does not wait for it."""

    def health(self) -> Health | None:
        """Tell the latest health that came with `take`, None if none came."""

    def progress(self) -> Progress:
        """Tell how far it was when it was last heard of."""

    def exit(self) -> None:
        """End the server's process after the test (-X); nothing for a local engine."""

    def close(self) -> None:
        """Let go of it; never raises."""


@dataclass(slots=True)
class Outcome:
    """How a member's run ended. `reason` is empty where it ended by itself or was told to stop.

    `received`, `lost`, `replayed` and `in_flight` count samples. `lost` are known to be lost (with a worker that died).
    With `unknown` the member, or a part of it, is gone: what it had made and not handed over and the requests that its
    users had under way may be lost as well, at most `in_flight` going by its last account and its quickest second.
    `missing` says how much of the load was missing since then, `stands_for` names the member whose place it took,
    `lost_at_ms` is the wall time since when it is lost, `idle` one that has no part in the test, `ended` one whose last
    batch has come.
    `replayed` were asked for again after a cut; each of them is written once.
    """

    name: str
    received: int = 0
    lost: int = 0
    replayed: int = 0
    unknown: bool = False
    in_flight: int = 0
    reason: str = ""
    missing: str = ""
    stands_for: str = ""
    lost_at_ms: int = 0
    idle: bool = False
    ended: bool = False


def asked(take: Answer) -> Future[Answer]:
    """Ask an engine whose `take` blocks, in a thread made for that."""
    coming: Future[Answer] = Future()

    def work() -> None:
        try:
            batches = take()
        except Exception as error:  # it is raised where it is waited for
            coming.set_exception(error)
        else:
            coming.set_result(lambda: batches)

    threading.Thread(target=work, name="taking", daemon=True).start()
    return coming


class Watched(Protocol):
    """A run, as far as those have to do with it who show how it is."""

    def seen(self) -> Sequence[tuple[Member, Outcome]]:
        """Give its members with what came of them so far; each keeps its place."""
