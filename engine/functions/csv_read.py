"""__CSVRead: rows of files that all users share, each user with a row of its own until it asks for the next."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import JavaError

from .parsing import java_number

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")

STATE = "__CSVRead"
"""Under which a user's state keeps its rows: name → number of the row, None between two rows."""

Rows = dict[str, int | None]


def split_line(line: str, delimiter: str) -> list[str]:
    """Divide a line; quotes mean nothing. A delimiter of several characters divides at each, as Java's tokenizer."""
    if len(delimiter) == 1:
        return line.split(delimiter)
    return [part for part in re.split(f"([{re.escape(delimiter)}])", line) if part] if delimiter else [line]


class CsvFiles:
    """The files of one plan in this process, by file name or `*ALIAS`. Mirrors JMeter's FileWrapper."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.delimiter = build.properties.get("csvread.delimiter", ",").strip()
        self.opened: dict[str, list[list[str]]] = {}
        self.default = ""

    def load(self, name: str) -> list[list[str]]:
        """Read a file up to its first empty line."""
        rows = []
        with self.build.file(name).open(encoding="utf-8") as file:
            for line in file:
                text = line.rstrip("\n")
                if not text:
                    break
                rows.append(split_line(text, self.delimiter))
        return rows

    def named(self, name: str) -> str:
        """Give the only file that is open where no name is given."""
        if name:
            return name
        if len(self.opened) == 1 and self.default:
            log.warning("Using default: %s", self.default)
            return self.default
        log.error("Cannot determine default file name")
        return name

    def open(self, rows: Rows, file: str, alias: str) -> None:
        """Open a file for a user, under its own name or under an alias."""
        name = self.named(file)
        if alias in rows:
            return
        if alias not in self.opened:
            try:
                self.opened[alias] = self.load(name)
            except (OSError, UnicodeDecodeError) as error:
                log.warning("__CSVRead: %s: %s", name, error)
                return
            self.default = self.default or name
        rows[alias] = None

    def column(self, rows: Rows, file: str, column: int) -> str:
        """Give a column of a user's row, taking the next row where it has none; raises IndexError."""
        if file not in rows:
            if file.startswith("*"):
                log.warning("Cannot perform initial open using alias %s", file)
            else:
                file = self.named(file)
                self.open(rows, file, file)
            if file not in rows:
                return ""
        held = self.opened[file]
        row = rows[file]
        if row is None:
            row = rows[file] = self.build.cells.cell(f"__CSVRead {file}").add() % max(1, len(held))
        if column < 0:
            raise IndexError(column)
        return held[row][column]

    def end_row(self, rows: Rows, file: str) -> None:
        """Let a user's next column come from the next row."""
        file = self.named(file)
        if file not in rows:
            log.warning("endRow(): no entry for %s", file)
            return
        if rows[file] is None:
            log.warning("endRow() called twice in succession")
        rows[file] = None


@function("__CSVRead", 2)
def make_csv_read(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a column (from 0) of a file's row; `next` goes to the next row, `*NAME` opens the file as *NAME."""
    files: CsvFiles = build.kept.setdefault(STATE, CsvFiles(build))
    file_of, wanted = args[0].get, args[1].get

    def get(user: User) -> str:
        file, what = file_of(user), wanted(user)
        rows: Rows = user.state.setdefault(STATE, {})
        if what.startswith("*"):
            files.open(rows, file, what)
        elif what in ("next", "next()"):
            files.end_row(rows, file)
        else:
            try:
                return files.column(rows, file, java_number(what))
            except JavaError:
                log.warning("%s - can't parse column number: %s", user.name, what)
            except IndexError:
                log.warning("%s - invalid column number: %s at row %s", user.name, what, rows.get(file, -1))
        return ""

    return get
