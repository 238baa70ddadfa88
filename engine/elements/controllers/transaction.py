"""Transaction Controller: one more sample for all below it, or one sample that takes them in."""

from __future__ import annotations

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PlanController, flag
from pyjm.engine.compile.registry import element
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.step import Scope
from pyjm.engine.vu.transaction import (
    EitherTransactionCursor,
    ParentTransactionCursor,
    SampleTransactionCursor,
    TransactionCursor,
)
from pyjm.engine.vu.user import User


@element("TransactionController")
class TransactionController(PlanController):
    """Measures its children as one."""

    once = False
    parent = flag("TransactionController.parent")
    timers = flag("TransactionController.includeTimers", True)

    def prepare(self, node: Node, build: Build) -> None:
        kinds = {True: ParentTransactionCursor, False: SampleTransactionCursor}
        constant = self.parent.constant
        self.cursors_are: type[TransactionCursor] = EitherTransactionCursor if constant is None else kinds[constant]

    def cursor(self, user: User) -> TransactionCursor:
        kind = self.kind(self.cursors_are)
        scope = self.scope or Scope((), ())
        label = self.label.get
        return kind(user, self.cursors(user), self.listeners, label, self.timers.get, scope, self.parent.get)

    def add(self, user: User, result: SampleResult) -> None:
        """Take a sample below into account, as the listener that it is in JMeter."""
        cursor = user.cursors.get(self)
        if isinstance(cursor, TransactionCursor):
            cursor.add(result)
