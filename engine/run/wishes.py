"""What the workers of one engine wish for of data files whose rows the controller hands out, until they have it."""

from __future__ import annotations

import base64
import threading
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pyjm.engine.results.batch import Used
from pyjm.engine.shared.marks import gathered

Granted: TypeAlias = tuple[int, int, int]
"""The number of a wish, and the rows that it is given: from the first up to before the end."""


class Wish(NamedTuple):
    """A worker wants so many rows of a file that has so many; `recycle`: again from the first one at its end.

    `used` is how many it has used of those that it was given.
    """

    number: int
    worker: int
    key: str
    want: int
    rows: int
    recycle: bool
    used: int


class Wishes:
    """The wishes that are not fulfilled. `add` comes from the workers' threads, the others from the controller's."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open: dict[int, Wish] = {}
        self._number = 0
        self._closed = False

    def add(self, worker: int, key: str, want: int, rows: int, recycle: bool, used: int) -> None:
        """Take one."""
        with self._changed:
            self._number += 1
            self._open[self._number] = Wish(self._number, worker, key, want, rows, recycle, used)
            self._changed.notify_all()

    def grant(self, granted: Iterable[Granted]) -> list[tuple[Wish, int, int]]:
        """Close the wishes that are fulfilled; one that was so already, as after a cut of the link, is passed over."""
        with self._changed:
            pairs = [(self._open.pop(number, None), first, end) for number, first, end in granted]
        return [(wish, first, end) for wish, first, end in pairs if wish is not None]

    def take(self, after: int, wait_s: float) -> list[Wish]:
        """Give the wishes after a number, waiting for one."""

        def newer() -> list[Wish]:
            return [wish for number, wish in self._open.items() if number > after]

        with self._changed:
            self._changed.wait_for(lambda: newer() or self._closed, wait_s)
            return newer()

    def forget(self, worker: int) -> None:
        """Note that a worker is gone."""
        with self._changed:
            self._open = {number: wish for number, wish in self._open.items() if wish.worker != worker}

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def used_rows(folder: Path) -> list[Used]:
    """Give which rows of each file were used, as they travel."""
    return [(*about, base64.b85encode(zlib.compress(used, 1)).decode()) for about, used in gathered(folder)]
