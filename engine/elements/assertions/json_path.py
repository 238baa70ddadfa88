"""JSON Assertion. Mirrors JSONPathAssertion."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pyjm.engine.compile.element import text
from pyjm.engine.compile.registry import element
from pyjm.engine.elements.json_path import compile_path
from pyjm.engine.elements.json_path_tokens import EvaluationError
from pyjm.engine.elements.json_text import JsonError, read_json, write_json
from pyjm.engine.elements.regex import RegexError, matches
from pyjm.engine.vu.result import AssertionResult

from .json_value import JsonValueAssertion, same

if TYPE_CHECKING:
    from pyjm.engine.compile.build import Build
    from pyjm.engine.plan.tree import Node
    from pyjm.engine.vu.result import SampleResult
    from pyjm.engine.vu.user import User


class Unfulfilled(Exception):
    """The answer is not as it should be; says how."""


@element("JSONPathAssertion")
class JsonPathAssertion(JsonValueAssertion):
    """Holds what a JSON path leads to against a value, a regular expression, or nothing but that it is there."""

    path_text = text("JSON_PATH")

    def prepare(self, node: Node, build: Build) -> None:
        path = self.path_text.constant
        try:
            if path is not None:
                compile_path(path)
        except EvaluationError as error:
            build.fault(node.path, f"the JSON path {path!r} can't be used: {error}", fatal=False)
        super().prepare(node, build)

    def check(self, user: User, result: SampleResult) -> AssertionResult | None:
        if not result.text:
            return AssertionResult(self.name, "Response was null")
        inverted = self.inverted.get(user)
        try:
            self.hold(user, result.text)
        except (Unfulfilled, EvaluationError, JsonError, RegexError) as error:
            return None if inverted else AssertionResult(self.name, str(error))
        if not inverted:
            return None
        path = self.path_text.get(user)
        if not self.compares.get(user):
            return AssertionResult(self.name, f"Failed that JSONPath not exists: {path}")
        expected = "null" if self.null.get(user) else self.expected.get(user)
        return AssertionResult(self.name, f"Failed that JSONPath {path} not matches {expected}")

    def hold(self, user: User, body: str) -> None:
        """Raise what is wrong with the answer."""
        written = self.path_text.get(user)
        if not written:
            raise Unfulfilled("path can not be null or empty")
        path = compile_path(written)
        document = read_json(body)
        value = path.value(document, document)
        expected = self.expected.get(user)
        if not self.compares.get(user):
            if value == [] and isinstance(value, list) and not path.definite:
                raise Unfulfilled(
                    "JSONPath is indefinite and the extracted Value is an empty Array."
                    f" Please use an assertion value, to be sure to get a correct result. {expected}"
                )
            return
        null = self.null.get(user)
        if isinstance(value, list):
            if not value and expected == "[]":
                return
            if any((each is None and null) or self.fits(user, expected, each) for each in value):
                return
            if self.fits(user, expected, value):
                return
        elif (null and value is None) or self.fits(user, expected, value):
            return
        if null:
            raise Unfulfilled(f"Value expected to be null, but found '{java_text(value)}'")
        if self.by_regex.get(user):
            raise Unfulfilled(
                f"Value expected to match regexp '{expected}', but it did not match: '{as_shown(value)}'"
            )
        raise Unfulfilled(f"Value expected to be '{expected}', but found '{as_shown(value)}'")

    def fits(self, user: User, expected: str, value: Any) -> bool:
        """Tell whether a value is the expected one."""
        if self.by_regex.get(user):
            return matches(self.compiled(expected), as_shown(value), self.java)
        try:
            return same(read_json(expected) if expected else "", value)
        except JsonError:  # JMeter takes what can't be read for null
            return value is None


def as_shown(value: Any) -> str:
    """Write a value as it is held against a pattern."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        plain = format(Decimal(repr(value)), "f")
        plain = re.sub(r"(\.\d*?)0+$", r"\1", plain) if "." in plain else plain
        return plain + "0" if plain.endswith(".") else plain if "." in plain else f"{plain}.0"
    return write_json(value)


def java_text(value: Any) -> str:
    """Write a value as Java's String.valueOf does."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={java_text(inner)}" for key, inner in value.items()) + "}"
    return value if isinstance(value, str) else write_json(value)
