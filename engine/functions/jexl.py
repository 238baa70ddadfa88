"""__jexl3 and __jexl2: expressions; mostly comparisons and logic, for If and While Controllers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_text import java_text, java_trim
from pyjm.engine.scripts.errors import ScriptError

from .jexl_nodes import Env
from .jexl_read import JEXL2, JEXL3, Dialect
from .jexl_script import read
from .jexl_words import JexlSyntaxError, JexlUnsupportedError

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")


@lru_cache(maxsize=4096)
def compiled(text: str, dialect: Dialect) -> Callable[[Env], Any]:
    """Read an expression, once for each text."""
    return read(text, dialect)


@function("__jexl3", 1, 2)
def make_jexl3(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Evaluate a JEXL expression, an error to an empty text; the second argument names a variable to keep it."""
    return evaluated(args, build, path, JEXL3)


@function("__jexl2", 1, 2)
def make_jexl2(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Evaluate an expression of the older JEXL: `+` adds texts that are numbers, and an error keeps no variable."""
    return evaluated(args, build, path, JEXL2)


def evaluated(args: Args, build: Build, path: str, dialect: Dialect) -> Callable[[User], str]:
    """Make the evaluation."""
    if args[0].constant is not None:
        check(args[0].constant, build, path, dialect)
    expression = args[0].get
    name_of = args[1].get if len(args) > 1 else lambda user: ""

    def get(user: User) -> str:
        text = expression(user)
        name = java_trim(name_of(user))
        value = None
        try:
            value = compiled(text, dialect)(Env(user, build))
        except ScriptError as error:
            log.error('An error occurred while evaluating the expression "%s": %s', text, error)
            if dialect is JEXL2 or isinstance(error, JexlSyntaxError):
                return ""
        result = "" if value is None else java_text(value)
        if name:
            user.vars[name] = result
        return result

    return get


def check(text: str, build: Build, path: str, dialect: Dialect) -> None:
    """Report what is wrong with an expression that is known before the run."""
    try:
        compiled(text, dialect)
    except JexlUnsupportedError as error:
        build.fault(path, f"JEXL: {error} is not supported in: {text}", "comparisons, logic and methods of texts are")
    except JexlSyntaxError as error:
        build.fault(path, f"JEXL: {error} in: {text}", "it gives an empty text, as in JMeter", fatal=False)
