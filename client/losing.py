"""What is done when a member is lost in mid-test: it is said, its load is missing, another takes its place."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import perf_counter_ns
from typing import TYPE_CHECKING

from pyjm.client.loss import REPLACE, STOP, Gap, Losses, OnLoss
from pyjm.client.member import UNKNOWN, Member, MemberError, Outcome
from pyjm.client.pace import Pace
from pyjm.client.summary import now_ms
from pyjm.engine.run.job import Job
from pyjm.engine.shared.division import Division

if TYPE_CHECKING:
    from pyjm.client.handing import Handing

log = logging.getLogger("pyjm.client.fleet")


class Roll:
    """Who is in a run, by their places in the list. The `first` begin the test, the others stand by.

    `out` have no part in it (any more), `ended` are those whose last batch has come; `spares` can still take a place.
    """

    def __init__(self, members: Sequence[Member], standbys: int) -> None:
        self.members = list(members)
        self.first = range(len(self.members) - standbys)
        self.outcomes = [Outcome(member.name) for member in members]
        self.jobs: list[Job] = []
        self.spares: list[int] = []
        self.ended: set[int] = set()
        self.out: set[int] = set()
        self.paces: dict[int, Pace] = {}
        self.changing = threading.Lock()

    def there(self) -> list[int]:
        """Give those that are in the run."""
        return [index for index in range(len(self.members)) if index not in self.out]

    def leave_out(self, indexes: Sequence[int]) -> None:
        """Note that some have no part in the test."""
        self.out.update(indexes)
        for index in indexes:
            self.outcomes[index].idle = True

    def part(self, index: int) -> float:
        """Tell how much of the load a member has; 1 is what each of the first has where they are equal."""
        division = self.jobs[index].division
        if division is None:
            return 1.0
        return division.weights[division.index] * len(self.first) / sum(division.weights)

    def per_s(self) -> float:
        """Tell the most that any member has made in a second: all run the same."""
        paces = list(self.paces.items())
        return max((pace.per_s(self.members[index].progress()) for index, pace in paces), default=0.0)


class Losing:
    """Notes who is lost, and does what pyjm.on_loss says. `stop` ends the test of all, `take` begins to take from one.

    `handing` is told of who is lost and who stands in, where rows of data files are divided.
    """

    def __init__(
        self,
        roll: Roll,
        on_loss: OnLoss,
        say: Callable[[str], None],
        handing: Handing | None,
        stop: Callable[[], None],
        take: Callable[[int], None],
    ) -> None:
        self.stopping = threading.Event()
        self._roll = roll
        self._on_loss = on_loss
        self._say = say
        self._handing = handing
        self._stop = stop
        self._take = take
        self._losses = Losses(len(roll.first))
        self._gaps: dict[int, Gap] = {}

    def missing(self, since_ms: int, until_ms: int) -> str:
        """Say which part of the load was missing in an interval, empty where all was there."""
        return self._losses.between(since_ms, until_ms)

    def know(self, index: int) -> None:
        """Know of one that was lost before this process took the run up."""
        outcome = self._roll.outcomes[index]
        if self._handing is not None:
            self._handing.leave(index, lost=True)
        if not outcome.missing:
            ago_ms = now_ms() - outcome.lost_at_ms
            self._gaps[index] = self._losses.begin(outcome.name, ago_ms, self._roll.part(index))

    def end(self) -> None:
        """Note that the test has ended: how much was missing is known."""
        self._losses.end_all()
        for index, gap in self._gaps.items():
            self._roll.outcomes[index].missing = self._losses.text(gap)

    def lose(self, index: int, reason: str, pace: Pace) -> None:
        """Note that a member is gone, and do what the properties say."""
        roll = self._roll
        member, outcome = roll.members[index], roll.outcomes[index]
        if self._handing is not None:
            self._handing.leave(index, lost=True)
        progress = member.progress()
        silent_ms = int(pace.silent_s(progress) * 1000)
        outcome.reason = reason
        outcome.unknown = True
        in_flight = pace.unheard(progress, outcome.received + outcome.lost, roll.per_s())
        outcome.in_flight = UNKNOWN if in_flight == UNKNOWN else outcome.in_flight + in_flight
        outcome.lost_at_ms = now_ms() - silent_ms
        log.error("%s", reason)
        self._say(reason)
        if progress.ended or self.stopping.is_set():
            return
        gap = self._gaps[index] = self._losses.begin(member.name, silent_ms, roll.part(index))
        if self._on_loss.action == STOP:
            text = "pyjm.on_loss=stop: the test is stopped"
            log.warning("%s", text)
            self._say(text)
            threading.Thread(target=self._stop, name="on loss", daemon=True).start()
        elif self._on_loss.action == REPLACE:
            self._replace(index, gap)

    def _replace(self, index: int, gap: Gap) -> None:
        """Start one that stands by in the place of one that is lost."""
        roll = self._roll
        lost = roll.members[index].name
        division = roll.jobs[index].division
        if any(division is None or roll.outcomes[other].received for other in roll.ended):
            self._say(f"Others have ended their test already: nobody takes the place of {lost}")
            return
        while True:
            with roll.changing:
                spare = roll.spares.pop(0) if roll.spares else None
            if spare is None:
                self._say(f"No server stands by that could take the place of {lost}: the test goes on without it")
                return
            member = roll.members[spare]
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
            roll.outcomes[spare].stands_for = lost
            roll.outcomes[spare].idle = False
            roll.outcomes[index].missing = self._losses.text(gap)
            text = f"{member.name} takes the place of {lost}: it begins the plan, and ends with the others"
            log.warning("%s", text)
            self._say(text)
            roll.out.discard(spare)
            self._take(spare)
            return

    def _hand_over(self, division: Division, spare: int) -> None:
        """Have one that stands by compile the plan for the part of one that is lost; raises MemberError."""
        job = self._roll.jobs[spare] = replace(self._roll.jobs[spare], division=division)
        fatal = [fault for fault in self._roll.members[spare].reconfigure(job) if fault.fatal]
        if fatal:
            raise MemberError(str(fatal[0]))
