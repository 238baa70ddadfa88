"""Whole numbers that all workers of one server share: counters and cursors.

A cell is found by its name. With one worker it is a plain number; with several it lies in a file mapped by all, and a
lock of the operating system on its bytes guards it, which the system frees when a process that holds it is killed.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from struct import Struct

_PAIR = Struct("<QQ")
_NUMBER = Struct("<q")
SLOTS = 8192
SIZE = SLOTS * _PAIR.size

if os.name == "nt":
    import msvcrt

    def _lock(fd: int, at: int) -> None:
        os.lseek(fd, at, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]

    def _unlock(fd: int, at: int) -> None:
        os.lseek(fd, at, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]

else:
    import fcntl

    def _lock(fd: int, at: int) -> None:
        fcntl.lockf(fd, fcntl.LOCK_EX, 1, at)

    def _unlock(fd: int, at: int) -> None:
        fcntl.lockf(fd, fcntl.LOCK_UN, 1, at)


class Cell:
    """One shared number, 0 at first. Within `with cell.held():` no other worker changes it."""

    def __init__(self) -> None:
        self.number = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep all other workers out of this cell; not reentrant."""
        yield

    def get(self) -> int:
        """Read the number."""
        return self.number

    def set(self, number: int) -> None:
        """Write the number."""
        self.number = number

    def add(self, amount: int = 1) -> int:
        """Add to the number and give what it was before."""
        before = self.number
        self.number = before + amount
        return before


class Cells:
    """The cells of a run with one worker."""

    def __init__(self) -> None:
        self._cells: dict[str, Cell] = {}

    def cell(self, name: str) -> Cell:
        """Give the cell of a name, the same one to all who ask."""
        cell = self._cells.get(name)
        if cell is None:
            cell = self._cells[name] = self.make(name)
        return cell

    def make(self, name: str) -> Cell:
        """Make the cell of a new name."""
        return Cell()


class _MappedCell(Cell):
    def __init__(self, fd: int, view: mmap.mmap, at: int) -> None:
        self.fd = fd
        self.view = view
        self.at = at

    @contextmanager
    def held(self) -> Iterator[None]:
        _lock(self.fd, self.at)
        try:
            yield
        finally:
            _unlock(self.fd, self.at)

    def get(self) -> int:
        return int(_NUMBER.unpack_from(self.view, self.at)[0])

    def set(self, number: int) -> None:
        _NUMBER.pack_into(self.view, self.at, number)

    def add(self, amount: int = 1) -> int:
        _lock(self.fd, self.at)
        before = int(_NUMBER.unpack_from(self.view, self.at)[0])
        _NUMBER.pack_into(self.view, self.at, before + amount)
        _unlock(self.fd, self.at)
        return before


class MappedCells(Cells):
    """The cells of a run with several workers: pairs of a name's hash and a number, in a file that all have mapped."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.fd = os.open(path, os.O_RDWR)
        self.view = mmap.mmap(self.fd, SIZE)

    @staticmethod
    def create(path: Path) -> None:
        """Make the file, empty."""
        path.write_bytes(bytes(SIZE))

    def make(self, name: str) -> Cell:
        key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") or 1
        _lock(self.fd, 0)
        try:
            for probe in range(1, SLOTS):
                at = (key + probe) % (SLOTS - 1) * _PAIR.size + _PAIR.size
                there = int(_PAIR.unpack_from(self.view, at)[0])
                if there in (0, key):
                    self.view[at : at + 8] = key.to_bytes(8, "little")
                    return _MappedCell(self.fd, self.view, at + 8)
        finally:
            _unlock(self.fd, 0)
        raise MemoryError(f"more than {SLOTS - 1} shared counters and files in one plan")

    def close(self) -> None:
        """Unmap the file."""
        self.view.close()
        os.close(self.fd)
