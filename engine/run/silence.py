"""Workers that say nothing: each tells several times a second how it is, unless its process is held up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Protocol

PROPERTY = "pyjm.worker_timeout"
ENDED_S = 60.0
"""For how long a worker may say nothing until it is ended."""
SAID_S = 5.0
LOOK_S = 0.25


class Heard(Protocol):
    """What is to be known of a worker's link."""

    index: int
    alive: bool
    heard_s: float

    def end(self) -> None:
        """End the process."""


class Silence:
    """Looks at the links in a thread of its own; says who is silent, and ends it when its time is over (0: never).

    A time in which this process did not run itself is nobody's silence.
    """

    def __init__(self, links: Sequence[Heard], ended_s: float, say: Callable[[str], None]) -> None:
        self.links = links
        self.ended_s = ended_s
        self.said_s = min(SAID_S, ended_s / 2) if ended_s > 0 else SAID_S
        self.say = say
        self.silent: set[int] = set()
        self.ended: set[int] = set()
        self.looked_s = monotonic()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, name="silence", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self.looked_s = monotonic()
        self.thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self.over.set()

    def watch(self) -> None:
        """Look until it is over."""
        while not self.over.wait(LOOK_S):
            self.look(monotonic())

    def look(self, now_s: float) -> None:
        """Say what has changed, and end who has been silent for too long."""
        away_s = max(0.0, now_s - self.looked_s - 4 * LOOK_S)
        self.looked_s = now_s
        for link in self.links:
            link.heard_s += away_s
            silent_s = now_s - link.heard_s
            if not link.alive or link.index in self.ended:
                continue
            if link.index in self.silent and silent_s < self.said_s:
                self.silent.discard(link.index)
                self.say(f"worker {link.index + 1} of {len(self.links)} goes on; nothing of it is lost")
            elif link.index not in self.silent and silent_s >= self.said_s:
                self.silent.add(link.index)
                self.say(self.missing(link.index, silent_s))
            elif 0 < self.ended_s <= silent_s:
                self.say(f"worker {link.index + 1} of {len(self.links)} is ended: it said nothing for {silent_s:.0f} s")
                self.ended.add(link.index)
                link.end()

    def missing(self, worker: int, silent_s: float) -> str:
        """Say that a worker is silent, and what becomes of it."""
        then = f", and it is ended if it says nothing for {self.ended_s:g} s ({PROPERTY})" if self.ended_s > 0 else ""
        return (
            f"worker {worker + 1} of {len(self.links)} has said nothing for {silent_s:.1f} s: its process is stopped or"
            f" busy with one thing; its users stand still, its samples come when it goes on{then}"
        )
