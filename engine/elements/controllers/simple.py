"""Controllers that give out their children, one pass at a time. Mirrors GenericController.

Module and Include Controllers are that once what they stand for is put in (plan/expand).
"""

from __future__ import annotations

from pyjm.engine.compile.element import PlanController
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.flow import Cursor
from pyjm.engine.vu.user import User


@element(
    "GenericController", "RecordingController", "TestFragmentController", "ModuleController", "IncludeController"
)
class SimpleController(PlanController):
    """Gives out its children in order."""

    def cursor(self, user: User) -> Cursor:
        return Cursor(user, self.cursors(user), self.listeners)
