"""What stands in the place of a match, as Java's Matcher reads it: `$1`, `${name}`, a backslash for the next sign."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn

from .java_error import ILLEGAL_ARGUMENT, JavaError

_PIECE = re.compile(r"\\(?P<plain>.?)|\$\{(?P<name>[A-Za-z0-9]*)(?P<closed>\}?)|\$(?P<number>[0-9]*)", re.S)


def replacement(text: str) -> Callable[[re.Match[str]], str]:
    """Make what re.sub asks for each match; a text that can't be used fails with the first one, by JavaError."""

    def of_match(match: re.Match[str]) -> str:
        found, at = [], 0
        while piece := _PIECE.search(text, at):
            value, after = _value(piece, match)
            found += [text[at : piece.start()], value]
            at = after
        return "".join(found) + text[at:]

    return of_match if "$" in text or "\\" in text else lambda match: text


def _value(piece: re.Match[str], match: re.Match[str]) -> tuple[str, int]:
    """Give what a piece stands for, and where it ends."""
    plain, name, digits = piece["plain"], piece["name"], piece["number"]
    if plain is not None:
        return (plain, piece.end()) if plain else _fail("character to be escaped is missing")
    if name is not None:
        return _named(name, bool(piece["closed"]), match), piece.end()
    if not digits:
        at_end = piece.end() == len(piece.string)
        _fail("Illegal group reference" + ": group index is missing" * at_end)
    size = 1
    while size < len(digits) and int(digits[: size + 1]) <= match.re.groups:
        size += 1
    number = int(digits[:size])
    if number > match.re.groups:
        raise JavaError("java.lang.IndexOutOfBoundsException", f"No group {number}")
    return match[number] or "", piece.start("number") + size


def _named(name: str, closed: bool, match: re.Match[str]) -> str:
    if not name:
        _fail("named capturing group has 0 length name")
    if not closed:
        _fail("named capturing group is missing trailing '}'")
    if name[0].isdigit():
        _fail(f"capturing group name {{{name}}} starts with digit character")
    if name not in match.re.groupindex:
        _fail(f"No group with name {{{name}}}")
    return match[name] or ""


def _fail(said: str) -> NoReturn:
    raise JavaError(ILLEGAL_ARGUMENT, said)
