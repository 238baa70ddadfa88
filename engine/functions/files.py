"""Functions that read and write files whole: __FileToString, __StringToFile."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pyjm.engine.charsets.charset import decode, encode, known_charset
from pyjm.engine.compile.charsets import report_charset
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
    if encoding and not known_charset(encoding):
        raise JavaError("java.nio.charset.UnsupportedCharsetException", encoding)
    try:
        return decode(path.read_bytes(), encoding or "utf-8")
    except OSError as error:
        log.warning("Could not read %s: %s", path, error)
        return NOTHING


@function("__FileToString", 1, 3)
def make_file_to_string(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give a file's content, in the encoding of the second argument; the third names a variable to keep it."""
    name = args[0].get
    encoding = args[1].get if len(args) > 1 else lambda user: ""
    report_charset(build, path, args[1].constant if len(args) > 1 else None)
    return saved(lambda user: content(found(build, name(user)), java_trim(encoding(user))), args, 2)


@function("__StringToFile", 2, 4)
def make_string_to_file(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Write a text (`\\n` for a new line) to a file, at its end unless the third argument is other than `true`."""
    name_of, content_of = args[0].get, args[1].get
    append_of = args[2].get if len(args) > 2 else lambda user: ""
    encoding_of = args[3].get if len(args) > 3 else lambda user: ""
    report_charset(build, path, args[3].constant if len(args) > 3 else None)

    def get(user: User) -> str:
        name = java_trim(name_of(user))
        text = content_of(user).replace("\\n", os.linesep)
        appends = java_trim(append_of(user)).lower() in ("", "true")
        try:
            data = encode(text, encoding_of(user) or "utf-8")
            with Path(name).open("ab" if appends else "wb") as file:
                file.write(data)
        except (OSError, LookupError) as error:
            log.error("__StringToFile %s: %s", name, error)
            return "false"
        return "true"

    return get
