"""What stands in the place of a match is read as Java's Matcher reads it (the expectations are what Java 17 prints)."""

from __future__ import annotations

import re

import pytest

from pyjm.engine.compile.java_error import JavaError
from pyjm.engine.compile.java_replacement import replacement

PATTERN = re.compile("a(?P<n>b)(x)?")


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("-", "-c-"),
        ("\\n", "ncn"),
        ("$1$2", "bcb"),
        ("$12", "b2cb2"),
        ("$01", "bcb"),
        ("a$0b", "aabbcaabb"),
        ("${n}", "bcb"),
    ],
)
def test_it_is_read_for_each_match(text: str, replaced: str) -> None:
    assert PATTERN.sub(replacement(text), "abcab") == replaced


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("$", "Illegal group reference: group index is missing"),
        ("$a", "Illegal group reference"),
        ("${}", "named capturing group has 0 length name"),
        ("${", "named capturing group has 0 length name"),
        ("${n", "named capturing group is missing trailing '}'"),
        ("${n-}", "named capturing group is missing trailing '}'"),
        ("${1a}", "capturing group name {1a} starts with digit character"),
        ("${zz}", "No group with name {zz}"),
        ("\\", "character to be escaped is missing"),
        ("$3", "No group 3"),
        ("$99", "No group 9"),
    ],
)
def test_what_is_wrong_with_it_fails_with_the_first_match(text: str, said: str) -> None:
    assert PATTERN.sub(replacement(text), "none") == "none"
    with pytest.raises(JavaError, match=f"^{re.escape(said)}$"):
        PATTERN.sub(replacement(text), "abcab")
