"""Hot path: the rows of one CSV file, by byte offset, so that all workers can share a position in it.

Mirrors FileServer.readLine, CSVSaveService.csvReadFile and JOrphanUtils.split. Lines end in LF, CR or CRLF.
"""

from __future__ import annotations

import codecs
import mmap
import re
from enum import Enum
from pathlib import Path

from pyjm.engine.charsets.charset import Charset, Utf8, charset_named
from pyjm.engine.compile.java_text import java_trim

END_OF_LINE = re.compile(rb"\r\n?|\n")
PROBE = '\t\n\r"aZ09,;|'
UTF_8 = Utf8("UTF-8", "utf-8")


class RowError(Exception):
    """A row whose quotes are wrong; `after` is the offset at which JMeter would read on."""

    def __init__(self, problem: str, after: int) -> None:
        super().__init__(problem)
        self.after = after


class _State(Enum):
    INITIAL = 0
    PLAIN = 1
    QUOTED = 2
    QUOTE_SEEN = 3


class Rows:
    """One file, mapped into memory. `start` is the offset of the first line, behind a byte order mark."""

    __slots__ = ("charset", "data", "size", "start")

    def __init__(self, path: Path, encoding: str) -> None:
        self.data: bytes | mmap.mmap
        with path.open("rb") as file:
            empty = not file.seek(0, 2)
            self.data = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        charset = charset_named(encoding.strip() or "utf-8")
        if charset is None:
            raise LookupError(f"unknown encoding: {encoding}")
        if not _is_transparent(charset):
            self.data = charset.decode(self.data[:]).encode()
            charset = UTF_8
        self.charset = charset
        self.start = len(codecs.BOM_UTF8) if self.data[:3] == codecs.BOM_UTF8 else 0
        self.size = len(self.data)

    def line(self, at: int) -> tuple[str | None, int]:
        """Give the line at an offset and the offset of the next one; None at the end."""
        if at >= self.size:
            return None, at
        ended = END_OF_LINE.search(self.data, at)
        end, after = ended.span() if ended else (self.size, self.size)
        return self.charset.decode(self.data[at:end]), after

    def fields(self, at: int, delimiter: str) -> tuple[list[str], int]:
        """Give the fields of the row at an offset, with quotes understood, and the offset of the next row.

        No fields at the end; one empty field for a blank line. Raises RowError.
        """
        text, after = self.line(at)
        if text is None:
            return [], at
        if '"' not in text:
            return text.split(delimiter), after
        return self._quoted(at, delimiter)

    def _quoted(self, at: int, delimiter: str) -> tuple[list[str], int]:
        row = _Row(delimiter)
        while at < self.size:
            _, after = self.line(at)
            text = self.charset.decode(self.data[at:after])
            problem_at = row.feed(text)
            if row.problem:
                raise RowError(row.problem, at + len(self.charset.encode(text[:problem_at])))
            at = after
            if row.complete:
                return row.fields, at
        if row.state is _State.QUOTED:
            raise RowError(f'Missing trailing quote-char in quoted field:["{row.field}]', at)
        row.end()
        return row.fields, at


class _Row:
    """The state machine over the characters of a row, fed line by line."""

    __slots__ = ("began", "complete", "delimiter", "field", "fields", "problem", "state")

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self.state = _State.INITIAL
        self.field = ""
        self.fields: list[str] = []
        self.began = False
        self.complete = False
        self.problem = ""

    def feed(self, text: str) -> int:
        """Take one line with its end; gives how many characters were read."""
        for read, char in enumerate(text, 1):
            self.began = False
            if self.state is _State.QUOTED:
                if char == '"':
                    self.state = _State.QUOTE_SEEN
                else:
                    self.field += char
            elif char == '"':
                self.quote()
            elif char in (self.delimiter, "\n", "\r"):
                self.push()
                if char != self.delimiter:
                    self.complete = True
                    return len(text)
            elif self.state is _State.QUOTE_SEEN:
                self.problem = f'Cannot have single quote-char in quoted field:[{self.field}"]'
            else:
                self.field += char
                self.state = _State.PLAIN
            if self.problem:
                return read
        return len(text)

    def quote(self) -> None:
        """Take a quote outside of a quoted field."""
        if self.state is _State.INITIAL:
            self.state = _State.QUOTED
        elif self.state is _State.QUOTE_SEEN:
            self.field += '"'
            self.state = _State.QUOTED
        else:
            self.problem = f'Cannot have quote-char in plain field:[{self.field}"]'

    def push(self) -> None:
        """End a field."""
        self.fields.append(self.field)
        self.field = ""
        self.state = _State.INITIAL
        self.began = True

    def end(self) -> None:
        """End the row where the file ends."""
        if self.field or self.began or self.state is _State.QUOTE_SEEN:
            self.fields.append(self.field)


def split_line(line: str, delimiter: str) -> list[str]:
    """Split a line without regard to quotes; a blank line has no fields."""
    return line.split(delimiter) if line else []


def split_quoted(line: str, delimiter: str) -> list[str]:
    """Split a line with quotes understood; a blank one has no fields. Raises RowError."""
    row = _Row(delimiter)
    row.feed(line)
    if row.state is _State.QUOTED:
        row.problem = f'Missing trailing quote-char in quoted field:["{row.field}]'
    if row.problem:
        raise RowError(row.problem, 0)
    row.end()
    return row.fields


def split_list(names: str) -> list[str]:
    """Split a list at commas, of which several together count as one."""
    return split_line(re.sub(",+", ",", names).removeprefix(",").removesuffix(","), ",")


def split_names(names: str) -> list[str]:
    """Split a list of variable names."""
    return [java_trim(name) for name in split_list(names)]


def _is_transparent(charset: Charset) -> bool:
    """Tell whether ASCII characters are their own single bytes, so that lines can be found in the bytes."""
    return not charset.codec.startswith("iso2022") and charset.encode(PROBE) == PROBE.encode("ascii")
