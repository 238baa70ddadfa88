"""Result Status Action Handler. Mirrors ResultAction: what follows a failed sample, as a listener decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.element import Listener, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.result import Action

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

STOP_THREAD, STOP_TEST, STOP_TEST_NOW = 1, 2, 3
ACTIONS = {4: Action.NEXT_ITERATION, 5: Action.NEXT_LOOP, 6: Action.BREAK_LOOP}


@element("ResultAction")
class ResultAction(Listener):
    """Stops something, or goes on elsewhere, behind a failed sample."""

    action = whole("OnError.action")

    def add(self, user: User, result: SampleResult) -> None:
        if result.success:
            return
        action = self.action.get(user)
        if action == STOP_THREAD:
            result.stop_thread = True
        elif action == STOP_TEST:
            result.stop_test = True
        elif action == STOP_TEST_NOW:
            result.stop_test_now = True
        elif action in ACTIONS:
            result.action = ACTIONS[action]
