"""Regular Expression Extractor. Mirrors RegexExtractor: which variables it sets, and which old ones it removes."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PostProcessor, flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.matches import Variables, chosen, count_of
from pyjm.engine.elements.regex import RegexError, compile_regex, find_all, is_java
from pyjm.engine.elements.sources import Source
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.post")

GROUP = re.compile(r"\$(\d+)\$")


@lru_cache(1000)
def read_template(template: str) -> tuple[str | int, ...]:
    """Split a template such as `$1$-$2$` into texts and numbers of groups."""
    parts: list[str | int] = []
    at = 0
    for found in GROUP.finditer(template):
        parts += [template[at : found.start()], int(found[1])]
        at = found.end()
    return tuple(part for part in [*parts, template[at:]] if part != "")


@element("RegexExtractor")
class RegexExtractor(PostProcessor):
    """Extracts what a regular expression matches."""

    reference = text("RegexExtractor.refname")
    expression = text("RegexExtractor.regex")
    template = text("RegexExtractor.template")
    match_number = whole("RegexExtractor.match_number")
    default = text("RegexExtractor.default")
    empty_default = flag("RegexExtractor.default_empty_value")
    variable = text("Scope.variable")

    def prepare(self, node: Node, build: Build) -> None:
        self.java = is_java(build.properties)
        self.source = Source(node, build, "RegexExtractor.useHeaders", self.variable)
        self.reads_body = self.source.reads_body
        self.parts = self.template.map(read_template)
        constant = self.expression.constant
        if constant is not None:
            try:
                compile_regex(constant, self.java)
            except RegexError as error:
                build.fault(node.path, f"the regular expression {constant!r} can't be used: {error}", fatal=False)

    def after(self, user: User, result: SampleResult) -> None:
        parts = self.template_of(user)
        variables = user.vars
        name = self.reference.get(user)
        number = self.match_number.get(user)
        default = self.default.get(user)
        if default or self.empty_default.get(user):
            variables[name] = default
        try:
            pattern = compile_regex(self.expression.get(user), self.java)
        except RegexError as error:
            log.error("%s: Error in pattern: '%s': %s", self.path, self.expression.get(user), error)
            return
        matches = self.matches(pattern, user, result, number)
        before = count_of(variables.pop(f"{name}_matchNr", None))
        kept = 0
        if number >= 0:
            match = chosen(matches, number)
            if match is None:
                remove_groups(variables, name)
            else:
                save(variables, name, parts, match)
        else:
            remove_groups(variables, name)
            kept = len(matches)
            variables[f"{name}_matchNr"] = str(kept)
            for at, match in enumerate(matches, 1):
                save(variables, f"{name}_{at}", parts, match)
        for at in range(kept + 1, before + 1):
            variables.pop(f"{name}_{at}", None)
            remove_groups(variables, f"{name}_{at}")

    def template_of(self, user: User) -> tuple[str | int, ...]:
        """Give the template, which each user evaluates once."""
        constant = self.parts.constant
        if constant is not None:
            return constant
        parts: tuple[str | int, ...] | None = user.state.get(self)
        if parts is None:
            parts = user.state[self] = self.parts.get(user)
        return parts

    def matches(self, pattern: re.Pattern[str], user: User, result: SampleResult, number: int) -> list[re.Match[str]]:
        """Find the matches in all that is in scope, no more than `number` if it is one."""
        found: list[re.Match[str]] = []
        for subject in self.source.texts(user, result):
            every = find_all(pattern, subject, self.java)
            found += every if number <= 0 else islice(every, number - len(found))
            if len(found) == number:
                break
        return found


def save(variables: Variables, name: str, parts: Sequence[str | int], match: re.Match[str]) -> None:
    """Set a match's variables: the template's result and the groups; a group that took no part is null."""
    groups = (match[0], *match.groups())
    variables[name] = "".join(part if isinstance(part, str) else _group(groups, part) for part in parts)
    before = count_of(variables.get(f"{name}_g"))
    for at, group in enumerate(groups):
        variables[f"{name}_g{at}"] = group
    variables[f"{name}_g"] = str(len(groups) - 1)
    for at in range(len(groups), before + 1):
        variables.pop(f"{name}_g{at}", None)


def _group(groups: Sequence[str | None], number: int) -> str:
    group = groups[number] if number < len(groups) else None
    return "null" if group is None else group


def remove_groups(variables: Variables, name: str) -> None:
    """Remove the groups of a former match."""
    for at in range(count_of(variables.pop(f"{name}_g", None)) + 1):
        variables.pop(f"{name}_g{at}", None)
