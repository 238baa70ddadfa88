"""The Response Assertion fails when JMeter's does, and in its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pyjm.engine.compile.build import Build
from pyjm.engine.elements.assertions.comparison import Comparison
from pyjm.engine.elements.assertions.response import ResponseAssertion
from pyjm.engine.vu.result import AssertionResult, SampleResult
from pyjm.engine.vu.user import User

Users = Callable[..., User]
Samples = Callable[..., SampleResult]

MATCH, CONTAINS, NOT, EQUALS, SUBSTRING, OR = 1, 2, 4, 8, 16, 32


@pytest.fixture
def judged(compiled: Callable[..., Any], users: Users, sample: Samples) -> Callable[..., AssertionResult | None]:
    def judge(
        kind: int, *patterns: str, body: str = "hello world", field: str = "response_data", **more: Any
    ) -> AssertionResult | None:
        fields = {key: more.pop(key) for key in list(more) if hasattr(SampleResult, key)}
        props = {
            "Asserion.test_strings": list(patterns),
            "Assertion.test_field": f"Assertion.{field}",
            "Assertion.test_type": kind,
        } | {key.replace("_", ".", 1): value for key, value in more.items()}
        element: ResponseAssertion = compiled(ResponseAssertion, props)
        said: AssertionResult | None = element.check(users(v="variable"), sample(body, **fields))
        return said

    return judge


@pytest.mark.parametrize(
    ("kind", "patterns"),
    [
        (MATCH, ["hello.*"]),
        (MATCH | NOT, ["hello"]),
        (CONTAINS, ["w.r", "hello"]),
        (CONTAINS | NOT, ["x+y"]),
        (EQUALS, ["hello world"]),
        (SUBSTRING, ["lo w"]),
        (SUBSTRING | NOT, ["w.r"]),
        (CONTAINS | OR, ["nope", "hello"]),
        (CONTAINS | OR | NOT, ["hello", "nope"]),
        (CONTAINS, []),
        (0, ["hello.*"]),
    ],
)
def test_a_pattern_that_fits_says_nothing(
    judged: Callable[..., AssertionResult | None], kind: int, patterns: list[str]
) -> None:
    assert judged(kind, *patterns) is None


@pytest.mark.parametrize(
    ("kind", "patterns", "message"),
    [
        (MATCH, ["hello"], "Test failed: text expected to match /hello/"),
        (MATCH, ["hello|hello world"], "Test failed: text expected to match /hello|hello world/"),
        (MATCH | NOT, ["h.*"], "Test failed: text expected not to match /h.*/"),
        (CONTAINS, ["hello", "x", "y"], "Test failed: text expected to contain /x/"),
        (CONTAINS | NOT, ["wor"], "Test failed: text expected not to contain /wor/"),
        (SUBSTRING, ["w.r"], "Test failed: text expected to contain /w.r/"),
        (
            CONTAINS | OR,
            ["x", "y"],
            "Test failed: text expected something using /x/\tTest failed: text expected something using /y/\t",
        ),
        (CONTAINS | MATCH, ["x"], "Test failed: text expected something using /x/"),
    ],
)
def test_a_failure_says_what_was_expected(
    judged: Callable[..., AssertionResult | None], kind: int, patterns: list[str], message: str
) -> None:
    said = judged(kind, *patterns)
    assert said is not None
    assert (said.message, said.failure, said.error) == (message, True, False)


def test_a_pattern_that_is_none_is_an_error_and_a_warning_before_the_run(
    judged: Callable[..., AssertionResult | None], build: Build
) -> None:
    said = judged(CONTAINS, "(")
    assert said is not None
    assert (said.failure, said.error) == (False, True)
    assert said.message.startswith("Bad test configuration ")
    assert said.message.endswith("Unmatched parentheses.")
    assert [fault.fatal for fault in build.faults] == [False]


@pytest.mark.parametrize(
    ("field", "fields", "name"),
    [
        ("response_code", {"response_code": "v"}, "code"),
        ("response_message", {"response_message": "v"}, "message"),
        ("response_headers", {"response_headers": "v"}, "headers"),
        ("request_headers", {"request_headers": "v"}, "request headers"),
        ("request_data", {"sampler_data": "v"}, "request data"),
        ("sample_label", {"url": "v"}, "URL"),
        ("of some other kind", {"url": "v"}, "URL"),
    ],
)
def test_each_field_has_its_name(
    judged: Callable[..., AssertionResult | None], field: str, fields: dict[str, str], name: str
) -> None:
    assert judged(EQUALS, "v", field=field, **fields) is None
    said = judged(SUBSTRING, "other", field=field, **fields)
    assert said is not None
    assert said.message == f"Test failed: {name} expected to contain /other/"


def test_a_variable_can_be_judged(judged: Callable[..., AssertionResult | None]) -> None:
    scope = {"Assertion_scope": "variable", "Scope_variable": "v"}
    assert judged(EQUALS, "variable", **scope) is None
    said = judged(SUBSTRING, "x", **scope)
    assert said is not None
    assert said.message == "Test failed: variable(v) expected to contain /x/"


def test_nothing_to_look_at_fails_unless_something_must_not_be_there(
    judged: Callable[..., AssertionResult | None],
) -> None:
    said = judged(CONTAINS, "x", body="")
    assert said is not None
    assert said.message == "Response was null"
    assert judged(CONTAINS | NOT, "x", body="") is None


def test_a_message_of_ones_own_replaces_jmeters(judged: Callable[..., AssertionResult | None]) -> None:
    for kind in (CONTAINS, CONTAINS | OR):
        said = judged(kind, "x", Assertion_custom_message="mine")
        assert said is not None
        assert said.message == "mine"


def test_the_status_can_be_ignored(compiled: Callable[..., Any], users: Users, sample: Samples) -> None:
    result = sample("x", success=False)
    element = compiled(ResponseAssertion, {"Assertion.assume_success": True, "Asserion.test_strings": []})
    element.check(users(), result)
    assert result.success


@pytest.mark.parametrize(
    ("received", "expected", "shown"),
    [
        ("abcdef", "abXdef", ["ab[[[c]]]def", "ab[[[X]]]def"]),
        ("abcdef", "abcdefg", ["abcdef[[[ ]]]", "abcdef[[[g]]]"]),
        ("abcdef", "abcde", ["abcde[[[f]]]", "abcde[[[ ]]]"]),
        ("abcdef", "xabcdef", ["[[[a ]]]bcdef", "[[[xa]]]bcdef"]),
        ("abcdef", "", ["[[[abcdef]]]", "[[[      ]]]"]),
        ("A" * 150 + "x", "A" * 150 + "y", [f"...{'A' * 100}[[[x]]]", f"...{'A' * 100}[[[y]]]"]),
    ],
)
def test_two_texts_are_shown_one_below_the_other(received: str, expected: str, shown: list[str]) -> None:
    text = Comparison.of({}).text(received, expected)
    assert text == f"\n\n****** received  : {shown[0]}\n\n****** comparison: {shown[1]}\n\n"
