"""What an element raises to end more than its sample. Mirrors JMeterStopThreadException and its kin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .user import User


class Stop(Exception):
    """Ends something; carried out by `obey`."""


class StopThread(Stop):
    """Ends the user."""


class StopTest(Stop):
    """Ends the test, letting present samples end."""


class StopTestNow(Stop):
    """Ends the test at once."""


def obey(stop: Stop, user: User) -> None:
    """End what the exception asks for, the user in any case."""
    user.running = False
    if isinstance(stop, StopTest):
        user.test.stop()
    elif isinstance(stop, StopTestNow):
        user.test.stop_now()
