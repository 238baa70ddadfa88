"""How Java reads whole numbers."""

from __future__ import annotations

import re

from pyjm.engine.compile.java_error import NUMBER_FORMAT, JavaError

_NUMBER = re.compile(r"[+-]?\d+")

INT = 32
LONG = 64


def java_number(text: str, bits: int = INT) -> int:
    """Read a number as Integer.parseInt (or Long's) does; raises JavaError."""
    if _NUMBER.fullmatch(text):
        number = int(text)
        if -(1 << bits - 1) <= number < 1 << bits - 1:
            return number
    raise JavaError(NUMBER_FORMAT, f'For input string: "{text}"')


def wrapped(number: int, bits: int = INT) -> int:
    """Let a number overflow as Java's do."""
    half = 1 << bits - 1
    return (number + half) % (half << 1) - half
