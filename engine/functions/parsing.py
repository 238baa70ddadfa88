"""How Java reads whole numbers."""

from __future__ import annotations

import re

from pyjm.engine.compile.java_error import NUMBER_FORMAT, JavaError
from pyjm.engine.compile.java_text import java_trim

_NUMBER = re.compile(r"[+-]?\d+")
_DOUBLE = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?|NaN|Infinity)")

INT = 32
LONG = 64


def java_number(text: str, bits: int = INT) -> int:
    """Read a number as Integer.parseInt (or Long's) does; raises JavaError."""
    if _NUMBER.fullmatch(text):
        number = int(text)
        if -(1 << bits - 1) <= number < 1 << bits - 1:
            return number
    raise JavaError(NUMBER_FORMAT, f'For input string: "{text}"')


def java_double(text: str) -> float:
    """Read a number as Double.parseDouble does; raises JavaError."""
    trimmed = java_trim(text)
    if not _DOUBLE.fullmatch(trimmed):
        raise JavaError(NUMBER_FORMAT, f'For input string: "{trimmed}"' if trimmed else "empty String")
    return float(trimmed.rstrip("fFdD"))


def wrapped(number: int, bits: int = INT) -> int:
    """Let a number overflow as Java's do."""
    half = 1 << bits - 1
    return (number + half) % (half << 1) - half
