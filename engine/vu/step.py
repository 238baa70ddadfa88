"""Hot path: one sampler with everything in its scope, and what one sample executes.

The order is JMeter's: pre-processors, timers, sampler, post-processors, assertions, listeners. This file holds the one
catch-all of the engine: whatever an element raises becomes a line in the log, and the user goes on.
"""

from __future__ import annotations

import logging
from asyncio import CancelledError, sleep
from collections.abc import Awaitable, Callable, Sequence
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from .interrupt import Limit
from .result import AssertionResult, SampleResult
from .stops import Stop, obey
from .transaction import LAST_SAMPLE_OK, ParentTransaction

if TYPE_CHECKING:
    from .flow import Cursor
    from .held import Held
    from .user import User

log = logging.getLogger("pyjm.vu")

SUB_LEVELS = 3
"""How deep an assertion on sub-samples looks."""


class Controller(Protocol):
    """A plan controller, as a step needs to know it: something that gives each user a cursor."""

    def cursor(self, user: User) -> Cursor: ...


class Sampler(Protocol):
    """What makes a sample, None where there is none. One that `labels_late` evaluates its label itself."""

    label: Any
    labels_late: bool
    result_type: ClassVar[type[SampleResult]]
    interruptible: bool
    direct: Direct | None

    def verb(self) -> Callable[[User, SampleResult], Awaitable[SampleResult | None]]: ...

    def interrupted(self, user: User, result: SampleResult) -> SampleResult | None: ...


class Direct(Protocol):
    """A sampler's way of making a sample without a coroutine, for whose end the user pauses until it is woken.

    `start` says whether the user is to pause, with nothing done where it is not; `finish` fills the sample, or gives
    what more there is to do, which `rest` does. `rest` is also given the CancelledError that has cut the pause.
    """

    def start(self, user: User, result: SampleResult) -> bool: ...

    def finish(self, user: User, result: SampleResult) -> Any: ...

    async def rest(self, user: User, result: SampleResult, more: Any) -> SampleResult | None: ...


class Processor(Protocol):
    """A pre-processor has `before(user)`, a post-processor `after(user, result)`; either may be a coroutine."""

    name: str


class Assertion(Protocol):
    """Says None where the sample is as it should be, which `content` is the message of then.

    `scope`, as it is evaluated: parent, children, all or variable.
    """

    name: str
    label: Any
    scope: Any
    content: str | None

    def check(self, user: User, result: SampleResult) -> AssertionResult | None: ...


class Listener(Protocol):
    """Takes each sample in its scope, `once` even where it is handed out twice.

    One that `reads_assertions` is told of contented ones as well.
    """

    once: bool

    def add(self, user: User, result: SampleResult) -> None: ...


class Timer(Protocol):
    """`delay(user)` gives seconds; `modifiable` says whether timer.factor applies."""

    modifiable: bool

    def delay(self, user: User) -> float: ...


OF_THE_SAMPLE = frozenset({"parent", "all", "variable"})
"""Scopes with which the sample itself is judged."""


class Scope:
    """What follows a sample: assertions and listeners, then controllers let go what is `held`. A transaction's too."""

    __slots__ = ("add", "assertions", "held", "listeners")

    def __init__(
        self, assertions: Sequence[Assertion], listeners: Sequence[Listener], held: Sequence[Held[Any]] = ()
    ) -> None:
        told = any(getattr(listener, "reads_assertions", False) for listener in listeners)
        alone = len(assertions) == 1
        self.assertions = tuple(
            (each, each.scope.constant, told or (each.content is not None and not alone)) for each in assertions
        )
        self.listeners = tuple(listeners)
        self.add = tuple([listener.add for listener in listeners])
        self.held = tuple(held)

    def check(self, user: User, result: SampleResult) -> None:
        """Run the assertions and note whether the sample is good."""
        for assertion, fixed, is_kept in self.assertions:
            scope = assertion.scope.get(user) if fixed is None else fixed
            if scope in OF_THE_SAMPLE:
                _judge(assertion, user, result, is_kept)
            if scope in ("children", "all"):
                _judge_subs(assertion, user, result, SUB_LEVELS, is_kept)
        user.vars[LAST_SAMPLE_OK] = "true" if result.success else "false"

    def notify(self, user: User, result: SampleResult, without: Scope | None = None, *, again: bool = False) -> None:
        """Hand the sample to the listeners, less those of another scope; `again` less those that take one only once."""
        for listener in self.listeners:
            if (without is None or listener not in without.listeners) and not (again and listener.once):
                listener.add(user, result)


def _judge(assertion: Assertion, user: User, result: SampleResult, is_kept: bool) -> None:
    try:
        said = assertion.check(user, result)
    except Exception as error:
        log.error("Exception processing Assertion %s: %r", assertion.name, error)
        said = AssertionResult("Assertion failed! See log file.", str(error), failure=False, error=True)
    if said is not None:
        if said.failure or said.error:
            result.success = False
        if is_kept and said.name == assertion.name:
            said.name = assertion.label.get(user)
        result.add_assertion(said)
    elif is_kept:
        result.add_assertion(AssertionResult(assertion.label.get(user), assertion.content, failure=False))


def _judge_subs(assertion: Assertion, user: User, result: SampleResult, level: int, is_kept: bool) -> None:
    if level < 0 or not result.sub_results:
        return
    for sub in result.sub_results:
        _judge(assertion, user, sub, is_kept)
        _judge_subs(assertion, user, sub, level - 1, is_kept)
    if result.success and not all(sub.success for sub in result.sub_results):
        result.success = False
        result.add_assertion(AssertionResult(assertion.label.get(user), "One or more sub-samples failed"))


class Step:
    """One sampler with its scope, shared by all users. `path` is the plan controllers above it, innermost first."""

    __slots__ = (
        "after", "before", "delays", "direct", "label", "limits", "make", "new_result", "path", "same_label", "sampler",
        "scope",
    )  # fmt: skip

    is_step = True

    def __init__(
        self,
        sampler: Sampler,
        before: Sequence[Any],
        timers: Sequence[Any],
        after: Sequence[Any],
        scope: Scope,
        path: Sequence[Controller],
        timer_factor: float = 1.0,
    ) -> None:
        self.sampler = sampler
        self.make = sampler.verb()
        self.new_result = sampler.result_type
        self.label: Callable[[User], str] = sampler.label.get
        self.same_label: str | None = "" if sampler.labels_late else sampler.label.constant
        self.before = tuple((element.before, iscoroutinefunction(element.before)) for element in before)
        self.after = tuple((element.after, iscoroutinefunction(element.after)) for element in after)
        self.delays = tuple(
            (timer.delay, timer_factor if timer.modifiable else 1.0, iscoroutinefunction(timer.delay))
            for timer in timers
        )
        self.scope = scope
        self.path = tuple(path)
        self.limits: Sequence[Callable[[User], float]] = ()
        waits = self.before or self.delays or self.same_label is None or any(is_async for _, is_async in self.after)
        self.direct: Direct | None = None if waits or sampler.labels_late else sampler.direct

    def start(self, user: User) -> SampleResult | None:
        """Begin a sample for which its user only has to pause until it is woken; None where `run` is to make it."""
        direct = self.direct
        if direct is None or user.drive is None or self.limits:
            return None
        self.enter(user)
        result = self.open(user)
        try:
            if result is not None and direct.start(user, result):
                return result
        except Exception as error:
            log.debug("Not begun directly: %r", error)  # `run` meets it again, and deals with it
        user.sampling = False
        return None

    def finish(self, user: User, result: SampleResult) -> Any:
        """End what `start` began, now that the user was woken; gives what more `run` has to do, None for nothing."""
        direct = self.direct
        assert direct is not None
        try:
            more = direct.finish(user, result)
            if more is None:
                user.sampling = False
                self.close(user, result)
                for after, _ in self.after:
                    after(user, result)
                self.hand_out(user, result, None)
                if self.scope.held:
                    user.let_go(self.scope.held)
        except (Stop, Exception) as error:
            more = None
            user.sampling = False
            self.fell(user, error)
        return more

    async def run(
        self, user: User, transaction: ParentTransaction | None, begun: SampleResult | None = None, more: Any = None
    ) -> None:
        """Make one sample for a user, inside a parent transaction or not; or what is `more` of one that has begun."""
        scope = self.scope if begun is not None else self.enter(user)
        try:
            if self.before:
                for before, is_async in self.before:
                    said = before(user)
                    if is_async:
                        await said
                user.last_scope = scope
            if self.delays:
                await self.wait(user)
            result = begun if begun is not None else self.open(user)
            if result is not None:
                try:
                    if begun is not None and self.direct is not None:
                        made = await self.direct.rest(user, result, more)
                    else:
                        made = await (self.limited(user, result) if self.limits else self.make(user, result))
                except CancelledError:  # a sampler that a stop cuts says itself what that gives
                    if user.running:
                        raise
                    made = self.sampler.interrupted(user, result)
                finally:
                    user.sampling = False
                if made is not None:
                    self.close(user, made)
                    if self.after:
                        await self.process(user, made)
                    self.hand_out(user, made, transaction)
            if scope.held:
                user.let_go(scope.held)
        except (CancelledError, Stop, Exception) as error:
            self.fell(user, error)

    def fell(self, user: User, error: BaseException) -> None:
        """Go on after what an element has raised."""
        if isinstance(error, Stop):
            obey(error, user)
        elif not isinstance(error, CancelledError):
            # as in JMeter, a name that can't be worked out ends the user here, and one that is known stays
            name = (user.begun.label if user.begun is not None else "") or self.sampler.label.get(user)
            shown = error if log.isEnabledFor(10) else None
            log.error("Error while processing sampler: '%s': %r", name, error, exc_info=shown)
        elif user.running:  # else stopped now, while it waited: the loop of the user sees that it no longer runs
            raise error

    async def wait(self, user: User) -> None:
        """Wait for the sum of all timers; a user whose time would be over by then ends at once."""
        total_s = 0.0
        for delay, factor, is_async in self.delays:
            delay_s = (await delay(user)) if is_async else delay(user)
            total_s += delay_s if factor == 1.0 else round(delay_s * factor, 3)
        if total_s > 0:
            if user.left_s() < total_s:
                user.running = False
                return
            drive = user.drive
            if user.sleepless:
                return
            if drive is None:
                await sleep(total_s)
                return
            drive.wake_after(total_s)
            try:
                await drive
            finally:
                drive.alarm = 0

    def enter(self, user: User) -> Scope:
        """Be the present step of a user, and give its scope: the last one, once pre-processors are through."""
        user.step = self
        user.begun = None
        if not self.before:
            user.last_scope = self.scope
        return self.scope

    def open(self, user: User) -> SampleResult | None:
        """Begin a sample: give what its sampler fills, None for a user that does not go on."""
        if not user.running:
            return None
        label = self.same_label
        result = user.begun = self.new_result(self.label(user) if label is None else label, user.name)
        user.sampling = True
        return result

    def close(self, user: User, result: SampleResult) -> None:
        """End a sample: count the users there are, and know it as the last one."""
        if not result.ignored:
            result.group_threads, result.all_threads = user.counts()
            if result.sub_results:
                _fill(result.sub_results, result)
            user.previous = result

    async def limited(self, user: User, result: SampleResult) -> SampleResult | None:
        """Sample under the shortest of the limits that there are: in seconds, 0 for none."""
        seconds = min([seconds for limit in self.limits if (seconds := limit(user)) > 0], default=0.0)
        if not seconds:
            return await self.make(user, result)
        limit = user.limit = Limit(seconds)
        try:
            return await self.make(user, result)
        finally:
            limit.end()
            user.limit = None

    async def process(self, user: User, result: SampleResult) -> None:
        """Run the post-processors."""
        if not result.ignored:
            for after, is_async in self.after:
                said = after(user, result)
                if is_async:
                    await said

    def hand_out(self, user: User, result: SampleResult, transaction: ParentTransaction | None) -> None:
        """Judge the sample and hand it to the listeners, then do what it asks of its user."""
        scope = self.scope
        if result.ignored or not scope.assertions:
            user.vars[LAST_SAMPLE_OK] = "true" if result.success else "false"
        else:
            scope.check(user, result)
        if not result.ignored:
            if transaction is None:
                for add in scope.add:
                    add(user, result)
            else:
                scope.notify(user, result, transaction.scope)
                transaction.add(result)
        user.after_sample(result)


def _fill(subs: Sequence[SampleResult], result: SampleResult) -> None:
    for sub in subs:
        sub.group_threads, sub.all_threads = result.group_threads, result.all_threads
        sub.thread_name = result.thread_name
