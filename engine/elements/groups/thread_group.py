"""Thread Group, setUp and tearDown Thread Group. Mirrors org.apache.jmeter.threads.ThreadGroup."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any, NamedTuple, Protocol

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import flag, text, whole
from pyjm.engine.compile.program import ThreadGroupElement
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import Value, as_flag, as_whole
from pyjm.engine.plan.tree import Node
from pyjm.engine.shared.division import Deal
from pyjm.engine.vu.flow import LoopCursor
from pyjm.engine.vu.stops import StopThread
from pyjm.engine.vu.user import OnError, User

log = logging.getLogger("pyjm.run")


class GroupError(ValueError):
    """A thread group that can't start; the test goes on without it, as in JMeter."""


class Arrival(NamedTuple):
    """One user's start and end (None: open), in seconds after the group's start. `number` counts from 0."""

    number: int
    at_s: float
    ends_s: float | None


class Run(Protocol):
    """What a group knows of its start in this worker (run/group)."""

    start: Any
    share: Share

    async def until(self, at_s: float) -> bool:
        """Wait until so many seconds after the group's start; tells whether the test goes on."""


@dataclass(frozen=True, slots=True)
class Share:
    """Which of a group's users are a worker's: every n-th from `first` on."""

    first: int
    workers: int

    def has(self, number: int) -> bool:
        """Tell whether a user is this worker's."""
        return number % self.workers == self.first

    def of(self, users: int) -> int:
        """Tell how many of so many users are this worker's."""
        return max(0, (users - self.first + self.workers - 1) // self.workers)

    def here(self, users: int) -> int:
        """Tell how many of so many users, or arrivals, all workers of this server have together."""
        return users

    def numbered(self, place: int) -> int:
        """Give the number of the n-th user of this server, both from 0 on."""
        return place


@dataclass(frozen=True, slots=True)
class DividedShare(Share):
    """Which of a group's users are a worker's where servers divide the load; `begin` is its first in the deal."""

    deal: Deal
    begin: int

    def has(self, number: int) -> bool:
        place = self.begin + number
        return self.deal.has(place) and (self.here(number) - self.first) % self.workers == 0

    def of(self, users: int) -> int:
        return Share.of(self, self.here(users))

    def here(self, users: int) -> int:
        return self.deal.count(self.begin + max(0, users)) - self.deal.count(self.begin)

    def numbered(self, place: int) -> int:
        return self.deal.nth(self.deal.count(self.begin) + place) - self.begin


FOREVER = "LoopController.continue_forever"


@dataclass(frozen=True, slots=True)
class GroupStart:
    """What of a thread group is fixed when it starts, for all workers: texts and numbers as JMeter reads them then.

    `duration_s` is None without the scheduler. `ramp_s` spreads the starts of `threads` users behind `delay_s`.
    `delayed`: each user is made at its start only.
    """

    name: str
    threads: int
    ramp_s: int
    delay_s: int
    duration_s: int | None
    same_user: bool
    on_error: str
    delayed: bool = False

    def arrivals(self) -> Iterator[Arrival]:
        """Give each user's start in whole milliseconds, as JMeter does, and the scheduler's end."""
        ends_s = None if self.duration_s is None else self.delay_s + self.duration_s
        each_ms = java_round(self.ramp_s * 1000 / self.threads) if self.threads > 0 else 0
        at_ms = 0
        for number in range(self.threads):
            if self.delayed and number:  # what is left of the ramp-up, over the users that are left
                at_ms += max(0, java_round((self.ramp_s * 1000 - at_ms) / (self.threads - number)))
            elif number:
                at_ms = max(0, number * each_ms)
            at_s = self.delay_s + at_ms / 1000
            if self.delayed and ends_s is not None and at_s > ends_s:
                break
            yield Arrival(number, at_s, ends_s)


def no_loop(user: User, kind: str) -> StopThread:
    """Say what ends a user whose main controller is no Loop Controller where JMeter takes it for one."""
    log.error("Test failed! %s: %s cannot be cast to LoopController", user.name, kind)
    return StopThread()


def java_round(number: float) -> int:
    """Round as Java's Math.round does: halves go up."""
    return floor(number + 0.5)


class GroupUsers(ThreadGroupElement):
    """What all kinds of thread groups have in common: how their users come, and what an error does to them."""

    start_type: Any

    def counted(self) -> Sequence[tuple[str, Value[int]]]:
        """Give the numbers of users, as written and as values, whose sum the group can have at once."""
        raise NotImplementedError(type(self).__name__)

    def start(self, user: User) -> Any:
        """Read what is fixed at the start; raises GroupError for what JMeter refuses then."""
        raise NotImplementedError(type(self).__name__)

    async def arrivals(self, run: Run) -> AsyncIterator[Arrival]:
        """Give this worker's users, each at its time."""
        for arrival in run.start.arrivals():
            if run.share.has(arrival.number):
                if not await run.until(arrival.at_s):
                    return
                yield arrival

    def thread_name(self, start: Any) -> str:
        """Tell what the names of the group's threads begin with."""
        return str(start.name)

    def on_error_action(self, start: Any) -> OnError:
        """Read the on-error action; an unknown one is to continue."""
        return next((action for action in OnError if action.value == start.on_error), OnError.CONTINUE)


@element("ThreadGroup")
class ThreadGroup(GroupUsers):
    """Starts users over the ramp-up; each runs the loops of the main controller."""

    threads = whole("ThreadGroup.num_threads")
    ramp_s = whole("ThreadGroup.ramp_time")
    scheduler = flag("ThreadGroup.scheduler")
    duration_s = whole("ThreadGroup.duration", bits=64)
    delay_s = whole("ThreadGroup.delay", bits=64)
    on_error = text("ThreadGroup.on_sample_error", "continue")
    same_user = flag("ThreadGroup.same_user_on_next_iteration", True)
    delayed = flag("ThreadGroup.delayedStart")

    def prepare(self, node: Node, build: Build) -> None:
        main = node.child("ThreadGroup.main_controller")
        written = main.text("LoopController.loops", "0") if main else "0"
        self.loops: Value[int] = build.value(written, node.path).map(as_whole(0))
        forever = build.value(main.text(FOREVER, "true") if main else "false", node.path).map(as_flag)
        self.forever = Value.of(main.flag(FOREVER, True)) if main and forever.constant is not None else forever
        self.named = main is None or main.named
        for name, value in (("number of threads", self.threads), ("ramp-up", self.ramp_s)):
            if value is self.ramp_s and self.start_type is not GroupStart:
                continue  # in the plugins' groups a negative one only changes when their users begin
            if value.constant is not None and value.constant < 0:
                build.fault(node.path, f"the {name} is {value.constant}: the group runs nobody", fatal=False)

    start_type: Any = GroupStart

    def counted(self) -> Sequence[tuple[str, Value[int]]]:
        return [(self.node.text("ThreadGroup.num_threads"), self.threads)]

    def start(self, user: User) -> GroupStart:
        name = self.label.get(user)
        delay_s, duration_s = 0, None
        delayed = self.delayed.get(user)
        if self.scheduler.get(user):
            delay_s, duration_s = self.delay_s.get(user), self.duration_s.get(user)
            if delayed:  # JMeter's starter of such a group goes on with anything, and finds that the time is over
                delay_s = max(0, delay_s)
                duration_s = duration_s if duration_s > 0 else -1 - delay_s
            elif delay_s < 0:
                raise GroupError(f"Invalid delay {delay_s} set in Thread Group:{name}")
            elif duration_s <= 0:
                raise GroupError(f"Invalid duration {duration_s} set in Thread Group:{name}")
        return GroupStart(
            name,
            self.threads.get(user),
            self.ramp_s.get(user),
            delay_s,
            duration_s,
            self.same_user.get(user),
            self.on_error.get(user).lower(),
            delayed,
        )

    def cursor(self, user: User) -> LoopCursor:
        key = f"__jm__{user.group.name if self.named else ''}__idx"  # JMeter gives a name only to what has one
        listeners = (User.begin_iteration, *self.listeners)
        loops, forever = self.loops, self.forever
        return LoopCursor(user, self.cursors(user), listeners, loops.get, forever.get, key, loops.constant)


@element("SetupThreadGroup")
class SetupThreadGroup(ThreadGroup):
    """Runs before all thread groups."""

    phase = "setup"


@element("PostThreadGroup")
class PostThreadGroup(ThreadGroup):
    """Runs after all thread groups."""

    phase = "teardown"
