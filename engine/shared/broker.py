"""Who waits for whom: named locks and meetings of a run's users, over all its workers.

The broker knows no processes: an asker is the number of a worker, a ticket a number of that worker's own. It answers a
ticket when what was asked for has come. With one worker it is called directly, with several it lives in the parent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

Answer: TypeAlias = "Callable[[int, int], None]"
"""Takes a worker and its ticket."""


class Asker(NamedTuple):
    """Who waits: a worker's ticket, for one of its users."""

    worker: int
    ticket: int
    user: int


class Lock:
    """One named lock, in the order in which it was asked for."""

    __slots__ = ("holder", "waiting")

    def __init__(self) -> None:
        self.holder: tuple[int, int] | None = None
        self.waiting: deque[Asker] = deque()


class Broker:
    """Grants locks, and lets users go on together. Not for several threads at once."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.locks: dict[str, Lock] = {}
        self.meetings: dict[str, list[Asker]] = {}
        self.incomplete = False

    def ask(self, worker: int, verb: str, *args: int | str) -> None:
        """Do what a worker asks for: one of the verbs below."""
        getattr(self, f"on_{verb}")(worker, *args)

    # locks

    def on_lock(self, worker: int, ticket: int, user: int, name: str) -> None:
        """Answer as soon as the user has the lock; a user asks only for one that it does not hold."""
        lock = self.locks.setdefault(name, Lock())
        lock.waiting.append(Asker(worker, ticket, user))
        self.hand_on(lock)

    def on_unlock(self, worker: int, user: int, name: str) -> None:
        """Take the lock back and give it to whoever is next."""
        lock = self.locks.get(name)
        if lock is not None and lock.holder == (worker, user):
            self.release(name, lock)

    def on_leave(self, worker: int, user: int) -> None:
        """Forget a user: what it holds becomes free."""
        self.forget(lambda each_worker, each_user: each_worker == worker and each_user == user)

    def forget(self, gone: Callable[[int, int], bool]) -> None:
        """Free what some users hold, and let them wait no more."""
        for name, lock in list(self.locks.items()):
            lock.waiting = deque(asker for asker in lock.waiting if not gone(asker.worker, asker.user))
            if lock.holder is not None and gone(*lock.holder):
                self.release(name, lock)

    def release(self, name: str, lock: Lock) -> None:
        """Free a lock; nothing is kept of one that nobody wants."""
        lock.holder = None
        if lock.waiting:
            self.hand_on(lock)
        else:
            del self.locks[name]

    def hand_on(self, lock: Lock) -> None:
        """Give a free lock to the next who waits for it."""
        if lock.holder is None:
            asker = lock.waiting.popleft()
            lock.holder = (asker.worker, asker.user)
            self.answer(asker.worker, asker.ticket)

    # meetings

    def on_meet(self, worker: int, ticket: int, user: int, name: str, parties: int) -> None:
        """Answer all who meet here as soon as there are so many."""
        here = self.meetings.setdefault(name, [])
        here.append(Asker(worker, ticket, user))
        if len(here) >= parties or self.incomplete:
            self.end_meeting(name)

    def on_part(self, worker: int, ticket: int, name: str) -> None:
        """Let all go on because one of them, who is still here, has waited long enough."""
        if any(asker.worker == worker and asker.ticket == ticket for asker in self.meetings.get(name, ())):
            self.end_meeting(name)

    def on_break(self, worker: int, name: str) -> None:
        """Let all go on who are here."""
        self.end_meeting(name)

    def end_meeting(self, name: str) -> None:
        """Answer everybody; the next to come begin a new meeting."""
        for asker in self.meetings.pop(name, ()):
            self.answer(asker.worker, asker.ticket)

    # losses

    def gone(self, worker: int) -> None:
        """Forget a worker that died. Meetings would never be complete again: nobody is held up by them any more."""
        self.incomplete = True
        self.forget(lambda each_worker, user: each_worker == worker)
        for name in list(self.meetings):
            self.end_meeting(name)
