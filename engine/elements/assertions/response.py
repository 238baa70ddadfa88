"""Response Assertion. Mirrors ResponseAssertion, whose messages stand in the results."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Assertion, flag, text
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.document import document_reader
from pyjm.engine.elements.regex import RegexError, compile_regex, is_java, matches
from pyjm.engine.elements.scoped import scope_of
from pyjm.engine.plan.tree import Node
from pyjm.engine.vu.result import AssertionResult

from .comparison import Comparison

if TYPE_CHECKING:
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User

MATCH, CONTAINS, NOT, EQUALS, SUBSTRING, OR = 1, 2, 4, 8, 16, 32

DOCUMENT = "Assertion.response_data_as_document"

Field = tuple[str, "Callable[[SampleResult], str]"]

URL: Field = ("URL", lambda result: result.url)

FIELDS: dict[str, Field] = {
    "Assertion.response_data": ("text", lambda result: result.text),
    "Assertion.response_code": ("code", lambda result: result.response_code),
    "Assertion.response_message": ("message", lambda result: result.response_message),
    "Assertion.response_headers": ("headers", lambda result: result.response_headers),
    "Assertion.request_headers": ("request headers", lambda result: result.request_headers),
    "Assertion.request_data": ("request data", lambda result: result.sampler_data or ""),
}
"""The field to test → its name in messages, and how it is read; all else is the URL."""

ALWAYS_KEPT = frozenset({"code", "message", "URL"})
"""What a sample has even where nobody reads what went over the wire."""

EXPECTED = {
    CONTAINS: " expected to contain ",
    SUBSTRING: " expected to contain ",
    NOT | CONTAINS: " expected not to contain ",
    NOT | SUBSTRING: " expected not to contain ",
    MATCH: " expected to match ",
    NOT | MATCH: " expected not to match ",
    EQUALS: " expected to equal ",
    NOT | EQUALS: " expected not to equal ",
}
BAD_PATTERN = "Bad test configuration org.apache.oro.text.MalformedCachePatternException: Invalid expression: {}\n{}"


@element("ResponseAssertion")
class ResponseAssertion(Assertion):
    """Holds a field of the sample, or a variable, against patterns."""

    assume_success = flag("Assertion.assume_success")
    message = text("Assertion.custom_message")
    variable = text("Scope.variable")
    kind = text("Assertion.test_type", str(CONTAINS))

    def prepare(self, node: Node, build: Build) -> None:
        self.java = is_java(build.properties)
        self.comparison = Comparison.of(build.properties)
        self.scope = scope_of(node, "Assertion.scope")
        field = node.text("Assertion.test_field")
        self.field_name, self.read = FIELDS.get(field, URL)
        self.reads_body = self.scope != "variable" and self.field_name not in ALWAYS_KEPT
        self.type = int(self.kind.constant) if self.kind.constant and self.kind.constant.isdigit() else 0
        self.patterns = [build.value(str(item), node.path) for item in node.items("Asserion.test_strings")]
        self.uses_regex = bool(self.type & CONTAINS) or not self.type & (EQUALS | SUBSTRING)
        if field == DOCUMENT and self.scope != "variable":
            self.field_name, self.read, self.reads_body = "document", document_reader(node.path, build), True
        for pattern in self.patterns if self.uses_regex else []:
            if pattern.constant is not None:
                self.check_pattern(pattern.constant, build)

    def check_pattern(self, pattern: str, build: Build) -> None:
        """Report a pattern that can't be used."""
        try:
            compile_regex(pattern, self.java)
        except RegexError as error:
            build.fault(self.path, f"the pattern {pattern!r} can't be used: {error}", fatal=False)

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        if self.assume_success.get(user):
            result.success = True
        subject = self.subject(user, result)
        if not subject:
            return None if self.type & NOT else AssertionResult(self.name, "Response was null")
        try:
            failures = self.failures(user, subject)
        except RegexError as error:
            return AssertionResult(self.name, str(error), failure=False, error=True)
        if not failures:
            return None
        message = self.message.get(user)
        if message:
            return AssertionResult(self.name, message)
        return AssertionResult(self.name, "".join(f"{said}\t" for said in failures) if self.type & OR else failures[0])

    def subject(self, user: User, result: SampleResult) -> str:
        """Give the text to test."""
        if self.scope == "variable":
            value = user.vars.get(self.variable.get(user))
            return "" if value is None else str(value)
        return self.read(result)

    def failures(self, user: User, subject: str) -> Sequence[str]:
        """Tell what is wrong: the first failure, or with OR all of them unless one pattern fits."""
        negated, either = bool(self.type & NOT), bool(self.type & OR)
        failures: list[str] = []
        for value in self.patterns:
            pattern = value.get(user)
            if self.fits(pattern, subject) is not negated:
                if either:
                    return ()
                continue
            failures.append(self.failure(user, pattern, subject))
            if not either:
                return failures
        # with OR and no pattern at all JMeter fails, too
        return failures or (("",) if either else ())

    def fits(self, pattern: str, subject: str) -> bool:
        """Tell whether a pattern fits."""
        if self.type & CONTAINS:
            return self.compiled(pattern).search(subject) is not None
        if self.type & EQUALS:
            return subject == pattern
        if self.type & SUBSTRING:
            return pattern in subject
        return matches(self.compiled(pattern), subject, self.java)

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """Compile a pattern; the error says what stands in the results."""
        try:
            return compile_regex(pattern, self.java)
        except RegexError as error:
            raise RegexError(BAD_PATTERN.format(pattern, error)) from None

    def failure(self, user: User, pattern: str, subject: str) -> str:
        """Write what is wrong."""
        name = f"variable({self.variable.get(user)})" if self.scope == "variable" else self.field_name
        expected = EXPECTED.get(self.type, " expected something using ")
        shown = self.comparison.text(subject, pattern) if self.type & EQUALS else pattern
        return f"Test failed: {name}{expected}/{shown}/"
