"""Transaction Controller: one more sample for all below it, or one sample that takes them in."""

from __future__ import annotations

from pyjm.engine.compile.element import PlanController, flag
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.flow import Cursor
from pyjm.engine.vu.result import SampleResult
from pyjm.engine.vu.step import Scope
from pyjm.engine.vu.transaction import ParentTransactionCursor, SampleTransactionCursor
from pyjm.engine.vu.user import User


@element("TransactionController")
class TransactionController(PlanController):
    """Measures its children as one."""

    once = False
    parent = flag("TransactionController.parent")
    timers = flag("TransactionController.includeTimers", True)

    def cursor(self, user: User) -> Cursor:
        children, timers = self.cursors(user), self.timers.get(user)
        if self.parent.get(user):
            scope = self.scope or Scope((), ())
            return ParentTransactionCursor(user, children, self.listeners, self.label.get, timers, scope)
        return SampleTransactionCursor(user, children, self.listeners, self.label.get, timers)

    def add(self, user: User, result: SampleResult) -> None:
        """Take a sample below into account, as the listener that it is in JMeter."""
        cursor = user.cursors.get(self)
        if isinstance(cursor, SampleTransactionCursor):
            cursor.add(result)
