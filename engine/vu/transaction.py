"""Hot path: transactions, the samples that stand for all samples below a Transaction Controller.

Mirrors TransactionController and TransactionSampler, with their counting: a transaction says how many steps its
controller gave out, and one that an outer loop cuts short still gets its row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from .clock import wall_ms
from .flow import Again, Cursor, Next
from .result import SampleResult

if TYPE_CHECKING:
    from .flow import PassListener
    from .step import Scope, Step
    from .user import User

Label: TypeAlias = "Callable[[User], str]"
Flag: TypeAlias = "Callable[[User], bool]"

LAST_SAMPLE_OK = "JMeterThread.last_sample_ok"


def summary(calls: int, failing: int) -> str:
    """Write the response message by which JMeter's readers tell a transaction from a sample."""
    return f"Number of samples in transaction : {calls}, number of failing samples : {failing}"


def _started(label: str) -> SampleResult:
    result = SampleResult(label)
    result.success = True
    result.transaction = True
    result.begin()
    return result


class TransactionCursor(Cursor):
    """Where one user stands in a transaction of either kind. `timers`: whether what lies between its samples counts."""

    __slots__ = (
        "at_end",
        "calls",
        "failing",
        "hops",
        "label",
        "parent",
        "pause_ms",
        "previous_end_ms",
        "result",
        "scope",
        "timers",
        "transaction",
    )

    def __init__(
        self,
        user: User,
        children: Sequence[Step | Cursor],
        listeners: Sequence[PassListener],
        label: Label,
        timers: Flag,
        scope: Scope,
        parent: Flag,
    ) -> None:
        super().__init__(user, children, listeners)
        self.label = label
        self.timers = timers
        self.scope = scope
        self.parent = parent
        self.result: SampleResult | None = None
        self.calls = self.failing = self.hops = 0
        self.pause_ms = self.previous_end_ms = 0
        self.at_end = False
        self.transaction: ParentTransaction | None = None

    def add(self, sample: SampleResult) -> None:
        """Take a sample that ended while this transaction runs into account."""


class SampleTransactionCursor(TransactionCursor):
    """A transaction that adds a row of its own behind its samples' rows."""

    __slots__ = ()

    def next(self) -> Next:
        if self.first:
            self.begin()
        self.at_end = False
        step = Cursor.next(self)
        if isinstance(step, Again):
            return step
        if step is None and self.at_end:
            if self.result is not None:
                self.finish(self.result)
        else:
            # JMeter counts a step once more for each child that had nothing left on the way to it
            self.calls += 1 + self.hops
        self.hops = 0
        return step

    def child_passed(self, child: Cursor) -> None:
        super().child_passed(child)
        self.hops += 1

    def end_of_pass(self) -> Next:
        self.at_end = True
        return super().end_of_pass()

    def set_done(self) -> None:
        self.at_end = True
        super().set_done()

    def begin(self) -> None:
        """Start the transaction's clock."""
        self.calls = self.failing = self.pause_ms = self.hops = 0
        self.result = result = _started(self.label(self.user))
        self.previous_end_ms = result.start_ms

    def finish(self, result: SampleResult) -> None:
        """Write the row after the last child."""
        if not self.timers(self.user):
            self.pause_ms += wall_ms() - self.previous_end_ms
        self.close(result)
        if result.success:
            result.response_code = "200"
        self.emit(result)

    def close(self, result: SampleResult) -> None:
        """Stop the transaction's clock and write its counts."""
        result.idle_ms += self.pause_ms
        result.end()
        result.response_message = summary(self.calls, self.failing)

    def emit(self, result: SampleResult) -> None:
        """Hand the row to the listeners of the user's last step, as JMeter does."""
        self.result = None
        scope = self.user.last_scope
        if scope is not None:
            scope.notify(self.user, result)

    def cut_pass(self) -> None:
        if self.result is not None:
            result = self.result
            self.close(result)
            result.success = self.user.vars.get(LAST_SAMPLE_OK) == "true"
            self.emit(result)
        Cursor.cut_pass(self)

    def add(self, sample: SampleResult) -> None:
        """Take a sample that ended while this transaction runs into account."""
        result = self.result
        if result is None or (sample.transaction and not sample.combined):
            return
        result.thread_name = sample.thread_name
        result.body_bytes += sample.bytes
        result.sent_bytes += sample.sent_bytes
        if not self.timers(self.user):
            self.pause_ms += sample.end_ms - sample.elapsed_ms - self.previous_end_ms
            self.previous_end_ms = sample.end_ms
        if not sample.success:
            result.success = False
            self.failing += 1
        result.all_threads = sample.all_threads
        result.group_threads = sample.group_threads
        result.latency_ms += sample.latency_ms
        result.connect_ms += sample.connect_ms


class ParentTransaction:
    """A running transaction that is one sample with its samples as sub-results; given out in place of each step."""

    __slots__ = ("calls", "connect_ms", "done", "ended", "failing", "result", "scope", "sub", "total_ms")

    is_step = False

    def __init__(self, label: str, scope: Scope) -> None:
        self.result = _started(label)
        self.result.combined = True
        self.scope = scope
        self.sub: Step | ParentTransaction | None = None
        self.done = self.ended = False
        self.calls = self.failing = 0
        self.total_ms = self.connect_ms = 0

    def add(self, sample: SampleResult) -> None:
        """Append a sample as a sub-result."""
        self.calls += 1
        result = self.result
        if not self.failing:
            result.response_code = sample.response_code
        if not sample.success:
            result.success = False
            self.failing += 1
        result.add_sub(sample, rename=False)
        self.total_ms += sample.elapsed_ms
        self.connect_ms += sample.connect_ms

    def finish(self, *, timers: bool) -> None:
        """Stop the transaction's clock and write its counts."""
        self.done = True
        result = self.result
        result.response_message = summary(self.calls, self.failing)
        if result.success:
            result.response_code = "200"
        if not timers:
            end_ms = wall_ms()
            result.idle_ms = end_ms - result.start_ms - self.total_ms
            result.end_ms = end_ms
            result.elapsed_ms = end_ms - result.start_ms - result.idle_ms
        result.connect_ms = self.connect_ms


class ParentTransactionCursor(TransactionCursor):
    """A transaction that takes its samples in as sub-results."""

    __slots__ = ()

    def next(self) -> Next:
        transaction = self.transaction
        if transaction is not None and transaction.done:
            self.transaction = None
            return None
        if self.first:
            transaction = self.transaction = ParentTransaction(self.label(self.user), self.scope)
            transaction.result.thread_name = self.user.name  # its sub-results take it over
        step = Cursor.next(self)
        if isinstance(step, Again):
            return step
        if transaction is None:  # it has begun as the other kind; JMeter's thread dies of a null here
            raise RuntimeError(f"{self.label(self.user)!r} takes its samples in, which it did not do as it began")
        transaction.sub = step
        if step is None:
            transaction.finish(timers=self.timers(self.user))
        return transaction

    def cut_pass(self) -> None:
        transaction = self.transaction
        if transaction is None:
            raise RuntimeError(f"{self.label(self.user)!r} takes its samples in, and has not begun to")  # as above
        if isinstance(transaction.sub, ParentTransaction):
            transaction.add(transaction.sub.result)
        transaction.finish(timers=self.timers(self.user))
        self.transaction = None
        Cursor.cut_pass(self)


class EitherTransactionCursor(SampleTransactionCursor, ParentTransactionCursor):
    """A transaction whose kind is asked for again and again."""

    __slots__ = ()

    def next(self) -> Next:
        if self.parent(self.user):
            self.hops = 0
            return ParentTransactionCursor.next(self)
        return SampleTransactionCursor.next(self)

    def cut_pass(self) -> None:
        kind: type[TransactionCursor] = ParentTransactionCursor if self.parent(self.user) else SampleTransactionCursor
        kind.cut_pass(self)

    def add(self, sample: SampleResult) -> None:
        if not self.parent(self.user):
            super().add(sample)
