"""__javaScript: an expression, or a script whose last value counts, in JavaScript."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_text import java_trim
from pyjm.engine.scripts.errors import ScriptError

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")


@function("__javaScript", 1, 2)
def make_javascript(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Evaluate JavaScript, an error to an empty text; the second argument names a variable to keep it."""
    from pyjm.engine.scripts.javascript import engine  # a plan without JavaScript does not load it

    scripts = engine()
    script_of = args[0].get
    name_of = args[1].get if len(args) > 1 else None
    if args[0].constant is not None:
        try:
            scripts.check(args[0].constant)
        except ScriptError as error:
            build.fault(path, f"JavaScript: {error}", "it gives an empty text, as in JMeter", fatal=False)

    def get(user: User) -> str:
        script = script_of(user)
        name = None if name_of is None else java_trim(name_of(user))
        try:
            value = scripts.evaluate(script, user, build)
        except ScriptError as error:
            log.error("Error processing Javascript: [%s]: %s", script, error)
            return ""
        if name is not None:
            user.vars[name] = value
        return value

    return get
