"""Charsets are those that Java knows, by its names."""

from __future__ import annotations

import pytest

from pyjm.engine.compile.charset import known_charset


@pytest.mark.parametrize("name", ["UTF-8", "utf8", "ISO-8859-1", "ISO8859_1", "Cp1252", "windows-1252", "UTF-16LE"])
def test_javas_names_are_known(name: str) -> None:
    assert known_charset(name)


@pytest.mark.parametrize(
    "name", ["", "abc", "-1", "${undefined}", "undefined", "hex", "rot13", "idna", "utf 8", " utf-8"]
)
def test_what_java_has_not_is_unknown(name: str) -> None:
    assert not known_charset(name)
