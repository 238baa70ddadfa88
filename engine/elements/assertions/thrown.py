"""What an assertion says that throws in JMeter: the thread catches it and writes it down."""

from __future__ import annotations

from pyjm.engine.vu.result import AssertionResult


def thrown(said: str) -> AssertionResult:
    """Say what was thrown: the exception's name and message."""
    return AssertionResult("Assertion failed! See log file.", said, failure=False, error=True)
