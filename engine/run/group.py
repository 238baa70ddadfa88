"""A thread group as it runs in one worker: starts its share of the users, and ends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from pyjm.engine.http.stamped import STAMPS, sockets_of
from pyjm.engine.vu.clock import now_ns
from pyjm.engine.vu.drive import Drive, Ready
from pyjm.engine.vu.stops import Stop, obey
from pyjm.engine.vu.user import OnError, Test, User

if TYPE_CHECKING:
    from pyjm.engine.compile.program import GroupProgram

    from .counts import Counts

log = logging.getLogger("pyjm.run")

TURN = 64
"""Users that may begin at one moment before the others have their turn."""


class Crowd(Protocol):
    """What the users of a group that starts them as it needs them have in common in this worker."""

    def left(self, user: User) -> None:
        """Note that a user has ended."""

    def release(self) -> None:
        """Let one of those who wait go on."""

    def halted(self) -> None:
        """Wake who waits: the test has been stopped."""


class Outside(Protocol):
    """What a group's start in one worker may ask of the parent (run/worker)."""

    index: int
    """Which worker this is."""

    def begun(self, index: int) -> None:
        """Say that the first user of a group has begun."""

    def release(self, worker: int, index: int) -> None:
        """Have another worker release a user of a group that waits there."""


class GroupRun:
    """One start of a thread group. `number` counts groups from 1 within their phase, as in JMeter's thread names."""

    def __init__(
        self,
        test: Test,
        program: GroupProgram,
        start: Any,
        *,
        index: int,
        number: int,
        host_prefix: str,
        variables: dict[str, Any],
        counts: Counts,
        base_ns: int,
        share: Any,
        outside: Outside,
    ) -> None:
        self.test = test
        self.program = program
        self.start = start
        self.index = index
        self.name: str = start.name
        self.threads: int = start.threads
        self.thread_prefix = f"{host_prefix}{program.group.thread_name(start)} {number}-"
        self.share = share
        self.outside = outside
        self.crowd: Crowd | None = None
        self.variables = variables
        self.active = counts
        self.counts = partial(counts.of, index)
        self.base_ns = base_ns
        self.on_error: OnError = program.group.on_error_action(start)
        self.same_user: bool = start.same_user
        self.users: dict[User, asyncio.Task[None]] = {}
        self.started = self.finished = 0
        self.halt = False
        self.waiting: asyncio.Future[None] | None = None
        self.ready: Ready | None = None

    async def run(self, done: Callable[[], None]) -> None:
        """Start this worker's users as they come, wait for them, say that it is done."""
        turn = 0
        async for number, _, ends_s in self.program.group.arrivals(self):
            if self.halt:
                break
            self.begin(number, None if ends_s is None else self.base_ns + int(ends_s * 1e9))
            turn += 1
            if turn % TURN == 0:  # many who come at once don't hold up those who are there
                await asyncio.sleep(0)
        while self.users:
            await asyncio.wait(self.users.values())
            # a task that is cancelled before its first step never gets into `live`, so it doesn't leave by itself
            self.users = {user: task for user, task in self.users.items() if not task.done()}
        done()

    @property
    def now_s(self) -> float:
        """The seconds since the group's start."""
        return (now_ns() - self.base_ns) / 1e9

    async def until(self, at_s: float) -> bool:
        """Wait until so many seconds after the group's start, or for a stop; tells whether the test goes on."""
        wait_s = at_s - self.now_s
        if wait_s > 0 and not self.halt:
            await self.wait(wait_s)
        return not self.halt

    async def wait(self, wait_s: float) -> None:
        """Wait so long, or until `wake` or a stop."""
        loop = asyncio.get_running_loop()
        self.waiting = loop.create_future()
        handle = loop.call_later(wait_s, self.wake)
        await self.waiting
        handle.cancel()

    def wake(self) -> None:
        """Let the starter of users look again what there is to do."""
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)

    def begin(self, number: int, ends_ns: int | None) -> None:
        """Start one user."""
        user = User(self, number, f"{self.thread_prefix}{number + 1}", dict(self.variables))
        user.ends_ns = ends_ns
        user.iteration_listeners = self.program.iteration_listeners
        life = self.live(user)
        if self.program.waits_inside:
            from pyjm.engine.vu.inside import waitable

            life = waitable(life)
        self.users[user] = asyncio.get_running_loop().create_task(life)

    async def live(self, user: User) -> None:
        """Run one user from its start to its end."""
        self.started += 1
        self.active.change(self.index, 1)
        try:
            if self.program.waits_inside:  # on a stack of its own, which only its task knows
                await user.run(self.program.group)
            else:
                if self.ready is None:
                    self.ready = Ready(sockets_of(asyncio.get_running_loop()).soon if STAMPS else None)
                user.drive = Drive(self.ready)
                await user.drive.run(user.run(self.program.group))
        except Stop as stop:
            obey(stop, user)
        except asyncio.CancelledError:
            if user.running:
                raise
        except Exception as error:
            log.error("Test failed! %s: %r", user.name, error, exc_info=log.isEnabledFor(10))
        finally:
            for finished in self.program.thread_finished:
                finished(user)
            self.active.change(self.index, -1)
            self.finished += 1
            del self.users[user]
            if self.crowd is not None:
                self.crowd.left(user)

    def stop(self, *, now: bool) -> None:
        """End all users after their present sample, or now."""
        self.halt = True
        self.wake()
        for user, task in self.users.items():
            user.end()
            if now or self.crowd is not None:
                task.cancel()
        if self.crowd is not None:
            self.crowd.halted()

    def interrupt(self) -> None:
        """End all users: who waits at once, who has a request on the wire when it is answered."""
        self.halt = True
        self.wake()
        for user, task in self.users.items():
            user.end()
            if not finishes(user):
                task.cancel()


def finishes(user: User) -> bool:
    """Tell whether a user is in a sample that nothing but a stop of the test can cut."""
    step = user.step
    return user.sampling and step is not None and not step.sampler.interruptible
