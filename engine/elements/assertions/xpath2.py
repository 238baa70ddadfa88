"""XPath2 Assertion. Mirrors XPath2Assertion: what decides is XPath 3.1's, but the expression must be one of 1.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Assertion, flag, text
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.xpath1 import XPathError, is_boolean
from pyjm.engine.elements.xpath2 import NamespacesError, compile_xpath2, document, report_broken, text_of
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import AssertionResult

from .thrown import thrown

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


@element("XPath2Assertion")
class XPath2Assertion(Assertion):
    """Fails a sample in which an XPath expression finds nothing, or something."""

    query = text("XPath.xpath", "/")
    negated = flag("XPath.negate")
    namespaces = text("XPath.namespaces")
    scope = text("Assertion.scope", "parent")
    variable = text("Scope.variable")

    def prepare(self, node: Node, build: Build) -> None:
        report_broken(node, build, self.query, self.namespaces)

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        body: str | None = result.text
        if self.scope.get(user) == "variable":
            body = str(user.vars.get(self.variable.get(user)) or "") or None
        if body is None:
            return AssertionResult(self.name, "Response was null")
        query, namespaces, negated = self.query.get(user), self.namespaces.get(user), self.negated.get(user)
        if not query:
            return AssertionResult(self.name, "", failure=False)
        try:
            expression = compile_xpath2(query, namespaces)
            root = document(body)
        except NamespacesError as error:
            return thrown(f"java.lang.NullPointerException: {error}")
        except XPathError as error:
            return self.error(f"Exception occurred computing assertion with XPath:{query}, error:{error}")
        words = [word.split("=") for word in namespaces.split()]
        if any(len(word) < 2 for word in words):
            return thrown("java.lang.ArrayIndexOutOfBoundsException: Index 1 out of bounds for length 1")
        try:
            boolean = is_boolean(query, {word[0]: word[1] for word in words})
        except XPathError as error:
            return self.error(f"Exception: {error} for:{query}")
        try:
            found = expression.select(root)
        except XPathError as error:
            return self.error(f"Exception occurred computing assertion with XPath:{query}, error:{error}")
        matched = bool(found) and (not boolean or text_of(found[0], fragment=False).lower() == "true")
        said = f"Nodes Matched for {query}" if negated else f"No Nodes Matched for {query}"
        return AssertionResult(self.name, said, failure=matched is negated)

    def error(self, message: str) -> AssertionResult:
        """Say that the sample could not be judged."""
        return AssertionResult(self.name, message, failure=False, error=True)
