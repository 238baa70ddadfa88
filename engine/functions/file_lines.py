"""__StringFromFile: the lines of a file, or of numbered files, one for each call of any user."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, JavaError
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.elements.decimal_format import PatternError, decimal_format
from pyjm.engine.vu.stops import StopThread

from .files import NOTHING, found
from .parsing import java_number

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")


class Lines:
    """The lines that one occurrence of the function gives, in order; read as far as they are asked for.

    `args` are file name (or its pattern, if there is a first number), variable, first number and last number.
    """

    def __init__(self, args: Args, build: Build) -> None:
        self.args = args
        self.build = build
        self.numbered = len(args) > 2
        self.lines: list[str | None] = []
        self.opened = 0
        self.start: int | None = None
        self.end: int | None = None
        self.over = False

    def line(self, number: int, user: User) -> str | None:
        """Give a line by its number; None for what Java's null is: a file without lines. Raises StopThread."""
        if not self.opened:
            self.start, self.end = self.bound(2, user), self.bound(3, user)
        while number >= len(self.lines) and not self.over:
            if self.opened and not self.numbered:
                return self.lines[number % len(self.lines)] if self.lines else None
            self.open(user)
        if number < len(self.lines):
            return self.lines[number]
        if self.end is not None:
            raise StopThread("End of sequence")
        return NOTHING

    def bound(self, index: int, user: User) -> int | None:
        """Read the first or last number; None where there is none."""
        if len(self.args) <= index:
            return None
        text = self.args[index].get(user)
        try:
            return java_number(text)
        except JavaError:
            log.warning("Exception parsing %s as int, value will not be considered as number of a file", text)
            return None

    def open(self, user: User) -> None:
        """Read the next file."""
        number = (1 if self.start is None else self.start) + self.opened
        if self.end is not None and number > self.end:
            self.over = True
            return
        name = self.args[0].get(user)
        if self.start is not None:
            try:
                name = decimal_format(name).format(number)
            except PatternError as error:
                raise JavaError(ILLEGAL_ARGUMENT, str(error)) from None
        read: list[str | None] = []
        try:
            with found(self.build, name).open(encoding="utf-8") as file:
                read += [line.rstrip("\n") for line in file]
        except (OSError, UnicodeDecodeError) as error:
            log.error("openFile() error: %s: %s", name, error)
            self.over = True
            return
        # the first line after the end of a file is looked for once: a file without lines gives null there
        self.lines += read or ([None] if self.opened and self.numbered else [])
        self.opened += 1


@function("__StringFromFile", 1, 4)
def make_string_from_file(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a file's lines, one for each call of any user, and then from the first again, or those of the next file."""
    place = build.place(f"__StringFromFile {path}")
    lines = Lines(args, build)
    name_of = args[1].get if len(args) > 1 else lambda user: "StringFromFile_"

    def get(user: User) -> str:
        name = java_trim(name_of(user))
        line = lines.line(build.cells.cell(place).add(), user)
        if name:
            user.vars.pop(name, None)
            if line is not None:
                user.vars[name] = line
        return "null" if line is None else line

    return get
