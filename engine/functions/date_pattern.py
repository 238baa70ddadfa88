"""Date patterns as Java's DateTimeFormatter reads them: `yyyy-MM-dd'T'HH:mm:ss.SSSXXX`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from pyjm.engine.compile.java_error import ILLEGAL_ARGUMENT, JavaError
from pyjm.engine.vu.date_fields import Letter, Moment

from .date_words import words

Piece = Callable[[Moment], str]


class PatternError(JavaError):
    """What Java's IllegalArgumentException says of a pattern."""

    def __init__(self, text: str) -> None:
        super().__init__(ILLEGAL_ARGUMENT, text)


@lru_cache(maxsize=1000)
def date_pattern(pattern: str, locale: str = "en") -> Piece:
    """Compile a pattern with the words of a locale; raises PatternError."""
    pieces = read(pattern, words(locale).letters)
    if len(pieces) == 1:
        return pieces[0]
    join = "".join
    return lambda moment: join([piece(moment) for piece in pieces])


def read(pattern: str, known: dict[str, Letter]) -> list[Piece]:
    """Read a pattern's pieces."""
    pieces: list[Piece] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        end = at + 1
        if char.isascii() and char.isalpha():
            while pattern[end : end + 1] == char:
                end += 1
            pieces.append(letters(char, end - at, known))
        elif char == "'":
            text, end = quoted(pattern, at + 1)
            pieces.append(literal(text))
        elif char in "{}#":
            raise PatternError(f"Pattern includes reserved character: '{char}'")
        elif char not in "[]":  # optional parts are always there when a date is written
            pieces.append(literal(char))
        at = end
    return pieces


def letters(letter: str, count: int, known: dict[str, Letter]) -> Piece:
    """Make the piece of one letter, so many times."""
    make = known.get(letter)
    if make is None:
        raise PatternError(f"Unknown pattern letter: {letter}")
    piece = make(count)
    if piece is None:
        raise PatternError(f"Too many pattern letters: {letter}")
    return piece


def quoted(pattern: str, at: int) -> tuple[str, int]:
    """Read what stands between quotes; a pair of them is one. Gives also where it ends."""
    text = ""
    while at < len(pattern):
        if pattern[at] == "'":
            if pattern[at + 1 : at + 2] != "'":
                return text or "'", at + 1
            at += 1
        text += pattern[at]
        at += 1
    raise PatternError(f"Pattern ends with an incomplete string literal: {pattern}")


def literal(text: str) -> Piece:
    """Make the piece of a fixed text."""
    return lambda moment: text
