"""All members of a run at work together. Mirrors DistributedRunner, in parallel."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from time import perf_counter_ns
from typing import TypeVar

from pyjm.client.member import Member, MemberError, Outcome
from pyjm.engine.plan.faults import Fault
from pyjm.engine.results.batch import BadBatch, Batch
from pyjm.engine.run.job import Job
from pyjm.properties import Settings

log = logging.getLogger("pyjm.client.fleet")

T = TypeVar("T")

TAKE_S = 1.0
AHEAD_S = 0.3
AHEAD_EACH_S = 0.01
"""How long before the start its command goes out, and how much more for each server."""
UNSAID_S = 0.5
"""How old samples may be when a server first counts them."""
_STARTED_S = 3.0
_LOOK_S = 0.02
_WAKE_S = 0.5


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do where servers can't be configured: client.tries, client.retries_delay, client.continue_on_fail."""

    tries: int = 1
    retries_delay_ms: int = 5000
    continue_on_fail: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        """Read it from the properties."""
        return cls(
            settings.whole("client.tries"),
            settings.whole("client.retries_delay"),
            settings.flag("client.continue_on_fail"),
        )


class Fleet:
    """The members of one run. `collect` gets each member's batches in their order, one call at a time over all members.

    Without a `policy` the members are this machine: nothing is said about configuring.
    """

    def __init__(
        self,
        members: Sequence[Member],
        collect: Callable[[int, Batch], None],
        say: Callable[[str], None],
        policy: Policy | None = None,
    ) -> None:
        self._members = list(members)
        self._collect = collect
        self._say = say
        self._policy = policy
        self._outcomes = [Outcome(member.name) for member in members]
        self._taking: dict[int, Future[None]] = {}
        self._collecting = threading.Lock()
        self._out: set[int] = set()
        self._jobs: list[Job] = []
        self._pool = ThreadPoolExecutor(2 * max(1, len(self._members)), thread_name_prefix="member")

    # before the test

    def configure(self, jobs: Sequence[Job]) -> list[Fault]:
        """Configure all members at once; gives all faults of all of them, with the member's name if not all have it.

        Raises MemberError with a line for each member that can't be used, unless the policy says to go on without.
        """
        self._jobs = list(jobs)
        policy = self._policy or Policy()
        for warning in dict.fromkeys(text for member in self._members for text in member.warnings):
            self._say(f"Warning: {warning}")
        found: dict[int, list[Fault]] = {}
        failed = list(range(len(self._members)))
        for number in range(max(1, policy.tries)):
            if number:
                self._say(
                    f"Following remote engines will retry configuring: {self._names(failed)}, "
                    f"pausing before retry for {policy.retries_delay_ms}ms"
                )
                time.sleep(policy.retries_delay_ms / 1000)
            failed = self._configure_some(failed, jobs, found)
            if not failed:
                break
        faults = self._merge_faults(found)
        if failed:
            self._go_on_without(failed, policy, faults)
        return faults

    def _configure_some(self, indexes: Sequence[int], jobs: Sequence[Job], found: dict[int, list[Fault]]) -> list[int]:
        """Configure some members; gives those that failed. Says how it went in the members' order, as it gets known."""
        futures = self._each(lambda index: self._members[index].configure(jobs[index]), indexes)
        failed = []
        for index, future in futures.items():
            if self._policy is not None:
                self._say(f"Configuring remote engine: {self._members[index].name}")
            try:
                found[index] = future.result()
            except MemberError as error:
                failed.append(index)
                self._outcomes[index].reason = str(error)
                if self._policy is None:
                    continue
                self._say(str(error))
                self._say(f"Failed to configure {self._members[index].name}")
        return failed

    def _go_on_without(self, failed: Sequence[int], policy: Policy, faults: Sequence[Fault]) -> None:
        if self._policy is None:
            raise MemberError("\n".join(self._outcomes[index].reason for index in failed))
        text = f"Following remote engines could not be configured:{self._names(failed)}"
        if not policy.continue_on_fail or len(failed) == len(self._members):
            for fault in faults:  # of the others: all is said at once
                self._say(str(fault))
            self._say("Stopping remote engines")
            self._close_all()
            self._say("Remote engines have been stopped")
            raise MemberError(text)
        self._say(text)
        self._say("Continuing without failed engines...")
        self._out.update(failed)

    def _merge_faults(self, found: dict[int, list[Fault]]) -> list[Fault]:
        """Give each fault once: as it is where all members have it, with the member's name where only some do."""
        merged: dict[Fault, None] = {}
        for index, faults in found.items():
            for fault in faults:
                common = all(fault in others for others in found.values())
                where = "" if common else f"on {self._members[index].name}: "
                merged[replace(fault, problem=where + fault.problem)] = None
        return list(merged)

    # the test

    def taking_part(self) -> list[int]:
        """Give the places of the members that were configured and are not lost."""
        return [index for index in self._there() if not self._outcomes[index].reason]

    def start(self) -> float:
        """Start all members at one instant; gives by how many milliseconds they missed one another.

        Raises MemberError where none could be started; one of several that couldn't is lost.
        """
        # this machine needs no time to hear of it
        ahead_s = 0.0 if self._policy is None else AHEAD_S + AHEAD_EACH_S * len(self._members)
        at_ns = perf_counter_ns() + int(ahead_s * 1e9)
        started = []
        for index, future in self._each(lambda index: self._members[index].start_at(at_ns), self._there()).items():
            try:
                future.result()
                started.append(index)
            except MemberError as error:
                self._lose(index, str(error))
        if not started:
            raise MemberError("\n".join(outcome.reason for outcome in self._outcomes if outcome.reason))
        self._taking = {index: self._pool.submit(self._take_all, index) for index in started}
        return self._skew_ms(started, at_ns) if len(started) > 1 else 0.0

    def _skew_ms(self, indexes: Sequence[int], at_ns: int) -> float:
        """Ask the members when they really began."""
        until_ns = at_ns + int(_STARTED_S * 1e9)

        def began_ns(index: int) -> int:
            time.sleep(max(0, at_ns - perf_counter_ns()) / 1e9)
            while perf_counter_ns() < until_ns:
                began = self._members[index].started_ns()
                if began:
                    return began
                time.sleep(_LOOK_S)
            return 0

        instants = []
        for future in self._each(began_ns, indexes).values():
            try:
                instants.append(future.result())
            except MemberError as error:  # its taking thread says so
                log.info("%s", error)
        known = [instant for instant in instants if instant]
        return (max(known) - min(known)) / 1e6 if known else 0.0

    def _take_all(self, index: int) -> None:
        """Take one member's batches until the last; each is collected once, in its order."""
        member, outcome = self._members[index], self._outcomes[index]
        number = 0
        while True:
            cuts = member.cuts
            try:
                batches = [Batch.from_bytes(data) for data in member.take(number, TAKE_S)]
            except (MemberError, BadBatch) as error:
                self._lose(index, str(error))
                return
            for batch in batches:
                if batch.number <= number:
                    continue
                if batch.number != number + 1:
                    self._lose(index, f"{member.name}: batches {number + 1} to {batch.number - 1} never came")
                    return
                with self._collecting:
                    self._collect(index, batch)
                number = batch.number
                samples = self._jobs[index].samples(batch)
                outcome.received += samples
                if batch.lost:
                    outcome.unknown = True
                    outcome.reason = f"{member.name}: a worker died, and with it {batch.lost} users"
                    self._say(outcome.reason)
                if member.cuts != cuts:
                    outcome.replayed += samples
                if batch.last:
                    return

    def _lose(self, index: int, reason: str) -> None:
        """Note that a member is gone, and how much may have gone with it."""
        outcome = self._outcomes[index]
        outcome.reason = reason
        outcome.unknown = True
        progress = self._members[index].progress()
        since_s = (perf_counter_ns() - progress.at_ns) / 1e9 if progress.at_ns else 0.0
        since = 0 if progress.ended else math.ceil(progress.per_s * (since_s + UNSAID_S))
        outcome.in_flight = max(0, progress.made - outcome.received) + since
        log.error("%s", reason)
        self._say(reason)

    def wait(self) -> list[Outcome]:
        """Wait until every member has ended or is lost; what `collect` raises ends the test and comes out here."""
        pending = set(self._taking.values())
        while pending:
            done, pending = wait(pending, _WAKE_S, FIRST_EXCEPTION)  # in slices, so that signals get their turn
            if any(future.exception() is not None for future in done):
                self.stop(now=True)
                for future in done:
                    future.result()
        return list(self._outcomes)

    def stop(self, *, now: bool) -> None:
        """End the test of all members, gracefully or now; those that are gone are passed over."""
        self._all("stop", lambda index: self._members[index].stop(now=now), self._there())

    # after the test

    def exit_all(self) -> None:
        """End all server processes."""
        self._all("exit", lambda index: self._members[index].exit(), self._there())

    def close(self) -> None:
        """Let go of all members."""
        self._close_all()
        self._pool.shutdown(wait=True)

    def _close_all(self) -> None:
        self._all("close", lambda index: self._members[index].close(), range(len(self._members)))

    def _there(self) -> list[int]:
        return [index for index in range(len(self._members)) if index not in self._out]

    def _names(self, indexes: Sequence[int]) -> str:
        return f"[{', '.join(self._members[index].name for index in indexes)}]"

    def _each(self, action: Callable[[int], T], indexes: Sequence[int]) -> dict[int, Future[T]]:
        return {index: self._pool.submit(action, index) for index in indexes}

    def _all(self, what: str, action: Callable[[int], None], indexes: Sequence[int]) -> None:
        """Do something to all at once; a member to which it can't be done is noted in the log."""
        for index, future in self._each(action, indexes).items():
            try:
                future.result()
            except MemberError as error:
                log.info("%s: %s: %s", self._members[index].name, what, error)
