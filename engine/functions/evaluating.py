"""Functions that evaluate a text known only while the test runs: __eval, __evalVar."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.grammar import compile_again
from pyjm.engine.compile.java_text import java_text

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.compile.value import Value
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")

KEPT = 4096
"""How many texts are kept compiled for one place."""


def evaluator(build: Build) -> Callable[[str, User], str]:
    """Make what compiles and evaluates texts."""
    known: dict[str, Value[str]] = {}

    def evaluate(text: str, user: User) -> str:
        value = known.get(text)
        if value is None:
            if len(known) >= KEPT:
                known.clear()
            late = replace(build, faults=[])
            value = known[text] = compile_again(text, late)
            for fault in late.faults:
                log.error("%s", fault)
        return value.get(user)

    return evaluate


@function("__eval", 1)
def make_eval(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Evaluate a text once more."""
    text = args[0].get
    evaluate = evaluator(build)
    return lambda user: evaluate(text(user), user)


@function("__evalVar", 1)
def make_eval_var(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Evaluate what a variable holds."""
    name_of = args[0].get
    evaluate = evaluator(build)

    def get(user: User) -> str:
        value = user.vars.get(name_of(user))
        return "" if value is None else evaluate(java_text(value), user)

    return get
