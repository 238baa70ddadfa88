"""JMESPath Assertion. Mirrors JMESPathAssertion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.element import text
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.jackson import JacksonError, as_text, read
from pyjm.engine.elements.jmes_path import JmesError, compile_jmes, search
from pyjm.engine.elements.regex import RegexError, matches
from pyjm.engine.vu.result import AssertionResult

from .json_value import JsonValueAssertion, same

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


@element("JMESPathAssertion")
class JMESPathAssertion(JsonValueAssertion):
    """Holds what a JMESPath expression finds against a value, a regular expression, or nothing but that it is there."""

    query = text("JMES_PATH")

    def prepare(self, node: Node, build: Build) -> None:
        query = self.query.constant
        try:
            if query is not None:
                compile_jmes(query)
        except JmesError as error:
            build.fault(node.path, f"the JMESPath expression {query!r} can't be used: {error}", fatal=False)
        super().prepare(node, build)

    def reads_pattern(self) -> bool:
        return super().reads_pattern() and not self.null.constant

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        if not result.text:
            return AssertionResult(self.name, "Response was null")
        inverted = self.inverted.get(user)
        try:
            good = self.holds(user, result.text)
        except (JacksonError, JmesError, RegexError) as error:
            return None if inverted else AssertionResult(self.name, str(error), failure=False, error=True)
        return AssertionResult(self.name, self.words(user, inverted)) if good is inverted else None

    def holds(self, user: User, body: str) -> bool:
        """Tell whether what is found is as expected, before any inversion."""
        document = read(body)
        value = search(self.query.get(user), document)
        if not self.compares.get(user):
            return value is not None
        return value is None if self.null.get(user) else self.fits(user, value)

    def fits(self, user: User, value: Any) -> bool:
        """Tell whether a value is the expected one."""
        expected, found = self.expected.get(user), as_text(value)
        if self.by_regex.get(user):
            return matches(self.compiled(expected), found, self.java)
        return found == expected or same(read(expected), value)

    def words(self, user: User, inverted: bool) -> str:
        """Say what was expected."""
        negation = " not" if inverted else ""
        if not self.compares.get(user):
            return f"JMESPATH {self.query.get(user)} expected{negation} to exist"
        if self.null.get(user):
            return f"Value expected{negation} to be null"
        how = "match" if self.by_regex.get(user) else "be equal to"
        return f"Value expected{negation} to {how} {self.expected.get(user)}"
