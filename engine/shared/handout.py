"""The rows of one file that the controller hands to one worker, asked for ahead of need."""

from __future__ import annotations

from asyncio import CancelledError, Future, get_running_loop
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Protocol, TypeAlias

FIRST, MOST = 64, 20_000
"""How many rows are asked for at first, and at most."""
OFTEN_S, SELDOM_S = 0.5, 2.0
"""Who asks again within the first of these asks for twice as many, who asks after the second for half."""

LONGEST_S = 86400.0

END = -1
STOPPED = -2


Ask: TypeAlias = "Callable[[str, int, int, bool, int], None]"
"""Asks for rows: file, how many, how many it has, whether it begins again at its end, how many were used so far."""


class Waiter(Protocol):
    """Who waits for a row: a user, as this file knows it."""

    running: bool

    async def wait_for(self, came: Future[None]) -> None: ...

    def left_s(self) -> float: ...


class Handout:
    """Numbers that no other worker of the fleet has: row, counted from 0 over all rounds through the file."""

    __slots__ = (
        "_ask", "_asked", "_asked_s", "_blocks", "_left", "_over", "_used", "_waiting", "_want",
        "key", "recycle", "rows",
    )  # fmt: skip

    def __init__(self, key: str, rows: int, recycle: bool, ask: Ask) -> None:
        self.key = key
        self.rows = rows
        self.recycle = recycle
        self._ask = ask
        self._asked = False
        self._asked_s = 0.0
        self._blocks: deque[tuple[int, int]] = deque()
        self._left = 0
        self._over = rows == 0
        self._used = 0
        self._waiting: deque[Future[None]] = deque()
        self._want = FIRST

    def take(self) -> int | None:
        """Give the next number, `END` behind the last one, None where none is at hand."""
        if not self._blocks:
            return END if self._over else None
        first, end = self._blocks.popleft()
        if first + 1 < end:
            self._blocks.appendleft((first + 1, end))
        self._left -= 1
        self._used += 1
        if self._left <= self._want // 2:
            self.ask()
        return first

    async def taken(self, user: Waiter) -> int:
        """Give the next number and wait for it; `STOPPED` where the user was ended, or its time was up, meanwhile."""
        loop = get_running_loop()
        while user.running and (left_s := user.left_s()) > 0:
            number = self.take()
            if number is not None:
                return number
            self.ask()
            came: Future[None] = loop.create_future()
            self._waiting.append(came)
            late = loop.call_later(min(left_s, LONGEST_S), end, came)
            try:
                await user.wait_for(came)
            except CancelledError:
                self._wake(1)
                raise
            finally:
                late.cancel()
                end(came)
        self._wake(1)  # what it was woken for is for another
        return STOPPED

    def ask(self) -> None:
        """Ask for more, if that is not under way; as many as last for a second or so."""
        if self._asked or self._over:
            return
        now_s = monotonic()
        since_s = now_s - self._asked_s
        if self._asked_s and since_s < OFTEN_S:
            self._want = min(MOST, self._want * 2)
        elif since_s > SELDOM_S:
            self._want = max(FIRST, self._want // 2)
        self._asked, self._asked_s = True, now_s
        self._ask(self.key, max(self._want, min(MOST, len(self._waiting))), self.rows, self.recycle, self._used)

    def given(self, first: int, end: int) -> None:
        """Take numbers that were asked for; none are the end of the file."""
        self._asked = False
        if first < end:
            self._blocks.append((first, end))
            self._left += end - first
            self._wake(end - first)
        else:
            self._over = True
            self._wake(len(self._waiting))

    def _wake(self, count: int) -> None:
        while count and self._waiting:
            came = self._waiting.popleft()
            if not came.done():
                came.set_result(None)
                count -= 1


def end(came: Future[None]) -> None:
    """End a wait."""
    if not came.done():
        came.set_result(None)
