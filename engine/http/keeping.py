"""Hot path: how much of a body is kept, and in which form."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from .errors import OUT_OF_MEMORY, WireError

BODY_MAX = 256 << 20
"""The most bytes of one body that are held in memory, as received and again unpacked."""

_SMALL = 4096
_GATHERED_MAX = 1 << 16


class Keeping(NamedTuple):
    """What is to be kept of a body: its first `most` bytes (0 for all of it), or its MD5 hash in hex.

    JMeter's property httpsampler.max_bytes_to_store_per_request and the switch HTTPSampler.md5. A packed body that ends
    too early is taken as far as it goes where its packing is among `relaxed`.
    """

    most: int = 0
    md5: bool = False
    relaxed: frozenset[str] = frozenset()


WHOLE = Keeping()


class Kept:
    """Takes a body piece by piece and holds what is to be kept of it.

    `limit` is the most bytes of a whole body, `size` counts all that came.
    """

    __slots__ = ("_gathered", "_hash", "_limit", "_most", "_pieces", "size")

    def __init__(self, keeping: Keeping = WHOLE, limit: int = 0) -> None:
        self.size = 0
        self._hash = hashlib.md5(usedforsecurity=False) if keeping.md5 else None
        self._most = keeping.most
        self._limit = limit or BODY_MAX
        self._pieces: list[bytes] = []
        self._gathered = bytearray()  # pieces too small to be worth an object each

    def add(self, piece: bytes) -> None:
        """Take the next piece. Raises WireError where more would have to be held than there is room for."""
        if self._hash is not None:
            self.size += len(piece)
            self._hash.update(piece)
            return
        if self._most:
            left = self._most - self.size
            self.size += len(piece)
            if left <= 0:
                return
            piece = piece[:left]
        else:
            self.size += len(piece)
            if self.size > self._limit:
                raise too_long(self._limit)
        if len(piece) >= _SMALL:
            if self._gathered:
                self._flush()
            self._pieces.append(piece)
        else:
            self._gathered += piece
            if len(self._gathered) >= _GATHERED_MAX:
                self._flush()

    def whole(self) -> bytes:
        """Give what is kept. A body without a byte has no hash, as in JMeter."""
        if self._hash is not None:
            return self._hash.hexdigest().encode() if self.size else b""
        if self._gathered:
            self._flush()
        return b"".join(self._pieces)

    def _flush(self) -> None:
        self._pieces.append(bytes(self._gathered))
        self._gathered = bytearray()


def too_long(limit: int) -> WireError:
    """Say that a body has more bytes than may be held."""
    return WireError(OUT_OF_MEMORY, f"Body is longer than {limit:,} bytes")
