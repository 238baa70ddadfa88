"""Names and values are escaped and unescaped as Java does."""

from __future__ import annotations

import pytest

from pyjm.engine.elements.samplers.http_escapes import canonical, encoded, form_escape, query_escape, unescape
from pyjm.engine.http.errors import WireError


@pytest.mark.parametrize(
    ("text", "charset", "escaped"),
    [
        ("plain-*._", "UTF-8", "plain-*._"),
        ("a b&c=d+e%20/é€😀~", "UTF-8", "a+b%26c%3Dd%2Be%2520%2F%C3%A9%E2%82%AC%F0%9F%98%80%7E"),
        ("é€", "ISO-8859-1", "%E9%3F"),
        ("é€", "UTF-16", "%FE%FF%00%E9%20%AC"),
        ("a é", "UTF-16", "a+%FE%FF%00%E9"),
        ("\n\r", "UTF-8", "%0A%0D"),
        ("", "UTF-8", ""),
    ],
)
def test_queries_escape_as_java_does(text: str, charset: str, escaped: str) -> None:
    assert query_escape(text, charset) == escaped


def test_forms_escape_byte_by_byte_where_queries_escape_runs() -> None:
    assert form_escape("aé", "UTF-16") == "%FE%FF%00a%00%E9"
    assert form_escape("a b~é", "UTF-8") == query_escape("a b~é", "UTF-8")


@pytest.mark.parametrize(
    ("text", "plain"), [("a%20b+c", "a b c"), ("%c3%a9é", "éé"), ("%C3x", "�x"), ("none", "none"), ("%41%42%43", "ABC")]
)
def test_escapes_are_undone(text: str, plain: str) -> None:
    assert unescape(text, "UTF-8") == plain


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("100%", "Incomplete trailing escape (%) pattern"),
        ("100%2", "Incomplete trailing escape (%) pattern"),
        ("%zz", 'Illegal hex characters in escape (%) pattern - Error at index 0 in: "zz"'),
        ("a%1zb", 'Illegal hex characters in escape (%) pattern - Error at index 1 in: "1z"'),
        ("%-1", "Illegal hex characters in escape (%) pattern - negative value"),
    ],
)
def test_a_broken_escape_fails_in_javas_words(text: str, why: str) -> None:
    with pytest.raises(WireError) as raised:
        unescape(text, "UTF-8")
    assert raised.value.text == f"URLDecoder: {why}"


def test_charsets_are_named_as_java_names_them() -> None:
    named = {name: canonical(name) for name in ("utf-8", "utf8", "latin1", "iso-8859-15", "cp1252", "ascii")}
    assert list(named.values()) == ["UTF-8", "UTF-8", "ISO-8859-1", "ISO-8859-15", "windows-1252", "US-ASCII"]
    with pytest.raises(WireError):
        canonical("nonsense")


def test_utf_16_has_a_mark_and_the_high_byte_first() -> None:
    assert encoded("a", "UTF-16") == b"\xfe\xff\x00a"
    assert encoded("a", "UTF-16LE") == b"a\x00"
    assert encoded("€", "ISO-8859-1") == b"?"
