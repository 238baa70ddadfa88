"""Take one member's batches from the first to the last, or until the member is lost."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future

from pyjm.client import relayed
from pyjm.client.member import Answer, Member, MemberError, Outcome
from pyjm.client.pace import WINDOW_S, Pace, is_pressing, rest_s
from pyjm.engine.results.batch import BadBatch, Batch
from pyjm.engine.run.job import Job

TAKE_S = 1.0

Collect = Callable[[int, Batch], None]
Record = Callable[[int, int, Outcome], None]


class Taking:
    """Takes the batches of the member at a place in the list; each is collected once, in its order.

    `after` is the number of the last batch that was taken before, `members` how many there are. Each answer is
    collected in its turn, in the one thread of `turns`, and the next is asked for when that is done: what a controller
    can't write yet stays with the servers. `over` comes to why the member is lost, to nothing where it has ended; it
    raises what `collect` does.
    """

    def __init__(
        self, index: int, member: Member, outcome: Outcome, job: Job, after: int = 0, members: int = 1
    ) -> None:
        self.index = index
        self.member = member
        self.outcome = outcome
        self.number = after
        self.over: Future[str] = Future()
        self.rest_s = rest_s(members)
        self.pace = Pace(window_s=max(WINDOW_S, self.rest_s), begun=after > 0)
        self._job = job
        self._members = members
        self._cuts = member.cuts

    def begin(self, collect: Collect, record: Record, turns: Executor, say: Callable[[str], None]) -> None:
        """Begin to take all; does not wait."""
        self._collect, self._record, self._turns, self._say = collect, record, turns, say
        self._ask(random.uniform(0, self.rest_s))  # servers that began at one instant are not asked at one

    def _ask(self, rest_s: float) -> None:
        self._cuts = self.member.cuts
        self.member.ask(self.number, TAKE_S, rest_s).add_done_callback(self._come)

    def _come(self, answer: Future[Answer]) -> None:
        try:
            self._turns.submit(self._turn, answer)
        except RuntimeError:  # nothing is collected any more
            self.over.set_result(f"{self.member.name} was let go")

    def _turn(self, answer: Future[Answer]) -> None:
        try:
            rest_s, reason = self._take(answer)
            if rest_s is None:
                self.over.set_result(reason)
            else:
                self._ask(rest_s)
        except Exception as error:  # it ends the test, see Fleet.wait
            self.over.set_exception(error)

    def _take(self, answer: Future[Answer]) -> tuple[float | None, str]:
        """Collect an answer; gives when to ask for the next, None where there is none, and why if it is lost."""
        try:
            packed = answer.result()()
            batches, missing = self._in_order([Batch.from_bytes(data) for data in packed])
        except CancelledError:
            return None, f"{self.member.name} was let go"
        except (MemberError, BadBatch) as error:
            return None, str(error)
        for batch in batches:
            self._count(batch, again=self.member.cuts != self._cuts)
            self.number = batch.number
            if batch.log:
                relayed.write(self.member.name, batch.log, self.member.offset_ns())
            self._collect(self.index, batch)
        if batches:
            self._record(self.index, self.number, self.outcome)
        if any(batch.lost or batch.lost_samples for batch in batches):
            self._say(self.outcome.reason)
        if missing:
            return None, missing
        if batches and batches[-1].last:
            self.outcome.reason = self.member.progress().trouble or self.outcome.reason
            return None, ""
        if is_pressing(sum(map(len, packed)), self._members):
            return 0.0, ""
        return self.rest_s * random.uniform(0.75, 1.25), ""

    def _in_order(self, batches: Sequence[Batch]) -> tuple[list[Batch], str]:
        """Give those that are new, up to the first gap, and what there is to say of that."""
        fresh: list[Batch] = []
        for batch in batches:
            due = self.number + 1 + len(fresh)
            if batch.number > due:
                return fresh, f"{self.member.name}: batches {due} to {batch.number - 1} never came"
            if batch.number == due:
                fresh.append(batch)
        return fresh, ""

    def _count(self, batch: Batch, *, again: bool) -> None:
        outcome = self.outcome
        samples = self._job.samples(batch)
        outcome.received += samples
        self.pace.note(samples, batch.threads[0])
        outcome.ended = batch.last
        if again:
            outcome.replayed += samples
        if batch.lost or batch.lost_samples:
            outcome.unknown = True
            outcome.lost += batch.lost_samples
            outcome.in_flight += batch.lost_requests
            outcome.reason = f"{self.member.name}: a worker died, and with it {batch.lost} users"
