"""Duration Assertion. Mirrors DurationAssertion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyjm.engine.compile.element import Assertion, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.vu.result import AssertionResult

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


@element("DurationAssertion")
class DurationAssertion(Assertion):
    """Fails a sample that took longer than it may; a limit of 0 or less is none."""

    limit_ms = whole("DurationAssertion.duration", bits=64)
    reads_body = False
    scope = text("Assertion.scope", "parent")

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        limit_ms = self.limit_ms.get(user)
        if limit_ms <= 0 or result.elapsed_ms <= limit_ms:
            return None
        return AssertionResult(
            self.label.get(user),
            f"The operation lasted too long: It took {result.elapsed_ms:,} milliseconds,"
            f" but should not have lasted longer than {limit_ms:,} milliseconds.",
        )
