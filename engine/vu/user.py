"""Hot path: one virtual user, JMeter's thread, as a coroutine. Mirrors org.apache.jmeter.threads.JMeterThread."""

from __future__ import annotations

import logging
from asyncio import CancelledError, shield, sleep
from collections.abc import Callable
from enum import Enum
from math import inf
from typing import TYPE_CHECKING, Any, Protocol

from .clock import now_ns
from .flow import Again, Cursor, IteratingCursor
from .interrupt import Limit
from .result import CONTINUE, Action, SampleResult
from .transaction import LAST_SAMPLE_OK, ParentTransaction

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Sequence

    from .drive import Drive
    from .held import Held
    from .step import Controller, Scope, Step

log = logging.getLogger("pyjm.vu")

TURN = 32
"""Steps after which a user lets the others have their turn, even if none of its samplers waits."""


class OnError(Enum):
    """What a failed sample does to its user or to the test."""

    CONTINUE = "continue"
    NEXT_LOOP = "startnextloop"
    STOP_THREAD = "stopthread"
    STOP_TEST = "stoptest"
    STOP_TEST_NOW = "stoptestnow"


_GOES_ON = OnError.CONTINUE


class Test(Protocol):
    """What a user may ask of the test it runs in."""

    properties: dict[str, str]

    def stop(self) -> None:
        """Let all users end after their present sample."""

    def stop_now(self) -> None:
        """End all users at once, cutting their samples."""

    def stop_group(self, index: int, *, now: bool) -> None:
        """End the users of a thread group, over all workers."""


class Group(Protocol):
    """What a user knows of its thread group, as it runs in this worker.

    `threads`: how many users it is to have; `variables`: what they begin with.
    """

    index: int
    name: str
    threads: int
    on_error: OnError
    same_user: bool
    test: Test
    variables: dict[str, Any]

    @property
    def counts(self) -> Callable[[], tuple[int, int]]:
        """Tells the active threads of the group and of the whole test, over all workers."""

    def stop(self, *, now: bool) -> None:
        """End the users of this group."""


class User:
    """One virtual user.

    `vars` are its JMeter variables; `state` is what elements keep for it, keyed by the element; `held` is what it has
    read of its controllers (vu/held); `drive` steps it, None where a task does; `connections` are those that it used
    last; `number` counts from 0 within the group (JMeter's getThreadNum()); `waits` is
    what it waits for, `branches` run in its stead at the moment (vu/branch); `ends_ns` is the scheduler's end on
    `now_ns`'s clock, None without one. `limit` is what cuts the present sample, `sleepless` says that a sleep of this
    user has been cut, `sampling` that a sampler is at work for it; `begun` is the sample that it fills.
    """

    __slots__ = (
        # the test's life
        "group",
        "test",
        "counts",
        # the user's life
        "name",
        "number",
        "vars",
        "state",
        "cursors",
        "held",
        "drive",
        "connections",
        "iteration_listeners",
        "ends_ns",
        "iteration",
        # the sample's life
        "running",
        "on_error",
        "same_user",
        "waits",
        "branches",
        "step",
        "begun",
        "last_scope",
        "previous",
        "action",
        "limit",
        "sleepless",
        "sampling",
        "owed",
    )

    def __init__(self, group: Group, number: int, name: str, variables: dict[str, Any]) -> None:
        self.group = group
        self.test = group.test
        self.counts = group.counts
        self.name = name
        self.number = number
        self.vars = variables
        self.state: dict[Any, Any] = {}
        self.cursors: dict[Controller, Cursor] = {}
        self.held: dict[Held[Any], Any] = {}
        self.drive: Drive | None = None
        self.connections: Any = None
        self.iteration_listeners: Sequence[Callable[[User], None]] = ()
        self.ends_ns: int | None = None
        self.iteration = 0
        self.running = True
        self.on_error = group.on_error
        self.same_user = group.same_user
        self.waits: Future[None] | None = None
        self.branches: Sequence[User] = ()
        self.step: Step | None = None
        self.begun: SampleResult | None = None
        self.last_scope: Scope | None = None
        self.previous: SampleResult | None = None
        self.action = CONTINUE
        self.limit: Limit | None = None
        self.sleepless = False
        self.sampling = False
        self.owed: Future[None] | None = None

    def cursor(self, controller: Controller) -> Cursor:
        """Give this user's cursor of a controller, the same one each time."""
        cursor = self.cursors.get(controller)
        if cursor is None:
            cursor = self.cursors[controller] = controller.cursor(self)
        return cursor

    def begin_iteration(self) -> None:
        """Begin an iteration of the thread: the first listener of the group's main loop."""
        self.iteration += 1
        self.held.clear()
        for listener in self.iteration_listeners:
            listener(self)

    def let_go(self, held: Sequence[Held[Any]]) -> None:
        """Read these properties of controllers anew at their next use."""
        for each in held:
            self.held.pop(each, None)

    def left_s(self) -> float:
        """Tell how long the scheduler lets this user run on."""
        return inf if self.ends_ns is None else (self.ends_ns - now_ns()) / 1e9

    def look_at_the_clock(self) -> None:
        """End where the scheduler says so."""
        if self.ends_ns is not None and now_ns() >= self.ends_ns:
            self.running = False

    async def wait_for(self, came: Future[None]) -> None:
        """Wait for what may never come: a stop ends the wait as well."""
        if came.done() or not self.running:
            return
        self.waits = came
        try:
            await came
        finally:
            self.waits = None

    def end(self) -> None:
        """Let this user end after its present sample; one that waits for others goes on."""
        self.running = False
        self.wake()

    def wake(self) -> None:
        """Wait no longer, and end; branches that do not wait go on to their end."""
        if self.waits is not None and not self.waits.done():
            self.running = False
            self.waits.set_result(None)
        for branch in self.branches:
            branch.wake()

    async def settle(self) -> None:
        """Wait for what listeners have begun for this user (`owed`): it goes on when that is done, as in JMeter."""
        owed, self.owed = self.owed, None
        if owed is not None:
            await shield(owed)

    async def run(self, main: Controller) -> None:
        """Run the group's main controller to its end. Never raises but for cancellation of a user that runs."""
        self.vars[LAST_SAMPLE_OK] = "true"
        root = self.cursor(main)
        next_loop_on_error = self.on_error is OnError.NEXT_LOOP
        turn = 0
        while self.running:
            step = root.next()
            if step is None and not root.is_done():  # nothing to do, and not over: JMeter looks again for ever
                await sleep(0)
                self.running = self.running and self.left_s() > 0
            while self.running and step is not None:
                turn += 1
                if isinstance(step, Again) or turn >= TURN:
                    turn = 0
                    if isinstance(step, Again):
                        await step.pause()
                        step = root.next()
                        continue
                    await sleep(0)
                if self.owed is not None:
                    await self.settle()
                if isinstance(step, ParentTransaction):
                    await self.transact(step, None)
                else:
                    begun = step.start(self)
                    if begun is None:
                        await step.run(self, None)
                    else:
                        try:
                            await self.drive  # type: ignore[misc]
                            more = step.finish(self, begun)
                        except CancelledError as cut:
                            more = cut
                        if more is not None:
                            await step.run(self, None, begun, more)
                if self.owed is not None:
                    await self.settle()
                self.look_at_the_clock()
                failed = next_loop_on_error and self.vars[LAST_SAMPLE_OK] != "true"
                if failed or self.action is not CONTINUE:
                    self.redirect(step, Action.NEXT_ITERATION if failed else self.action)
                    self.action = CONTINUE
                    self.vars[LAST_SAMPLE_OK] = "true"
                    step = None
                else:
                    step = root.next()
            if root.is_done():
                break

    async def transact(self, transaction: ParentTransaction, parent: ParentTransaction | None) -> SampleResult | None:
        """Make the next sample of a parent transaction, or write its row where it is over."""
        result = None
        if transaction.done:
            result = self.end_transaction(transaction, parent)
        elif isinstance(transaction.sub, ParentTransaction):
            sub = await self.transact(transaction.sub, transaction)
            if sub is not None:
                transaction.add(sub)
        elif transaction.sub is not None:
            await transaction.sub.run(self, transaction)
        self.look_at_the_clock()
        if not self.running and result is None:
            result = self.end_transaction(transaction, parent)
        return result

    def end_transaction(self, transaction: ParentTransaction, parent: ParentTransaction | None) -> SampleResult:
        """Check and hand out a parent transaction's row."""
        result = transaction.result
        result.thread_name = self.name
        result.group_threads, result.all_threads = self.counts()
        scope = transaction.scope
        scope.check(self, result)
        if parent is None:
            # one that goes on after "next loop" has its row, and is handed out again at its end
            scope.notify(self, result, again=transaction.ended)
            transaction.ended = True
        if scope.held:
            self.let_go(scope.held)
        return result

    def redirect(self, given: Step | ParentTransaction, action: Action) -> None:
        """Go on elsewhere: end the passes of the controllers above the last step, up to the loop that is meant."""
        step: Step | ParentTransaction | None = given
        while isinstance(step, ParentTransaction):
            step = step.sub
        if step is None:  # a transaction's own row that asks to go on elsewhere ends JMeter's thread
            assert isinstance(given, ParentTransaction)
            raise RuntimeError(f"Got null subSampler calling findRealSampler for:{given.result.label}")
        path = self.path_of(step)
        for controller in path[:-1]:
            cursor = self.cursor(controller)
            if action is not Action.NEXT_ITERATION and isinstance(cursor, IteratingCursor):
                cursor.break_loop() if action is Action.BREAK_LOOP else cursor.next_loop()
                break
            cursor.cut_pass()
        else:
            main: Any = self.cursor(path[-1])
            main.break_loop() if action is Action.BREAK_LOOP else main.next_loop()
        if isinstance(given, ParentTransaction):
            self.end_transaction(given, None)

    def path_of(self, step: Step) -> Sequence[Controller]:
        """Tell the controllers above a step, innermost first, up to the main one."""
        return step.path

    def after_sample(self, result: SampleResult) -> None:
        """Do what the sample or the group's on-error action asks for."""
        on_error = _GOES_ON if result.success else self.on_error
        if result.action is not CONTINUE:
            self.action = result.action
        if on_error is _GOES_ON and not (result.stop_thread or result.stop_test or result.stop_test_now):
            return
        if result.stop_thread or on_error is OnError.STOP_THREAD:
            self.running = False
        if result.stop_test or on_error is OnError.STOP_TEST:
            self.running = False
            self.test.stop()
        if result.stop_test_now or on_error is OnError.STOP_TEST_NOW:
            self.running = False
            self.test.stop_now()
