"""Take one member's batches from the first to the last, or until the member is lost."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence

from pyjm.client import relayed
from pyjm.client.member import Member, MemberError, Outcome
from pyjm.client.pace import WINDOW_S, Pace
from pyjm.engine.results.batch import BadBatch, Batch
from pyjm.engine.run.job import Job

TAKE_S = 1.0

TAKES_PER_S = 250
"""How many answers with samples a controller takes from all servers together: each costs it as much as their rows do.

Workers hand theirs over every 0.2 s; of more than fifty servers what several have handed over comes in one answer.
"""
PRESSING = 1 << 20
"""Bytes in one answer from which on the next is asked for at once."""

Collect = Callable[[int, Batch], None]
Record = Callable[[int, int, Outcome], None]


class Taking:
    """Takes the batches of the member at a place in the list; each is collected once, in its order.

    `after` is the number of the last batch that was taken before, `members` how many there are. `turn` lets the batches
    of one answer at a time be collected.
    """

    def __init__(
        self, index: int, member: Member, outcome: Outcome, job: Job, after: int = 0, members: int = 1
    ) -> None:
        self.index = index
        self.member = member
        self.outcome = outcome
        self.number = after
        self.rest_s = members / TAKES_PER_S if members > TAKES_PER_S * WINDOW_S else 0.0
        self.pace = Pace(window_s=max(WINDOW_S, self.rest_s), begun=after > 0)
        self._job = job

    def run(self, collect: Collect, record: Record, turn: threading.Lock, say: Callable[[str], None]) -> str:
        """Take all; gives why the member is lost, nothing where it has ended."""
        time.sleep(random.uniform(0, self.rest_s))  # servers that began at one instant are not asked at one
        while True:
            cuts = self.member.cuts
            try:
                answer = self.member.take(self.number, TAKE_S)
                batches = [Batch.from_bytes(data) for data in answer]
            except (MemberError, BadBatch) as error:
                return str(error)
            batches, missing = self._in_order(batches)
            if batches:
                with turn:
                    for batch in batches:
                        self._count(batch, again=self.member.cuts != cuts)
                        self.number = batch.number
                        relayed.write(self.member.name, batch.log, self.member.offset_ns())
                        collect(self.index, batch)
                    record(self.index, self.number, self.outcome)
            if any(batch.lost or batch.lost_samples for batch in batches):
                say(self.outcome.reason)
            if missing:
                return missing
            if batches and batches[-1].last:
                self.outcome.reason = self.member.progress().trouble or self.outcome.reason
                return ""
            if self.rest_s and sum(map(len, answer)) < PRESSING:
                time.sleep(self.rest_s * random.uniform(0.75, 1.25))

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
