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
from pyjm.client.loss import REPLACE, STOP, Gap, Losses, OnLoss
from pyjm.client.member import UNKNOWN, Member, MemberError, Outcome
from pyjm.client.pace import Pace
from pyjm.client.skew import began_ns, skew_ms
from pyjm.client.summary import now_ms
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
SETTLE_S = 5.0
"""As many servers have their clocks measured at a time, and for how long that may go on for all together."""

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
        self._handing = handing
        self._members = list(members)
        self._collect = collect
        self._say = say
        self._policy = policy
        self._on_loss = on_loss or OnLoss()
        self._record = record
        self._load = load or Load()
        self._first = range(len(self._members) - len(self._on_loss.standbys))
        self._spares: list[int] = []
        self._outcomes = [Outcome(member.name) for member in members]
        self._losses = Losses(len(self._first))
        self._gaps: dict[int, Gap] = {}
        self._taking: dict[int, Future[None]] = {}
        self._paces: dict[int, Pace] = {}
        self._changing = threading.Lock()
        self._changed = threading.Event()
        self._stopping = False
        self._ended: set[int] = set()
        self._out: set[int] = set()
        self._jobs: list[Job] = []
        self._turns = ThreadPoolExecutor(1, thread_name_prefix="collecting")
        errands = max(1, min(2 * len(self._members), ERRANDS))
        self._errands = ThreadPoolExecutor(errands, thread_name_prefix="errand")

    # before the test

    def configure(self, jobs: Sequence[Job]) -> list[Fault]:
        """Configure all members at once; gives all faults of all of them, with the member's name if not all have it.

        Raises MemberError with a line for each member that can't be used, unless the policy says to go on without.
        """
        self._jobs = list(jobs)
        configuring = Configuring(self._members, self._outcomes, self._say, self._each, self._policy)
        configuring.warn()
        laying = Laying(self._members, self._load, self._say, self._each)
        there = laying.gather(self._first)
        self._leave_out([index for index in self._first if index not in there])
        failed: list[int] = there
        while failed:
            self._jobs = laying.lay(self._jobs, there)
            failed = configuring.all(there, self._jobs)
            if failed:
                self._go_on_without(failed, self._policy or Policy(), configuring.faults())
                there = [index for index in there if index not in failed]
                if not self._load.divides:  # else the others have larger parts now
                    break
        standbys = range(len(self._first), len(self._members))
        self._spares = configuring.spares(standbys, self._jobs)
        self._leave_out(standbys)
        return configuring.faults()

    def _leave_out(self, indexes: Sequence[int]) -> None:
        self._out.update(indexes)
        for index in indexes:
            self._outcomes[index].idle = True

    def _go_on_without(self, failed: Sequence[int], policy: Policy, faults: Sequence[Fault]) -> None:
        if self._policy is None:
            raise MemberError("\n".join(self._outcomes[index].reason for index in failed))
        text = f"Following remote engines could not be configured:{names(self._members, failed)}"
        if not policy.continue_on_fail or not set(self._first) - self._out - set(failed):
            for fault in faults:  # of the others: all is said at once
                self._say(str(fault))
            self._say("Stopping remote engines")
            self._close_all()
            self._say("Remote engines have been stopped")
            raise MemberError(text)
        self._say(text)
        self._say("Continuing without failed engines...")
        self._leave_out(failed)

    def divisions(self) -> list[Division | None]:
        """Give the part of the load that each member has."""
        return [job.division for job in self._jobs]

    # the test

    def taking_part(self) -> list[int]:
        """Give the places of the members that were configured and are not lost."""
        return [index for index in self._there() if not self._outcomes[index].reason]

    def start(self) -> float:
        """Start all members at one instant; gives by how many milliseconds they missed one another.

        Raises MemberError where none could be started; one of several that couldn't is lost.
        """
        self._settle()
        # this machine needs no time to hear of it
        ahead_s = 0.0 if self._policy is None else AHEAD_S + AHEAD_EACH_S * len(self._members)
        if self._handing is not None:
            self._deal(self._handing, self._there())
        at_ns = perf_counter_ns() + int(ahead_s * 1e9)
        started = []
        for index, future in self._each(lambda index: self._members[index].start_at(at_ns), self._there()).items():
            try:
                future.result()
                started.append(index)
            except MemberError as error:
                self._lose(index, str(error), Pace())
        if not started and not self._taking:
            raise MemberError("\n".join(outcome.reason for outcome in self._outcomes if outcome.reason))
        self._take(started)
        if len(started) < 2:
            return 0.0
        return skew_ms(self._each(lambda index: began_ns(self._members[index], at_ns), started).values())

    def _settle(self) -> None:
        """Have the clocks of many servers measured in peace: while all were configured, answers took their time."""
        until = time.monotonic() + SETTLE_S
        there = self._there()
        if len(there) > FEW:
            gate = threading.Semaphore(FEW)

            def settle(index: int) -> None:
                with gate:
                    if time.monotonic() < until and not self._stopping:
                        self._members[index].settle()

            self._all("settle", settle, there)

    def _deal(self, handing: Handing, indexes: Sequence[int]) -> None:
        """Tell members which share of the rows of data files is theirs; who can't be told can't start either."""
        handing.deal(indexes)
        self._all("share", lambda index: handing.tell(index, self._members[index]), indexes)

    def resume(self, jobs: Sequence[Job], after: Sequence[int], outcomes: Sequence[Outcome]) -> None:
        """Take what comes after these batches from members that run already; the lost and the idle ones are out."""
        self._jobs = list(jobs)
        self._outcomes = list(outcomes)
        self._ended = {index for index, each in enumerate(outcomes) if each.ended}
        self._out.update(index for index, each in enumerate(outcomes) if each.idle or each.lost_at_ms)
        self._spares = [index for index, each in enumerate(outcomes) if each.idle and not each.reason]
        places = {each.name: index for index, each in enumerate(outcomes)}
        for index, each in enumerate(outcomes):
            if each.stands_for in places:
                part = self._jobs[places[each.stands_for]].division
                self._jobs[index] = replace(self._jobs[index], division=part)
        for index, each in enumerate(outcomes):
            if each.lost_at_ms and self._handing is not None:
                self._handing.leave(index, lost=True)
            if each.lost_at_ms and not each.missing:
                self._gaps[index] = self._losses.begin(each.name, now_ms() - each.lost_at_ms, self._part(index))
        self._take([index for index in self._there() if index not in self._ended], after)

    def _take(self, indexes: Sequence[int], after: Sequence[int] = ()) -> None:
        """Begin to take the batches of some members."""
        for index in indexes:
            number = after[index] if after else 0
            taking = Taking(
                index, self._members[index], self._outcomes[index], self._jobs[index], number, len(self._members)
            )
            self._paces[index] = taking.pace
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
                self._lose(taking.index, reason, taking.pace)
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
        self._losses.end_all()
        for index, gap in self._gaps.items():
            self._outcomes[index].missing = self._losses.text(gap)
        return list(self._outcomes)

    def stop(self, *, now: bool) -> None:
        """End the test of all members, gracefully or now; those that are gone are passed over."""
        self._stopping = True
        self._all("stop", lambda index: self._members[index].stop(now=now), self._there())

    def seen(self) -> list[tuple[Member, Outcome]]:
        """Give the members with what came of them so far."""
        return list(zip(self._members, self._outcomes))

    def missing(self, since_ms: int, until_ms: int) -> str:
        """Say which part of the load was missing in an interval, empty where all was there."""
        return self._losses.between(since_ms, until_ms)

    # one is lost

    def _lose(self, index: int, reason: str, pace: Pace) -> None:
        """Note that a member is gone, and do what the properties say."""
        member, outcome = self._members[index], self._outcomes[index]
        if self._handing is not None:
            self._handing.leave(index, lost=True)
        progress = member.progress()
        silent_ms = int(pace.silent_s(progress) * 1000)
        outcome.reason = reason
        outcome.unknown = True
        in_flight = pace.unheard(progress, outcome.received + outcome.lost, self._per_s())
        outcome.in_flight = UNKNOWN if in_flight == UNKNOWN else outcome.in_flight + in_flight
        outcome.lost_at_ms = now_ms() - silent_ms
        log.error("%s", reason)
        self._say(reason)
        if progress.ended or self._stopping:
            return
        gap = self._gaps[index] = self._losses.begin(member.name, silent_ms, self._part(index))
        if self._on_loss.action == STOP:
            text = "pyjm.on_loss=stop: the test is stopped"
            log.warning("%s", text)
            self._say(text)
            threading.Thread(target=self.stop, kwargs={"now": False}, name="on loss", daemon=True).start()
        elif self._on_loss.action == REPLACE:
            self._replace(index, gap)

    def _per_s(self) -> float:
        """Tell the most that any member has made in a second: all run the same."""
        paces = list(self._paces.items())
        return max((pace.per_s(self._members[index].progress()) for index, pace in paces), default=0.0)

    def _replace(self, index: int, gap: Gap) -> None:
        """Start one that stands by in the place of one that is lost."""
        lost = self._members[index].name
        division = self._jobs[index].division
        if any(division is None or self._outcomes[other].received for other in self._ended):
            self._say(f"Others have ended their test already: nobody takes the place of {lost}")
            return
        while True:
            with self._changing:
                spare = self._spares.pop(0) if self._spares else None
            if spare is None:
                self._say(f"No server stands by that could take the place of {lost}: the test goes on without it")
                return
            member = self._members[spare]
            try:
                if division is not None:
                    self._hand_over(division, spare)
                if self._handing is not None:
                    self._handing.replace(spare, member, index)
                member.start_at(perf_counter_ns())
            except MemberError as error:
                self._say(f"{member.name} can't take the place of {lost}: {error}")
                continue
            self._losses.end(gap, f"until {member.name} took its place")
            self._outcomes[spare].stands_for = lost
            self._outcomes[spare].idle = False
            self._outcomes[index].missing = self._losses.text(gap)
            text = f"{member.name} takes the place of {lost}: it begins the plan, and ends with the others"
            log.warning("%s", text)
            self._say(text)
            self._out.discard(spare)
            self._take([spare])
            return

    def _hand_over(self, division: Division, spare: int) -> None:
        """Have one that stands by compile the plan for the part of one that is lost; raises MemberError."""
        job = self._jobs[spare] = replace(self._jobs[spare], division=division)
        fatal = [fault for fault in self._members[spare].reconfigure(job) if fault.fatal]
        if fatal:
            raise MemberError(str(fatal[0]))

    def _part(self, index: int) -> float:
        """Tell how much of the load a member has; 1 is what each of the first has where they are equal."""
        division = self._jobs[index].division
        if division is None:
            return 1.0
        return division.weights[division.index] * len(self._first) / sum(division.weights)

    def _end(self, index: int) -> None:
        """Note that a member has ended; when all that began the test are at their end, it is over for all."""
        if self._handing is not None:
            self._handing.leave(index, lost=False)
        with self._changing:
            self._ended.add(index)
            first = [other for other in self._taking if other in self._first]
            over = all(other in self._ended or self._outcomes[other].unknown for other in first)
        if over and index in self._first:
            standing_in = [other for other in list(self._taking) if other not in self._first]
            self._all("stop", lambda other: self._members[other].stop(now=False), standing_in)

    # after the test

    def exit_all(self) -> None:
        """End all server processes."""
        self._all("exit", lambda index: self._members[index].exit(), [*self._there(), *self._spares])

    def close(self) -> None:
        """Let go of all members."""
        self._close_all()
        self._turns.shutdown(wait=True)
        self._errands.shutdown(wait=True)

    def _close_all(self) -> None:
        self._all("close", lambda index: self._members[index].close(), range(len(self._members)))

    def _there(self) -> list[int]:
        return [index for index in range(len(self._members)) if index not in self._out]

    def _each(self, action: Callable[[int], T], indexes: Sequence[int]) -> dict[int, Future[T]]:
        return {index: self._errands.submit(action, index) for index in indexes}

    def _all(self, what: str, action: Callable[[int], None], indexes: Sequence[int]) -> None:
        """Do something to all at once; a member to which it can't be done is noted in the log."""
        for index, future in self._each(action, indexes).items():
            try:
                future.result()
            except MemberError as error:
                log.info("%s: %s: %s", self._members[index].name, what, error)
