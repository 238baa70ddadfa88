"""__regexFunction: what a regular expression finds in the previous sample's body or in a variable."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from random import randrange
from typing import TYPE_CHECKING

from pyjm.engine.compile.functions import Args, function
from pyjm.engine.compile.java_error import JavaError
from pyjm.engine.compile.java_text import java_text
from pyjm.engine.compile.value import Value
from pyjm.engine.elements.regex import RegexError, compile_regex, find_all, is_java

from .parsing import java_double, java_number

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.functions")

_GROUP = re.compile(r"\$(\d+)\$")


def filled(template: str, match: re.Match[str]) -> str:
    """Fill a match's groups into a template; one that took no part, or is not there, is `null`."""
    groups = [match[0], *match.groups()]

    def group(found: re.Match[str]) -> str:
        value = groups[int(found[1])] if int(found[1]) < len(groups) else None
        return "null" if value is None else value

    return _GROUP.sub(group, template)


def chosen(matches: list[re.Match[str]], which: str) -> re.Match[str] | None:
    """Give the match of a number, of a share of all (`0.5`) or any one; None beyond the last."""
    if which == "RAND":
        return matches[randrange(len(matches))]
    try:
        at = java_number(which) - 1
        if at >= len(matches):
            return None
    except JavaError:
        at = int(len(matches) * java_double(which) + 0.5) - 1
    if not 0 <= at < len(matches):
        problem = f"Index {at} out of bounds for length {len(matches)}"
        raise JavaError("java.lang.IndexOutOfBoundsException", problem)
    return matches[at]


class RegexFunction:
    """One occurrence of the function. `texts` are its arguments: those that are not given are empty."""

    def __init__(self, args: Args, java: bool) -> None:
        empty = Value.of("")
        self.texts = [arg.get for arg in [*args, *[empty] * (7 - len(args))]]
        self.java = java

    def get(self, user: User) -> str:
        """Evaluate it."""
        template, which, between, default, name, variable = [text(user) for text in self.texts[1:]]
        if name:
            user.vars[name] = default
        subject = ""
        if variable:
            value = user.vars.get(variable)
            subject = "" if value is None else java_text(value)
        elif user.previous is not None:
            subject = user.previous.text
        if not subject:
            return default
        matches: list[re.Match[str]] = []
        source = self.texts[0](user)
        try:
            matches += find_all(compile_regex(source, self.java), subject, self.java)
        except RegexError as error:
            log.error("Malformed cache pattern:%s: %s", source, error)
            return ""
        finally:
            if name:
                user.vars[f"{name}_matchNr"] = str(len(matches))
        if not matches:
            return default
        if which == "ALL":
            return between.join([self.result(user, match, template, name) for match in matches])
        match = chosen(matches, which or "1")
        return default if match is None else self.result(user, match, template, name)

    def result(self, user: User, match: re.Match[str], template: str, name: str) -> str:
        """Give a match's text, and keep it and its groups."""
        for number, group in enumerate((match[0], *match.groups())):
            user.vars[f"{name}_g{number}"] = group
        value = filled(template, match)
        if name:
            user.vars[name] = value
        return value


@function("__regexFunction", 2, 7)
def make_regex_function(args: Args, build: Build, path: str) -> Callable[[User], str]:
    """Give what an expression finds, in a template; then: which match, text between, default, variables."""
    if len(args) < 7 or args[6].constant == "":
        build.reads_previous = True
    java = is_java(build.properties)
    expression = args[0].constant
    if expression is not None:
        try:
            compile_regex(expression, java)
        except RegexError as error:
            build.fault(path, f"the regular expression {expression!r} can't be used: {error}", fatal=False)
    return RegexFunction(args, java).get
