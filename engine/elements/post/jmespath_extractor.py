"""JMESPath Extractor. Mirrors JMESPathExtractor."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import PostProcessor, text
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.jackson import JacksonError, as_text, read
from pyjm.engine.elements.jmes_path import JmesError, compile_jmes, search
from pyjm.engine.elements.matches import chosen, number_of, remove_numbered
from pyjm.engine.elements.scoped import samples_in, scope_of
from pyjm.engine.plan.tree import Node

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

log = logging.getLogger("pyjm.post")


def match_number(text: str) -> int:
    """Read a match number, 0 where there is none; raises ValueError."""
    if not text.strip():
        return 0
    return number_of(text)


@element("JMESPathExtractor")
class JMESPathExtractor(PostProcessor):
    """Extracts what a JMESPath expression finds; each item of a list is a match of its own."""

    reference = text("JMESExtractor.referenceName")
    expression = text("JMESExtractor.jmesPathExpr")
    number = text("JMESExtractor.matchNumber")
    default = text("JMESExtractor.defaultValue")
    variable = text("Scope.variable")

    def prepare(self, node: Node, build: Build) -> None:
        self.scope = scope_of(node, build)
        self.reads_body = self.scope.constant != "variable"
        expression, number = self.expression.constant, self.number.constant
        try:
            if expression is not None:
                compile_jmes(expression.strip())
        except JmesError as error:
            build.fault(node.path, f"the JMESPath expression {expression!r} can't be used: {error}", fatal=False)
        try:
            if number is not None:
                match_number(number)
        except ValueError as error:
            build.fault(node.path, f"match number {number!r}: {error}; no sample is kept", fatal=False)

    def after(self, user: User, result: SampleResult) -> None:
        variables, name, default = user.vars, self.reference.get(user), self.default.get(user)
        bodies = self.bodies(user, result)
        number = match_number(self.number.get(user))
        expression = self.expression.get(user).strip()
        remove_numbered(variables, name)
        try:
            found = [value for body in bodies for value in found_in(body, expression)]
        except (JacksonError, JmesError) as error:
            log.error("Error processing JSON content in %s, message: %s", self.name, error)
            variables[name] = default
            return
        if not found:
            variables[name] = default
        elif number < 0:
            variables.update((f"{name}_{at}", value) for at, value in enumerate(found, 1))
        else:
            match = found[0] if len(found) == 1 else chosen(found, number)
            variables[name] = default if match is None else match
        if bodies:
            variables[f"{name}_matchNr"] = str(len(found))

    def bodies(self, user: User, result: SampleResult) -> list[str]:
        """Give the texts to look at, blank ones left out."""
        scope = self.scope.get(user)
        if scope == "variable":
            return [str(user.vars.get(self.variable.get(user), ""))]
        texts = [sample.text for sample in samples_in(scope, result)]
        return [text for text in texts if text and not text.isspace()]


def found_in(body: str, expression: str) -> list[str]:
    """Give what an expression finds in a text: the items of a list, or one value; raises JacksonError and JmesError."""
    compile_jmes(expression)
    value = search(expression, read(body))
    if value is None:
        return []
    return [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]
