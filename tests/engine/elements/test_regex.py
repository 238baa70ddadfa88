"""Regular expressions match as Jakarta ORO 2.0.8 matches them; each expectation here was recorded from it."""

from __future__ import annotations

import re

import pytest

from pyjm.engine.elements.regex import RegexError, compile_regex, find_all, is_java, matches


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        ("a*", "baac", ["", "aa", ""]),
        ("", "ab", ["", "", ""]),
        ("|a", "a", ["", "a"]),
        ("(?=a)", "a", [""]),
        ("a{,2}", "a{,2}", ["a{,2}"]),
        ("x{", "x{", ["x{"]),
        (r"\Qa.b\E", "a.b QaxbE", ["QaxbE"]),
        (r"\p{L}", "p{L}", ["p{L}"]),
        (r"\z\h\R\v", "zhRv", ["zhRv"]),
        (r"a\Z", "a\n", ["a"]),
        ("a$", "a\n", ["a"]),
        ("^b", "a\nb", []),
        ("a.b", "a\rb a\nb", ["a\rb"]),
        ("[[:alpha:]]+", "ab12é", ["ab", "é"]),
        ("[[:^digit:]]+", "ab12", ["ab"]),
        ("[]a]+", "a]", ["a]"]),
        ("[^]a]+", "xa]", ["x"]),
        ("[a-]+", "a-", ["a-"]),
        (r"[\d-z]+", "1-z", ["1-z"]),
        ("[a&&b~~c||d]", "&", ["&"]),
        ("[[a]", "[", ["["]),
        ("(?i)abc", "xABC", ["ABC"]),
        ("(a(?i)b)c", "aBC", ["aBC"]),
        ("ab(?i)c", "ABC", ["ABC"]),
        ("a.b(?s)c", "a\nbc", ["a\nbc"]),
        (r"\Ga", "aab", ["a"]),
        ("(?s)a.b", "a\nb", ["a\nb"]),
        ("(?m)^b$", "a\nb\n", ["b"]),
        ("(?x) a b # c", "ab", ["ab"]),
        ("(?#c)a", "a", ["a"]),
        (r"\s+", "a \xa0\x85\u2003b", [" ", "\u2003"]),
        (r"\S+", "a\xa0b c", ["a\xa0b", "c"]),
        (r"\d+", "12٣", ["12٣"]),
        (r"\x41\101\cA\e", "AA\x01\x1b", ["AA\x01\x1b"]),
        (r"[\b\x41\]]+", "\bA]", ["\bA]"]),
        ("^*a", "a", ["a"]),
        ("a{0}b", "ab", ["b"]),
        (r"(a)\1", "aa", ["aa"]),
        (r"\/\_\-\"", '/_-"', ['/_-"']),
        ("(?i)É", "é", ["é"]),
    ],
)
def test_matches_are_oros(expression: str, text: str, found: list[str]) -> None:
    assert [match[0] for match in find_all(compile_regex(expression), text)] == found


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("(", "Unmatched parentheses."),
        ("a)", "Unmatched parentheses."),
        ("[a", "Unmatched [] in expression."),
        ("*a", "?+* follows nothing in expression"),
        ("a|*", "?+* follows nothing in expression"),
        ("(+)", "?+* follows nothing in expression"),
        ("a**", "Nested repetitions *?+ in expression"),
        ("a++", "Nested repetitions *?+ in expression"),
        ("a{2}{3}", "Nested repetitions *?+ in expression"),
        ("(?<=a)b", "Sequence (?<...) not recognized"),
        ("(?<n>a)", "Sequence (?<...) not recognized"),
        ("(?>a)", "Sequence (?>...) not recognized"),
        ("(?P<n>a)", "Sequence (?P...) not recognized"),
        ("(?i:a)", "Sequence (?:...) not recognized"),
        ("(?z)", "Sequence (?z...) not recognized"),
        ("(?c)a", "Sequence (?c...) not recognized"),
        ("a(?i)", "Unmatched parentheses."),
        ("a(?i)|b", "Unknown compilation error."),
        ("(a(?i))", "Unknown compilation error."),
        (r"a\Gb", r"\G is not supported but at the beginning"),
        ("(?", "Sequence (??...) not recognized"),
        ("a\\", "Trailing \\ in expression."),
        ("[z-a]", "Invalid [] range in expression."),
        ("a{2,1}", "Invalid interval {2,1}"),
        (r"(a)\2", r"Invalid backreference: \2"),
    ],
)
def test_what_oro_refuses_is_refused_in_its_words(expression: str, said: str) -> None:
    with pytest.raises(RegexError, match=f"^{re.escape(said)}$"):
        compile_regex(expression)


def test_a_whole_match_is_oros_first_way_to_match() -> None:
    assert not matches(compile_regex("foo|foot"), "foot")
    assert matches(compile_regex("foot|foo"), "foot")
    assert not matches(compile_regex("a$"), "a\n")


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        ("a*", "baac", ["", "aa", "", ""]),
        ("a++b", "aab", ["aab"]),
        ("(?<=a)b", "ab", ["b"]),
        (r"(?<name>a)\Q.*\E", "a.*", ["a.*"]),
        (r"\p{Alpha}+[\p{Digit}_]+", "ab1_", ["ab1_"]),
        (r"\P{Alpha}", "a1", ["1"]),
        (r"a\z", "a\n", []),
        (r"\u0041\x{42}\h", "AB\xa0", ["AB\xa0"]),
        ("a.b", "a\rb", []),
        ("(?i:a)b", "Ab AB", ["Ab"]),
        ("(a(?i)b)c", "aBC aBc", ["aBc"]),
        (r"\R", "\r\n", ["\r\n"]),
        (r"\w+|\W", "aé1", ["a", "é", "1"]),
        (r"[\d]+|[^\d]", "1٣", ["1", "٣"]),
        (r"\s", "\u2028\xa0\v", ["\v"]),
        (r"[^\S]", "\u2028\xa0\v", ["\v"]),
        (r"\bé", "é aé", ["é"]),
        (r"\B", "", [""]),
        (r"\v", "a\x85", ["\x85"]),
        ("(?i)É", "é", []),
        ("(?i)k", "K\u212a", ["K"]),
    ],
)
def test_javas_engine_can_be_chosen(expression: str, text: str, found: list[str]) -> None:
    assert is_java({"jmeter.regex.engine": "java"})
    assert not is_java({})
    assert [match[0] for match in find_all(compile_regex(expression, java=True), text, java=True)] == found
    assert matches(compile_regex("foo|foot", java=True), "foot", java=True)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("${x}", "Illegal repetition"),
        ("a{,2}", "Illegal repetition"),
        ("{", "Illegal repetition"),
        ("a{1,x}", "Unclosed counted closure"),
    ],
)
def test_java_takes_no_brace_for_itself(expression: str, said: str) -> None:
    with pytest.raises(RegexError, match=f"^{said}$"):
        compile_regex(expression, java=True)
    assert compile_regex(r"[{]\{}", java=True).fullmatch("{{}")
    assert compile_regex(expression).pattern
