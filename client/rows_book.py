"""Which rows of data files were handed to which worker of which server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pyjm.engine.shared.row_shares import block_size

Asker: TypeAlias = tuple[int, int]
"""A server and a worker of it."""


@dataclass(slots=True)
class Blocks:
    """What one worker got: blocks from the first row up to before the end, and how many of these rows it has used.

    It uses them in their order.
    """

    given: list[tuple[int, int]] = field(default_factory=list)
    used: int = 0

    def add(self, first: int, end: int) -> None:
        """Add a block."""
        if self.given and self.given[-1][1] == first:
            first = self.given.pop()[0]
        self.given.append((first, end))

    def rows(self) -> Iterator[tuple[int, bool]]:
        """Give all rows, and whether each was used."""
        left = self.used
        for first, end in self.given:
            for row in range(first, end):
                yield row, left > 0
                left -= 1


@dataclass(slots=True)
class Handed:
    """One file: how many rows it has, the next one to be handed out (counted over all rounds), and who has which."""

    rows: int
    next: int = 0
    blocks: dict[Asker, Blocks] = field(default_factory=dict)


class Book:
    """Hands out blocks, each row once. All methods may be called from any thread.

    `askers` is how many workers may ask, of all servers; `note` is told what was handed out, before anybody else is.
    """

    def __init__(self, note: Callable[[list[Any]], None] = lambda line: None) -> None:
        self.files: dict[str, Handed] = {}
        self.askers = 1
        self._note = note
        self._turn = threading.Lock()

    def grant(self, asker: Asker, key: str, want: int, rows: int, recycle: bool, used: int) -> tuple[int, int]:
        """Give the next block of a file, and note how many rows were used so far; an empty one behind the last row.

        One who has another file of that name gets none.
        """
        with self._turn:
            file = self.files.setdefault(key, Handed(rows))
            first = file.next
            if file.rows != rows:
                return first, first
            blocks = file.blocks.setdefault(asker, Blocks())
            blocks.used = used
            if recycle:
                size = min(want, rows - first % rows)
            else:
                size = block_size(want, rows - first, max(len(file.blocks), self.askers), rows)
            if size > 0:
                self._note(["handed", *asker, key, rows, first, first + size, used])
                blocks.add(first, first + size)
                file.next = first + size
            return first, first + max(0, size)

    def know(self, server: int, worker: int, key: str, rows: int, first: int, end: int, used: int) -> None:
        """Take a block that another process has handed out."""
        file = self.files.setdefault(key, Handed(rows))
        blocks = file.blocks.setdefault((server, worker), Blocks())
        blocks.add(first, end)
        blocks.used = used
        file.next = max(file.next, end)
