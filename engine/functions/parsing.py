"""How Java reads numbers, with Java's errors."""

from __future__ import annotations

import re

from pyjm.engine.compile.java_error import NUMBER_FORMAT, JavaError
from pyjm.engine.compile.java_numbers import INT, double

_NUMBER = re.compile(r"[+-]?\d+")



def java_number(text: str, bits: int = INT) -> int:
    """Read a number as Integer.parseInt (or Long's) does; raises JavaError."""
    if _NUMBER.fullmatch(text):
        number = int(text)
        if -(1 << bits - 1) <= number < 1 << bits - 1:
            return number
    raise JavaError(NUMBER_FORMAT, f'For input string: "{text}"')


def java_double(text: str) -> float:
    """Read a number as Double.parseDouble does; raises JavaError."""
    try:
        return double(text)
    except ValueError as error:
        raise JavaError(NUMBER_FORMAT, str(error)) from None
