"""Keep batches until the controller has them: in memory while they are few, on disk when they are many."""

from __future__ import annotations

import tempfile
import threading
from collections import deque
from typing import IO

IN_MEMORY = 64 << 20
"""Bytes of batches that wait in memory; what comes on top goes to disk."""


class Spool:
    """The unacknowledged batches of one run, oldest first. `add` comes from one thread, `take` from another."""

    def __init__(self, folder: str, in_memory: int = IN_MEMORY) -> None:
        self._folder = folder
        self._limit = in_memory
        self._changed = threading.Condition()
        self._waiting: deque[tuple[int, int, bytes | int]] = deque()
        self._in_memory = 0
        self._file: IO[bytes] | None = None
        self._file_end = 0
        self._closed = False

    def add(self, number: int, data: bytes) -> None:
        """Keep a batch."""
        with self._changed:
            kept: bytes | int = data
            if self._in_memory + len(data) > self._limit:
                kept = self._write(data)
            if isinstance(kept, bytes):
                self._in_memory += len(data)
            self._waiting.append((number, len(data), kept))
            self._changed.notify_all()

    def take(self, after: int, wait_s: float, at_most: int) -> list[bytes]:
        """Give batches after a number, waiting for one; one at least, more up to `at_most` bytes. Forget older ones."""
        with self._changed:
            self._forget(after)
            if not self._waiting:
                self._changed.wait_for(lambda: self._waiting or self._closed, wait_s)
            batches: list[bytes] = []
            total = 0
            for _, size, kept in self._waiting:
                total += size
                if batches and total > at_most:
                    break
                batches.append(kept if isinstance(kept, bytes) else self._read(kept, size))
            return batches

    def close(self) -> None:
        """Forget all; who waits gets nothing."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            if self._file is not None:
                self._file.close()
                self._file = None
            self._changed.notify_all()

    def _forget(self, number: int) -> None:
        waiting = self._waiting
        while waiting and waiting[0][0] <= number:
            _, size, kept = waiting.popleft()
            if isinstance(kept, bytes):
                self._in_memory -= size
        if not waiting and self._file is not None:
            self._file.truncate(0)
            self._file_end = 0

    def _write(self, data: bytes) -> bytes | int:
        """Give the place in the file; where the disk is full, the batch itself, which then waits in memory."""
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115  (lives on)
            at = self._file_end
            self._file.seek(at)
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]
        except OSError:
            return data
        self._file_end = at + len(data)
        return at

    def _read(self, at: int, size: int) -> bytes:
        assert self._file is not None
        self._file.seek(at)
        return self._file.read(size)
