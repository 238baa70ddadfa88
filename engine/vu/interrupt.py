"""Hot path: what cuts a sample that takes too long. Mirrors Interruptible, and the interruption of a Java thread."""

from __future__ import annotations

from asyncio import CancelledError, current_task, get_running_loop, sleep
from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from .user import User

T = TypeVar("T")


class Interrupted(Exception):
    """What was awaited has been cut."""


class Limit:
    """The limit of one sample: cuts, once, what its user awaits by `wait` when the time is over, if it does then."""

    __slots__ = ("cut", "handle", "task", "waits")

    def __init__(self, seconds: float) -> None:
        self.task = current_task()
        self.waits = False
        self.cut = False
        self.handle = get_running_loop().call_later(seconds, self._over)

    def _over(self) -> None:
        if self.waits and self.task is not None:
            self.cut = True
            self.task.cancel()

    async def wait(self, user: User, awaited: Awaitable[T]) -> T:
        """Await something; raises Interrupted where the limit cuts it. What runs in another task is not cut."""
        if current_task() is not self.task:
            return await awaited
        self.waits, self.cut = True, False
        try:
            return await awaited
        except CancelledError:
            if not self.cut or not user.running:
                raise
            assert self.task is not None
            self.task.uncancel()
            raise Interrupted from None
        finally:
            self.waits = False

    def end(self) -> None:
        """Forget it: the sample is there."""
        self.handle.cancel()


async def doze(user: User, seconds: float, *, cuttable: bool = True) -> None:
    """Sleep as a Java thread does: raises Interrupted where it is cut, and for a user who has been, each time again."""
    if user.sleepless:
        raise Interrupted
    if user.limit is None or not cuttable:
        await sleep(seconds)
        return
    try:
        await user.limit.wait(user, sleep(seconds))
    except Interrupted:
        user.sleepless = True
        raise
