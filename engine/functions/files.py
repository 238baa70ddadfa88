"""Functions that read files: __FileToString, __StringFromFile."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import JavaError
from pyjm.engine.compile.java_text import java_trim

from .saving import saved

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")

NOTHING = "**ERR**"
"""What JMeter gives where a file can't be read."""


def found(build: Build, name: str) -> Path:
    """Find a file: in the folder where the command runs, as JMeter does here, else as the plan's other files."""
    path = Path(name)
    return path if path.is_file() else build.file(name)


def content(path: Path, encoding: str) -> str:
    """Read a file whole."""
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        raise JavaError("java.nio.charset.UnsupportedCharsetException", encoding) from None
    try:
        return path.read_bytes().decode(encoding or "utf-8", "replace")
    except OSError as error:
        log.warning("Could not read %s: %s", path, error)
        return NOTHING


@function("__FileToString", 1, 3)
def make_file_to_string(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a file's content, in the encoding of the second argument; the third names a variable to keep it."""
    name = args[0].get
    encoding = args[1].get if len(args) > 1 else lambda user: ""
    return saved(lambda user: content(found(build, name(user)), java_trim(encoding(user))), args, 2)


@function("__StringFromFile", 1, 4)
def make_string_from_file(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a file's lines, one for each call of any user, and then from the first again."""
    if len(args) > 2:
        build.fault(path, "__StringFromFile with numbered files is not supported yet")
    name = args[0].get
    place = build.place(f"__StringFromFile {path}")
    lines: list[str] | None = None

    def get(user: User) -> str:
        nonlocal lines
        if lines is None:
            lines = read_lines(found(build, name(user)))
        return lines[build.cells.cell(place).add() % len(lines)] if lines else NOTHING

    def get_and_keep(user: User) -> str:
        value = user.vars["StringFromFile_"] = get(user)
        return value

    return saved(get, args, 1) if len(args) > 1 else get_and_keep


def read_lines(path: Path) -> list[str]:
    """Read a file's lines; none where it can't be read."""
    try:
        with path.open(encoding="utf-8") as file:
            return [line.rstrip("\n") for line in file]
    except (OSError, UnicodeDecodeError) as error:
        log.error("openFile() error: %s: %s", path, error)
        return []
