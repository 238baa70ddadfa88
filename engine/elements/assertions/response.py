"""Response Assertion. Mirrors ResponseAssertion, whose messages stand in the results."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pyjm.engine.compile.build import Build
from pyjm.engine.compile.element import Assertion, flag, text, whole
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.document import document_reader
from pyjm.engine.elements.regex import RegexError, compile_regex, is_java, matches
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


def uses_regex(kind: int) -> bool:
    """Tell whether patterns are regular expressions."""
    return bool(kind & CONTAINS) or not kind & (EQUALS | SUBSTRING)


@element("ResponseAssertion")
class ResponseAssertion(Assertion):
    """Holds a field of the sample, or a variable, against patterns."""

    assume_success = flag("Assertion.assume_success")
    message = text("Assertion.custom_message")
    scope = text("Assertion.scope", "parent")
    variable = text("Scope.variable")
    field = text("Assertion.test_field")
    kind = whole("Assertion.test_type", CONTAINS)

    def prepare(self, node: Node, build: Build) -> None:
        self.java = is_java(build.properties)
        self.comparison = Comparison.of(build.properties)
        field, kind = self.field.constant, self.kind.constant
        always_kept = field is not None and FIELDS.get(field, URL)[0] in ALWAYS_KEPT
        self.reads_body = self.scope.constant != "variable" and not always_kept
        self.patterns = [build.value(str(item), node.path) for item in node.items("Asserion.test_strings")]
        self.document: Field | None = None
        if field in (DOCUMENT, None) and self.scope.constant != "variable":
            self.document = "document", document_reader(node.path, build, sure=field is not None)
            self.reads_body = True
        for pattern in self.patterns if kind is not None and uses_regex(kind) else []:
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
        kind = self.kind.get(user)
        if not subject:
            return None if kind & NOT else AssertionResult(self.name, "Response was null")
        try:
            failures = self.failures(user, subject, kind)
        except RegexError as error:
            return AssertionResult(self.name, str(error), failure=False, error=True)
        if not failures:
            return None
        message = self.message.get(user)
        if message:
            return AssertionResult(self.name, message)
        return AssertionResult(self.name, "".join(f"{said}\t" for said in failures) if kind & OR else failures[0])

    def subject(self, user: User, result: SampleResult) -> str:
        """Give the text to test."""
        if self.scope.get(user) == "variable":
            value = user.vars.get(self.variable.get(user))
            return "" if value is None else str(value)
        return self.tested(user)[1](result)

    def tested(self, user: User) -> Field:
        """Give the name in messages of the field to test, and how it is read."""
        field = self.field.get(user)
        return self.document if field == DOCUMENT and self.document is not None else FIELDS.get(field, URL)

    def failures(self, user: User, subject: str, kind: int) -> Sequence[str]:
        """Tell what is wrong: the first failure, or with OR all of them unless one pattern fits."""
        negated, either = bool(kind & NOT), bool(kind & OR)
        failures: list[str] = []
        for value in self.patterns:
            pattern = value.get(user)
            if self.fits(pattern, subject, kind) is not negated:
                if either:
                    return ()
                continue
            failures.append(self.failure(user, pattern, subject, kind))
            if not either:
                return failures
        # with OR and no pattern at all JMeter fails, too
        return failures or (("",) if either else ())

    def fits(self, pattern: str, subject: str, kind: int) -> bool:
        """Tell whether a pattern fits."""
        if kind & CONTAINS:
            return self.compiled(pattern).search(subject) is not None
        if kind & EQUALS:
            return subject == pattern
        if kind & SUBSTRING:
            return pattern in subject
        return matches(self.compiled(pattern), subject, self.java)

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """Compile a pattern; the error says what stands in the results."""
        try:
            return compile_regex(pattern, self.java)
        except RegexError as error:
            raise RegexError(BAD_PATTERN.format(pattern, error)) from None

    def failure(self, user: User, pattern: str, subject: str, kind: int) -> str:
        """Write what is wrong."""
        name = self.tested(user)[0]
        if self.scope.get(user) == "variable":
            name = f"variable({self.variable.get(user)})"
        expected = EXPECTED.get(kind, " expected something using ")
        shown = self.comparison.text(subject, pattern) if kind & EQUALS else pattern
        return f"Test failed: {name}{expected}/{shown}/"
