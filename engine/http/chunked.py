"""Hot path: take a chunked body out of its frames, as strictly and as loosely as Apache HttpClient 4 does."""

from __future__ import annotations

import re

from .errors import BAD_CHUNK, CLOSED, TOO_LONG, TRUNCATED_CHUNK, WireError
from .keeping import Kept

_SIZE = re.compile(rb"[+-]?[0-9a-fA-F]{1,32}")
_LINE_MAX = 1 << 20
_TRAILER_MAX = 1 << 16
_LONG_MAX = (1 << 63) - 1
_SIZE_LINE, _DATA, _DATA_END, _TRAILER = range(4)


class ChunkedBody:
    """Decode one chunked body piece by piece.

    `feed` returns whether the body is complete and adds what it holds to `kept` (nothing if that is None).
    `size` counts the body's bytes so far; `rest` is what came after its end.
    """

    __slots__ = ("_line", "_of", "_left", "_at", "_trailer", "kept", "rest", "size")

    def __init__(self, kept: Kept | None) -> None:
        self.kept = kept
        self.size = 0
        self.rest = b""
        self._at = _SIZE_LINE
        self._line = b""
        self._left = 0
        self._of = 0
        self._trailer = 0

    def feed(self, data: bytes) -> bool:
        """Take the next bytes. Raises WireError with HttpClient's words for a frame that is none."""
        at = 0
        if self._line:
            data = self._line + data
            self._line = b""
        end = len(data)
        while at < end:
            if self._at == _DATA:
                at = self._take(data, at)
                continue
            feed = data.find(b"\n", at)
            if feed < 0:
                if end - at > _LINE_MAX:
                    raise WireError(BAD_CHUNK, "Bad chunk header: too long")
                self._line = data[at:]
                return False
            line = data[at : feed - 1 if feed > at and data[feed - 1] == 13 else feed]
            at = feed + 1
            if self._at == _SIZE_LINE:
                self._begin(line)
            elif self._at == _DATA_END:
                if line:
                    raise WireError(BAD_CHUNK, "Unexpected content at the end of chunk")
                self._at = _SIZE_LINE
            elif not line:
                self.rest = data[at:]
                return True
            else:
                self._trail(line)
        return False

    def _trail(self, line: bytes) -> None:
        self._trailer += len(line) + 2
        if self._trailer > _TRAILER_MAX:
            raise WireError(TOO_LONG, "Maximum line length limit exceeded")
        if b":" not in line and line[0] not in b" \t":
            raise WireError(BAD_CHUNK, f"Invalid footer: Invalid header: {line.decode('latin-1')}")

    def _take(self, data: bytes, at: int) -> int:
        piece = data[at : at + self._left]
        self.size += len(piece)
        self._left -= len(piece)
        if self.kept is not None:
            self.kept.add(piece)
        if not self._left:
            self._at = _DATA_END
        return at + len(piece)

    def _begin(self, line: bytes) -> None:
        word = line.partition(b";")[0].strip()
        size = int(word, 16) if _SIZE.fullmatch(word) else None
        if size is None or not -_LONG_MAX <= size <= _LONG_MAX:
            raise WireError(BAD_CHUNK, f"Bad chunk header: {word.decode('latin-1')}")
        if size < 0:
            raise WireError(BAD_CHUNK, "Negative chunk size")
        self._of = self._left = size
        self._at = _DATA if size else _TRAILER

    def ended(self) -> WireError | None:
        """Say what it means that the connection ends here; None if the body counts as complete."""
        if self._at == _DATA:
            return WireError(
                TRUNCATED_CHUNK,
                f"Truncated chunk (expected size: {self._of:,}; actual size: {self._of - self._left:,})",
            )
        if self._at == _DATA_END:
            return WireError(BAD_CHUNK, "CRLF expected at end of chunk")
        if self._at == _SIZE_LINE:
            return WireError(CLOSED, "Premature end of chunk coded message body: closing chunk expected")
        return None
