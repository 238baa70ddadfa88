"""What the assertions on a value in JSON have in common: JSON Assertion and JMESPath Assertion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.element import Assertion, flag, text
from pyjm.engine.elements.regex import RegexError, compile_regex, is_java

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node


class JsonValueAssertion(Assertion):
    """Holds a value against an expected one, a regular expression, or nothing but that it is there."""

    content = ""

    expected = text("EXPECTED_VALUE")
    compares = flag("JSONVALIDATION")
    null = flag("EXPECT_NULL")
    inverted = flag("INVERT")
    by_regex = flag("ISREGEX", True)

    def prepare(self, node: Node, build: Build) -> None:
        self.java = is_java(build.properties)
        expected = self.expected.constant
        try:
            if expected is not None and self.reads_pattern():
                compile_regex(expected, self.java)
        except RegexError as error:
            build.fault(node.path, f"the pattern {expected!r} can't be used: {error}", fatal=False)

    def reads_pattern(self) -> bool:
        """Tell whether the expected value is surely taken for a pattern."""
        return bool(self.by_regex.constant and self.compares.constant)

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """Compile a pattern; the error says what stands in the results."""
        try:
            return compile_regex(pattern, self.java)
        except RegexError as error:
            raise RegexError(f"Invalid expression: {pattern}\n{error}") from None


def same(one: Any, other: Any) -> bool:
    """Compare as Java's equals: whole numbers and fractions are never the same."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return type(one) is type(other) and bool(one == other)
