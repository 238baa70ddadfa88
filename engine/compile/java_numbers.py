"""Numbers as Java reads them and reckons with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import floor, isnan, trunc

from .java_text import java_trim
from .value import whole_number

INT, LONG = 32, 64

_DOUBLE = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?|([+-]?(?:NaN|Infinity))")


def double(written: str) -> float:
    """Read a text as Double.parseDouble, but for its hexadecimal forms. Raises ValueError."""
    text = java_trim(written)
    match = _DOUBLE.fullmatch(text)
    if match is None:
        raise ValueError(f'For input string: "{text}"' if text else "empty String")
    return float(match[1] or match[2])


def long(written: str) -> int:
    """Read a text as Long.parseLong; an empty one is 0. Raises ValueError."""
    number = whole_number(written) if written else 0
    if number is None:
        raise ValueError(f'For input string: "{written}"')
    return number


def as_long(number: float) -> int:
    """Round as Math.round does: halves go up, NaN is 0, what is too large the largest there is."""
    return 0 if isnan(number) else _within(number + 0.5, 64, floor)


def as_int(number: float) -> int:
    """Cut as (int) does: NaN is 0, what is too large the largest there is."""
    return 0 if isnan(number) else _within(number, 32, trunc)


def wrapped(number: int, bits: int) -> int:
    """Let a number overflow: beyond the largest go on with the smallest."""
    half = 1 << bits - 1
    return (number + half) % (half << 1) - half


def _within(number: float, bits: int, whole: Callable[[float], int]) -> int:
    least, most = -(1 << bits - 1), (1 << bits - 1) - 1
    return most if number >= most else least if number <= least else whole(number)
