"""Size Assertion. Mirrors SizeAssertion."""

from __future__ import annotations

from collections.abc import Callable
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING

from pyjm.engine.compile.element import Assertion, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.compile.value import whole_number
from pyjm.engine.vu.result import AssertionResult

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

COMPARISONS: dict[int, tuple[Callable[[int, int], bool], str]] = {
    1: (eq, "been equal to"),
    2: (ne, "not been equal to"),
    3: (gt, "been greater than"),
    4: (lt, "been less than"),
    5: (ge, "been greater or equal to"),
    6: (le, "been less than or equal to"),
}
INVALID = "ERROR - invalid condition"

FIELDS: dict[str, Callable[[SampleResult], int]] = {
    "SizeAssertion.response_headers": lambda result: result.header_bytes,
    "SizeAssertion.response_data": lambda result: result.body_bytes,
    "SizeAssertion.response_code": lambda result: len(result.response_code),
    "SizeAssertion.response_message": lambda result: len(result.response_message),
}
"""The field → its size; all else is the whole answer."""


@element("SizeAssertion")
class SizeAssertion(Assertion):
    """Holds the size of an answer, of a part of it, or the number in a variable against a limit."""

    limit = text("SizeAssertion.size")
    comparison = whole("SizeAssertion.operator")
    field = text("Assertion.test_field")
    scope = text("Assertion.scope", "parent")
    variable = text("Scope.variable")
    reads_body = False

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        if self.scope.get(user) == "variable":
            name = self.variable.get(user)
            value = user.vars.get(name)
            size = None if value is None else whole_number(str(value))
            if size is None:
                shown = "null" if value is None else value
                return AssertionResult(self.name, f"Error parsing variable name: {name} value: {shown}")
        else:
            field = FIELDS.get(self.field.get(user))
            size = result.bytes if field is None else field(result)
        written = self.limit.get(user)
        limit = whole_number(written)
        if limit is None:
            raise ValueError(f'java.lang.NumberFormatException: For input string: "{written}"')
        holds, words = COMPARISONS.get(self.comparison.get(user), (None, INVALID))
        if holds is not None and holds(size, limit):
            return None
        return AssertionResult(
            self.name, f"The result was the wrong size: It was {size:,} bytes, but should have {words} {limit:,} bytes."
        )
