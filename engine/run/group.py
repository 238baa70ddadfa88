"""A thread group as it runs in one worker: starts its share of the users, and ends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from pyjm.engine.vu.clock import now_ns
from pyjm.engine.vu.stops import Stop, obey
from pyjm.engine.vu.user import OnError, Test, User

if TYPE_CHECKING:
    from pyjm.engine.compile.program import GroupProgram

    from .counts import Counts

log = logging.getLogger("pyjm.run")


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
    ) -> None:
        self.test = test
        self.program = program
        self.start = start
        self.index = index
        self.name: str = start.name
        self.threads: int = start.threads
        self.thread_prefix = f"{host_prefix}{start.name} {number}-"
        self.variables = variables
        self.active = counts
        self.counts = partial(counts.of, index)
        self.base_ns = base_ns
        self.on_error: OnError = program.group.on_error_action(start)
        self.same_user: bool = start.same_user
        self.users: dict[User, asyncio.Task[None]] = {}
        self.started = self.finished = 0
        self.halt = asyncio.Event()

    async def run(self, mine: Callable[[int], bool], done: Callable[[], None]) -> None:
        """Start this worker's users at their times, wait for them, say that it is done."""
        for number, at_s, ends_s in self.start.arrivals():
            if not mine(number):
                continue
            wait_s = (self.base_ns - now_ns()) / 1e9 + at_s
            if wait_s > 0:
                await self.wait(wait_s)
            if self.halt.is_set():
                break
            self.begin(number, None if ends_s is None else self.base_ns + int(ends_s * 1e9))
        while self.users:
            await asyncio.wait(self.users.values())
        done()

    async def wait(self, wait_s: float) -> None:
        """Wait for the next start, or for a stop."""
        try:
            await asyncio.wait_for(self.halt.wait(), wait_s)
        except TimeoutError:
            pass

    def begin(self, number: int, ends_ns: int | None) -> None:
        """Start one user."""
        user = User(self, number, f"{self.thread_prefix}{number + 1}", dict(self.variables))
        user.ends_ns = ends_ns
        user.iteration_listeners = self.program.iteration_listeners
        self.users[user] = asyncio.get_running_loop().create_task(self.live(user))

    async def live(self, user: User) -> None:
        """Run one user from its start to its end."""
        self.started += 1
        self.active.change(self.index, 1)
        try:
            await user.run(self.program.group)
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

    def stop(self, *, now: bool) -> None:
        """End all users after their present sample, or now."""
        self.halt.set()
        for user, task in self.users.items():
            user.end()
            if now:
                task.cancel()
