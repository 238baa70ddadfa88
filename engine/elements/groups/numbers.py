"""Numbers as Java reads them and reckons with them, where a group's times may be anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import floor, isnan, trunc

from pyjm.engine.compile.value import whole_number

_WORD = re.compile(r"[\x00-\x20]*([+-]?(?:NaN|Infinity))[\x00-\x20]*")
_DOUBLE = re.compile(r"[\x00-\x20]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?[\x00-\x20]*")


def double(written: str) -> float:
    """Read a text as Double.parseDouble, but for its hexadecimal forms. Raises ValueError."""
    match = _DOUBLE.fullmatch(written) or _WORD.fullmatch(written)
    if match is None:
        raise ValueError(f'For input string: "{written}"')
    return float(match[1])


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


def added(one: int, other: int) -> int:
    """Add two longs: beyond the largest go on with the smallest."""
    return (one + other + (1 << 63)) % (1 << 64) - (1 << 63)


def _within(number: float, bits: int, whole: Callable[[float], int]) -> int:
    least, most = -(1 << bits - 1), (1 << bits - 1) - 1
    return most if number >= most else least if number <= least else whole(number)
