"""What one server's users draw of a data file whose rows are divided over the fleet (shared/row_shares)."""

from __future__ import annotations

import logging
import re
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pyjm.engine.charsets.charset import Utf8
from pyjm.engine.shared.cells import Cell
from pyjm.engine.shared.handout import END, STOPPED, Handout
from pyjm.engine.shared.row_shares import UNIQUE, RowShares
from pyjm.engine.vu.stops import StopThread

from .csv_rows import END_OF_LINE, RowError, Rows

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.csv")

PARTS, INDEXES, READS = "csv parts", "csv indexes", "csv reads"
"""What is kept of files in one process, in Build.kept."""

ASCII_BELOW_128 = frozenset({"latin-1", "iso8859-1", "iso8859-15", "cp1252", "ascii"})
"""Codecs of one byte a character that are much in use."""

NOT_UNIQUE = "in the share mode Current thread each thread reads all rows, so that none is unique"


class Way(NamedTuple):
    """How a file is read, as far as it matters where rows start; `quoting` is the delimiter where quotes count."""

    encoding: str
    skip_first: bool
    quoting: str


def row_starts(rows: Rows, at: int, delimiter: str) -> array[int]:
    """Find where the rows from an offset on start; a `delimiter` says that quotes are understood, none that not."""
    data, size = rows.data, rows.size
    found = array("I" if size < 1 << 32 else "Q")
    if at >= size:
        return found
    if not delimiter or data.find(b'"', at) < 0:
        found.append(at)
        found.extend(end for match in END_OF_LINE.finditer(data, at) if (end := match.end()) < size)
        return found
    sound = sound_row(rows, delimiter)
    while at < size:
        found.append(at)
        match = sound.match(data, at) if sound is not None else None
        if match is not None:
            at = match.end()
            continue
        try:
            at = rows.fields(at, delimiter)[1]
        except RowError as error:
            at = error.after
    return found


def sound_row(rows: Rows, delimiter: str) -> re.Pattern[bytes] | None:
    """Give what finds a row whose quotes are right, some fifty times as quickly as it is read character by character.

    None where a byte below 128 may be a part of another character, or the delimiter is none of its own.
    """
    if not (isinstance(rows.charset, Utf8) or rows.charset.codec in ASCII_BELOW_128):
        return None
    if not delimiter.isascii() or delimiter in '"\r\n':
        return None
    divider = re.escape(delimiter.encode())
    field = rb'(?:"[^"]*(?:""[^"]*)*"|[^"\r\n' + divider + rb"]*)"
    return re.compile(field + b"(?:" + divider + field + rb")*(?:\r\n?|\n|\Z)")


def indexed(build: Build, name: str, rows: Rows, way: Way) -> Sequence[int]:
    """Give where the rows of a file start that is read in a way; found once per process."""
    indexes: dict[tuple[str, Way], array[int]] = build.kept.setdefault(INDEXES, {})
    key = (name, way)
    if key not in indexes:
        first = rows.line(rows.start)[1] if way.skip_first else rows.start
        indexes[key] = row_starts(rows, first, way.quoting)
    return indexes[key]


class Part:
    """One file as the users of this server share it. `reads` is how: the same for all who share it."""

    __slots__ = ("handout", "marks", "reads", "rows", "share", "starts")

    def __init__(
        self, shares: RowShares, key: str, policy: str, rows: Rows, starts: Sequence[int], reads: tuple[Way, bool]
    ) -> None:
        self.rows = rows
        self.starts = starts
        self.reads = reads
        self.share = shares.share(policy, len(starts))
        self.marks = shares.marks_of(key, policy, len(starts))
        self.handout = shares.handout(key, len(starts), recycle=reads[1]) if policy == UNIQUE else None

    def draw(self, user: User, cell: Cell, recycle: bool) -> int:
        """Give where the user's next row starts, -1 behind the last one. Raises StopThread for one that was stopped."""
        if self.handout is not None:
            number = drawn(self.handout, user)
            if number == END:
                return -1
            row = number % len(self.starts)
            self.marks.note(row)
            return self.starts[row]
        share = self.share
        with cell.held():
            at = cell.get()
            if at >= len(share) and recycle:
                at = 0
            if at >= len(share):
                return -1
            cell.set(at + 1)
        self.marks.note(share[at])
        return self.starts[share[at]]


def part_of(build: Build, key: str, policy: str, file: tuple[str, Rows], way: Way, recycle: bool) -> Part:
    """Give the part of this server, the same to all who share it; raises StopThread for one who reads it otherwise."""
    assert build.row_shares is not None
    parts: dict[str, Part] = build.kept.setdefault(PARTS, {})
    part = parts.get(key)
    if part is None:
        name, rows = file
        starts = indexed(build, name, rows, way)
        part = parts[key] = Part(build.row_shares, key, policy, rows, starts, (way, recycle))
    elif part.reads != (way, recycle):
        log.error("%s is read in another way by another element: its rows can't be divided", key)
        raise StopThread(f"{key} is read in another way by another element")
    return part


def agree(build: Build, path: str, key: str, reads: tuple[Way, object]) -> None:
    """Report an element that shares a file with another one and reads it otherwise."""
    known: dict[str, tuple[tuple[Way, object], str]] = build.kept.setdefault(READS, {})
    first, where = known.setdefault(key, (reads, path))
    if first != reads:
        build.fault(
            path,
            f"it reads {key} in another way than {where}: rows that they share can't be divided (pyjm.csv)",
            "give both the same encoding, header, quotes and recycling, or each a share mode of its own",
        )


def drawn(handout: Handout, user: User) -> int:
    """Give the next number of a file's rows, waiting for it; `END` behind the last. Raises StopThread where stopped."""
    number = handout.take()
    if number is None:
        from pyjm.engine.vu.inside import wait  # brings greenlet, which is loaded for those who need it

        number = wait(handout.taken(user))
    if number == STOPPED:
        raise StopThread(f"stopped while waiting for a row of {handout.key}")
    return number
