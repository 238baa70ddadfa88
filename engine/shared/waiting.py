"""A worker's end of the broker: what its users wait for, as futures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any, TypeAlias

from .broker import Broker

Ask: TypeAlias = "Callable[..., None]"
"""Hands a verb of the broker and its arguments on; the broker is told which worker asks."""

Came: TypeAlias = "asyncio.Future[None]"
"""Done when what was asked for has come. A stop may end it too, without that."""

HeldLock: TypeAlias = tuple[int, str]
"""A user's number and the name of the lock."""


class Waiting:
    """What the users of one worker ask the broker for. `ask` reaches it; without one it is here, and answers at once.

    A user is any object that says who waits.
    """

    def __init__(self, ask: Ask | None = None) -> None:
        broker = Broker(lambda worker, ticket: self.answered(ticket))
        self.ask: Ask = ask or (lambda verb, *args: broker.ask(0, verb, *args))
        self.numbers = count(1)
        self.users: dict[Any, int] = {}
        self.asked: dict[int, tuple[Came, HeldLock | None]] = {}
        self.held: dict[HeldLock, int] = {}

    def lock(self, user: Any, name: str) -> Came:
        """Ask for a lock. A user may take one that it holds once more, and gives it back as often."""
        key = self.number(user), name
        if key in self.held:
            self.held[key] += 1
            came: Came = asyncio.get_running_loop().create_future()
            came.set_result(None)
            return came
        ticket, came = self.ticket(key)
        self.ask("lock", ticket, *key)
        return came

    def unlock(self, user: Any, name: str) -> None:
        """Give a lock back; nothing happens where the user does not hold it."""
        key = self.number(user), name
        times = self.held.get(key, 0)
        if times > 1:
            self.held[key] = times - 1
        elif times:
            del self.held[key]
            self.ask("unlock", *key)

    def meet(self, user: Any, name: str, parties: int) -> tuple[Came, Callable[[], None]]:
        """Wait with others until so many are here; call the second to let all go on at once, if they still wait."""
        number = self.number(user)
        ticket, came = self.ticket()

        def part() -> None:
            if self.asked.pop(ticket, None) is not None:
                self.ask("part", ticket, name)
                end(came)

        self.ask("meet", ticket, number, name, parties)
        return came, part

    def break_up(self, name: str) -> None:
        """Let all go on who wait for each other."""
        self.ask("break", name)

    def leave(self, user: Any) -> None:
        """Give back all that a user holds, because it ends."""
        number = self.users.pop(user, 0)
        if number:
            self.held = {key: times for key, times in self.held.items() if key[0] != number}
            self.ask("leave", number)

    def answered(self, ticket: int) -> None:
        """Take the broker's answer. A lock is the user's even where it no longer waits for it, until it leaves."""
        came, lock = self.asked.pop(ticket, (None, None))
        if lock is not None:
            self.held[lock] = 1
        if came is not None:
            end(came)

    def number(self, user: Any) -> int:
        """Number a user."""
        number = self.users.get(user)
        if number is None:
            number = self.users[user] = next(self.numbers)
        return number

    def ticket(self, lock: HeldLock | None = None) -> tuple[int, Came]:
        """Make a ticket and what waits for its answer."""
        ticket = next(self.numbers)
        came: Came = asyncio.get_running_loop().create_future()
        self.asked[ticket] = came, lock
        return ticket, came


def end(came: Came) -> None:
    """End a wait, if it has not ended."""
    if not came.done():
        came.set_result(None)
