"""How many users are active: of each group and in all, over all workers of a server.

One worker keeps plain numbers. With several, each writes its own into a file mapped by all and reads everybody's.
"""

from __future__ import annotations

import mmap
from pathlib import Path

from .ledger import ACTIVE


class Counts:
    """The active users as one worker sees them. Cell 0 is all groups together, cell 1 + i group i."""

    def __init__(self, groups: int, ledger: memoryview[int] | None = None) -> None:
        self.own = [0] * (groups + 1)
        self.ledger = memoryview(bytearray(16)).cast("q") if ledger is None else ledger

    def change(self, group: int, by: int) -> None:
        """Note that a user of a group began (1) or ended (-1)."""
        self.own[0] += by
        self.own[1 + group] += by
        self.ledger[ACTIVE] = self.own[0]

    def of(self, group: int) -> tuple[int, int]:
        """Tell the active users of a group, and of all."""
        return self.own[1 + group], self.own[0]


class SharedCounts(Counts):
    """The active users over several workers."""

    def __init__(
        self, groups: int, path: Path, worker: int, workers: int, ledger: memoryview[int] | None = None
    ) -> None:
        super().__init__(groups, ledger)
        with path.open("r+b") as file:
            self.map = mmap.mmap(file.fileno(), self.size(groups, workers))
        self.cells = memoryview(self.map).cast("q")
        self.start = worker * (groups + 1)
        self.step = groups + 1
        self.end = workers * self.step

    @staticmethod
    def size(groups: int, workers: int) -> int:
        """Tell how many bytes the file needs."""
        return workers * (groups + 1) * 8

    def change(self, group: int, by: int) -> None:
        super().change(group, by)
        self.cells[self.start] = self.own[0]
        self.cells[self.start + 1 + group] = self.own[1 + group]

    def of(self, group: int) -> tuple[int, int]:
        in_group = in_all = row = 0
        while row < self.end:
            in_all += self.cells[row]
            in_group += self.cells[row + 1 + group]
            row += self.step
        return in_group, in_all
