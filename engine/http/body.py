"""Bodies of requests that are too large to be held: files that are read while they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from . import errors
from .errors import WireError

PIECE = 1 << 17
"""How many bytes of a large body are read and sent at once."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The first `length` bytes of a file, which need be there only when they are sent."""

    path: Path
    length: int

    def __len__(self) -> int:
        return self.length


class Pieces:
    """A large body of bytes and stretches of files, read one after the other, anew for each sending."""

    __slots__ = ("_length", "parts")

    def __init__(self, parts: Iterable[bytes | Stretch]) -> None:
        self.parts = tuple(parts)
        self._length = sum(map(len, self.parts))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        """Read it from its beginning to its end. Raises WireError where a file is not what it was."""
        source = Source(self)
        try:
            while source.left:
                yield source.take(PIECE)
        finally:
            source.close()


def body_of(parts: Sequence[bytes | Stretch]) -> bytes | Pieces:
    """Put a body together: as bytes where nothing of it lies in a file."""
    whole = [part for part in parts if isinstance(part, bytes)]
    return b"".join(whole) if len(whole) == len(parts) else Pieces(parts)


class Source:
    """Reads a body for one sending; `left` is how much of it there still is. Who stops before its end closes it."""

    __slots__ = ("_at", "_file", "_left_here", "_parts", "left")

    def __init__(self, body: Pieces) -> None:
        self.left = len(body)
        self._parts = iter(body.parts)
        self._at: bytes | Stretch = b""
        self._left_here = 0
        self._file: FileIO | None = None

    def __len__(self) -> int:
        return self.left

    def take(self, most: int) -> bytes:
        """Give the next bytes, as many as are asked for or are left. Raises WireError, and is closed then."""
        taken: list[bytes] = []
        room = min(most, self.left)
        while room:
            while not self._left_here:
                self.close()
                self._at = next(self._parts)
                self._left_here = len(self._at)
            piece = self._next(min(room, self._left_here))
            taken.append(piece)
            room -= len(piece)
            self.left -= len(piece)
            self._left_here -= len(piece)
        if not self.left:
            self.close()
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def _next(self, most: int) -> bytes:
        part = self._at
        if isinstance(part, bytes):
            begin = len(part) - self._left_here
            return part[begin : begin + most]
        return self._read(part, most)

    def _read(self, part: Stretch, most: int) -> bytes:
        try:
            if self._file is None:
                self._file = FileIO(part.path)
            piece = self._file.read(most)
        except OSError as error:
            kind = errors.FILE_NOT_FOUND if self._file is None else errors.IO
            self.close()
            raise WireError(kind, f"{part.path} ({error.strerror})") from None
        if not piece:
            self.close()
            there = part.length - self._left_here
            raise WireError(errors.IO, f"{part.path} ended while it was sent: {there} of {part.length} bytes")
        return piece

    def close(self) -> None:
        """Close the file that is open."""
        if self._file is not None:
            self._file.close()
            self._file = None
