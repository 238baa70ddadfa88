"""The rows of several workers, put in the order in which they came."""

from __future__ import annotations

from array import array
from operator import itemgetter

_STAMP = itemgetter(0)


class Merge:
    """Holds rows back until every worker has told all it had up to their instant."""

    def __init__(self, workers: int) -> None:
        self.until = [0] * workers
        self.held: dict[int, list[tuple[int, str]]] = {}

    def add(self, worker: int, until_ns: int, files: list[tuple[int, list[str], bytes]]) -> None:
        """Take what a worker had up to an instant."""
        self.until[worker] = until_ns
        for index, rows, stamps in files:
            self.held.setdefault(index, []).extend(zip(array("q", stamps), rows))

    def end(self, worker: int) -> None:
        """Note that a worker has nothing more to say."""
        self.until[worker] = 1 << 62

    def take(self) -> dict[int, list[str]]:
        """Give the rows that nothing earlier can follow."""
        until_ns = min(self.until)
        ready: dict[int, list[str]] = {}
        for index, pairs in self.held.items():
            pairs.sort(key=_STAMP)
            at = len(pairs)
            while at and pairs[at - 1][0] > until_ns:
                at -= 1
            if at:
                ready[index] = [row for _, row in pairs[:at]]
                del pairs[:at]
        return ready
