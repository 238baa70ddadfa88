"""Keep batches until the controller has them: in memory while they are few, on disk when they are many."""

from __future__ import annotations

import os
import tempfile
import threading
from collections import deque
from typing import IO

IN_MEMORY = 64 << 20
"""Bytes of batches that wait in memory; what comes on top goes to disk."""

ON_DISK = 2 << 30
"""Bytes of batches that wait on disk."""

SEGMENT = 16 << 20
"""Bytes from which on a file is followed by another: one whose batches have all gone frees its room."""


class Segment:
    """One file of batches, without a name: it goes with the process."""

    def __init__(self, folder: str) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  (lives on)
        self.end = 0
        self.waiting = 0

    def write(self, data: bytes) -> int:
        """Append a batch; gives its place. Raises OSError, and what was written of it is overwritten by the next."""
        self.file.seek(self.end)
        view = memoryview(data)
        while view:
            view = view[self.file.write(view) :]
        at = self.end
        self.end += len(data)
        self.waiting += 1
        return at

    def read(self, at: int, size: int) -> bytes:
        """Give a batch."""
        self.file.seek(at)
        return self.file.read(size)


class Spool:
    """The unacknowledged batches of one run, oldest first. `add` comes from one thread, `take` from another.

    Nothing is ever dropped. When neither memory nor disk may take more, `full` says why, and what still comes waits in
    memory: whoever sees that has the load stopped.
    """

    def __init__(self, folder: str, in_memory: int = IN_MEMORY, on_disk: int = ON_DISK) -> None:
        self.full = ""
        self._folder = folder
        self._limit = in_memory
        self._disk_limit = on_disk
        self._changed = threading.Condition()
        self._waiting: deque[tuple[int, int, bytes | tuple[Segment, int]]] = deque()
        self._in_memory = 0
        self._segments: deque[Segment] = deque()
        self._closed = False

    def add(self, number: int, data: bytes) -> None:
        """Keep a batch."""
        with self._changed:
            kept: bytes | tuple[Segment, int] = data
            if self._in_memory + len(data) > self._limit:
                kept = self._write(data) or data
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
                batches.append(kept if isinstance(kept, bytes) else kept[0].read(kept[1], size))
            return batches

    def waiting(self) -> int:
        """Tell how many batches there are."""
        return len(self._waiting)

    def on_disk(self) -> int:
        """Tell how many bytes the files take."""
        with self._changed:
            return sum(segment.end for segment in self._segments)

    def close(self) -> None:
        """Forget all; who waits gets nothing."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            while self._segments:
                self._segments.popleft().file.close()
            self._changed.notify_all()

    def _forget(self, number: int) -> None:
        waiting = self._waiting
        while waiting and waiting[0][0] <= number:
            _, size, kept = waiting.popleft()
            if isinstance(kept, bytes):
                self._in_memory -= size
            else:
                kept[0].waiting -= 1
        while self._segments and not self._segments[0].waiting:
            self._segments.popleft().file.close()

    def _write(self, data: bytes) -> tuple[Segment, int] | None:
        """Give the place on disk; None where there is no room, and the batch waits in memory."""
        if self.on_disk() + len(data) > self._disk_limit:
            self.full = self.full or f"{(self._limit + self._disk_limit) >> 20} MB of samples wait for the controller"
            return None
        try:
            if not self._segments or self._segments[-1].end >= SEGMENT:
                self._segments.append(Segment(self._folder))
            segment = self._segments[-1]
            return segment, segment.write(data)
        except OSError as error:
            why = error.strerror or os.strerror(error.errno or 0)
            self.full = self.full or f"samples that wait for the controller can't be written to {self._folder}: {why}"
            return None
