"""Queues of texts that all users of one process share, by name. Mirrors FifoMap of jmeter-plugins."""

from __future__ import annotations

from asyncio import Future, get_running_loop
from collections import defaultdict, deque
from typing import Protocol

LONGEST_S = 10 * 365 * 24 * 3600
"""Stands for ever."""


class Waiter(Protocol):
    """Who waits for a value: a user, as this file knows it."""

    running: bool

    async def wait_for(self, came: Future[None]) -> None: ...


class Queues:
    """All queues of a process. What has no queue yet is an empty one."""

    def __init__(self) -> None:
        self.items: defaultdict[str, deque[str]] = defaultdict(deque)
        self.waiting: defaultdict[str, deque[Future[None]]] = defaultdict(deque)

    def put(self, name: str, value: str) -> None:
        """Add a value at the end, and wake who waits for one."""
        self.items[name].append(value)
        waiting = self.waiting[name]
        while waiting:
            came = waiting.popleft()
            if not came.done():
                came.set_result(None)
                return

    def first(self, name: str) -> str | None:
        """Give the first value and leave it there."""
        items = self.items[name]
        return items[0] if items else None

    def take(self, name: str) -> str | None:
        """Give the first value and take it away."""
        items = self.items[name]
        return items.popleft() if items else None

    def size(self, name: str) -> int:
        """Tell how many values are there."""
        return len(self.items[name])

    async def taken(self, name: str, user: Waiter, wait_s: float) -> str | None:
        """Take the first value, and wait for one so long; None where none came, or the user was ended."""
        loop = get_running_loop()
        end_s = loop.time() + min(wait_s, LONGEST_S)
        while (value := self.take(name)) is None and user.running:
            left_s = end_s - loop.time()
            if left_s <= 0:
                break
            came = self.next(name)
            late = loop.call_later(left_s, end, came)
            try:
                await user.wait_for(came)
            finally:
                late.cancel()
                end(came)
        return value

    def next(self, name: str) -> Future[None]:
        """Give what is done when a value has come."""
        came: Future[None] = get_running_loop().create_future()
        self.waiting[name].append(came)
        return came


def end(came: Future[None]) -> None:
    """End a wait."""
    if not came.done():
        came.set_result(None)
