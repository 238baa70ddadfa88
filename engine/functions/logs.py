"""Functions that write to the log: __log, __logn."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_text import java_trim

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")

LEVELS = {"ERROR": logging.ERROR, "WARN": logging.WARNING, "INFO": logging.INFO}


def write(user: User, text: str, level: str, error: str, comment: str) -> None:
    """Write a line as JMeter does, to the log or, for OUT and ERR, to a stream."""
    level = java_trim(level or "INFO").upper()
    if level in ("OUT", "ERR"):
        line = f"Log: {user.name}{f' {comment}' if comment else ' : '}{text}"
        print(f"{line} {error}" if error else line, file=sys.stdout if level == "OUT" else sys.stderr, flush=True)
        return
    suffix = f" {error}" if error else ""
    log.log(LEVELS.get(level, logging.DEBUG), "%s %s %s%s", user.name, comment or " : ", text, suffix)


def logged(args: Args, *, gives: bool) -> Callable[[User], str]:
    """Make a log function, which gives the text or nothing."""
    texts = [arg.get for arg in args]

    def get(user: User) -> str:
        said = [text(user) for text in texts]
        write(user, *(said + [""] * 4)[:4])
        return said[0] if gives else ""

    return get


@function("__log", 1, 4)
def make_log(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Log a text and give it; then level (or OUT, ERR), error and comment."""
    return logged(args, gives=True)


@function("__logn", 1, 3)
def make_logn(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Log a text and give nothing."""
    return logged(args, gives=False)
