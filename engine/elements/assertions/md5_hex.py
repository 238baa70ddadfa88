"""MD5Hex Assertion. Mirrors MD5HexAssertion."""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING

from pyjm.engine.compile.element import Assertion, text
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.result import AssertionResult

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


@element("MD5HexAssertion")
class Md5HexAssertion(Assertion):
    """Holds the MD5 of the body against the one that is expected."""

    expected = text("MD5HexAssertion.size")

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        if not result.body:
            return AssertionResult(self.name, "Response was null")
        expected = self.expected.get(user)
        if not expected:
            return AssertionResult(self.name, "MD5Hex to test against is empty")
        found = md5(result.body, usedforsecurity=False).hexdigest()
        if found == expected.lower():
            return None
        return AssertionResult(self.name, f"Error asserting MD5 sum : got {found} but should have been {expected}")
