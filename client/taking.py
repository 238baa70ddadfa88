"""Take one member's batches from the first to the last, or until the member is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pyjm.client import relayed
from pyjm.client.member import Member, MemberError, Outcome
from pyjm.client.pace import Pace
from pyjm.engine.results.batch import BadBatch, Batch
from pyjm.engine.run.job import Job

TAKE_S = 1.0

Collect = Callable[[int, Batch], None]
Record = Callable[[int, int, Outcome], None]


class Taking:
    """Takes the batches of the member at a place in the list; each is collected once, in its order.

    `after` is the number of the last batch that was taken before. `turn` lets one batch at a time be collected.
    """

    def __init__(self, index: int, member: Member, outcome: Outcome, job: Job, after: int = 0) -> None:
        self.index = index
        self.member = member
        self.outcome = outcome
        self.number = after
        self.pace = Pace()
        self._job = job

    def run(self, collect: Collect, record: Record, turn: threading.Lock, say: Callable[[str], None]) -> str:
        """Take all; gives why the member is lost, nothing where it has ended."""
        while True:
            cuts = self.member.cuts
            try:
                batches = [Batch.from_bytes(data) for data in self.member.take(self.number, TAKE_S)]
            except (MemberError, BadBatch) as error:
                return str(error)
            for batch in batches:
                if batch.number <= self.number:
                    continue
                if batch.number != self.number + 1:
                    return f"{self.member.name}: batches {self.number + 1} to {batch.number - 1} never came"
                with turn:
                    self._count(batch, again=self.member.cuts != cuts)
                    self.number = batch.number
                    relayed.write(self.member.name, batch.log, self.member.offset_ns())
                    collect(self.index, batch)
                    record(self.index, batch.number, self.outcome)
                if batch.lost or batch.lost_samples:
                    say(self.outcome.reason)
                if batch.last:
                    self.outcome.reason = self.member.progress().trouble or self.outcome.reason
                    return ""

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
