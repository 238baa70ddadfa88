"""What each worker has made, in memory that outlives it: a worker that is killed takes nothing along uncounted."""

from __future__ import annotations

import mmap
from pathlib import Path

_CELLS = 2
MADE, ACTIVE = range(_CELLS)


class Ledger:
    """Two numbers of each worker: samples made since the start, and users active now. Each worker writes its own."""

    def __init__(self, path: Path, workers: int) -> None:
        size = workers * _CELLS * 8
        if not path.exists():
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)
        self._cells = memoryview(self._map).cast("q")
        self.workers = workers

    def own(self, worker: int) -> memoryview[int]:
        """Give the cells of one worker, to be written by it."""
        return self._cells[worker * _CELLS : (worker + 1) * _CELLS]

    def made(self, worker: int) -> int:
        """Tell how many samples a worker has made."""
        return self._cells[worker * _CELLS + MADE]

    def active(self, worker: int) -> int:
        """Tell how many users a worker has."""
        return self._cells[worker * _CELLS + ACTIVE]

    def all_made(self) -> int:
        """Tell how many samples all workers have made."""
        return sum(self.made(worker) for worker in range(self.workers))
