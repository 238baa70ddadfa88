"""All members of a run at work together. Mirrors DistributedRunner, in parallel."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING, TypeVar

from pyjm.client.configuring import Configuring, Policy, names
from pyjm.client.load import Laying, Load
from pyjm.client.losing import Losing, Roll
from pyjm.client.loss import OnLoss
from pyjm.client.member import Member, MemberError, Outcome
from pyjm.client.pace import Pace
from pyjm.client.skew import began_ns, skew_ms
from pyjm.client.taking import Collect, Record, Taking
from pyjm.engine.plan.faults import Fault
from pyjm.engine.run.job import Job
from pyjm.engine.shared.division import Division

if TYPE_CHECKING:
    from pyjm.client.handing import Handing

log = logging.getLogger("pyjm.client.fleet")

T = TypeVar("T")

AHEAD_S = 0.3
AHEAD_EACH_S = 0.01
"""How long before the start its command goes out, and how much more for each server."""
_WAKE_S = 0.5

FEW = 8
SETTLE_EACH_S = 0.01
"""As many servers have their clocks measured at a time, and how long that may take for each, over all of them."""

ERRANDS = 128
"""Servers that are dealt with at once: more threads with so much to do would keep one another from the processor."""


class Fleet:
    """The members of one run. `collect` gets each member's batches in their order, one call at a time over all members.

    Without a `policy` the members are this machine: nothing is said about configuring. The last members stand by, as
    many as `on_loss` has standbys: they are configured with the others and start when one of those is lost. `load` says
    what of the plan each runs.
    `record` is told, within the same turn, of each batch that was collected, and of each member that is lost; `handing`
    of who begins, stands in, ends and is lost, where rows of data files are divided.
    """

    def __init__(
        self,
        members: Sequence[Member],
        collect: Collect,
        say: Callable[[str], None],
        policy: Policy | None = None,
        on_loss: OnLoss | None = None,
        record: Record = lambda index, number, outcome: None,
        handing: Handing | None = None,
        load: Load | None = None,
    ) -> None:
        on_loss = on_loss or OnLoss()
        self._handing = handing
        self._collect = collect
        self._say = say
        self._policy = policy
        self._record = record
        self._load = load or Load()
        self._roll = Roll(members, len(on_loss.standbys))
        self._members = self._roll.members
        self._losing = Losing(
            self._roll, on_loss, say, handing, partial(self.stop, now=False), lambda index: self._take([index])
        )
        self._taking: dict[int, Future[None]] = {}
        self._changed = threading.Event()
        self._turns = ThreadPoolExecutor(1, thread_name_prefix="collecting")
        errands = max(1, min(2 * len(members), ERRANDS))
        self._errands = ThreadPoolExecutor(errands, thread_name_prefix="errand")

    # before the test

    def configure(self, jobs: Sequence[Job]) -> list[Fault]:
        """Configure all members at once; gives all faults of all of them, with the member's name if not all have it.

        Raises MemberError with a line for each member that can't be used, unless the policy says to go on without.
        """
        self._roll.jobs = list(jobs)
        configuring = Configuring(self._members, self._roll.outcomes, self._say, self._each, self._policy)
        configuring.warn()
        laying = Laying(self._members, self._load, self._say, self._each)
        there = laying.gather(self._roll.first)
        self._roll.leave_out([index for index in self._roll.first if index not in there])
        failed: list[int] = there
        while failed:
            self._roll.jobs = laying.lay(self._roll.jobs, there)
            failed = configuring.all(there, self._roll.jobs)
            if failed:
                self._go_on_without(failed, self._policy or Policy(), configuring.faults())
                there = [index for index in there if index not in failed]
                if not self._load.divides:  # else the others have larger parts now
                    break
        standbys = range(len(self._roll.first), len(self._members))
        self._roll.spares = configuring.spares(standbys, self._roll.jobs)
        self._roll.leave_out(standbys)
        return configuring.faults()

    def _go_on_without(self, failed: Sequence[int], policy: Policy, faults: Sequence[Fault]) -> None:
        if self._policy is None:
            raise MemberError("\n".join(self._roll.outcomes[index].reason for index in failed))
        text = f"Following remote engines could not be configured:{names(self._members, failed)}"
        if not policy.continue_on_fail or not set(self._roll.first) - self._roll.out - set(failed):
            for fault in faults:  # of the others: all is said at once
                self._say(str(fault))
            self._say("Stopping remote engines")
            self._close_all()
            self._say("Remote engines have been stopped")
            raise MemberError(text)
        self._say(text)
        self._say("Continuing without failed engines...")
        self._roll.leave_out(failed)

    def divisions(self) -> list[Division | None]:
        """Give the part of the load that each member has."""
        return [job.division for job in self._roll.jobs]

    # the test

    def taking_part(self) -> list[int]:
        """Give the places of the members that were configured and are not lost."""
        return [index for index in self._roll.there() if not self._roll.outcomes[index].reason]

    def start(self) -> float:
        """Start all members at one instant; gives by how many milliseconds they missed one another.

        Raises MemberError where none could be started; one of several that couldn't is lost.
        """
        self._settle()
        # this machine needs no time to hear of it
        ahead_s = 0.0 if self._policy is None else AHEAD_S + AHEAD_EACH_S * len(self._members)
        if self._handing is not None:
            self._deal(self._handing, self._roll.there())
        at_ns = perf_counter_ns() + int(ahead_s * 1e9)
        started = []
        starting = self._each(lambda index: self._members[index].start_at(at_ns), self._roll.there())
        for index, future in starting.items():
            try:
                future.result()
                started.append(index)
            except MemberError as error:
                self._losing.lose(index, str(error), Pace())
        if not started and not self._taking:
            raise MemberError("\n".join(outcome.reason for outcome in self._roll.outcomes if outcome.reason))
        self._take(started)
        if len(started) < 2:
            return 0.0
        stopping = self._losing.stopping
        return skew_ms(self._each(lambda index: began_ns(self._members[index], at_ns, stopping), started).values())

    def _settle(self) -> None:
        """Have the clocks of many servers measured in peace: while all were configured, answers took their time."""
        there = sorted(self._roll.there(), key=lambda index: -self._members[index].doubt_ns())
        until = time.monotonic() + SETTLE_EACH_S * len(there)
        if len(there) > FEW:
            gate = threading.Semaphore(FEW)

            def settle(index: int) -> None:
                with gate:
                    if time.monotonic() < until and not self._losing.stopping.is_set():
                        self._members[index].settle()

            self._all("settle", settle, there)

    def _deal(self, handing: Handing, indexes: Sequence[int]) -> None:
        """Tell members which share of the rows of data files is theirs; who can't be told can't start either."""
        division = next((self._roll.jobs[index].division for index in indexes), None)
        handing.deal(indexes, division.weights if division is not None else ())
        self._all("share", lambda index: handing.tell(index, self._members[index]), indexes)

    def resume(self, jobs: Sequence[Job], after: Sequence[int], outcomes: Sequence[Outcome]) -> None:
        """Take what comes after these batches from members that run already; the lost and the idle ones are out."""
        self._roll.jobs = list(jobs)
        self._roll.outcomes = list(outcomes)
        self._roll.ended = {index for index, each in enumerate(outcomes) if each.ended}
        self._roll.out.update(index for index, each in enumerate(outcomes) if each.idle or each.lost_at_ms)
        self._roll.spares = [index for index, each in enumerate(outcomes) if each.idle and not each.reason]
        places = {each.name: index for index, each in enumerate(outcomes)}
        for index, each in enumerate(outcomes):
            if each.stands_for in places:
                part = self._roll.jobs[places[each.stands_for]].division
                self._roll.jobs[index] = replace(self._roll.jobs[index], division=part)
        for index, each in enumerate(outcomes):
            if each.lost_at_ms:
                self._losing.know(index)
        self._take([index for index in self._roll.there() if index not in self._roll.ended], after)

    def _take(self, indexes: Sequence[int], after: Sequence[int] = ()) -> None:
        """Begin to take the batches of some members."""
        for index in indexes:
            number = after[index] if after else 0
            roll, count = self._roll, len(self._members)
            taking = Taking(index, self._members[index], roll.outcomes[index], roll.jobs[index], number, count)
            roll.paces[index] = taking.pace
            if self._handing is not None:
                self._handing.attend(index, self._members[index])
            self._taking[index] = Future()
            taking.over.add_done_callback(partial(self._finish, taking))
            taking.begin(self._collect, self._record, self._turns, self._say)

    def _finish(self, taking: Taking, _: Future[str]) -> None:
        """Have it seen to that a member has ended, or is lost: that may take its time."""
        try:
            self._errands.submit(self._finished, taking)
        except RuntimeError:  # the test is over for all
            self._taking[taking.index].set_result(None)

    def _finished(self, taking: Taking) -> None:
        finished = self._taking[taking.index]
        try:
            reason = taking.over.result()
            if reason:
                self._losing.lose(taking.index, reason, taking.pace)
                self._turns.submit(self._record, taking.index, taking.number, taking.outcome).result()
            else:
                self._end(taking.index)
        except Exception as error:  # it comes out of `wait`
            finished.set_exception(error)
        else:
            finished.set_result(None)
        self._changed.set()

    def wait(self) -> list[Outcome]:
        """Wait until every member has ended or is lost; what `collect` raises ends the test and comes out here."""
        pending = list(self._taking.values())
        while pending:
            # in slices, so that signals get their turn, and those that took the place of others are seen
            if not self._changed.wait(_WAKE_S):
                continue
            self._changed.clear()
            for future in list(self._taking.values()):
                if future.done() and future.exception() is not None:
                    self.stop(now=True)
                    future.result()
            pending = [future for future in list(self._taking.values()) if not future.done()]
        self._losing.end()
        return list(self._roll.outcomes)

    def stop(self, *, now: bool) -> None:
        """End the test of all members, gracefully or now; those that are gone are passed over."""
        self._losing.stopping.set()
        self._all("stop", lambda index: self._members[index].stop(now=now), self._roll.there())

    def seen(self) -> list[tuple[Member, Outcome]]:
        """Give the members with what came of them so far."""
        return list(zip(self._members, self._roll.outcomes))

    def missing(self, since_ms: int, until_ms: int) -> str:
        """Say which part of the load was missing in an interval, empty where all was there."""
        return self._losing.missing(since_ms, until_ms)

    # one has ended

    def _end(self, index: int) -> None:
        """Note that a member has ended; when all that began the test are at their end, it is over for all."""
        if self._handing is not None:
            self._handing.leave(index, lost=False)
        with self._roll.changing:
            self._roll.ended.add(index)
            first = [other for other in self._taking if other in self._roll.first]
            over = all(other in self._roll.ended or self._roll.outcomes[other].unknown for other in first)
        if over and index in self._roll.first:
            standing_in = [other for other in list(self._taking) if other not in self._roll.first]
            self._all("stop", lambda other: self._members[other].stop(now=False), standing_in)

    # after the test

    def exit_all(self) -> None:
        """End all server processes."""
        self._all("exit", lambda index: self._members[index].exit(), [*self._roll.there(), *self._roll.spares])

    def close(self) -> None:
        """Let go of all members."""
        self._close_all()
        self._turns.shutdown(wait=True)
        self._errands.shutdown(wait=True)

    def _close_all(self) -> None:
        self._all("close", lambda index: self._members[index].close(), range(len(self._members)))

    def _each(self, action: Callable[[int], T], indexes: Sequence[int]) -> dict[int, Future[T]]:
        return {index: self._errands.submit(action, index) for index in indexes}

    def _all(self, what: str, action: Callable[[int], None], indexes: Sequence[int]) -> None:
        """Do something to all at once; a member to which it can't be done is noted in the log."""
        for index, future in self._each(action, indexes).items():
            try:
                future.result()
            except MemberError as error:
                log.info("%s: %s: %s", self._members[index].name, what, error)
