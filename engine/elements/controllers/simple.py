"""Simple Controller and Recording Controller: their children, one pass at a time. Mirrors GenericController."""

from __future__ import annotations

from pyjm.engine.compile.element import PlanController
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.flow import Cursor
from pyjm.engine.vu.user import User


@element("GenericController", "RecordingController")
class SimpleController(PlanController):
    """Gives out its children in order."""

    def cursor(self, user: User) -> Cursor:
        return Cursor(user, self.cursors(user), self.listeners)
